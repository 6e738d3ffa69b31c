"""Docker's long commands as jobs: they outlive the connection and the controller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobAccount, JobRemove, JobStart
from provision.diagnosis.generation import generation_of
from provision.model.outcome import StepResult
from provision.steps.detached import run_detached, shortfall
from provision.steps.diagnosed import explained, of_program
from provision.steps.docker.reading import last_lines
from provision.steps.docker.transient import delay_before, passes_by_itself
from provision.steps.effect import Elapsed, Procedure, Progress, Sleep, call
from provision.steps.ending import failed
from provision.steps.following import Followed
from provision.steps.step import StepContext
from provision.steps.vital_signs import Silence

Notice = Callable[[Record], Iterable[str]]


@dataclass(frozen=True, slots=True)
class DockerJob:
    """One long command.

    Args:
        arguments: Docker's own.
        account: Whom it runs as; SYSTEM when None.
        directory: Working directory.
        attempts: How often it may be tried when a registry fails in a way that passes by itself.
        notice: Gives lines to show for a record.
    """

    arguments: tuple[str, ...]
    silence: Silence
    account: JobAccount | None = None
    directory: str | None = None
    attempts: int = 1
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """How the last try ended.

    Args:
        why: Empty when it ended well.
        tries: How often it was tried.
        seconds: Host seconds from the first start to the end.
        remedy: For an end that is not docker's own, such as one by silence.
        generation: Of the host, for the diagnosis.
    """

    followed: Followed
    tries: int
    seconds: float
    generation: str
    why: str = ""
    remedy: str = ""

    @property
    def output(self) -> str:
        """All that was kept of what docker said."""
        return "\n".join(r.text for r in self.followed.records if r.kind in ("output", "error"))

    @property
    def errors(self) -> str:
        """What it said on its standard error."""
        return "\n".join(r.text for r in self.followed.records if r.kind == "error")

    def as_failure(
        self, what: str, evidence: Iterable[str] = (), *, in_container: bool = False
    ) -> StepResult:
        """End the step with what is known about the failure."""
        result = failed(
            f"{what}: {self.why}",
            remedy=self.remedy,
            evidence=[*evidence, *last_lines(self.output)],
            value={"tries": self.tries},
        )
        if self.remedy:
            return explained(result, None)
        said = [self.errors, self.output]
        found = of_program(said, None, self.generation, in_container=in_container)
        return explained(result, found)


def run_job(job: DockerJob, context: StepContext, default_timeout: float) -> Procedure[Done]:
    """Run it to its end, again when the registry failed in a way that passes by itself.

    The job's id is the task's key, so a later run finds and follows what an interrupted one began.
    """
    began: float = yield Elapsed()
    limit = began + (context.timeout or default_timeout)
    attempt = 0
    while True:
        attempt += 1
        start = JobStart(
            id=context.key,
            program="docker",
            arguments=job.arguments,
            directory=job.directory,
            run=context.run,
            account=job.account,
        )
        followed = yield from run_detached(
            start, job.silence, limit, context.begun, notice=job.notice
        )
        now: float = yield Elapsed()
        done = _judged(followed, attempt, now - began, generation_of(context.facts.os_build))
        again = attempt + 1
        if not done.why or attempt >= job.attempts or not _worth_trying(done):
            return done
        wait = delay_before(again)
        if now + wait >= limit:
            return done
        told = f"try {again} of {job.attempts} in {wait:.0f} s: {done.why}"
        yield Progress(told, "waiting")
        yield Sleep(wait)
        yield from call(JobRemove(id=context.key))


def _judged(followed: Followed, tries: int, seconds: float, generation: str) -> Done:
    why, remedy = shortfall(followed)
    code = followed.exit.exit_code if followed.exit else None
    done = Done(followed, tries, seconds, generation, why, remedy)
    if why or code == 0:
        return done
    told = last_lines(done.errors, 1)
    return replace(done, why=told[0] if told else f"exit code {code}")


def _worth_trying(done: Done) -> bool:
    return done.followed.exit is not None and passes_by_itself(done.errors)
