"""The parameters of the step `installer`."""

from __future__ import annotations

import ntpath
import re
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator

from provision.agent.operations.jobs import JobAccount
from provision.diagnosis.matching import issue_by_id
from provision.playbook.durations import Duration
from provision.steps.check_system import NoFileCheck, NoTaskCheck
from provision.steps.checks import Check
from provision.steps.installer.contract import Completion, RestartMode, Value, argument_list
from provision.steps.step import Step
from provision.steps.vital_signs import Silence

DATA_FOLDER = "C:\\ProgramData\\provision\\installers"

Arguments = Annotated[
    tuple[str, ...] | dict[str, Value],
    BeforeValidator(lambda written: [written] if isinstance(written, str) else written),
]


class InstallerParams(Step):
    """The parameters of `installer`, and what follows from them."""

    script: str = Field(min_length=1)
    arguments: Arguments = ()
    directory: str | None = None
    account: JobAccount | None = None
    restart: RestartMode = RestartMode.MANAGED
    no_restart_argument: str = "-NoRestart"
    restart_needed_text: str = r"(reboot|restart) is required"
    complete: Completion = Completion()
    resume_task: str | None = None
    preflight: tuple[Check, ...] = ()
    checks: tuple[Check, ...] = ()
    checks_within: Duration = Field(default=120, ge=0)
    restart_budget: int = Field(default=3, ge=0, le=20)
    phase_timeout: Duration = Field(default=3 * 3600, gt=0)
    silence: Silence = Silence()
    known_warnings: tuple[str, ...] | None = None

    @field_validator("restart_needed_text")
    @classmethod
    def _is_an_expression(cls, written: str) -> str:
        try:
            re.compile(written)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return written

    @field_validator("known_warnings")
    @classmethod
    def _are_known(cls, written: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for issue in written or ():
            try:
                issue_by_id(issue)
            except KeyError:
                raise ValueError(f"no known issue is called {issue!r}") from None
        return written

    @model_validator(mode="after")
    def _managed_needs_its_argument(self) -> InstallerParams:
        if self.restart is RestartMode.MANAGED and not self.no_restart_argument:
            raise ValueError("restart: managed needs no_restart_argument")
        return self

    @property
    def title(self) -> str:
        """The script's name, for people."""
        return ntpath.basename(self.script)

    @property
    def working_directory(self) -> str:
        """Where the script runs, and leaves its marker."""
        return self.directory or f"{DATA_FOLDER}\\{ntpath.splitext(self.title)[0]}"

    @property
    def marker_path(self) -> str | None:
        """The marker's full path."""
        if self.complete.marker is None:
            return None
        return ntpath.join(self.working_directory, self.complete.marker)

    @property
    def all_arguments(self) -> tuple[str, ...]:
        """What the script is given."""
        given = argument_list(self.arguments)
        managed = self.restart is RestartMode.MANAGED
        if managed and self.no_restart_argument.lower() not in (a.lower() for a in given):
            return (*given, self.no_restart_argument)
        return given

    @property
    def all_checks(self) -> tuple[Check, ...]:
        """The checks, and that neither marker nor resume task is left."""
        left = []
        if self.marker_path is not None:
            left.append(Check(no_file=NoFileCheck(path=self.marker_path)))
        if self.resume_task is not None:
            left.append(Check(no_task=NoTaskCheck(name=self.resume_task)))
        return (*self.checks, *left)

    def intent(self) -> str:
        """Say what has to be so."""
        many = f"{len(self.checks)} checks hold" if self.checks else f"{self.complete.line!r}"
        return f"{self.title} has finished: {many}"
