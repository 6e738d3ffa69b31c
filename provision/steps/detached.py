"""A user's program or script as a job: once started, it outlives the connection.

The job's id is the task's key, the same in every run of the playbook. So a run finds the job that
an interrupted one left behind, follows it or takes its result, and does not start it a second
time; one that was lost is started anew only by another run than the one that lost it. A job that
ended stays on the host until the task's next one, so that its end can be looked up again; the ended
job of another run makes room, unless that run left it running, so that nobody knows its end yet.
One that `provision cancel` stopped is started anew.
"""

from __future__ import annotations

from provision.agent.operations.base import OperationError
from provision.agent.operations.jobs import JobPoll, JobRemove, JobStart, JobState, JobStop
from provision.model.errors import TaskError
from provision.steps.effect import Procedure, Progress, call
from provision.steps.following import End, Followed, Notice, follow
from provision.steps.vital_signs import Silence

ENDED = frozenset({JobState.FINISHED, JobState.LOST})
UNDER_WAY = frozenset({JobState.STARTED, JobState.RUNNING})


def run_detached(
    start: JobStart,
    silence: Silence,
    until: float,
    begun: frozenset[str] = frozenset(),
    notice: Notice | None = None,
) -> Procedure[Followed]:
    """Start a job, or find the one that was left behind, and follow it to its end.

    Args:
        begun: See `StepContext`.
        notice: See `follow`.

    Raises:
        TaskError: Another job of this task is still running, with other content.
    """
    polled = yield from call(JobPoll(id=start.id))
    before, ours = polled.state, polled.run == start.run
    stopped = polled.exit is not None and polled.exit.stopped
    usable = before is JobState.FINISHED and ours and not stopped
    if before in ENDED and start.id not in begun and not usable:
        yield from call(JobRemove(id=start.id))
        before = JobState.ABSENT
    try:
        if before is not JobState.LOST:
            yield from call(start)
    except OperationError as error:
        if not error.record.id.startswith("JobExists"):
            raise
        if before in UNDER_WAY:
            raise still_running(start.id) from None
        yield from call(JobRemove(id=start.id))
        yield from call(start)
        before = JobState.ABSENT
    if before is JobState.FINISHED:
        yield Progress("an interrupted run's job has finished; its result is taken")
    elif before is JobState.LOST:
        yield Progress("an interrupted run's job was lost; it is not started again")
    elif before in UNDER_WAY:
        yield Progress("an interrupted run's job is still running; it is followed on")
    else:
        yield Progress(f"started as job {start.id}")
    followed = yield from follow(start.id, silence, until, notice)
    if followed.end in (End.HUNG, End.NOT_STARTED):
        yield from call(JobStop(id=start.id))
    return followed


def shortfall(followed: Followed) -> tuple[str, str]:
    """Say why a job did not finish, and what to do; two empty texts when it did."""
    if followed.end is End.FINISHED:
        return "", ""
    remedies = {
        End.OVERDUE: "It goes on on the host. Run again while it does: the same job is found and "
        "followed; allow more with `timeout`.",
        End.HUNG: "The job was stopped. Allow more with silence.give_up_after if it is only slow.",
        End.LOST: "Something ended the job; look at what it had done before you run it again.",
        End.NOT_STARTED: "Look at the host's Task Scheduler service, then run again.",
    }
    return f"{followed.end.value}: {followed.evidence}", remedies[followed.end]


def still_running(job: str) -> TaskError:
    """Say that the host is still at work on an earlier version of this task."""
    return TaskError(
        f"job {job} is still running on the host, with other parameters than the task has now",
        resolution="Wait until it ends, or restart the host; then run again.",
    )
