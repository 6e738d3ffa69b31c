"""The escape character: its directive, and lines that go on by mistake or fail to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provision.dockerfile.finding import Severity
from provision.dockerfile.joining import Place, continues, is_comment
from provision.dockerfile.paths import BACKSLASH_PATH
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.rules.directive import with_directive
from provision.dockerfile.syntax import KNOWN, Document
from provision.dockerfile.target import Target

_COMMENT = re.compile(r"\s*#\s*escape\s*=\s*[`\\]\s*\Z", re.IGNORECASE)
_COMMANDS = frozenset({"run", "cmd", "entrypoint"})
_PATH_AT_END = re.compile(r"(?i)(?:[a-z]:|[\\/][^\s\\/]*)\\\\?[ \t]*\Z")
_FILES = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"


def _missing(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    if document.directive is not None or any(_late_lines(document)):
        return
    for one in document.instructions:
        found = BACKSLASH_PATH.search(one.arguments)
        if one.name in _COMMANDS and not one.json and found:
            message = "The file has paths with backslashes and no escape directive"
            yield Hit(one.place(found.start()), message, with_directive(document))
            return


def _late(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for number in _late_lines(document):
        yield Hit(Place(number, 1), "The escape directive stands too late and counts for nothing")


def _late_lines(document: Document) -> Iterator[int]:
    inside = {n for one in document.instructions for n in range(one.line + 1, one.end_line + 1)}
    for number in range(1, len(document.source.lines) + 1):
        line = document.source.line(number)
        counts = document.directive is not None and number <= document.directive
        if not counts and number not in inside and _COMMENT.match(line):
            yield number


def _unknown(document: Document, target: Target) -> Iterator[Hit]:
    if document.directive is not None and document.escape == "`":
        message = f"The docker of {target.server} has no escape directive"
        yield Hit(Place(document.directive, 1), message)


def _swallowed(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    """Find paths whose last backslash lets the line go on, into an instruction."""
    if document.escape != "\\":
        return
    for one in document.instructions:
        for number in range(one.joined.start_line, one.joined.end_line + 1):
            line = document.source.line(number)
            if is_comment(line) or not _PATH_AT_END.search(line):
                continue
            if not _instruction_follows(document, number, line):
                continue
            doubled = line.rstrip().endswith("\\\\")
            at = Place(number, len(line.rstrip()) - doubled)
            mends = one.name in ("workdir", "copy", "add", "volume") and not one.json
            edits = (Edit(at, 1 + doubled, "/"),) if mends else ()
            yield Hit(at, "The backslash at the end joins the next line to this one", edits)


def _instruction_follows(document: Document, number: int, line: str) -> bool:
    following = document.source.line(number + 1)
    word = following.split(maxsplit=1)[:1]
    if not word or word[0].lower() not in KNOWN:
        return False
    indent = len(line) - len(line.lstrip())
    return word[0].isupper() or len(following) - len(following.lstrip()) <= indent


def wrong_ends(document: Document) -> dict[int, int]:
    """Find lines that should go on and end with the other escape character.

    Returns:
        Line number to the column of that character.
    """
    other = "`" if document.escape == "\\" else "\\"
    last = {one.joined.end_line for one in document.instructions if not one.heredocs}
    last |= {place.line for place, _ in document.broken}
    found: dict[int, int] = {}
    for number in last:
        line, following = document.source.line(number), document.source.line(number + 1)
        index = continues(line, other)
        word = following.split(maxsplit=1)[:1]
        if index is None or not word or is_comment(line) or word[0].lower() in KNOWN:
            continue
        if other == "`" or line[:index][-1:].isspace() or not line[:index]:
            found[number] = index + 1
    return found


def _wrong(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    other = "`" if document.escape == "\\" else "\\"
    for number, column in sorted(wrong_ends(document).items()):
        at = Place(number, column)
        message = f"The line ends with {other}, but the escape character is {document.escape}"
        yield Hit(at, message, (Edit(at, 1, document.escape),))


ESCAPES: tuple[Rule, ...] = (
    Rule(
        id="escape-directive-missing",
        title="Paths with backslashes, and no escape directive",
        severity=Severity.WARNING,
        check=_missing,
        why="Backslash is then docker's escape character too: a path at a line's end joins the "
        "next line, and in other instructions than RUN it loses its backslashes.",
        fix="Put `# escape=`` in the first line, and end lines that go on with a backtick.",
        bad=f"{_FILES}RUN dir C:\\Windows\n",
        good=f"# escape=`\n{_FILES}RUN dir C:\\Windows\n",
        source="docker's reference, escape",
        since=Target.WS2016,
    ),
    Rule(
        id="escape-directive-late",
        title="The escape directive is not at the top",
        severity=Severity.ERROR,
        check=_late,
        why="A parser directive counts only in front of every comment, empty line and instruction. "
        "After one it is a comment, and backslash stays the escape character.",
        fix="Make it the first line of the file.",
        bad=f"# An image for builds\n# escape=`\n{_FILES}RUN dir\n",
        good=f"# escape=`\n# An image for builds\n{_FILES}RUN dir\n",
        source="docker's reference, parser directives",
        since=Target.WS2016,
    ),
    Rule(
        id="escape-directive-unknown",
        title="The previews' docker knows no escape directive",
        severity=Severity.ERROR,
        check=_unknown,
        why="The directive came with docker 1.12. Before, it is a comment, and backslash stays the "
        "escape character.",
        fix="Take it out, end lines with a backslash, and write paths with `/` or `\\\\`.",
        bad="# escape=`\nFROM windowsservercore\nRUN dir\n",
        good="FROM windowsservercore\nRUN dir\n",
        source="moby, commit e8e3dd32c5",
        until=Target.TP5,
        example=Target.TP5,
    ),
    Rule(
        id="backslash-at-line-end",
        title="A path ends with a backslash at the end of a line",
        severity=Severity.ERROR,
        check=_swallowed,
        why="The backslash is taken for the sign that the line goes on, and the next instruction "
        "becomes a part of this one. Older dockers do so even after `\\\\`.",
        fix="Write `/`, leave the last backslash out, or put `# escape=`` in the first line.",
        bad=f"{_FILES}RUN dir C:\\\nRUN dir D:/\n",
        good=f"{_FILES}RUN dir C:/\nRUN dir D:/\n",
        source="docker's reference, escape",
        misread=True,
    ),
    Rule(
        id="wrong-continuation",
        title="A line should go on, and ends with the wrong character",
        severity=Severity.ERROR,
        check=_wrong,
        why="Docker ends the instruction here and takes the next line for an instruction of its "
        "own, which it does not know.",
        fix="End the line with the escape character of this file.",
        bad=f"# escape=`\n{_FILES}RUN dir && \\\n    cd\n",
        good=f"# escape=`\n{_FILES}RUN dir && `\n    cd\n",
        source="docker's reference, escape",
    ),
)
