"""What is known of an archive that `docker save` made: a small file beside it.

An archive is not the same twice, so its hash tells nothing of the images in it. The note says which
images it was made of and how long it is, and is written only when the archive is in its place.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from provision.agent.operations.base import OperationError
from provision.agent.operations.files import (
    FileEnsure,
    FileRead,
    FileReadAnswer,
    FileStat,
    FileStatAnswer,
    Kind,
)
from provision.steps.check_kinds import expect
from provision.steps.effect import Procedure, call, call_all

SUFFIX = ".images.json"


class ArchiveNote(BaseModel):
    """The note: image ids by their names, and the archive's length."""

    model_config = ConfigDict(frozen=True)

    images: Mapping[str, str]
    bytes: int


def read_note(path: str) -> Procedure[tuple[FileStatAnswer, ArchiveNote | None]]:
    """Look at an archive and its note; a note that does not fit the archive counts as none."""
    stat, note = yield from call_all([FileStat(path=path), FileRead(path=f"{path}{SUFFIX}")])
    there = expect(stat, FileStatAnswer)
    if isinstance(note, OperationError) and note.record.id.startswith("NotFound"):
        return there, None
    raw = base64.b64decode(expect(note, FileReadAnswer).content)
    try:
        found = ArchiveNote.model_validate_json(raw)
    except ValidationError:
        return there, None
    fits = there.kind is Kind.FILE and there.bytes == found.bytes
    return there, found if fits else None


def write_note(path: str, note: ArchiveNote) -> Procedure[None]:
    """Put the note in its place."""
    text = json.dumps({"images": dict(note.images), "bytes": note.bytes}, indent=2)
    content = base64.b64encode(text.encode()).decode("ascii")
    yield from call(FileEnsure(path=f"{path}{SUFFIX}", state=Kind.FILE, content=content))
