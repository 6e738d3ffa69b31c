"""Putting bytes into a file of the host, in one exchange when they are few."""

from __future__ import annotations

import base64

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import FileEnsure, Kind
from provision.steps.effect import Procedure, Upload, call

SMALL = 64 * 1024
"""Bytes that go in one request together with the look at what is there."""


def put(content: bytes, path: str, *, check: bool) -> Procedure[ChangeAnswer]:
    """Bring a file of the host to this content."""
    if len(content) <= SMALL:
        text = base64.b64encode(content).decode("ascii")
        return (yield from call(FileEnsure(path=path, state=Kind.FILE, content=text), check=check))
    answer: ChangeAnswer = yield Upload(content, path, check)
    return answer
