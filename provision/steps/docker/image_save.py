"""The step `image_save`."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.files import FileCommit, FileEnsure, FileStat, Kind
from provision.model.outcome import Change, Json
from provision.steps.docker.archive import ArchiveNote, read_note, write_note
from provision.steps.docker.client import inspect
from provision.steps.docker.image_tag import full_names
from provision.steps.docker.job import DockerJob, run_job
from provision.steps.docker.reading import short_id
from provision.steps.docker.reference import ImageNames
from provision.steps.effect import Procedure, StepProcedure, call
from provision.steps.ending import ended, failed
from provision.steps.names import listing
from provision.steps.step import Step, StepContext
from provision.steps.vital_signs import Silence


class ImageSave(Step):
    """Write images of the host into one archive on the host.

    Runs as a job. The archive takes its place when it is whole. A note beside it, `….images.json`,
    says which images are in it: it is written anew only when one of them is another now.

    Args:
        images: One image or several, by name; the tag is `latest` unless given.
        dest: Path of the archive on the host.
        silence: When silence is reported, and when it counts as hung.
    """

    name: ClassVar[str] = "image_save"
    default_timeout: ClassVar[float] = 4 * 3600
    example: ClassVar[str] = """\
name: The image as a file
image_save:
  images: example.com/lab/app:1.0
  dest: C:\\provision\\app.tar
"""

    images: ImageNames
    dest: str
    silence: Silence = Silence()

    def intent(self) -> str:
        """Say what goes where."""
        return f"{self.dest} holds {listing(self.images)}"

    def run(self, context: StepContext) -> StepProcedure:
        """Compare the note with the images; save into a part file, then put it in place."""
        names = full_names(self.images)
        found = yield from inspect("image", *names)
        missing = [name for name, one in zip(names, found, strict=True) if one is None]
        if missing and not context.check:
            return failed(
                f"not on the host: {', '.join(missing)}",
                remedy="Bring it with `image_pull`, `image_load` or `image_build` before.",
            )
        ids = {
            name: str(one.get("Id")) if one is not None else "not yet"
            for name, one in zip(names, found, strict=True)
        }
        there, note = yield from read_note(self.dest)
        before = _state(note.images if note else None, there.kind)
        if note is not None and dict(note.images) == ids:
            return ended((), evidence=["it holds them already"], value=self._value(note.bytes, ids))
        change = Change(what=self.dest, before=before, after=_state(ids, Kind.FILE))
        if context.check:
            return ended([change], value=self._value(0, ids))
        part = f"{self.dest}.part"
        job = DockerJob(arguments=("save", "-o", part, *names), silence=self.silence)
        if context.key not in context.begun:
            yield from self._make_room(part)
        done = yield from run_job(job, context, self.default_timeout)
        if done.why:
            return done.as_failure(f"{listing(names)} could not be saved")
        stat = yield from call(FileStat(path=part, hash=True))
        if stat.sha256 is None:
            return failed(
                f"docker saved {listing(names)}, and there is no {part}",
                evidence=done.output.splitlines()[-5:],
            )
        yield from call(FileCommit(path=self.dest, sha256=stat.sha256))
        yield from write_note(self.dest, ArchiveNote(images=ids, bytes=stat.bytes))
        told = f"{stat.bytes / 1e6:.1f} MB in {done.seconds:.0f} s, SHA-256 {stat.sha256}"
        return ended([change], evidence=[told], value=self._value(stat.bytes, ids))

    def _make_room(self, part: str) -> Procedure[None]:
        """See that the archive's folder is there, and nothing of an earlier try."""
        yield from call(FileEnsure(path=part, state=Kind.FILE))
        yield from call(FileEnsure(path=part, state=Kind.ABSENT))

    def _value(self, size: int, ids: dict[str, str]) -> dict[str, Json]:
        return {"path": self.dest, "bytes": size, "images": dict(ids)}


def _state(images: object, kind: Kind) -> Json:
    if isinstance(images, dict):
        return {"kind": "file", "images": {name: short_id(str(i)) for name, i in images.items()}}
    return None if kind is Kind.ABSENT else {"kind": kind.value}
