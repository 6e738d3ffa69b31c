"""The step `image_pull`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any, ClassVar

from pydantic import Field

from provision.agent.operations.jobs import JobAccount
from provision.model.outcome import Change, Json, StepResult
from provision.steps.docker.client import ask, image_version, inspect_image
from provision.steps.docker.job import DockerJob, Done, run_job
from provision.steps.docker.reading import at, short_id
from provision.steps.docker.reference import ImageName, parse_reference
from provision.steps.docker.revision import Isolation, Mismatch, best_fit, misfit, warned_of
from provision.steps.effect import Procedure, Progress, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.step import Step, StepContext
from provision.steps.vital_signs import Silence

MANIFEST_SECONDS = 60.0


class PullPolicy(Enum):
    """When an image is asked for."""

    MISSING = "missing"
    ALWAYS = "always"


class ImagePull(Step):
    """Bring an image from a registry to the host.

    Runs as a job: it outlives the connection, and its layers are shown as they finish. The host is
    compared with the image's Windows version, before the pull when the registry tells it and after
    it otherwise. A registry's error that passes by itself is tried again after a while; a rate
    limit, an unknown image and a refused login are not.

    Args:
        image: `[registry/]repository[:tag]`; the tag is `latest` unless given.
        policy: `missing` pulls what is not there; `always` also looks for a newer one.
        isolation: What the containers will have: `default`, `process` or `hyperv`.
        mismatch: An image that cannot start on this host is a failure (`fail`), a warning (`warn`)
            or nothing (`ignore`).
        attempts: How often it is tried in all.
        account: `user`, `password` and `level` that the pull runs as, for a registry that this
            account has logged in to; SYSTEM when left out.
        silence: When silence is reported, and when the pull counts as hung.
    """

    name: ClassVar[str] = "image_pull"
    short: ClassVar[str | None] = "image"
    default_timeout: ClassVar[float] = 6 * 3600
    example: ClassVar[str] = """\
name: The base image
image_pull:
  image: mcr.microsoft.com/windows/servercore:ltsc2022
  mismatch: warn
"""

    image: ImageName
    policy: PullPolicy = PullPolicy.MISSING
    isolation: Isolation = Isolation.DEFAULT
    mismatch: Mismatch = Mismatch.FAIL
    attempts: int = Field(default=4, ge=1, le=20)
    account: JobAccount | None = None
    silence: Silence = Silence()

    def intent(self) -> str:
        """Name the image."""
        newest = ", the newest" if self.policy is PullPolicy.ALWAYS else ""
        return f"image {self.image} is present{newest}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look, compare, pull, and look again."""
        before = yield from inspect_image(self._name)
        pulling = context.key in context.begun
        if before is not None and self.policy is PullPolicy.MISSING and not pulling:
            return self._end(before, before, context, ["there already"])
        versions: tuple[str, ...] = ()
        if self.mismatch is not Mismatch.IGNORE and not pulling:
            versions = yield from self._versions()
        fit = best_fit(context.facts.os_version, versions, self.isolation)
        if fit.hopeless and self.mismatch is Mismatch.FAIL:
            return misfit(self.image, fit)
        if context.check:
            why = "whether the registry has a newer one is not known before"
            evidence = [why] if before is not None else []
            return warned_of(ended([self._change(before, None)], evidence=evidence), fit)
        if fit.why:
            yield Progress(f"{fit.why}. {fit.advice}", "warning")
        done = yield from run_job(self._job(), context, self.default_timeout)
        if done.why:
            return done.as_failure(f"image {self.image} could not be pulled")
        after = yield from inspect_image(self._name)
        if after is None:
            return failed(
                f"docker pulled {self.image}, and does not know it now",
                remedy="Restart the service docker and run again.",
                evidence=done.output.splitlines()[-5:],
            )
        return self._end(None if pulling else before, after, context, _told(done))

    @property
    def _name(self) -> str:
        return str(parse_reference(self.image))

    def _job(self) -> DockerJob:
        return DockerJob(
            arguments=("pull", self._name),
            silence=self.silence,
            account=self.account,
            attempts=self.attempts,
        )

    def _versions(self) -> Procedure[tuple[str, ...]]:
        """Ask the registry for the image's Windows versions; none when it cannot be asked."""
        answer = yield from ask("manifest", "inspect", "-v", self._name, timeout=MANIFEST_SECONDS)
        return manifest_versions(answer.stdout) if answer.exit_code == 0 else ()

    def _change(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
        then: Json = {"id": short_id(str(before.get("Id")))} if before is not None else None
        now: Json = {"id": short_id(str(after.get("Id")))} if after is not None else "pulled"
        return Change(what=f"image {self._name}", before=then, after=now)

    def _end(
        self,
        before: dict[str, Any] | None,
        after: dict[str, Any],
        context: StepContext,
        evidence: list[str],
    ) -> StepResult:
        version = image_version(after)
        fit = best_fit(context.facts.os_version, (version,), self.isolation)
        changed = before is None or before.get("Id") != after.get("Id")
        value: dict[str, Json] = {
            "image": self._name,
            "id": str(after.get("Id")),
            "os_version": version,
        }
        changes = [self._change(before, after)] if changed else []
        if fit.hopeless and self.mismatch is Mismatch.FAIL:
            return misfit(self.image, fit).model_copy(update={"changes": tuple(changes)})
        result = ended(changes, evidence=[f"id {short_id(str(after.get('Id')))}", *evidence])
        result = result.model_copy(update={"value": {**result.value, **value}})
        return result if self.mismatch is Mismatch.IGNORE else warned_of(result, fit)


def manifest_versions(text: str) -> tuple[str, ...]:
    """Read the Windows versions in what `docker manifest inspect -v` prints."""
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    entries = found if isinstance(found, list) else [found]
    return tuple(dict.fromkeys(_windows_versions(entries)))


def _windows_versions(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        for platform in (at(entry, "Descriptor", "platform"), at(entry, "platform")):
            if at(platform, "os") == "windows" and (version := at(platform, "os.version")):
                yield str(version)
        below = at(entry, "manifests")
        if isinstance(below, list):
            yield from _windows_versions(below)


def _told(done: Done) -> list[str]:
    layers = sum(line.endswith(": Pull complete") for line in done.output.splitlines())
    told = [f"pulled in {done.seconds:.0f} s, {layers} layers"]
    if done.tries > 1:
        told.append(f"{done.tries} tries")
    return told
