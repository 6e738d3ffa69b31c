"""The step `container`."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, field_validator, model_validator

from provision.model.outcome import Change, Json, StepResult
from provision.steps.command_line import split_command_line
from provision.steps.docker.client import act, ask, image_version, inspect
from provision.steps.docker.container_wanted import (
    Wanted,
    differences,
    parse_memory,
    parse_port,
)
from provision.steps.docker.reading import at, last_lines, short_id
from provision.steps.docker.reference import ImageName, parse_reference
from provision.steps.docker.revision import (
    Fit,
    Isolation,
    Mismatch,
    Verdict,
    judge_fit,
    misfit,
    warned_of,
)
from provision.steps.docker.shapes import ContainerName, RestartPolicy
from provision.steps.effect import Elapsed, Procedure, Progress, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.names import Strings
from provision.steps.step import Step, StepContext

START_SECONDS = 900.0
TP4 = 10586


class ContainerState(Enum):
    """What becomes of a container."""

    PRESENT = "present"
    RUNNING = "running"
    STOPPED = "stopped"
    ABSENT = "absent"


def _split(value: Any) -> Any:
    return split_command_line(value) if isinstance(value, str) else value


class Container(Step):
    """Bring a container into a state, made as the task says.

    A container whose settings differ from those that are given is removed and made anew; what was
    written inside it is lost then, and volumes stay. Before it is made, the image's Windows version
    is compared with the host's. The image must be on the host: `image_pull` brings it.

    Args:
        container: The container's name.
        state: `running`, `present` (made, whether it runs or not), `stopped` or `absent`.
        image: What it is made of; without it an existing container is only started or stopped.
        command: What runs in it, a line or a list; the image's own when left out.
        ports: `8080:80` or `8080:80/udp`, the host's first.
        volumes: `C:\\data:C:\\data` or with `:ro`, the host's path first.
        environment: Variables in the container. They stand in what `docker inspect` shows and for
            a moment in the list of processes: give no secrets.
        network: The network that it is in; docker's default when left out.
        isolation: `default`, `process` or `hyperv`.
        restart: `no`, `always`, `unless-stopped` or `on-failure`, when the daemon starts it again.
        memory: How much it may have: `512m`, `2g`.
        mismatch: An image for another Windows than the host's is a failure (`fail`), a warning
            (`warn`) or nothing (`ignore`).
        stop_seconds: Host seconds that it has to end when it is stopped.
    """

    name: ClassVar[str] = "container"
    default_timeout: ClassVar[float] = 1800
    example: ClassVar[str] = """\
name: The web server
container:
  container: web
  image: microsoft/iis
  ports: 8080:80
  volumes: C:\\\\site:C:\\\\inetpub\\\\wwwroot:ro
  restart: always
"""

    container: ContainerName
    state: ContainerState = ContainerState.RUNNING
    image: ImageName | None = None
    command: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    ports: Strings = ()
    volumes: Strings = ()
    environment: dict[str, str] = {}
    network: str | None = Field(default=None, min_length=1)
    isolation: Isolation = Isolation.DEFAULT
    restart: RestartPolicy | None = None
    memory: str | None = None
    mismatch: Mismatch = Mismatch.FAIL
    stop_seconds: int = Field(default=10, ge=0, le=3600)

    @field_validator("ports")
    @classmethod
    def _check_ports(cls, ports: tuple[str, ...]) -> tuple[str, ...]:
        for port in ports:
            parse_port(port)
        return ports

    @field_validator("memory")
    @classmethod
    def _check_memory(cls, memory: str | None) -> str | None:
        if memory is not None:
            parse_memory(memory)
        return memory

    @model_validator(mode="after")
    def _settings_need_an_image(self) -> Container:
        settings = {
            "command", "ports", "volumes", "environment", "network", "isolation", "restart",
            "memory",
        } & self.model_fields_set  # fmt: skip
        if settings and self.image is None and self.state is not ContainerState.ABSENT:
            raise ValueError(f"{', '.join(sorted(settings))}: give the image as well")
        return self

    def intent(self) -> str:
        """Name it and its state."""
        of = f", of image {self.image}" if self.image else ""
        return f"container {self.container} is {self.state.value}{of}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look; remove, make, start or stop what needs it; look again."""
        found = yield from self._look()
        if self.state is ContainerState.ABSENT:
            return (yield from self._remove(found, context))
        wanted = self._wanted()
        fit = Fit(Verdict.FITS)
        differing: dict[str, tuple[Json, Json]] = {}
        if wanted is not None:
            (image,) = yield from inspect("image", wanted.image)
            if image is None and not context.check:
                return failed(
                    f"there is no image {self.image} on the host",
                    remedy="Bring it with `image_pull`, `image_load` or `image_build` before.",
                )
            fit = judge_fit(context.facts.os_version, image_version(image), self.isolation)
            if found is not None and image is not None:
                differing = differences(wanted, found, str(image.get("Id")))
        if found is None and wanted is None:
            return failed(
                f"there is no container {self.container}",
                remedy="Give the `image` that it is to be made of.",
            )
        anew = wanted if found is None or differing else None
        if anew is not None and self.mismatch is not Mismatch.IGNORE:
            if fit.hopeless and self.mismatch is Mismatch.FAIL:
                return misfit(str(self.image), fit)
        else:
            fit = Fit(Verdict.FITS)
        before = _state(found)
        changes = self._changes(before, differing, anew=anew is not None)
        if context.check or not changes:
            return warned_of(self._end(found, changes, ()), fit)
        began: float = yield Elapsed()
        yield from self._act(found, before, anew)
        after = yield from self._look()
        now: float = yield Elapsed()
        if why := self._unmet(after):
            return (yield from self._fell_short(why, changes))
        told = self._took(now - began, context) if self._starts(before, anew) else ()
        return warned_of(self._end(after, changes, told, now - began), fit)

    def _wanted(self) -> Wanted | None:
        if self.image is None:
            return None
        return Wanted(
            image=str(parse_reference(self.image)),
            command=self.command,
            ports=self.ports,
            volumes=self.volumes,
            environment=tuple(self.environment.items()),
            network=self.network,
            isolation=self.isolation,
            restart=self.restart,
            memory=self.memory,
        )

    def _look(self) -> Procedure[dict[str, Any] | None]:
        (found,) = yield from inspect("container", self.container)
        return found

    def _remove(self, found: dict[str, Any] | None, context: StepContext) -> StepProcedure:
        if found is None:
            return ended(())
        if not context.check:
            yield from act("rm", "-f", self.container, timeout=START_SECONDS)
            if (yield from self._look()) is not None:
                return failed(f"container {self.container} is still there")
        what = f"container {self.container}"
        return ended([Change(what=what, before=_state(found), after=None)])

    def _changes(
        self, before: str | None, differing: dict[str, tuple[Json, Json]], *, anew: bool
    ) -> list[Change]:
        after = self.state.value
        if self.state is ContainerState.PRESENT:
            after = "created" if anew or before is None else before
        elif self.state is ContainerState.STOPPED:
            after = "created" if anew else "exited"
            before = before if before == "running" or anew else after
        what = f"container {self.container}"
        changes = [
            Change(what=f"{what}: {name}", before=old, after=new)
            for name, (old, new) in differing.items()
        ]
        if before != after:
            changes.insert(0, Change(what=what, before=before, after=after))
        return changes

    def _starts(self, before: str | None, anew: Wanted | None) -> bool:
        running = self.state is ContainerState.RUNNING
        return running and (anew is not None or before != "running")

    def _act(
        self, found: dict[str, Any] | None, before: str | None, anew: Wanted | None
    ) -> Procedure[None]:
        if anew is not None:
            if found is not None:
                yield Progress(f"container {self.container} differs, and is made anew")
                yield from act("rm", "-f", self.container, timeout=START_SECONDS)
            how = ("run", "-d") if self.state is ContainerState.RUNNING else ("create",)
            made = (*how, "--name", self.container, *anew.arguments())
            yield from act(*made, timeout=START_SECONDS)
        elif self.state is ContainerState.RUNNING:
            yield from act("start", self.container, timeout=START_SECONDS)
        elif before == "running":
            seconds = str(self.stop_seconds)
            limit = START_SECONDS + self.stop_seconds
            yield from act("stop", "-t", seconds, self.container, timeout=limit)

    def _unmet(self, after: dict[str, Any] | None) -> str:
        state = _state(after)
        if state is None:
            return f"container {self.container} is not there now"
        if self.state is ContainerState.RUNNING and state != "running":
            code = at(after, "State", "ExitCode")
            return f"container {self.container} was started, and is {state} (exit code {code})"
        if self.state is ContainerState.STOPPED and state == "running":
            return f"container {self.container} still runs"
        return ""

    def _fell_short(self, why: str, changes: list[Change]) -> Procedure[StepResult]:
        logs = yield from ask("logs", "--tail", "20", self.container)
        return failed(
            why,
            remedy="Read what it said; a container ends with its command, so give one that stays.",
            evidence=last_lines(f"{logs.stdout}\n{logs.stderr}", 10),
            changes=changes,
        )

    def _took(self, seconds: float, context: StepContext) -> tuple[str, ...]:
        told = f"started in {seconds:.0f} s"
        if context.facts.os_build == TP4:
            told += "; half a minute is usual on Technical Preview 4"
        return (told,)

    def _end(
        self,
        found: dict[str, Any] | None,
        changes: list[Change],
        evidence: tuple[str, ...],
        seconds: float = 0.0,
    ) -> StepResult:
        address, gateway = addresses(found)
        value: dict[str, Json] = {
            "container": self.container,
            "id": str(at(found, "Id") or ""),
            "state": _state(found) or "absent",
            "address": address,
            "gateway": gateway,
            "exit_code": at(found, "State", "ExitCode"),
            "seconds": round(seconds, 1),
        }
        told = [short_id(str(value["id"]))] if value["id"] else []
        if address:
            told.append(f"address {address}, gateway {gateway or 'none'}")
        return ended(changes, evidence=[*evidence, *told], value=value)


def addresses(found: dict[str, Any] | None) -> tuple[str, str]:
    """A container's address and gateway in the first network that gives it one; empty if none."""
    networks = at(found, "NetworkSettings", "Networks")
    rows = list(networks.values()) if isinstance(networks, dict) else []
    for row in [*rows, at(found, "NetworkSettings")]:
        if address := at(row, "IPAddress"):
            return str(address), str(at(row, "Gateway") or "")
    return "", ""


def _state(found: dict[str, Any] | None) -> str | None:
    """Docker's word for it; clients before 1.9 tell only whether it runs."""
    if found is None:
        return None
    running = bool(at(found, "State", "Running"))
    return str(at(found, "State", "Status") or ("running" if running else "exited"))
