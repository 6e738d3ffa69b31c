"""What both the live and the plain report say about an event, in one line each."""

from __future__ import annotations

from provision.diagnosis.matching import issue_by_id
from provision.model.event import (
    HostAwaited,
    HostConnected,
    HostLost,
    HostRestarted,
    RunContinued,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskProgress,
    VerifyResult,
    WarningRaised,
)
from provision.model.facts import Facts
from provision.report.text import clean, duration, plural, size

_ORDER = ("changed", "ok", "skipped", "failed", "unreachable")

PLAINLY_SAID = ("output", "information", "stdout")
"""Kinds of line that need no word before them."""


def only_verbose(event: TaskProgress) -> bool:
    """Whether a line is shown only to who wants more: progress, and what short programs wrote."""
    return event.kind in ("progress", "stdout", "stderr")


def start(event: RunStarted) -> str:
    """Say what runs where."""
    host = f"{event.host} (simulated)" if event.simulated else event.host
    mode = ", check mode: nothing is changed" if event.check else ""
    return clean(f"{host} at {event.address}, playbook {event.playbook}{mode}")


def awaited(event: HostAwaited) -> str:
    """Say that the host gives no usable answer yet."""
    return clean(f"no usable answer yet, trying until {event.until[11:19]} UTC: {event.reason}")


def connected(event: HostConnected) -> str:
    """Say that the agent answers."""
    return f"connected in {duration(event.seconds)}"


def continued(event: RunContinued) -> str:
    """What becomes of an earlier run that did not come to its end."""
    reason = clean(event.reason)
    if event.resumed:
        done = plural(event.done, "task")
        return f"an unfinished run goes on ({event.run}): {reason}; {done} had finished"
    return f"an unfinished run is not gone on with: {reason}; beginning anew as {event.run}"


def facts(observed: Facts) -> list[str]:
    """Say what kind of host this is, in two lines."""
    rights = "elevated" if observed.elevated else "NOT elevated"
    machine = (
        f"{observed.computer_name}: {observed.os_caption}, build {observed.os_build}, "
        f"{observed.culture}, PowerShell {observed.powershell_version}"
    )
    means = (
        f"{plural(observed.processors, 'processor')}, {size(observed.memory_bytes)} memory, "
        f"{size(observed.free_disk_bytes)} free, as {observed.user} ({rights})"
    )
    said = [machine, means]
    if observed.pending_restart:
        said.append(f"Windows wants a restart: {', '.join(observed.pending_restart)}")
    return [clean(line) for line in said]


def lost(event: HostLost) -> str:
    """Say that the connection broke."""
    why = "as expected" if event.expected else "not expected"
    return clean(f"connection lost, {why}: {event.reason}")


def restarted(event: HostRestarted) -> str:
    """Say that the host came back in another boot."""
    asked = "restarted as asked" if event.expected else "restarted, and nobody asked for it"
    return f"{asked}: boot {event.old} → {event.new}, away {duration(event.seconds)}"


def outcome(event: TaskFinished, *, check: bool) -> str:
    """Name a task's outcome for people."""
    return "would change" if check and event.outcome == "changed" else event.outcome


def known_issue(event: TaskFinished) -> str:
    """Say what is known of a failure; empty when nothing is."""
    if not event.issue:
        return ""
    try:
        issue = issue_by_id(event.issue)
    except KeyError:  # Of a run of another version.
        return f"known issue {clean(event.issue)}"
    return f"known issue {issue.id}: {issue.title}. {issue.cause}"


def verified(event: VerifyResult, *, check: bool) -> str:
    """Say how a check went; in check mode the tasks before it have changed nothing yet."""
    if event.passed:
        return "passed"
    return "not yet" if check else "FAILED"


def ending(event: RunFinished, *, check: bool) -> str:
    """Say how a run ended, in a few words."""
    match event.outcome:
        case "ok" if check:
            none = "check done: nothing would change"
            return none if any(event.counts.values()) else "this was the plan; nothing was done"
        case "ok":
            return "done: nothing had to be changed"
        case "changed":
            return (
                "check done: this is what would change" if check else "done: the host was changed"
            )
        case "interrupted":
            return "interrupted"
        case "unreachable":
            return "no usable connection to the host"
        case _:
            return "failed"


def counts(event: RunFinished) -> str:
    """Count tasks and warnings: `3 changed, 2 ok, 1 warning`."""
    known = [name for name in _ORDER if event.counts.get(name)]
    others = [name for name in event.counts if name not in _ORDER and event.counts[name]]
    parts = [f"{event.counts[name]} {clean(name)}" for name in known + others]
    if event.warnings:
        parts.append(plural(event.warnings, "warning"))
    return ", ".join(parts) or "no task was run"


def named(event: WarningRaised) -> str:
    """Name a warning in the summary of a run."""
    expected = ", expected" if event.expected else ""
    return f"{clean(event.issue)}{expected}: {clean(event.brief)} ({clean(event.task)})"


def times(event: RunFinished) -> str:
    """Give both clocks; one when they agree."""
    if abs(event.seconds - event.real_seconds) < max(2.0, event.seconds * 0.05):
        return duration(event.seconds)
    return f"{duration(event.seconds)} of host time in {duration(event.real_seconds)}"
