"""The step `image_load`."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.files import Kind
from provision.model.outcome import Change, Json
from provision.steps.docker.archive import read_note
from provision.steps.docker.client import inspect
from provision.steps.docker.image_tag import full_names
from provision.steps.docker.job import DockerJob, run_job
from provision.steps.docker.reading import short_id
from provision.steps.docker.reference import ImageNames
from provision.steps.effect import StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.names import listing
from provision.steps.step import Step, StepContext
from provision.steps.vital_signs import Silence


class ImageLoad(Step):
    """Bring images from an archive on the host into docker.

    Runs as a job. Nothing is loaded when all images are there; with the note that `image_save`
    leaves beside its archive, they must also be the very ones of the archive.

    Args:
        src: Path of the archive on the host; `copy` or `fetch` brings it there.
        images: What the archive holds, one image or several by name; the tag is `latest` unless
            given. The task fails when one of them is not there afterwards.
        silence: When silence is reported, and when it counts as hung.
    """

    name: ClassVar[str] = "image_load"
    default_timeout: ClassVar[float] = 4 * 3600
    example: ClassVar[str] = """\
name: The image from a file
image_load:
  src: C:\\provision\\app.tar
  images: example.com/lab/app:1.0
"""

    src: str
    images: ImageNames
    silence: Silence = Silence()

    def intent(self) -> str:
        """Say what comes from where."""
        return f"{listing(self.images)} as in {self.src}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look at images and archive; load, and look again."""
        names = full_names(self.images)
        found = yield from inspect("image", *names)
        before = {n: str(one.get("Id")) if one else "" for n, one in zip(names, found, strict=True)}
        archive, note = yield from read_note(self.src)
        wanted = dict(note.images) if note is not None else {}
        right = all(
            before[name] and before[name] == wanted.get(name, before[name]) for name in names
        )
        loading = context.key in context.begun
        if right and not loading:
            return ended((), evidence=["all of them are there"], value=_value(before))
        if archive.kind is not Kind.FILE and not context.check:
            return failed(
                f"{self.src} is not on the host",
                remedy="Bring it there with a `copy` or `fetch` task before this one.",
            )
        if context.check:
            return ended(_changes(before, {name: wanted.get(name, "loaded") for name in names}))
        job = DockerJob(arguments=("load", "-i", self.src), silence=self.silence)
        done = yield from run_job(job, context, self.default_timeout)
        if done.why:
            return done.as_failure(f"{self.src} could not be loaded")
        found = yield from inspect("image", *names)
        after = {n: str(one.get("Id")) if one else "" for n, one in zip(names, found, strict=True)}
        told = [line for line in done.output.splitlines() if line.startswith("Loaded image")]
        changes = _changes({} if loading else before, after)
        missing = [name for name in names if not after[name]]
        if missing:
            return failed(
                f"{self.src} was loaded, and brought no {', '.join(missing)}",
                remedy="Name in `images` what the archive holds.",
                evidence=told or done.output.splitlines()[-5:],
                changes=changes,
            )
        took = f"loaded in {done.seconds:.0f} s"
        return ended(changes, evidence=[*told, took], value=_value(after))


def _value(ids: dict[str, str]) -> dict[str, Json]:
    return {"images": dict(ids)}


def _changes(before: dict[str, str], after: dict[str, str]) -> list[Change]:
    return [
        Change(
            what=f"image {name}",
            before={"id": short_id(before[name])} if before.get(name) else None,
            after={"id": short_id(now)},
        )
        for name, now in after.items()
        if now and now != before.get(name)
    ]
