"""The agent on one host, lost and found again: the boot table, walked.

After a loss this probes until an authenticated agent answers, compares boot identities, lets a new
boot settle, and only then is connected again. It asks for nothing but the boot.
"""

from __future__ import annotations

from tenacity import Retrying

from provision.agent.client import AgentClient
from provision.agent.operations.host import BootAnswer, GetBoot
from provision.engine import retry
from provision.engine.boot import BootLimits, BootState, Signal, advance
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.model.boot import BootIdentity
from provision.model.clock import Clock
from provision.model.errors import ErrorClass, ProvisionError, TaskError, UnreachableError
from provision.model.event import HostLost, HostRestarted, TaskProgress
from provision.transport.channel import Connector
from provision.transport.errors import LoginRefused, TransportError


class AgentLink:
    """One host's agent, through broken connections and restarts.

    Args:
        connector: Makes channels to the host.
        clock: The host's time.
        emitter: Told of losses and restarts.
        interruption: Ends waits when somebody asked to stop.
        limits: Deadlines and the budget of restarts.

    Attributes:
        task: The task whose progress is told.
        task_began: When that began, by the clock.
        restart_expected: A restart now would be one that was asked for.
        unexpected_restarts: Restarts that nobody had asked for.
    """

    def __init__(
        self,
        connector: Connector,
        clock: Clock,
        emitter: Emitter,
        interruption: Interruption,
        limits: BootLimits,
    ) -> None:
        self._connector = connector
        self._clock = clock
        self._emitter = emitter
        self._interruption = interruption
        self._limits = limits
        self._client: AgentClient | None = None
        self._state = BootState.CONNECTED
        self._restarts = 0
        self._last_answer = clock.now()
        self._boot: BootIdentity | None = None
        self.task = ""
        self.task_began = clock.now()
        self.restart_expected = False
        self.unexpected_restarts = 0

    @property
    def client(self) -> AgentClient:
        """The agent that answers now."""
        assert self._client is not None
        return self._client

    @property
    def connected(self) -> bool:
        """Whether there is an agent that can be asked."""
        return self._client is not None and self._state is BootState.CONNECTED

    @property
    def away(self) -> bool:
        """Whether the host was lost, or is going down, and was not found again."""
        return self._boot is not None and self._state is not BootState.CONNECTED

    @property
    def boot(self) -> BootIdentity:
        """The boot that the agent was started in."""
        assert self._boot is not None
        return self._boot

    def open(self, seconds: float) -> None:
        """Connect for the first time.

        Args:
            seconds: Host seconds until an answer must have come.

        Raises:
            TransportError: It did not come.
        """
        policy = retry.connecting(self._clock, seconds, self._interruption.sleep)
        self._client, self._boot = policy(self._start)

    def answered(self) -> None:
        """Take note that the host answered just now."""
        self._last_answer = self._clock.now()

    def close(self) -> None:
        """Free what the host holds for us; never raises."""
        self._drop_client()

    def await_new_boot(self, old: BootIdentity) -> None:
        """Wait until a boot other than the old one has settled.

        Raises:
            UnreachableError: The host did not come back within its deadlines.
        """
        self._say("restart asked for; waiting for the host to go down")
        self._state = advance(self._state, Signal.RESTART_ASKED)
        self._walk(old, new_boot_only=True)

    def find_again(self, error: TransportError) -> None:
        """Get the host back after the agent was lost.

        Raises:
            UnreachableError: It did not come back within its deadlines.
            TaskError: It restarted more often than its budget allows.
        """
        if error.error_class is ErrorClass.PERMANENT and not isinstance(error, LoginRefused):
            raise UnreachableError(
                error.brief, details=error.details, resolution=error.resolution
            ) from None
        self._state = advance(self._state, Signal.BROKEN)
        self._emit_lost(error.brief)
        self._walk(self.boot, new_boot_only=False)

    def _start(self) -> tuple[AgentClient, BootIdentity]:
        client = AgentClient(self._connector.channel(), retrying=self._retrying, clock=self._clock)
        try:
            return client, client.start().boot
        except ProvisionError:
            client.close()
            raise

    def _walk(self, old: BootIdentity, *, new_boot_only: bool) -> None:
        """Go through the table until the host is connected again, or given up."""
        while self._state is not BootState.CONNECTED:
            match self._state:
                case BootState.GOING_DOWN:
                    signal = self._watch_going_down(old)
                case BootState.LOST:
                    self._drop_client()
                    self._say("probing for an authenticated answer")
                    signal = Signal.LOOK
                case BootState.PROBING:
                    signal = self._probe(old, new_boot_only=new_boot_only)
                case BootState.SETTLING:
                    signal = self._settle()
                case BootState.SETTLED:
                    self._interruption.sleep(retry.QUIET_SECONDS)
                    signal = self._look_once()
                case _:
                    raise UnreachableError("the host was given up")
            self._state = advance(self._state, signal)
            if self._state is BootState.GAVE_UP:
                raise self._given_up(signal)
        if not self.boot.same_boot(old):
            self._say("settled; the run goes on")

    def _watch_going_down(self, old: BootIdentity) -> Signal:
        def look() -> Signal | None:
            self._interruption.check()
            assert self._client is not None
            try:
                answer = self._client.call(GetBoot())
            except TransportError as error:
                self._emit_lost(error.brief)
                return Signal.BROKEN
            return None if answer.boot.same_boot(old) else Signal.BROKEN

        policy = self._probing(self._limits.going_down)
        return policy(look) or Signal.DEADLINE

    def _probe(self, old: BootIdentity, *, new_boot_only: bool) -> Signal:
        refused_since: list[float] = []

        def look() -> Signal | None:
            self._interruption.check()
            try:
                client, boot = self._start()
            except LoginRefused:
                now = self._clock.now()
                if not refused_since:
                    self._say("the port answers, but logins are still refused")
                refused_since.append(now)
                late = now - refused_since[0] > self._patient(self._limits.refused)
                return Signal.DEADLINE if late else None
            except TransportError as error:
                if error.error_class is ErrorClass.PERMANENT:
                    raise UnreachableError(
                        error.brief, details=error.details, resolution=error.resolution
                    ) from None
                return gone_again()
            return self._found(client, boot, old, new_boot_only=new_boot_only)

        def gone_again() -> Signal | None:
            """Count a restart: a host that let nobody in yet and is gone has restarted again."""
            if not refused_since:
                return None
            refused_since.clear()
            self._restarts += 1
            self._say("gone again before anybody was let in: another restart")
            return Signal.BUDGET_SPENT if self._restarts > self._limits.restarts else None

        policy = self._probing(self._limits.away)
        return policy(look) or Signal.DEADLINE

    def _found(
        self, client: AgentClient, boot: BootIdentity, old: BootIdentity, *, new_boot_only: bool
    ) -> Signal:
        self._client = client
        before, self._boot = self.boot, boot
        away = self._clock.now() - self._last_answer
        self._last_answer = self._clock.now()
        if boot.same_boot(before):
            if new_boot_only and boot.same_boot(old):
                return Signal.STILL_OLD_BOOT
            if boot.same_boot(old):
                self._say(f"the same boot answers after {away:.0f} s: no restart, going on")
                return Signal.SAME_BOOT
            return Signal.NEW_BOOT
        self._restarts += 1
        expected = self.restart_expected
        self.unexpected_restarts += not expected
        self._emitter.emit(HostRestarted, old=before, new=boot, seconds=away, expected=expected)
        if self._restarts > self._limits.restarts:
            return Signal.BUDGET_SPENT
        self._say(f"new boot {boot}; waiting for it to settle")
        return Signal.NEW_BOOT

    def _settle(self) -> Signal:
        said: list[tuple[str, ...]] = []

        def look() -> Signal | None:
            self._interruption.check()
            answer = self._look()
            if answer is None:
                return Signal.BROKEN
            if answer.settled:
                return Signal.QUIET
            if answer.waiting_for not in said:
                said.append(answer.waiting_for)
                self._say(f"settling: waiting for {', '.join(answer.waiting_for)}")
            return None

        policy = self._probing(self._limits.settling, retry.SETTLE_SECONDS)
        return policy(look) or Signal.DEADLINE

    def _look_once(self) -> Signal:
        answer = self._look()
        if answer is None:
            return Signal.BROKEN
        return Signal.QUIET if answer.settled else Signal.NOT_SETTLED

    def _look(self) -> BootAnswer | None:
        """Ask for the boot; None when the connection broke or another boot answers."""
        assert self._client is not None
        try:
            answer = self._client.call(GetBoot())
        except TransportError as error:
            self._emit_lost(error.brief)
            return None
        self._last_answer = self._clock.now()
        return answer if answer.boot.same_boot(self.boot) else None

    def _retrying(self) -> Retrying:
        """Get over hiccups; but while the host is away each is one look, and the next is soon."""
        if self._state in (BootState.GOING_DOWN, BootState.PROBING):
            return retry.at_once()
        return retry.in_place(self._clock)

    def _patient(self, seconds: float) -> float:
        return retry.patient(self._clock, seconds, self._limits.least_real)

    def _probing(self, seconds: float, pace: float = retry.PROBE_SECONDS) -> Retrying:
        patient = self._patient(seconds)
        return retry.probing(self._clock, patient, self._interruption.sleep, pace)

    def _drop_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _given_up(self, signal: Signal) -> ProvisionError:
        if signal is Signal.BUDGET_SPENT:
            return TaskError(
                f"the host restarted {self._restarts} times in this run: more than its budget of "
                f"{self._limits.restarts}",
                resolution="Look at the host's event log for what restarts it.",
            )
        away = self._clock.now() - self._last_answer
        return UnreachableError(
            f"the host did not come back: {signal.value} after {away:.0f} s",
            details=f"last known boot: {self.boot}",
            resolution="Look at the host's console; run again when it answers.",
        )

    def _emit_lost(self, reason: str) -> None:
        self._emitter.emit(HostLost, reason=reason, expected=self.restart_expected)

    def _say(self, text: str) -> None:
        elapsed = self._clock.now() - self.task_began
        self._emitter.emit(
            TaskProgress, task=self.task, kind="phase", text=text, elapsed=max(0.0, elapsed)
        )
