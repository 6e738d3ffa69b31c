"""Operations about the host as a whole: facts, boots, restarts."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from provision.agent.operations.base import Answer, Operation
from provision.model.boot import BootIdentity
from provision.model.facts import Facts


class FactsAnswer(Answer, Facts):
    """The host's facts."""


class GetFacts(Operation[FactsAnswer]):
    """Observe the host."""

    name: ClassVar[str] = "facts"
    answer: ClassVar[type[Answer]] = FactsAnswer


class BootAnswer(Answer):
    """Which boot this is, and whether it has settled.

    Args:
        boot: The boot's identity.
        time: The host's clock, ISO 8601 UTC with whole seconds.
        settled: Windows has finished starting.
        waiting_for: Why it has not: any of `logon`, `servicing`, `restart_in_progress`,
            `services`.
    """

    boot: BootIdentity
    time: str
    settled: bool
    waiting_for: tuple[str, ...] = ()


class GetBoot(Operation[BootAnswer]):
    """Ask which boot this is."""

    name: ClassVar[str] = "boot"
    answer: ClassVar[type[Answer]] = BootAnswer


class PlatformAnswer(Answer):
    """What the machine below Windows offers, and which Windows it is to the revision.

    Args:
        revision: The fourth part of Windows' version, which updates raise; 0 when not known.
        processors: Logical ones.
        memory_bytes: Physical memory.
        manufacturer: Of the machine, such as `VMware, Inc.`; so is `model`.
        firmware_virtualization: The processor's virtualization is switched on and is not hidden. A
            hypervisor that runs on this Windows hides it.
        second_level_translation: The processor has second level address translation.
        hypervisor: A hypervisor runs: below this Windows in a virtual machine, or its own.
    """

    build: int
    revision: int
    processors: int
    memory_bytes: int
    manufacturer: str
    model: str
    firmware_virtualization: bool
    second_level_translation: bool
    hypervisor: bool


class GetPlatform(Operation[PlatformAnswer]):
    """Ask what the machine offers to containers and virtual machines."""

    name: ClassVar[str] = "platform"
    answer: ClassVar[type[Answer]] = PlatformAnswer


class RestartAnswer(Answer):
    """A restart is under way.

    Args:
        scheduled: False in check mode.
        boot: The boot that is about to end.
    """

    scheduled: bool
    boot: BootIdentity


class Restart(Operation[RestartAnswer]):
    """Restart the host after a delay, so that this answer still gets out.

    Args:
        delay: Seconds until Windows begins to shut down.
        reason: For Windows' event log.
        boot: Only restart if the host is still in this boot; otherwise nothing happens.
    """

    name: ClassVar[str] = "restart"
    answer: ClassVar[type[Answer]] = RestartAnswer
    changes: ClassVar[bool] = True

    delay: int = Field(default=2, ge=0)
    reason: str
    boot: BootIdentity | None = None


class SelfTestCheck(Answer):
    """One thing that the agent needs and tried."""

    check: str
    passed: bool
    found: str


class SelfTestAnswer(Answer):
    """What the agent can do here.

    The checks, in order: `powershell` (5.0 or later), `elevated`, `language_mode` (FullLanguage),
    `data_folder` (can be written), `scheduled_tasks` (the cmdlets exist), `volatile_key` (the
    boot token can be kept).
    """

    checks: tuple[SelfTestCheck, ...]


class SelfTest(Operation[SelfTestAnswer]):
    """Let the agent try what it needs, and change nothing."""

    name: ClassVar[str] = "selftest"
    answer: ClassVar[type[Answer]] = SelfTestAnswer
