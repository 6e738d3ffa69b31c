"""Docker's own parser (buildkit's, in Go) by way of the package `dockerfile`.

It must never see a text with a NUL or a lone surrogate: it cuts the first short, and the second
ends the whole process.
"""

from __future__ import annotations

from typing import Protocol, cast


class Heredoc(Protocol):
    """A text that stands below its instruction."""

    content: str


class Command(Protocol):
    """What the parser gives for one instruction; nothing for an escape character alone."""

    cmd: str | None
    sub_cmd: str | None
    json: bool
    original: str | None
    start_line: int
    end_line: int
    flags: tuple[str, ...]
    value: tuple[str, ...]
    heredocs: tuple[Heredoc, ...]


class ParseError(ValueError):
    """The parser cannot read the text; it does not say where."""


def parse(text: str) -> tuple[Command, ...]:
    """Parse a text.

    Raises:
        ParseError: It is no valid Dockerfile.
    """
    import dockerfile

    if "\0" in text or not _encodable(text):
        raise ParseError("the text holds characters that no Dockerfile may hold")
    try:
        return cast("tuple[Command, ...]", dockerfile.parse_string(text))
    except dockerfile.GoParseError as error:
        raise ParseError(str(error)) from None
    except UnicodeDecodeError:  # It cuts at some white space in the middle of a character.
        raise ParseError("the text holds white space that docker does not read well") from None


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
