"""The parameters `creates` and `removes`, by which a command becomes idempotent."""

from __future__ import annotations

from provision.agent.operations.files import FileStat, FileStatAnswer, Kind
from provision.steps.check_kinds import expect
from provision.steps.effect import Procedure, call_all


def needless(creates: str | None, removes: str | None) -> Procedure[str]:
    """Say why nothing needs to be run; empty when something does."""
    wanted = [(path, present) for path, present in ((creates, False), (removes, True)) if path]
    if not wanted:
        return ""
    answers = yield from call_all([FileStat(path=path) for path, _ in wanted])
    for (path, present), answer in zip(wanted, answers, strict=True):
        if (expect(answer, FileStatAnswer).kind is not Kind.ABSENT) is not present:
            return f"{path} is gone already" if present else f"{path} exists already"
    return ""
