"""Reads a Dockerfile with docker's own parser, and adds the places that it does not give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provision.dockerfile.joining import SPACE, Joined, Place, is_comment, join
from provision.dockerfile.parser import Command, ParseError, parse
from provision.dockerfile.source import Source
from provision.model.errors import InputError, Problem
from provision.model.position import Position

KNOWN = frozenset(
    {"add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "healthcheck", "label"}
    | {"maintainer", "onbuild", "run", "shell", "stopsignal", "user", "volume", "workdir"}
)
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*\Z")
_LONGEST_HEREDOC = 2_000
_ONE_WORD = re.compile(r"\s*\S+[\t\v\f\r ]*")
_TWO_WORDS = re.compile(r"\s*\S+\s+\S+[\t\v\f\r ]*")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Args:
        name: In lower case; that of the inner instruction for `ONBUILD`.
        joined: Its text with its places, heredocs left out.
        start: Offset in the text where the flags and arguments begin.
        values: The arguments as the parser gives them: not unescaped.
        flags: As the parser gives them, each with its `--`.
        json: Whether the arguments are a JSON list.
        end_line: The last line, heredocs counted.
        heredocs: Their contents.
        onbuild: Whether it stands behind `ONBUILD`.
    """

    name: str
    joined: Joined
    start: int
    values: tuple[str, ...]
    flags: tuple[str, ...] = ()
    json: bool = False
    end_line: int = 0
    heredocs: tuple[str, ...] = ()
    onbuild: bool = False

    @property
    def line(self) -> int:
        """The line it begins in."""
        return self.head.line

    @property
    def known(self) -> bool:
        """Whether docker knows an instruction of that name."""
        return self.name in KNOWN

    @property
    def arguments(self) -> str:
        """Flags and arguments, joined to one line."""
        return self.joined.text[self.start :]

    def place(self, offset: int = 0) -> Place:
        """Give the place of a character of `arguments`."""
        return self.joined.place(self.start + offset)

    @property
    def head(self) -> Place:
        """Where the instruction itself begins."""
        text = self.joined.text
        return self.joined.place(len(text) - len(text.lstrip(SPACE)))


@dataclass(frozen=True, slots=True)
class Document:
    """A Dockerfile that was read.

    Args:
        source: Its text.
        name: For messages.
        escape: Backslash, or backtick when a directive says so.
        directive: The line of the escape directive.
        instructions: In their order.
        broken: What the parser could not read, with its place.
    """

    source: Source
    name: str
    escape: str
    directive: int | None
    instructions: tuple[Instruction, ...]
    broken: tuple[tuple[Place, str], ...] = ()


def read(text: str, name: str) -> Document:
    """Read a Dockerfile.

    Args:
        text: The whole file.
        name: The file's name, for messages.

    Raises:
        InputError: The text is no Dockerfile: binary, empty, or without any instruction of one.
    """
    source = Source(text)
    _refuse(source, name)
    escape, directive = _escape(source)
    return _parse(source, name, escape, directive)


def _refuse(source: Source, name: str) -> None:
    def refuse(message: str, hint: str = "Give the path of a Dockerfile.") -> InputError:
        return InputError([Problem(message, Position(name, 1, 1), hint)])

    text = source.text
    if not text.removeprefix(source.bom).strip():
        raise refuse(f"{name} is empty")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise refuse(f"{name} is no UTF-8 text", "Save it as UTF-8.") from None
    if "\0" in text:
        hint = "A file that Windows PowerShell wrote is UTF-16: save it as UTF-8."
        raise refuse(f"{name} is not a text file", hint)
    if not any(_first_word(source, n) in KNOWN for n in range(1, len(source.lines) + 1)):
        raise refuse(f"{name} is not a Dockerfile: it has no instruction of one")


def _first_word(source: Source, number: int) -> str:
    words = source.line(number).split(maxsplit=1)
    return words[0].lower() if words else ""


def _escape(source: Source) -> tuple[str, int | None]:
    """Find the escape directive, which counts only in front of everything else."""
    for number in range(1, len(source.lines) + 1):
        found = _DIRECTIVE.match(source.line(number).lstrip(SPACE))
        if not found:
            break
        if found[1].lower() == "escape" and found[2] in ("`", "\\"):
            return found[2], number
    return "\\", None


def _parse(source: Source, name: str, escape: str, directive: int | None) -> Document:
    try:
        commands = parse("".join(source.lines))
    except ParseError:
        return _piecewise(source, name, escape, directive)
    made = tuple(_instruction(source, one, one.start_line, escape) for one in commands)
    return Document(source, name, escape, directive, made)


def _piecewise(source: Source, name: str, escape: str, directive: int | None) -> Document:
    """Read what can be read: the parser gives up at the first mistake and says no line."""
    made: list[Instruction] = []
    broken: list[tuple[Place, str]] = []
    head = f"# escape={escape}\n"
    number = 1
    if directive is None:
        broken += _broken_directives(source)
    while number <= len(source.lines):
        line = source.line(number)
        if is_comment(line) or not line.strip(SPACE):
            number += 1
            continue
        joined = join(source, number, escape)
        end = joined.end_line
        try:
            end, commands = _grow(source, head, number, end)
        except ParseError as error:
            broken.append((joined.places[0], str(error)))
        else:
            made += [_instruction(source, one, number, escape, end) for one in commands[:1]]
        number = end + 1
    if not broken:
        broken.append((Place(1, 1), "docker's parser cannot read this file"))
    return Document(source, name, escape, directive, tuple(made), tuple(broken))


def _grow(source: Source, head: str, start: int, end: int) -> tuple[int, tuple[Command, ...]]:
    """Parse one instruction, taking in the lines of its heredocs."""
    limit = min(len(source.lines), end + _LONGEST_HEREDOC)
    for last in range(end, limit + 1):
        try:
            return last, parse(head + "".join(source.lines[start - 1 : last]))
        except ParseError as error:
            if "heredoc" not in str(error) or last == limit:
                raise
    raise AssertionError("unreachable")


def _broken_directives(source: Source) -> Iterator[tuple[Place, str]]:
    for number in range(1, len(source.lines) + 1):
        found = _DIRECTIVE.match(source.line(number).lstrip(SPACE))
        if not found:
            return
        if found[1].lower() == "escape" and found[2] not in ("`", "\\"):
            yield Place(number, 1), f"the escape character must be ` or \\, not {found[2]}"


def _instruction(
    source: Source, command: Command, start: int, escape: str, end: int | None = None
) -> Instruction:
    joined = join(source, start, escape)
    onbuild = (command.cmd or "").lower() == "onbuild" and bool(command.sub_cmd)
    head = (_TWO_WORDS if onbuild else _ONE_WORD).match(joined.text)
    return Instruction(
        name=((command.sub_cmd if onbuild else command.cmd) or "").lower(),
        joined=joined,
        start=head.end() if head else len(joined.text),
        values=command.value,
        flags=command.flags,
        json=command.json,
        end_line=end or command.end_line,
        heredocs=tuple(one.content for one in command.heredocs),
        onbuild=onbuild,
    )
