"""Operations carried out over a channel, through lost connections, each at most once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from tenacity import AttemptManager

from provision.agent.bootstrap import BROKEN_EXIT, MISMATCH_EXIT, bootstrap_arguments
from provision.agent.frame import Answer as Frame
from provision.agent.frame import FrameReader
from provision.agent.operations.base import Answer, ErrorRecord, Operation, OperationError
from provision.agent.patience import patience
from provision.agent.ready import Ready
from provision.agent.session import Session, WireDamaged
from provision.agent.source import AgentSource, agent_source
from provision.model.clock import Clock
from provision.model.errors import ErrorClass, ProvisionError
from provision.model.outcome import Json
from provision.transport.channel import Channel, FileChannel, Output
from provision.transport.errors import ShellGone, TransportError

A = TypeVar("A", bound=Answer)

_PAUSE = 0.02


class UnexpectedAnswer(ProvisionError):
    """The agent answered with something of another shape: two versions of us, or a defect."""


class AgentRefused(ProvisionError):
    """The agent does not start on this host."""


class AgentClient:
    """The agent in one process on one host.

    Never repeats an effect: after a loss it asks for the kept answer by its number. Never makes a
    new process: when this one is gone, it says so with `ShellGone`, and the caller decides.

    Args:
        channel: Not yet open; belongs to the client from now on.
        retrying: Makes a policy for one loss; what it stops at is raised to the caller.
        clock: The host's time.
        source: The agent to run.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        retrying: Callable[[], Iterable[AttemptManager]],
        clock: Clock,
        source: AgentSource | None = None,
    ) -> None:
        self._channel = channel
        self._retrying = retrying
        self._clock = clock
        self._source = source or agent_source()
        self._session = Session()
        self._broken = False
        self._exit_code: int | None = None

    @property
    def strays(self) -> tuple[str, ...]:
        """Lines on the agent's output that were no answers, the last 100: evidence."""
        return self._session.evidence.strays

    @property
    def stderr(self) -> str:
        """The end of what the agent wrote to standard error: evidence."""
        return self._session.evidence.stderr

    @property
    def files(self) -> FileChannel | None:
        """Carries files beside the requests, where the transport can."""
        return self._channel.files

    def start(self) -> Ready:
        """Start PowerShell on the host, send it the agent, and wait until that is ready.

        A loss on the way is not repaired: nothing has been asked yet, so the caller starts anew.

        Raises:
            TransportError: The host cannot be reached, or the process ended.
            AgentRefused: It arrived and does not run.
            OperationError: It runs and cannot get ready.
        """
        self._channel.open(bootstrap_arguments(self._source))
        text = "".join(f"{line}\n" for line in self._source.lines).encode()
        limit = self._channel.max_send
        for start in range(0, len(text), limit):
            self._channel.send(text[start : start + limit])
        payload = self._first_answer()
        ready: Ready = _parse("start", payload, Ready.model_validate)
        if ready.sha256 != self._source.sha256:
            raise UnexpectedAnswer(
                "another agent answered",
                details=f"sent {self._source.sha256}, ready is {ready.sha256}",
            )
        return ready

    def call(self, operation: Operation[A], *, check: bool = False) -> A:
        """Let the agent carry out an operation; see `call_many`."""
        return self.call_many([operation], check=check)[0]

    def call_many(self, operations: Sequence[Operation[A]], *, check: bool = False) -> list[A]:
        """Let the agent carry out operations in their order; see `try_many`.

        Raises:
            OperationError: The host refused; the first that it did refuse.
        """
        answers = []
        for answer in self.try_many(operations, check=check):
            if isinstance(answer, OperationError):
                raise answer
            answers.append(answer)
        return answers

    def try_many(
        self, operations: Sequence[Operation[A]], *, check: bool = False
    ) -> list[A | OperationError]:
        """Let the agent carry out operations in their order, sent in one go.

        One that the host refuses does not keep the later ones from being carried out.

        Args:
            check: Say what would change, and change nothing.

        Returns:
            The answers, or the host's refusals, in the order of the operations.

        Raises:
            TransportError: `ShellGone` when the process has ended, forgot an answer or is silent;
                any other when the policy gave up.
            UnexpectedAnswer: An answer has another shape.
        """
        numbers = {self._session.add(operation, check=check): operation for operation in operations}
        try:
            payloads = self._collect(numbers)
        except BaseException:
            self._broken = True
            self._session.abandon(numbers)
            raise
        answers: list[A | OperationError] = []
        for number, operation in numbers.items():
            try:
                answers.append(_parse(operation.name, payloads[number], operation.parse))
            except OperationError as error:
                answers.append(error)
        return answers

    def close(self) -> None:
        """End the agent and free what the host holds for us; never raises."""
        self._channel.close()

    def _first_answer(self) -> dict[str, Json]:
        reader = FrameReader()
        deadline = self._clock.now() + patience(None, self._clock)
        while True:
            output = self._channel.receive()
            self._session.evidence.add_stderr(output.stderr)
            ready: dict[str, Json] | None = None
            for found in reader.feed(output.stdout):
                if isinstance(found, Frame) and found.number == 0:
                    ready = found.payload
                self._session.evidence.add_received(found)
            if output.exit_code is not None:
                for found in reader.finish():
                    self._session.evidence.add_received(found)
                raise self._start_failed(output.exit_code)
            if ready is not None and _refused_with(ready, "BootstrapMismatch"):
                raise self._start_failed(MISMATCH_EXIT)
            if ready is not None:
                return ready
            self._check_silence(output, deadline, "start")

    def _collect(self, numbers: dict[int, Operation[A]]) -> dict[int, dict[str, Json]]:
        payloads: dict[int, dict[str, Json]] = {}
        deadline = 0.0
        waiting = list(numbers)
        if self._exit_code is not None:
            raise self._gone(f"the agent ended with exit code {self._exit_code}")
        while waiting:
            if not deadline:
                deadline = self._clock.now() + patience(numbers[waiting[0]], self._clock)
            output = self._exchange_through_losses()
            self._exit_code = output.exit_code
            answers = self._answers(output)
            payloads.update(answers)
            waiting = [number for number in waiting if number not in payloads]
            if any(_refused_with(payload, "AnswerForgotten") for payload in answers.values()):
                raise self._gone("the agent no longer keeps an answer that was lost")
            if not waiting:
                break
            if output.exit_code is not None:
                self._session.ended()
                raise self._gone(f"the agent ended with exit code {output.exit_code}")
            if answers:
                deadline = 0.0
            else:
                self._check_silence(output, deadline, numbers[waiting[0]].name)
        return payloads

    def _answers(self, output: Output) -> dict[int, dict[str, Json]]:
        self._session.evidence.add_stderr(output.stderr)
        try:
            return self._session.received(output.stdout)
        except WireDamaged as error:
            raise ShellGone(
                error.brief, details=error.details, resolution=error.resolution
            ) from None

    def _exchange_through_losses(self) -> Output:
        if not self._broken:
            try:
                return self._exchange()
            except TransportError as error:
                self._broken = True
                if error.error_class is not ErrorClass.TRANSIENT:
                    raise
        for attempt in self._retrying():
            with attempt:
                self._channel.recover()
                self._session.ask_again()
                output = self._exchange()
                self._broken = False
                return output
        raise ShellGone("the retry policy ended without a result")

    def _exchange(self) -> Output:
        while piece := self._session.outgoing(self._channel.max_send):
            self._channel.send(piece)
        return self._channel.receive()

    def _check_silence(self, output: Output, deadline: float, operation: str) -> None:
        if self._clock.now() > deadline:
            raise self._gone(f"the agent is connected and gives no answer to {operation!r}")
        if not output.stdout and not output.stderr:
            self._clock.sleep(_PAUSE * self._clock.speed)

    def _gone(self, brief: str) -> ShellGone:
        return ShellGone(brief, details=str(self._session.evidence))

    def _start_failed(self, exit_code: int) -> ProvisionError:
        if exit_code == MISMATCH_EXIT:
            return self._gone("the agent arrived damaged on the host")
        if exit_code == BROKEN_EXIT:
            return AgentRefused(
                "the agent does not run on this host",
                details=str(self._session.evidence),
                resolution="It needs Windows PowerShell 5.0 or later in FullLanguage mode; "
                "`provision doctor` tells more.",
            )
        return self._gone(f"PowerShell ended with exit code {exit_code} before the agent was ready")


def _refused_with(payload: dict[str, Json], error_id: str) -> bool:
    error = payload.get("error")
    return isinstance(error, dict) and error.get("id") == error_id


T = TypeVar("T")


def _parse(operation: str, payload: dict[str, Json], parse: Callable[[Any], T]) -> T:
    try:
        if payload.get("ok") is True:
            return parse(payload.get("result"))
        record = ErrorRecord.model_validate(payload.get("error"))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise UnexpectedAnswer(
            f"the agent's answer to {operation!r} has another shape",
            details=f"{problems}\n{str(payload)[:1000]}",
            resolution="This is a defect of the agent or of this version; please report it.",
        ) from None
    raise OperationError(operation, record)
