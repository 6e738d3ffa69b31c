"""Numbered requests and their answers, without any I/O.

The order of things: `add` gives a request its number and queues it; `outgoing` gives the bytes that
may be written now; `received` takes what the process wrote. After a loss, `ask_again` puts every
unanswered request back at the head of the queue, under its old number: the agent carries out each
number once, and repeats the answers that it still keeps.

What is in flight is bounded twice. Bytes, because a host reads ahead of the agent without bound,
into its memory. And requests, because the agent keeps 64 answers to repeat, of 8 MB together.

A request that needs several sends may be cut by a lost connection. So after a loss the first line
is `!`: glued to half a request it makes a line that is none, which the agent passes over, and the
number stays free for the whole copy that follows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from provision.agent.evidence import Evidence
from provision.agent.frame import Answer, FrameReader, Garbled, Received, Request, encode_request
from provision.agent.operations.base import WIRE, Operation
from provision.model.errors import ErrorClass, ProvisionError
from provision.model.outcome import Json

WINDOW = 1024 * 1024
"""Bytes that may be on their way to the agent without an answer: three pieces of a large file."""

MOST_OUTSTANDING = 16
"""Requests that may be on their way to the agent without an answer."""

_SPOILER = b"!\n"

MOST_GARBLED = 5
"""Answers to one number that may arrive damaged before the session gives up."""


class WireDamaged(ProvisionError):
    """Answers keep arriving damaged: something writes into the agent's output."""

    error_class = ErrorClass.LOST


@dataclass(slots=True)
class _Pending:
    line: bytes
    sent: bool = False
    garbled: int = 0


class Session:
    """One agent's requests, from the first number on. Never repeats an effect.

    Args:
        window: Bytes in flight; a single larger request still goes out, alone.
    """

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._reader = FrameReader()
        self._numbers = 0
        self._pending: dict[int, _Pending] = {}
        self._queue: deque[int] = deque()
        self._unsent = b""
        self._after_loss = False
        self.evidence = Evidence()

    def add(self, operation: Operation[Any], *, check: bool = False) -> int:
        """Queue an operation; gives its number."""
        self._numbers += 1
        params: dict[str, Json] = operation.model_dump(mode="json", context={WIRE: True})
        request = Request(self._numbers, operation.name, params, check)
        self._pending[self._numbers] = _Pending(encode_request(request))
        self._queue.append(self._numbers)
        return self._numbers

    @property
    def outstanding(self) -> tuple[int, ...]:
        """Numbers without an answer, in their order."""
        return tuple(self._pending)

    def outgoing(self, limit: int) -> bytes:
        """Take the bytes that may be written now; none when the window is full.

        The caller writes them once; when that fails it calls `ask_again`.

        Args:
            limit: The most bytes that the transport carries at once.
        """
        room = limit - len(_SPOILER)
        while self._queue and self._may_send(self._queue[0]):
            pending = self._pending[self._queue[0]]
            if self._unsent and len(self._unsent) + len(pending.line) > room:
                break
            self._queue.popleft()
            pending.sent = True
            self._unsent += pending.line
        piece, self._unsent = self._unsent[:room], self._unsent[room:]
        if piece and self._after_loss:
            self._after_loss = False
            return _SPOILER + piece
        return piece

    def received(self, stdout: bytes) -> dict[int, dict[str, Json]]:
        """Take what the process wrote; gives the answers that came, by number.

        Raises:
            WireDamaged: Answers keep arriving damaged.
        """
        return self._digest(self._reader.feed(stdout))

    def ended(self) -> None:
        """The process is gone: what was left of a line becomes evidence."""
        for found in self._reader.finish():
            self.evidence.add_received(found)

    def ask_again(self) -> None:
        """After a loss: put every unanswered request back, in order, under its old number.

        The beginning of a line that was received before is dropped: what follows now may be the
        end of another frame of the same length, and the two would pass for one.
        """
        self._reader = FrameReader()
        again = [number for number, pending in self._pending.items() if pending.sent]
        for number in again:
            self._pending[number].sent = False
        self._queue = deque(sorted({*again, *self._queue}))
        self._unsent = b""
        self._after_loss = True

    def abandon(self, numbers: Iterable[int]) -> None:
        """Wait no longer for these; those not yet sent never will be."""
        for number in numbers:
            pending = self._pending.pop(number, None)
            if pending and not pending.sent and number in self._queue:
                self._queue.remove(number)

    def _may_send(self, number: int) -> bool:
        sent = [len(pending.line) for pending in self._pending.values() if pending.sent]
        if not sent:
            return True
        if len(sent) >= MOST_OUTSTANDING:
            return False
        return sum(sent) + len(self._pending[number].line) <= self._window

    def _digest(self, received: list[Received]) -> dict[int, dict[str, Json]]:
        answers: dict[int, dict[str, Json]] = {}
        for found in received:
            if not isinstance(found, Answer):
                self.evidence.add_received(found)
                if isinstance(found, Garbled):
                    self._garbled(found)
                continue
            if self._pending.pop(found.number, None) is None:
                continue
            if found.number in self._queue:
                self._queue.remove(found.number)
            answers[found.number] = found.payload
        return answers

    def _garbled(self, found: Garbled) -> None:
        numbers = self.outstanding if found.number is None else (found.number,)
        for number in numbers:
            pending = self._pending.get(number)
            if pending is None or not pending.sent:
                continue
            pending.garbled += 1
            if pending.garbled > MOST_GARBLED:
                raise WireDamaged(
                    "the agent's answers arrive damaged",
                    details=f"{found.reason}: {found.text[:200]}",
                    resolution="Something on the host writes into the agent's output; "
                    "look at what runs there under the same user.",
                )
            pending.sent = False
            self._queue = deque(sorted({number, *self._queue}))
