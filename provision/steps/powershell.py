"""The step `powershell`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import model_validator

from provision.agent.operations.execution import PowerShell as RunPowerShell
from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobAccount, JobStart
from provision.diagnosis.generation import generation_of
from provision.model.errors import TaskError
from provision.model.outcome import Change, Json, StepResult
from provision.model.playbook import OnRestart
from provision.steps.detached import run_detached, shortfall
from provision.steps.diagnosed import explained, of_program, warned
from provision.steps.diagnosing import explain_failure, last_error, shown, sighting
from provision.steps.effect import Elapsed, Procedure, ReadLocalFile, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.guards import needless
from provision.steps.recorded import call_recorded
from provision.steps.records import texts
from provision.steps.spoken import TAIL, say_records, tails
from provision.steps.step import Step, StepContext
from provision.steps.vital_signs import Silence


class PowerShell(Step):
    """Run PowerShell text on the host, in a process of its own.

    It fails when a terminating error ends it or its exit code is not among `ok_codes`. Errors that
    it goes on after are evidence. Not run in check mode, unless `changes` is false.

    Args:
        script: The text. Templates are filled in.
        file: A script file of the controller, in place of `script`; sent as it is.
        directory: Working directory.
        creates: Do nothing when this path exists.
        removes: Do nothing when this path does not exist.
        ok_codes: Exit codes that are no failure; none at all is none.
        fail_on_errors: Fail on any error record.
        changes: False says that it only looks: the outcome is `ok`.
        detach: Run it as a job that outlives the connection, for long work and for what Windows
            refuses to a network logon.
        account: With `detach`: `user`, `password` and `level` (`limited` or `highest`) to run as;
            SYSTEM when left out.
        silence: With `detach`: when silence is reported, and when it counts as hung.
    """

    name: ClassVar[str] = "powershell"
    once: ClassVar[bool] = True
    short: ClassVar[str | None] = "script"
    on_restart: ClassVar[OnRestart] = OnRestart.FAIL
    example: ClassVar[str] = """\
name: The adapters' names
powershell:
  script: (Get-NetAdapter).Name
  changes: false
register: adapters
"""

    script: str | None = None
    file: str | None = None
    directory: str | None = None
    creates: str | None = None
    removes: str | None = None
    ok_codes: tuple[int, ...] = (0,)
    fail_on_errors: bool = False
    changes: bool = True
    detach: bool = False
    account: JobAccount | None = None
    silence: Silence = Silence()

    @model_validator(mode="after")
    def _one_script(self) -> PowerShell:
        if (self.script is None) == (self.file is None):
            raise ValueError("give exactly one of script and file")
        if self.account and not self.detach:
            raise ValueError("only a job has an account of its own: give detach as well")
        return self

    def intent(self) -> str:
        """Say what is run."""
        shown_script = self.file or (self.script or "").strip().partition("\n")[0]
        return f"run PowerShell: {shown_script}" + (" as a job" if self.detach else "")

    def run(self, context: StepContext) -> StepProcedure:
        """Run it unless there is no need to."""
        if why := (yield from needless(self.creates, self.removes)):
            return ended((), evidence=[why])
        if context.check and self.changes:
            return ended([self._change()], evidence=["not run in check mode"])
        text = self.script if self.script is not None else (yield from self._read())
        if self.detach:
            return (yield from self._as_job(text, context))
        answer = yield from call_recorded(
            context,
            "script",
            lambda name: RunPowerShell(
                script=text,
                directory=self.directory,
                timeout=max(1, int(context.timeout or self.default_timeout)),
                id=name,
            ),
        )
        yield from say_records(answer.records)
        why = "stopped at its timeout" if answer.timed_out else ""
        return self._end(context, answer.records, answer.exit_code, threw=answer.threw, why=why)

    def _read(self) -> Procedure[str]:
        raw: bytes = yield ReadLocalFile(self.file or "")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TaskError(
                f"{self.file} is not UTF-8",
                details=str(error),
                resolution="Save the script as UTF-8.",
            ) from None

    def _as_job(self, text: str, context: StepContext) -> StepProcedure:
        start = JobStart(
            id=context.key,
            script=text,
            directory=self.directory,
            run=context.run,
            account=self.account,
        )
        now: float = yield Elapsed()
        limit = now + (context.timeout or self.default_timeout)
        followed = yield from run_detached(start, self.silence, limit, context.begun)
        why, remedy = shortfall(followed)
        code = followed.exit.exit_code if followed.exit else None
        threw = followed.exit.threw if followed.exit else False
        return self._end(context, followed.records, code, threw=threw, why=why, remedy=remedy)

    def _end(
        self,
        context: StepContext,
        records: Sequence[Record],
        code: int | None,
        *,
        threw: bool,
        why: str,
        remedy: str = "",
    ) -> StepResult:
        errors = [shown(record) for record in records if record.kind == "error"]
        output = texts(tuple(records), "output", "information")
        value: dict[str, Json] = {
            "exit_code": code,
            "output": output,
            "warnings": texts(tuple(records), "warning"),
            "errors": texts(tuple(records), "error"),
        }
        last = last_error(records)
        evidence = [*errors[-TAIL:], *tails("\n".join(map(str, output)))]
        generation = generation_of(context.facts.os_build)
        if why:  # An error that the script went on after does not explain why it hangs or is gone.
            result = failed(why, remedy=remedy, evidence=evidence, value=value)
            return explained(result, None)
        finding = explain_failure(records, generation)
        if threw:
            why = last.text.partition("\n")[0] if last else "a terminating error ended it"
        elif code is not None and code not in self.ok_codes:
            why = f"exit code {code}"
            # An error that only checks can tell from a harmless one does not explain an exit code.
            if finding is None or finding.issue.warning_if:
                finding = of_program((), code, generation)
        elif self.fail_on_errors and last:
            why = last.text.partition("\n")[0]
        if why:
            return explained(failed(why, evidence=evidence, value=value), finding)
        changes = [self._change()] if self.changes else []
        result = ended(changes, evidence=errors[-TAIL:], value=value)
        telling = [sighting(r) for r in records if r.kind in ("error", "warning")]
        return result.model_copy(update={"warnings": warned(telling, generation)})

    def _change(self) -> Change:
        return Change(what=self.file or "PowerShell script", before="not run", after="run")
