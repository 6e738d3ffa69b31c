"""What a run is asked to do, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provision.model.errors import ProvisionError
from provision.model.outcome import Warning


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of one run.

    Args:
        check: Change nothing; say what would change.
        tags: Only tasks with one of these tags; all when empty.
        start_at: Skip the tasks before the one with this name.
        variables: From `--var`; they win over everything else.
        take_over: Take the host from whoever holds it.
    """

    check: bool = False
    tags: frozenset[str] = frozenset()
    start_at: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run on one host ended.

    Args:
        outcome: `ok`, `changed`, `failed`, `unreachable` or `interrupted`.
        counts: How many tasks ended with each outcome.
        warnings: All that were raised, in order.
        unexpected_warnings: Those that no task expected: what `--strict` counts.
        verification_failed: A check did not hold where it was demanded.
        error: Why it ended early; None when it came to its end.
        left_running: What goes on on the host: ids of jobs, and a restart.
        seconds: Host seconds.
        real_seconds: The controller's seconds.
    """

    outcome: str
    counts: Mapping[str, int]
    warnings: tuple[Warning, ...] = ()
    unexpected_warnings: int = 0
    verification_failed: bool = False
    error: ProvisionError | None = None
    left_running: tuple[str, ...] = ()
    seconds: float = 0.0
    real_seconds: float = 0.0
