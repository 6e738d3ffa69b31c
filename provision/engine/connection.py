"""A usable link to one host, kept through broken connections and restarts.

Every request goes through here. When the agent was lost and is found again, the same is asked
again if the operation bears it; nothing is launched twice. The lease is renewed on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.agent.operations.host import GetFacts, Restart
from provision.agent.operations.leases import LeaseAnswer, LeaseRelease
from provision.engine import retry
from provision.engine.agent_link import AgentLink
from provision.engine.boot import BootLimits
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.engine.lease import HostLease
from provision.model.boot import BootIdentity
from provision.model.clock import Clock
from provision.model.errors import (
    AuthenticationError,
    ProvisionError,
    UnreachableError,
)
from provision.model.event import HostAwaited
from provision.model.facts import Facts
from provision.steps.effect import Restarted
from provision.steps.errors import AnswerLost
from provision.transport.channel import Connector, FileChannel
from provision.transport.errors import LoginRefused, TransportError

A = TypeVar("A", bound=Answer)


class HostConnection:
    """The agent on one host, whatever happens in between.

    Args:
        connector: Makes channels to the host.
        clock: The host's time.
        emitter: Told of losses and restarts.
        interruption: Ends waits when somebody asked to stop.
        limits: Deadlines and the budget of restarts.
    """

    def __init__(
        self,
        connector: Connector,
        clock: Clock,
        emitter: Emitter,
        interruption: Interruption,
        limits: BootLimits | None = None,
    ) -> None:
        self._clock = clock
        self._emitter = emitter
        self._interruption = interruption
        self._lease: HostLease | None = None
        self._link = AgentLink(connector, clock, emitter, interruption, limits or BootLimits())

    @property
    def boot(self) -> BootIdentity:
        """The boot that the agent was started in."""
        return self._link.boot

    @property
    def away(self) -> bool:
        """Whether the host was lost and not found again, as in the middle of a restart."""
        return self._link.away

    @property
    def files(self) -> FileChannel | None:
        """Carries files beside the requests, over the connection that is there now."""
        return self._link.client.files if self._link.connected else None

    @property
    def task(self) -> str:
        """The task whose progress is told."""
        return self._link.task

    @property
    def task_began(self) -> float:
        """When that task, or its present try, began, by the clock."""
        return self._link.task_began

    @property
    def unexpected_restarts(self) -> int:
        """Restarts that nobody had asked for."""
        return self._link.unexpected_restarts

    def begin_task(self, name: str | None = None) -> None:
        """Say which task's progress follows; None begins another try of the same one."""
        self._link.task = self._link.task if name is None else name
        self._link.task_began = self._clock.now()
        self._link.restart_expected = False

    def expect_restarts(self) -> None:
        """Say that restarts are no surprise until the next task, or its next try, begins."""
        self._link.restart_expected = True

    def open(self, seconds: float) -> Facts:
        """Connect for the first time and observe the host.

        Args:
            seconds: Host seconds until an answer must have come.

        Raises:
            AuthenticationError: The host refuses who we are.
            UnreachableError: No answer came, or none that could be used.
        """
        awaited = _Awaited(self._emitter, self._clock, seconds)
        policy = retry.connecting(
            self._clock, seconds, self._interruption.sleep, notice=awaited.notice
        )
        try:
            policy(self._link.open, 0.0)
            return self.facts()
        except LoginRefused as error:
            raise AuthenticationError(
                error.brief, details=error.details, resolution=error.resolution
            ) from None
        except TransportError as error:
            raise UnreachableError(
                error.brief, details=error.details, resolution=error.resolution
            ) from None

    def facts(self) -> Facts:
        """Observe the host again."""
        return self.call(GetFacts())

    def call(self, operation: Operation[A], *, check: bool = False) -> A:
        """Let the agent carry out an operation, through losses and restarts.

        Raises:
            OperationError: The host refuses.
            AnswerLost: The agent died over an operation that must not be repeated.
            UnreachableError: The host did not come back within its deadlines.
        """
        answer = self.try_many([operation], check=check)[0]
        if isinstance(answer, OperationError):
            raise answer
        return answer

    def try_many(
        self, operations: Sequence[Operation[A]], *, check: bool = False
    ) -> list[A | OperationError]:
        """Let the agent carry out several operations, sent in one go; refusals are results.

        Raises:
            HostHeld: Somebody took the host over.
        """
        while True:
            client = self._link.client
            renewal = self._lease.due() if self._lease and not check else None
            try:
                if renewal is not None:
                    extended: list[Operation[Any]] = [renewal, *operations]
                    renewed, *answers = client.try_many(extended)
                    self._renewed(renewed)
                else:
                    answers = client.try_many(operations, check=check)
            except TransportError as error:
                self._link.find_again(error)
                unsafe = [op for op in operations if not op.can_repeat() and not check]
                if unsafe:
                    raise AnswerLost(
                        f"the agent died while {unsafe[0].name!r} ran; whether it finished is not "
                        "known, so it was not run again",
                        details=error.brief,
                        resolution="Look at the host, then run again, or use `detach: true` for "
                        "work that must outlive a lost connection.",
                    ) from None
                continue
            self._link.answered()
            return answers

    def hold(self, lease: HostLease, is_ours: Callable[[str], bool]) -> LeaseAnswer:
        """Take the lease, and renew it from now on; gives what the host's record said before.

        Args:
            is_ours: Tells whether a holder is an earlier process of ours that is gone.

        Raises:
            HostHeld: Somebody else has it.
        """
        answer = self.call(lease.request())
        if not answer.held and is_ours(answer.owner):
            answer = self.call(lease.request(take_over=True))
        lease.took(answer)
        self._lease = lease
        return answer

    def let_go(self) -> None:
        """Give the lease back, if the host can be reached; never raises."""
        lease, self._lease = self._lease, None
        if lease is not None and not lease.lost() and self._link.connected:
            with suppress(ProvisionError):
                self._link.client.call(LeaseRelease(owner=lease.request().owner))

    def restart(self, reason: str) -> Restarted:
        """Restart the host and wait until the new boot has settled."""
        old = self.boot
        began = self._clock.now()
        self._link.restart_expected = True
        try:
            self.call(Restart(reason=reason, boot=old))
            if self.boot.same_boot(old):
                self._link.await_new_boot(old)
        finally:
            self._link.restart_expected = False
        return Restarted(old=old, new=self.boot, seconds=self._clock.now() - began)

    def close(self) -> None:
        """Free what the host holds for us; never raises."""
        self._link.close()

    def _renewed(self, answer: Answer | OperationError) -> None:
        if isinstance(answer, OperationError):
            raise answer
        assert isinstance(answer, LeaseAnswer)
        if self._lease is not None:
            self._lease.took(answer)


class _Awaited:
    """Tells once for each reason that a host gives no usable answer yet."""

    def __init__(self, emitter: Emitter, clock: Clock, seconds: float) -> None:
        self._emitter = emitter
        self._until = datetime.now(UTC) + timedelta(seconds=seconds / clock.speed)
        self._told: set[str] = set()

    def notice(self, error: ProvisionError) -> None:
        if error.brief in self._told:
            return
        self._told.add(error.brief)
        until = self._until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._emitter.emit(HostAwaited, reason=error.brief, until=until)
