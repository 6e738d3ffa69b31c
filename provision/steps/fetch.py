"""The step `fetch`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from provision.agent.operations.base import ChangeAnswer, OperationError
from provision.agent.operations.files import Download, FileStat
from provision.model.errors import TaskError
from provision.model.outcome import Change, StepResult
from provision.playbook.durations import Duration
from provision.steps.diagnosed import explained, first_reason
from provision.steps.diagnosing import sighting
from provision.steps.effect import (
    Procedure,
    Progress,
    StepProcedure,
    call,
)
from provision.steps.ending import change_of, ended, failed, refused
from provision.steps.errors import WrongHash
from provision.steps.names import Sha256, WebAddress
from provision.steps.step import Step, StepContext
from provision.steps.transfer import Relay, Sent, UploadFile

TRY_THE_NEXT = frozenset({"DownloadFailed", "HashMismatch", "NotFound"})
"""Refusals of a download that another source may not meet."""


class Via(Enum):
    """Who fetches an address."""

    AUTO = "auto"
    HOST = "host"
    CONTROLLER = "controller"


class Source(BaseModel):
    """One place where a file can be had. Exactly one of `url` and `file` is given.

    Args:
        url: An http or https address.
        file: A file of the controller; a relative path is sought beside the playbook.
        sha256: The hash that the content must have, in hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: WebAddress | None = None
    file: str | None = None
    sha256: Sha256

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.url is None) == (self.file is None):
            raise ValueError("give exactly one of url and file")
        return self

    @property
    def place(self) -> str:
        """The address or path."""
        return self.url or self.file or ""


class Fetch(Step):
    """Bring a file to the host from the first source that has it, checked by its SHA-256.

    The host tries its own download of each address first; what it cannot have is fetched by the
    controller and sent over. A file that already has one of the hashes is left alone. Content
    with another hash is never put in place.

    Args:
        dest: Path of the file on the host; parent folders are made.
        sources: Places in order, each with `url` or `file`, and `sha256`.
        url: The only source's address, in place of `sources`.
        file: The only source's file on the controller, in place of `sources`.
        sha256: The only source's hash.
        via: `host` or `controller` lets only that one fetch addresses; `auto` both.
        download_timeout: Host seconds, or `5m`, for one download by the host.
    """

    name: ClassVar[str] = "fetch"
    default_timeout: ClassVar[float] = 1800
    example: ClassVar[str] = """\
name: The installer
fetch:
  dest: C:\\provision\\installer.ps1
  sources:
    - url: https://example.com/installer.ps1
      sha256: 7d2df8579e24fc7dd3c2edb3d7b6b0e1b111d6700b89988d9870c03cae53e386
    - file: files/installer.ps1
      sha256: 7d2df8579e24fc7dd3c2edb3d7b6b0e1b111d6700b89988d9870c03cae53e386
"""

    dest: str
    sources: tuple[Source, ...] = ()
    url: WebAddress | None = None
    file: str | None = None
    sha256: Sha256 | None = None
    via: Via = Via.AUTO
    download_timeout: Duration = Field(default=300, ge=1)

    @model_validator(mode="after")
    def _some_source(self) -> Fetch:
        short: dict[str, Any] = {
            key: value
            for key in ("url", "file", "sha256")
            if (value := getattr(self, key)) is not None
        }
        if bool(short) == bool(self.sources):
            raise ValueError("give either sources, or url (or file) with sha256")
        self.all_sources()
        return self

    def all_sources(self) -> tuple[Source, ...]:
        """The sources in order, however they were written."""
        if self.sources:
            return self.sources
        return (Source(url=self.url, file=self.file, sha256=self.sha256 or ""),)

    def intent(self) -> str:
        """Say what goes where, and by which hash it is known."""
        first = self.all_sources()[0]
        return f"{self.dest} has SHA-256 {first.sha256[:12].lower()}…, from {first.place}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look first; then try each source."""
        hashes = [source.sha256.lower() for source in self.all_sources()]
        stat = yield from call(FileStat(path=self.dest, hash=True))
        if stat.sha256 in hashes:
            return self._done(stat.sha256 or "", "there already", "already", (), ())
        if context.check:
            before = {"kind": stat.kind.value, "sha256": stat.sha256}
            after = {"kind": "file", "sha256": hashes[0]}
            return ended([Change(what=self.dest, before=before, after=after)])
        tried: list[str] = []
        errors: list[TaskError | OperationError] = []
        for source, by_host in self._tries():
            got = yield from self._attempt(source, context.timeout, by_host=by_host)
            if isinstance(got, ChangeAnswer):
                via = "host" if by_host else "controller"
                change = change_of(self.dest, got)
                return self._done(source.sha256.lower(), source.place, via, change, tried)
            who = "host" if by_host else "controller"
            tried.append(f"{source.place}, by the {who}: {_why(source.place, got)}")
            yield Progress(tried[-1])
            errors.append(got)
            if isinstance(got, OperationError) and _id(got) not in TRY_THE_NEXT:
                return refused([got], evidence=tried)
        return self._nowhere(tried, errors)

    def _tries(self) -> list[tuple[Source, bool]]:
        sources = self.all_sources()
        if self.via is Via.CONTROLLER:
            return [(source, False) for source in sources]
        tries = [(source, source.url is not None) for source in sources]
        if self.via is Via.HOST:
            return tries
        return tries + [(source, False) for source in sources if source.url is not None]

    def _attempt(
        self, source: Source, timeout: float | None, *, by_host: bool
    ) -> Procedure[ChangeAnswer | TaskError | OperationError]:
        try:
            if by_host:
                assert source.url is not None
                yield Progress(f"the host fetches {source.url}")
                sha256 = source.sha256.lower()
                return (
                    yield from call(
                        Download(
                            url=source.url,
                            path=self.dest,
                            sha256=sha256,
                            timeout=int(self.download_timeout),
                        )
                    )
                )
            sent: Sent
            if source.url is not None:
                yield Progress(f"the controller fetches {source.url} and sends it")
                sent = yield Relay(source.url, source.sha256, self.dest, timeout)
            else:
                yield Progress(f"sending {source.place}")
                sent = yield UploadFile(
                    source.place, self.dest, sha256=source.sha256, timeout=timeout
                )
        except (OperationError, TaskError) as error:
            return error
        return sent.change

    def _done(
        self, sha256: str, place: str, via: str, changes: tuple[Change, ...], tried: Any
    ) -> StepResult:
        told = f"SHA-256 {sha256} checked on the host ({place})"
        return ended(
            changes,
            evidence=[told, *tried],
            value={"path": self.dest, "sha256": sha256, "source": place, "via": via},
        )

    def _nowhere(
        self, tried: list[str], errors: Sequence[TaskError | OperationError]
    ) -> StepResult:
        refusals = [error for error in errors if isinstance(error, OperationError)]
        finding = first_reason([[sighting(error.record)] for error in refusals])
        if any(map(_has_another_hash, errors)):
            finding = None
            first = "What came is not what the playbook names: read it before you trust it."
        elif finding is not None:
            first = finding.issue.remedy
        else:
            first = "Check the address, and the host's way to the internet." if refusals else ""
        remedies = [
            first,
            *(error.resolution for error in errors if not _has_another_hash(error)),
            "Or put the file beside the playbook and name it as a `file` source.",
        ]
        why = f"{self.dest} could not be had in any of {len(tried)} ways"
        result = explained(failed(why, evidence=tried), finding)
        remedy = "\n".join(dict.fromkeys(filter(None, remedies)))
        return result.model_copy(update={"remedy": remedy})


def _why(place: str, error: TaskError | OperationError) -> str:
    """Say why a source did not have the file, without naming it once more."""
    brief = error.record.message if isinstance(error, OperationError) else error.brief
    details = "" if isinstance(error, OperationError) else error.details
    brief = brief.removeprefix(f"{place}: ").removeprefix(f"{place} ")
    return f"{brief} ({details})" if details else brief


def _id(error: OperationError) -> str:
    return error.record.id.partition(",")[0]


def _has_another_hash(error: TaskError | OperationError) -> bool:
    if isinstance(error, OperationError):
        return _id(error) == "HashMismatch"
    return isinstance(error, WrongHash)
