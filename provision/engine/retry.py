"""All retry policies, by error class.

- *permanent* is never tried again: the same request would fail the same way.
- *transient* is tried again in place, over the same process on the host, for a short while.
- *lost* means that the process on the host is gone: the connection has to be made anew, which is
  the boot table's work (`boot`), not a retry's.

What a policy never does is launch anything: it repeats questions, under the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from provision.model.clock import Clock
from provision.model.errors import ErrorClass, ProvisionError

IN_PLACE_SECONDS = 15.0
PROBE_SECONDS = 1.0
"""Between two looks for a host that does not answer; a look may begin an agent there."""

SETTLE_SECONDS = 0.5
"""Between two looks at a host that answers and has not settled; each is one request."""

QUIET_SECONDS = 1.0
"""How long a host must stay settled."""
REAL_SECONDS_BETWEEN_PROBES = 0.05
LEAST_REAL_SECONDS = 20.0
"""What any deadline of ours comes to in the controller's own time: a simulated host lives fast, and
the machine that runs both may be busy with other things."""


def patient(clock: Clock, seconds: float, least_real: float = LEAST_REAL_SECONDS) -> float:
    """Give a deadline in host seconds that is not too short in the controller's seconds."""
    return max(seconds, least_real * clock.speed)


class _HostSeconds(stop_base):
    """Stop when so many host seconds have gone by since the first try."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.now() + seconds

    def __call__(self, retry_state: RetryCallState) -> bool:  # noqa: ARG002
        return self._clock.now() >= self._end


class _Paced(wait_base):
    """Wait host seconds, but not less real time than a loopback host can stand."""

    def __init__(self, clock: Clock, inner: wait_base) -> None:
        self._floor = REAL_SECONDS_BETWEEN_PROBES * clock.speed
        self._inner = inner

    def __call__(self, retry_state: RetryCallState) -> float:
        return max(self._floor, self._inner(retry_state))


def is_transient(error: BaseException) -> bool:
    """Tell whether asking again over the same process can help."""
    return isinstance(error, ProvisionError) and error.error_class is ErrorClass.TRANSIENT


def is_passing(error: BaseException) -> bool:
    """Tell whether a new connection, some time later, can help."""
    return isinstance(error, ProvisionError) and error.error_class is not ErrorClass.PERMANENT


def in_place(clock: Clock, sleep: Callable[[float], None] | None = None) -> Retrying:
    """Ask again over the same process: for hiccups of the network, not for restarts."""
    return Retrying(
        retry=retry_if_exception(is_transient),
        wait=_Paced(clock, wait_exponential(multiplier=0.25, max=4)),
        stop=_HostSeconds(clock, IN_PLACE_SECONDS),
        sleep=sleep or clock.sleep,
        reraise=True,
    )


def connecting(
    clock: Clock,
    seconds: float,
    sleep: Callable[[float], None],
    notice: Callable[[ProvisionError], None] | None = None,
) -> Retrying:
    """Make the first connection: transient and lost errors are tried again until the deadline.

    Args:
        notice: Told of every error after which it is tried again.
    """

    def failed(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if notice is not None and isinstance(error, ProvisionError):
            notice(error)

    return Retrying(
        before_sleep=failed,
        retry=retry_if_exception(is_passing),
        wait=_Paced(clock, wait_exponential(multiplier=0.5, max=5)),
        stop=_HostSeconds(clock, seconds),
        sleep=sleep,
        reraise=True,
    )


def at_once() -> Retrying:
    """Ask once: for whoever looks again by a policy of his own."""
    return Retrying(stop=stop_after_attempt(1), reraise=True)


def probing(
    clock: Clock, seconds: float, sleep: Callable[[float], None], pace: float = PROBE_SECONDS
) -> Retrying:
    """Look again and again until the result is not None or time is up.

    Args:
        pace: Host seconds between two looks; less between the first ones, since most losses are
            over soon.
    """
    return Retrying(
        retry=retry_if_result(_is_none),
        wait=_Paced(clock, wait_exponential(multiplier=pace / 4, max=pace)),
        stop=_HostSeconds(clock, seconds),
        sleep=sleep,
        retry_error_callback=lambda _: None,
    )


def _is_none(result: Any) -> bool:
    return result is None
