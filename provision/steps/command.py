"""The step `command`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from provision.agent.operations.execution import Exec
from provision.agent.operations.jobs import JobAccount, JobStart
from provision.diagnosis.generation import generation_of
from provision.diagnosis.matching import Sighting
from provision.model.outcome import Change, Json, StepResult
from provision.model.playbook import OnRestart
from provision.steps.command_line import runs_in_container, split_command_line
from provision.steps.detached import run_detached, shortfall
from provision.steps.diagnosed import explained, of_program, warned
from provision.steps.effect import Elapsed, Procedure, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.guards import needless
from provision.steps.names import Strings
from provision.steps.recorded import call_recorded
from provision.steps.records import texts
from provision.steps.spoken import say, tails
from provision.steps.step import Step, StepContext
from provision.steps.vital_signs import Silence


class Command(Step):
    """Run a program on the host, without a shell.

    Give `line`, or `program` with `arguments`. For pipes, redirections and variables use
    `powershell`. Not run in check mode, unless `changes` is false.

    Args:
        line: Program and arguments in one line, split as Windows programs split it.
        program: A name on PATH, or a path.
        arguments: The program's arguments, one each.
        directory: Working directory.
        environment: Variables added to the agent's own; not with `detach`.
        creates: Do nothing when this path exists.
        removes: Do nothing when this path does not exist.
        ok_codes: Exit codes that are no failure.
        changes: False says that it only looks: the outcome is `ok`.
        detach: Run it as a job that outlives the connection, for long work and for what Windows
            refuses to a network logon.
        account: With `detach`: `user`, `password` and `level` (`limited` or `highest`) to run as;
            SYSTEM when left out.
        silence: With `detach`: when silence is reported, and when it counts as hung.
    """

    name: ClassVar[str] = "command"
    once: ClassVar[bool] = True
    short: ClassVar[str | None] = "line"
    on_restart: ClassVar[OnRestart] = OnRestart.FAIL
    example: ClassVar[str] = """\
name: The image is tagged
command: docker tag windowsservercore example.com/windowsservercore
"""

    line: str | None = Field(default=None, min_length=1)
    program: str | None = Field(default=None, min_length=1)
    arguments: Strings = ()
    directory: str | None = None
    environment: dict[str, str] = {}
    creates: str | None = None
    removes: str | None = None
    ok_codes: tuple[int, ...] = (0,)
    changes: bool = True
    detach: bool = False
    account: JobAccount | None = None
    silence: Silence = Silence()

    @model_validator(mode="after")
    def _one_command(self) -> Command:
        if (self.line is None) == (self.program is None):
            raise ValueError("give exactly one of line and program")
        if self.line is not None and self.arguments:
            raise ValueError("arguments are for program; line has its own")
        if self.detach and self.environment:
            raise ValueError("a job has no environment of its own; leave one of the two out")
        if self.account and not self.detach:
            raise ValueError("only a job has an account of its own: give detach as well")
        if not self._words():
            raise ValueError("the line is empty")
        return self

    def _words(self) -> tuple[str, ...]:
        if self.line is not None:
            return split_command_line(self.line)
        return (self.program or "", *self.arguments)

    def intent(self) -> str:
        """Say what is run."""
        shown = self.line or " ".join(self._words())
        return f"run {shown}" + (" as a job" if self.detach else "")

    def run(self, context: StepContext) -> StepProcedure:
        """Run it unless there is no need to."""
        if why := (yield from needless(self.creates, self.removes)):
            return ended((), evidence=[why])
        if context.check and self.changes:
            return ended([self._change()], evidence=["not run in check mode"])
        if self.detach:
            return (yield from self._as_job(context))
        return (yield from self._now(context))

    def _now(self, context: StepContext) -> StepProcedure:
        program, *arguments = self._words()
        answer = yield from call_recorded(
            context,
            "command",
            lambda name: Exec(
                program=program,
                arguments=tuple(arguments),
                directory=self.directory,
                environment=self.environment,
                timeout=max(1, int(context.timeout or self.default_timeout)),
                id=name,
            ),
        )
        yield from say(answer.stdout, answer.stderr, truncated=answer.truncated)
        value: dict[str, Json] = {"stdout": answer.stdout, "stderr": answer.stderr}
        why = "stopped at its timeout" if answer.timed_out else ""
        return self._end(context, answer.exit_code, value, [answer.stderr, answer.stdout], why)

    def _as_job(self, context: StepContext) -> Procedure[StepResult]:
        program, *arguments = self._words()
        start = JobStart(
            id=context.key,
            program=program,
            arguments=tuple(arguments),
            directory=self.directory,
            run=context.run,
            account=self.account,
        )
        now: float = yield Elapsed()
        limit = now + (context.timeout or self.default_timeout)
        followed = yield from run_detached(start, self.silence, limit, context.begun)
        out, err = (texts(followed.records, kind) for kind in ("output", "error"))
        value: dict[str, Json] = {
            "stdout": "\n".join(map(str, out)),
            "stderr": "\n".join(map(str, err)),
        }
        code = followed.exit.exit_code if followed.exit else None
        why, remedy = shortfall(followed)
        outputs = [str(value["stderr"]), str(value["stdout"])]
        return self._end(context, code, value, outputs, why, remedy)

    def _end(
        self,
        context: StepContext,
        code: int | None,
        value: dict[str, Json],
        outputs: list[str],
        why: str,
        remedy: str = "",
    ) -> StepResult:
        value = {"exit_code": code, **value}
        generation = generation_of(context.facts.os_build)
        if why or code not in self.ok_codes:
            last = tails(stderr=outputs[0], stdout=outputs[1])
            told = why or f"exit code {code}"
            result = failed(
                f"{self._words()[0]}: {told}", remedy=remedy, evidence=last, value=value
            )
            # What was printed before does not explain why it hangs or is gone.
            if why:
                return explained(result, None)
            inside = runs_in_container(self._words())
            found = of_program(outputs, code, generation, in_container=inside)
            return explained(result, found)
        changes = [self._change()] if self.changes else []
        result = ended(changes, evidence=[f"exit code {code}"], value=value)
        inside = runs_in_container(self._words())
        telling = [
            Sighting(line, kind="stderr", in_container=inside) for line in outputs[0].splitlines()
        ]
        return result.model_copy(update={"warnings": warned(telling, generation)})

    def _change(self) -> Change:
        return Change(what=self._words()[0], before="not run", after="run")
