"""Operations on the host's lease: who may work on it, and how far they got.

The record lies in the agent's data folder, so that two controllers on two machines cannot both
drive a host, and so that a host that was reverted to an earlier state shows it.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from provision.agent.operations.base import Answer, ChangeAnswer, Operation


class LeaseAnswer(Answer):
    """Who holds the host after the request, and what the record said before it.

    Args:
        held: The asker holds it.
        owner: Who holds it; empty when nobody does (in check mode).
        description: The holder in words: user, controller, process.
        since: When the holder took it, by the host's clock, ISO 8601 UTC with whole seconds.
        seconds_left: Host seconds until it runs out; 0 when it has.
        run: The run that the record named before this request; empty when there was none.
        mark: How far that run had got.
    """

    held: bool
    owner: str
    description: str
    since: str
    seconds_left: float
    run: str
    mark: int


class LeaseTake(Operation[LeaseAnswer]):
    """Take or renew the lease.

    It is given when nobody holds it, when the asker holds it already, when it has run out, or with
    `take_over`. A restart does not end it; a clock that was set back does not prolong it: what is
    left of it is never more than its `seconds`. Asking twice is the same as asking once.

    Args:
        owner: Unique to the run's process.
        seconds: Host seconds until it runs out unless it is renewed.
        take_over: Take it from whoever holds it.
        run: The run's id, kept in the record.
        mark: How far the run has got, kept in the record.
    """

    name: ClassVar[str] = "lease.take"
    answer: ClassVar[type[Answer]] = LeaseAnswer
    changes: ClassVar[bool] = True

    owner: str = Field(min_length=1, max_length=200)
    description: str = ""
    seconds: int = Field(ge=1)
    take_over: bool = False
    run: str = ""
    mark: int = 0


class LeaseRelease(Operation[ChangeAnswer]):
    """Give the lease back; the record of run and mark stays. Somebody else's is left alone.

    `before` and `after` are `{"held": …}`: whether the asker holds it.
    """

    name: ClassVar[str] = "lease.release"
    answer: ClassVar[type[Answer]] = ChangeAnswer
    changes: ClassVar[bool] = True

    owner: str


class LeaseLookAnswer(Answer):
    """The record as it stands; all empty when there is none."""

    owner: str
    description: str
    since: str
    seconds_left: float
    run: str
    mark: int


class LeaseLook(Operation[LeaseLookAnswer]):
    """Look at the lease and change nothing."""

    name: ClassVar[str] = "lease.look"
    answer: ClassVar[type[Answer]] = LeaseLookAnswer
