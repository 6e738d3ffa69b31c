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
