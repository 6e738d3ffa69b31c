"""Whatever is in a file: findings or a clear refusal, and columns that agree with the parser."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from provision.dockerfile.fixing import apply, fix, mends
from provision.dockerfile.linting import lint
from provision.dockerfile.parser import ParseError, parse
from provision.dockerfile.rules.directive import with_directive
from provision.dockerfile.source import Source
from provision.dockerfile.syntax import Document, Instruction, read
from provision.dockerfile.target import Target
from provision.dockerfile.words import Word, words
from provision.model.errors import InputError

PIECES = st.sampled_from(
    [
        *["FROM ", "RUN ", "WORKDIR ", "COPY ", "ENV ", "ADD ", "LABEL ", "SHELL ", "ONBUILD "],
        *["# escape=`", "# escape=\\", "#", "\\", "`", "\\\\", "\n", "\r\n", "\n\n", " ", "\t"],
        *["C:\\", "C:/", "app", "x", '"', "'", "[", "]", ",", "=", "$", "%TMP%", "${X}", "${"],
        *["<<EOF", "EOF", "\nEOF\n", "<<-A", "--from=x", "--", "MAINTAINER ", "mvn -B ", "|"],
        *["choco install git", "powershell -Command ", "https://example.com/", "\u00e9", "\u2028"],
        *[
            "\ufeff",
            "\x0b",
            "\x85",
            "\r",
            "# provision: ignore=lost-backslash",
            ".m2",
            "microsoft/",
        ],
        *[
            "windowsservercore",
            "ltsc2016",
            "nanoserver:",
            "@sha256:",
            "HEALTHCHECK ",
            "CMD ",
            "ARG ",
        ],
    ]
)
FILES = st.lists(PIECES, max_size=40).map("".join)
TARGETS = st.sampled_from(Target)


@settings(max_examples=250, deadline=None)
@given(text=st.one_of(FILES, FILES.map("FROM x\n".__add__), st.text()), target=TARGETS)
def test_any_text_gives_findings_in_the_file_or_is_refused(text: str, target: Target) -> None:
    lines = Source(text).lines
    with contextlib.suppress(InputError):
        for one in lint(text, target, "Dockerfile"):
            assert 1 <= one.line <= len(lines)
            assert 1 <= one.column <= len(lines[one.line - 1]) + 1
            assert one.message


@settings(max_examples=250, deadline=None)
@given(text=FILES.map("FROM x\n".__add__))
def test_our_joined_text_is_the_parsers(text: str) -> None:
    try:
        commands = parse(text)
    except ParseError:
        return
    document = read(text, "Dockerfile")
    assert len(commands) == len(document.instructions)
    for command, one in zip(commands, document.instructions, strict=True):
        original = command.original or ""
        assert one.joined.text == (original.partition("\n")[0] if command.heredocs else original)
        for character, place in zip(one.joined.text, one.joined.places, strict=False):
            assert document.source.line(place.line)[place.column - 1] == character


@settings(max_examples=250, deadline=None)
@given(text=FILES.map("FROM x\n".__add__), target=TARGETS)
def test_mending_twice_is_mending_once(text: str, target: Target) -> None:
    once, count = fix(text, target)
    assert (count == 0) == (once == text)
    assert fix(once, target) == (once, 0)


@settings(max_examples=250, deadline=None)
@given(text=FILES.map("FROM x\n".__add__), target=TARGETS)
def test_mending_touches_the_characters_that_it_names(text: str, target: Target) -> None:
    document = read(text, "Dockerfile")
    edits = [edit for one in mends(document, target) for edit in one]
    before, after = Source(text), Source(apply(document.source, edits))
    assert after.bom == before.bom
    added = sum(edit.text.count("\n") for edit in edits)
    assert len(after.lines) == len(before.lines) + added
    assert "".join(after.lines[:added]) in ("", f"# escape=`{before.newline}")
    spans: dict[int, list[int]] = {}
    for edit in edits:
        if "\n" not in edit.text:
            start = edit.place.column - 1
            spans.setdefault(edit.place.line, []).extend((start, start + edit.length))
    for number, (old, new) in enumerate(
        zip(before.lines, after.lines[added:], strict=True), start=1
    ):
        if number not in spans:
            assert old == new
            continue
        first, last = min(spans[number]), max(spans[number])
        assert new.startswith(old[:first])
        assert new.endswith(old[last:])


@settings(max_examples=250, deadline=None)
@given(text=FILES.map("FROM x\n".__add__))
def test_an_escape_directive_changes_no_meaning(text: str) -> None:
    before = read(text, "Dockerfile")
    if before.directive is not None or not (edits := with_directive(before)):
        return
    after = read(apply(before.source, edits), "Dockerfile")
    assert after.escape == "`"
    assert [meaning(before, one) for one in before.instructions] == [
        meaning(after, one) for one in after.instructions
    ]


def meaning(document: Document, one: Instruction) -> tuple[object, ...]:
    """What docker makes of an instruction."""
    values = one.values
    if one.name not in ("run", "cmd", "entrypoint", "shell", "maintainer"):
        values = tuple(unescaped(word, document.escape) for word in words(one, document.escape))
    return (one.name, one.onbuild, one.flags, one.json, values, one.heredocs)


def unescaped(word: Word, escape: str) -> str:
    """What docker's shell lexer leaves of a word, quotes left in."""
    text, out, quote, i = word.text, "", "", 0
    while i < len(text):
        here, following = text[i], text[i + 1 : i + 2]
        if here in "'\"" and quote in ("", here):
            quote = "" if quote else here
        elif (
            here == escape
            and quote != "'"
            and following
            and (not quote or following in ('"', "$", escape))
        ):
            here, i = following, i + 1
        out += here
        i += 1
    return out
