"""The step `image_build`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import Field, field_validator

from provision.agent.operations.docker import DockerVersion, ImageList
from provision.agent.operations.jobs import JobAccount
from provision.diagnosis.generation import generation_of
from provision.diagnosis.matching import Sighting
from provision.model.outcome import Change, Json, StepResult
from provision.steps.diagnosed import warned
from provision.steps.docker.build_context import (
    LABEL,
    MARKER,
    context_hash,
    folder_for,
    knows_labels,
    marker_for,
    send,
)
from provision.steps.docker.build_lint import Linted, LintMode, lint_file
from provision.steps.docker.build_log import BuildLog
from provision.steps.docker.client import DockerRefused, act, gave_up, inspect
from provision.steps.docker.container_wanted import parse_memory
from provision.steps.docker.image_tag import tag
from provision.steps.docker.job import DockerJob, Done, run_job
from provision.steps.docker.reading import at, short_id
from provision.steps.docker.reference import ImageNames, Reference, parse_reference
from provision.steps.docker.revision import Isolation
from provision.steps.effect import Procedure, StepProcedure, call
from provision.steps.ending import ended, failed
from provision.steps.names import listing
from provision.steps.step import Step, StepContext
from provision.steps.vital_signs import Silence

BUILD_SILENCE = Silence(report_after=600, give_up_after=7200)
"""Half an hour without a line is usual after `choco install`; it is judged by what moves."""


@dataclass
class _State:
    """What is found out on the way."""

    folder: str
    sha256: str = ""
    marker: str = ""
    labels: bool = True
    changes: list[Change] = field(default_factory=list)
    log: BuildLog = field(default_factory=BuildLog)


class ImageBuild(Step):
    """Build an image on the host from a folder of the controller.

    The Dockerfile is judged first, by the rules of `provision lint-dockerfile` for the host's
    Windows: errors stop the build before anything is sent, and warnings are warnings of the task; a
    comment in the file turns a rule off for a line. The folder is made equal on the host; what is
    there already is not sent. The build runs as a job that outlives the connection: layers are
    shown as they finish, and silence is judged by what moves. Nothing is built when the image has
    the hash of the folder and of these parameters in its label `provision.context`; with a docker
    before 1.11, which knows no labels in `build`, a further tag `provision-…` has it.

    Args:
        context: The controller's folder; a relative path is sought beside the playbook.
        tags: The image's name, `repository[:tag]`, or several.
        dockerfile: The Dockerfile's path in the folder.
        arguments: Build arguments, by name. They can be seen in the image's history and in the
            list of processes: give no secrets.
        no_cache: Build every layer anew, when it is built.
        pull: Look for newer base images, when it is built.
        isolation: Of the containers that build: `default`, `process` or `hyperv`.
        memory: How much they may have: `2g`.
        lint: `error` stops at errors of the rules, `warn` makes all findings warnings, `off` does
            not ask the rules.
        directory: The folder on the host; below ProgramData when left out. What it has beyond the
            controller's folder is removed.
        account: `user`, `password` and `level` that the build runs as; SYSTEM when left out.
        silence: When silence is reported, and when the build counts as hung.
    """

    name: ClassVar[str] = "image_build"
    default_timeout: ClassVar[float] = 12 * 3600
    example: ClassVar[str] = """\
name: Our image
image_build:
  context: images/app
  tags: example.com/lab/app:1.0
  arguments: {VERSION: "1.0"}
"""

    context: str
    tags: ImageNames
    dockerfile: str = Field(default="Dockerfile", min_length=1)
    arguments: dict[str, str] = {}
    no_cache: bool = False
    pull: bool = False
    isolation: Isolation = Isolation.DEFAULT
    memory: str | None = None
    lint: LintMode = LintMode.ERROR
    directory: str | None = None
    account: JobAccount | None = None
    silence: Silence = BUILD_SILENCE

    @field_validator("memory")
    @classmethod
    def _check_memory(cls, memory: str | None) -> str | None:
        if memory is not None:
            parse_memory(memory)
        return memory

    def intent(self) -> str:
        """Say what is built of what."""
        return f"image {listing(self.tags)} is built of the controller's {self.context}"

    def run(self, context: StepContext) -> StepProcedure:
        """Judge, send, compare, build, tag."""
        path = f"{self.context.rstrip('/')}/{self.dockerfile}"
        linted = yield from lint_file(path, self.lint, context.facts.os_build)
        if linted.errors and self.lint is LintMode.ERROR:
            return linted.failure()
        names = tuple(parse_reference(each) for each in self.tags)
        state = _State(self.directory or folder_for(names[0]))
        sent = yield from send(
            self.context, state.folder, check=context.check, timeout=context.timeout
        )
        state.changes += sent.changes
        version = yield from call(DockerVersion())
        if context.check and not version.client:
            # A task before would have installed docker.
            state.changes += [
                Change(what=f"image {n.full}", before=None, after="built") for n in names
            ]
            return linted.warn(ended(state.changes, evidence=["there is no docker yet"]))
        state.labels = knows_labels(version.client)
        if not (context.check and sent.changes):
            state.sha256 = yield from context_hash(state.folder, self._deciding())
        if state.sha256:
            state.marker = marker_for(names[0], state.sha256)
        full = [each.full for each in names]
        asked = [*full, state.marker] if state.marker else full
        found = list((yield from inspect("image", *asked)))
        marked = found.pop() if state.marker else None
        current, building = found[0], context.key in context.begun
        told = f"{sent.sent} of {sent.files} files of the context differed"
        if self._is_built(state, current, marked) and not building:
            result = yield from self._tagged(current, found, state, context, [told, "built before"])
            return linted.warn(result)
        if context.check:
            state.changes += [
                Change(what=f"image {name}", before=_id(image), after="built")
                for name, image in zip(full, found, strict=True)
            ]
            return linted.warn(ended(state.changes, evidence=[told]))
        job = self._job(names[0], state)
        done = yield from run_job(job, context, self.default_timeout)
        if done.why:
            return self._failed(done, state, linted)
        (image,) = yield from inspect("image", full[0])
        if image is None:
            return failed(
                f"docker built {full[0]}, and does not know it now",
                remedy="Restart the service docker and run again.",
                evidence=done.output.splitlines()[-5:],
                changes=state.changes,
            )
        before = None if building else _id(current)
        if before != _id(image):
            state.changes.append(Change(what=f"image {full[0]}", before=before, after=_id(image)))
        if not self._has_label(state, image):
            yield from self._mark(names[0], state, image)
        evidence = [told, *_told(done, state.log)]
        result = yield from self._tagged(image, [image, *found[1:]], state, context, evidence)
        return linted.warn(_with_known_issues(result, done, context))

    def _deciding(self) -> dict[str, Any]:
        """What decides the image beside the folder; `no_cache` does not."""
        return {
            "dockerfile": self.dockerfile,
            "arguments": self.arguments,
            "isolation": self.isolation.value,
            "memory": self.memory,
        }

    def _is_built(
        self, state: _State, current: dict[str, Any] | None, marked: dict[str, Any] | None
    ) -> bool:
        if current is None or not state.sha256:
            return False
        same = marked is not None and marked.get("Id") == current.get("Id")
        return same or self._has_label(state, current)

    def _has_label(self, state: _State, image: dict[str, Any]) -> bool:
        return bool(at(image, "Config", "Labels", LABEL) == state.sha256)

    def _job(self, name: Reference, state: _State) -> DockerJob:
        words = ["build", "-t", name.full, "-f", f"{state.folder}\\{self.dockerfile}"]
        if state.labels:
            words += ["--label", f"{LABEL}={state.sha256}"]
        for argument, value in self.arguments.items():
            words += ["--build-arg", f"{argument}={value}"]
        if self.no_cache:
            words.append("--no-cache")
        if self.pull:
            words.append("--pull")
        if self.isolation is not Isolation.DEFAULT:
            words += ["--isolation", self.isolation.value]
        if self.memory is not None:
            words += ["-m", str(parse_memory(self.memory))]
        return DockerJob(
            arguments=(*words, state.folder),
            silence=self.silence,
            account=self.account,
            notice=state.log.notice,
        )

    def _tagged(
        self,
        image: dict[str, Any] | None,
        found: list[dict[str, Any] | None],
        state: _State,
        context: StepContext,
        evidence: list[str],
    ) -> Procedure[StepResult]:
        assert image is not None
        try:
            yield from tag(image, self.tags, found, state.changes, check=context.check)
        except DockerRefused as error:
            return gave_up(error, state.changes)
        image_id = str(image.get("Id"))
        value: dict[str, Json] = {
            "id": image_id,
            "tags": [parse_reference(each).full for each in self.tags],
            "context": state.sha256,
            "layers": [layer.plain() for layer in state.log.layers],
        }
        told = [f"id {short_id(image_id)}", *evidence]
        return ended(state.changes, evidence=told, value=value)

    def _mark(self, name: Reference, state: _State, image: dict[str, Any]) -> Procedure[None]:
        """Put the tag with the hash on the image, and take away those of earlier ones."""
        yield from act("tag", str(image.get("Id")), state.marker)
        listed = yield from call(ImageList())
        for each in listed.images:
            full = f"{each.repository}:{each.tag}"
            ours = each.repository == name.repository and each.tag.startswith(MARKER)
            if ours and full != state.marker:
                try:
                    yield from act("rmi", "--no-prune", full)
                except DockerRefused:
                    # A container may still be of it: the old tag does no harm.
                    continue

    def _failed(self, done: Done, state: _State, linted: Linted) -> StepResult:
        unfinished = [state.log.unfinished] if state.log.unfinished else []
        layers = [f"layers finished before: {len(state.log.layers)}; docker keeps them"]
        what = f"image {self.tags[0]} could not be built"
        result = done.as_failure(what, unfinished + layers, in_container=True)
        value = {**result.value, "layers": [layer.plain() for layer in state.log.layers]}
        update = {"changes": tuple(state.changes), "value": value}
        return linted.warn(result.model_copy(update=update))


def _id(image: dict[str, Any] | None) -> Json:
    return {"id": short_id(str(image.get("Id")))} if image is not None else None


def _told(done: Done, log: BuildLog) -> list[str]:
    cached = sum(layer.cached for layer in log.layers)
    told = [f"built in {done.seconds:.0f} s: {len(log.layers)} layers, {cached} from the cache"]
    slowest = log.slowest()
    return [*told, f"the slowest was {slowest.told()}"] if slowest is not None else told


def _with_known_issues(result: StepResult, done: Done, context: StepContext) -> StepResult:
    """Warn of known issues in a build that came to a good end."""
    seen = [
        Sighting(record.text, kind=record.kind, in_container=True)
        for record in done.followed.records
    ]
    known = warned(seen, generation_of(context.facts.os_build))
    return result.model_copy(update={"warnings": (*result.warnings, *known)})
