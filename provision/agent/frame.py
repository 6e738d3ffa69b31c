"""The wire of `provision.agent`, read and written: pure functions and readers, no I/O.

What comes from a host is a byte stream in which anything may stand between two frames, or be glued
to one: a native program writes wherever it likes. So a reader looks for the prefix anywhere in a
line, believes a frame only if its announced length is there and decodes, and hands everything else
on as stray. Neither a line nor what is kept of a stray can grow without bound.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from provision.model.errors import ProvisionError
from provision.model.outcome import Json

LINE_LIMIT = 16 * 1024 * 1024
STRAY_LIMIT = 2000

_START = re.compile(rb"@pv (?=[0-9])")
_ANSWER = re.compile(rb"@pv ([0-9]{1,18}) ([0-9]{1,9}) ")
_BASE64 = (string.ascii_letters + string.digits + "+/=").encode()


@dataclass(frozen=True, slots=True)
class Request:
    """What a controller asks of the agent."""

    number: int
    op: str
    params: dict[str, Json]
    check: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole frame from the agent; its payload is not yet looked at."""

    number: int
    payload: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Stray:
    """Output that is no frame, at most 2,000 characters of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Garbled:
    """What began like a frame and is none.

    Args:
        number: The number that it began with; None when that cannot be read.
    """

    number: int | None
    text: str
    reason: str


Received: TypeAlias = Answer | Stray | Garbled


class BadFrame(ProvisionError):
    """A line that should be a request is none."""


class LineReader:
    """Cut a byte stream into lines without their ends (LF or CRLF), in bounded memory.

    Of a line longer than the limit only the beginning comes out, marked as cut.

    Args:
        limit: Bytes that one line may have.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._pending = bytearray()
        self._scanned = 0
        self._skipping = False

    def feed(self, data: bytes) -> list[tuple[bytes, bool]]:
        """Take the next bytes; gives the lines that they complete, each with "was cut"."""
        self._pending += data
        lines: list[tuple[bytes, bool]] = []
        start = 0
        while (end := self._pending.find(b"\n", max(start, self._scanned))) >= 0:
            if self._skipping:
                self._skipping = False
            else:
                cut = end - start > self._limit
                line = bytes(self._pending[start : min(end, start + self._limit)])
                lines.append((line.rstrip(b"\r"), cut))
            start = end + 1
        del self._pending[:start]
        if self._skipping:
            self._pending.clear()
        elif len(self._pending) > self._limit:
            lines.append((bytes(self._pending[: self._limit]), True))
            self._pending.clear()
            self._skipping = True
        self._scanned = len(self._pending)
        return lines

    def rest(self) -> bytes:
        """What came after the last line end; for when the stream is over."""
        return bytes(self._pending)


class FrameReader:
    """Find the agent's answers in what a process wrote to its standard output.

    Never raises, whatever comes, and however it is split.

    Args:
        limit: Bytes that one line may have.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._lines = LineReader(limit)

    def feed(self, data: bytes) -> list[Received]:
        """Take the next bytes; gives what they complete, in order."""
        return [
            found for line, cut in self._lines.feed(data) for found in _read_answers(line, cut=cut)
        ]

    def finish(self) -> list[Received]:
        """What is left when the process has ended: strays, and frames that were cut."""
        return list(_read_answers(self._lines.rest(), cut=True))


def encode_request(request: Request) -> bytes:
    """Write a request as one line with its end."""
    params, content = _detach(request.params)
    body = _encode({"op": request.op, "check": request.check, "params": params})
    return b"@pv %d %s\n" % (request.number, body + content)


def request_parts(line: bytes) -> tuple[int, bytes, bytes] | None:
    """Part a request line, its end already taken off; None when it has another form.

    Returns:
        Its number, the base64 of its JSON, and its content; what they hold is not looked at.
    """
    words = line.strip(b" \r\n").split(b" ")
    if not 3 <= len(words) <= 4 or words[0] != b"@pv":
        return None
    number, body, content = words[1], words[2], words[3] if len(words) == 4 else b""
    if not (number.isdigit() and len(number) <= 18) or (len(words) == 4 and not content):
        return None
    if body.translate(None, _BASE64) or content.translate(None, _BASE64):
        return None
    return int(number), body, content


def decode_request(line: bytes) -> Request:
    """Read a request line, its end already taken off: the far side's half.

    Raises:
        BadFrame: The line is no whole request.
    """
    parts = request_parts(line)
    payload = _decode(parts[1]) if parts else None
    if not parts or payload is None:
        raise BadFrame("not a request", details=_text(line))
    op, params, check = payload.get("op"), payload.get("params", {}), payload.get("check", False)
    if not isinstance(op, str) or not isinstance(params, dict) or not isinstance(check, bool):
        raise BadFrame("a request of another shape", details=_text(line))
    number, _, content = parts
    if content:
        params["content"] = content.decode("ascii")
    return Request(number, op, params, check)


def encode_answer(number: int, payload: dict[str, Json]) -> bytes:
    """Write an answer as the agent does: an empty line, then the frame with its end."""
    result, content = _detach(payload.get("result"))
    body = _encode({**payload, "result": result} if content else payload) + content
    return b"\n@pv %d %d %s\n" % (number, len(body), body)


def _read_answers(line: bytes, *, cut: bool) -> Iterator[Received]:
    starts = [match.start() for match in _START.finditer(line)]
    if not starts:
        yield from _stray(line)
        return
    yield from _stray(line[: starts[0]])
    for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
        yield from _read_answer(line[start:end], cut=cut and end == len(line))


def _read_answer(piece: bytes, *, cut: bool) -> Iterator[Received]:
    header = _ANSWER.match(piece)
    if not header:
        yield Garbled(_number(piece), _text(piece), "the header is cut")
        return
    number, length = int(header[1]), int(header[2])
    body = piece[header.end() : header.end() + length]
    payload = _decode_answer(body) if len(body) == length else None
    if payload is not None:
        yield Answer(number, payload)
        yield from _stray(piece[header.end() + length :])
    elif cut or len(body) < length:
        yield Garbled(number, _text(piece), f"{len(body)} of {length} characters are there")
    else:
        yield Garbled(number, _text(piece), "the body does not decode")


def _number(piece: bytes) -> int | None:
    match = re.match(rb"@pv ([0-9]{1,18}) ", piece)
    return int(match[1]) if match else None


def _stray(text: bytes) -> Iterator[Stray]:
    if text.strip():
        yield Stray(_text(text))


def _text(raw: bytes) -> str:
    return raw[: STRAY_LIMIT * 4].decode("utf-8", "replace")[:STRAY_LIMIT].strip("\r\n")


def _detach(holder: Any) -> tuple[Any, bytes]:
    """Part a `content` that is base64 already from what holds it; gives it as the wire has it."""
    content = holder.get("content") if isinstance(holder, dict) else None
    if not content or not isinstance(content, str) or not content.isascii():
        return holder, b""
    raw = content.encode()
    if raw.translate(None, _BASE64):
        return holder, b""
    return {key: value for key, value in holder.items() if key != "content"}, b" " + raw


def _decode_answer(body: bytes) -> dict[str, Json] | None:
    head, _, content = body.partition(b" ")
    payload = _decode(head)
    if payload is None or not content:
        return payload
    result = payload.get("result")
    if not isinstance(result, dict) or content.translate(None, _BASE64):
        return None
    result["content"] = content.decode("ascii")
    return payload


def _encode(payload: Any) -> bytes:
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(text.encode())


def _decode(body: bytes) -> dict[str, Json] | None:
    try:
        payload = json.loads(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None
