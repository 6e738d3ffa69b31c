"""What became of a task."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, ConfigDict, JsonValue

Json = JsonValue
"""Anything that a JSON document can hold."""


class Outcome(Enum):
    """The five results that a task can have."""

    OK = "ok"
    CHANGED = "changed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNREACHABLE = "unreachable"


class Change(BaseModel):
    """The difference that a task made, or would make in check mode.

    Args:
        what: The thing that changed, as a reader names it ("feature Containers").
        before: Its state before; None when it did not exist.
        after: Its state after; None when it no longer exists.
    """

    model_config = ConfigDict(frozen=True)

    what: str
    before: Json = None
    after: Json = None


class Warning(BaseModel):
    """A known issue that did not stop the host from working.

    Args:
        issue: The known issue's id in the diagnosis catalogue.
        brief: One line for people.
        evidence: What was seen: the record, and what was verified.
        remedy: What to do, or why nothing is needed.
    """

    model_config = ConfigDict(frozen=True)

    issue: str
    brief: str
    evidence: str
    remedy: str


class CheckResult(BaseModel):
    """One row of a verification: what was demanded and what was found."""

    model_config = ConfigDict(frozen=True)

    check: str
    passed: bool
    found: str


class StepResult(BaseModel):
    """How one step ended on one host.

    Args:
        outcome: Never `unreachable`: only the runner can say that.
        changes: What changed, in the order in which it changed.
        evidence: Short lines that show why the outcome is what it is.
        warnings: Known issues seen on the way.
        checks: Verification rows, if the step verified anything.
        failure: Why it failed, when it failed; None otherwise.
        remedy: What to do about the failure.
        issue: The known issue that explains the failure; empty when none does, None when nobody has
            looked.
        value: What `register` keeps: plain data for templates.
    """

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    changes: tuple[Change, ...] = ()
    evidence: tuple[str, ...] = ()
    warnings: tuple[Warning, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    failure: str | None = None
    remedy: str = ""
    issue: str | None = None
    value: dict[str, Json] = {}
