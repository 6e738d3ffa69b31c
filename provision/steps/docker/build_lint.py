"""What the rules for Dockerfiles say of one before it is built."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from provision.dockerfile.finding import Finding, Severity
from provision.dockerfile.linting import lint
from provision.dockerfile.target import Target
from provision.model.errors import InputError, TaskError
from provision.model.outcome import StepResult, Warning
from provision.steps.effect import Procedure, ReadLocalFile
from provision.steps.ending import failed


class LintMode(Enum):
    """What findings of the rules mean for a build."""

    ERROR = "error"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Linted:
    """The findings that stop the build, and those that only warn."""

    path: str
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    def failure(self) -> StepResult:
        """End the step by the errors; nothing was sent to the host."""
        first = self.errors[0]
        more = f", and {len(self.errors) - 1} more" if len(self.errors) > 1 else ""
        result = failed(
            f"{self.path} would make a wrong image: {first.message}{more}",
            remedy=f"{first.fix} Say `lint: warn` to build it all the same.",
            evidence=[self._line(finding) for finding in (*self.errors, *self.warnings)],
        )
        # The rules have said why; no known issue says it better.
        return result.model_copy(
            update={"issue": "", "warnings": tuple(self._warning(one) for one in self.warnings)}
        )

    def warn(self, result: StepResult) -> StepResult:
        """Add the findings to how the step ended."""
        told = tuple(self._warning(finding) for finding in (*self.errors, *self.warnings))
        return result.model_copy(update={"warnings": (*told, *result.warnings)})

    def _warning(self, finding: Finding) -> Warning:
        return Warning(
            issue=finding.rule,
            brief=finding.message,
            evidence=f"{self.path}:{finding.line}:{finding.column}: {finding.why}",
            remedy=finding.fix,
        )

    def _line(self, finding: Finding) -> str:
        place = f"{self.path}:{finding.line}:{finding.column}"
        return f"{place}: {finding.severity.value} {finding.rule}: {finding.message}"


def lint_file(path: str, mode: LintMode, os_build: int) -> Procedure[Linted]:
    """Read a Dockerfile of the controller and judge it for the host's Windows.

    Raises:
        TaskError: It cannot be read, or is no Dockerfile.
    """
    content: bytes = yield ReadLocalFile(path)
    if mode is LintMode.OFF:
        return Linted(path)
    try:
        found = lint(content.decode("utf-8-sig"), target_of(os_build), path)
    except UnicodeDecodeError as error:
        raise TaskError(f"{path} is not UTF-8", details=str(error)) from None
    except InputError as error:
        first = error.problems[0]
        place = f"{first.position}: " if first.position else f"{path}: "
        raise TaskError(f"{place}{first.message}", resolution=first.hint) from None
    errors = tuple(one for one in found if one.severity is Severity.ERROR)
    warnings = tuple(one for one in found if one.severity is not Severity.ERROR)
    return Linted(path, errors, warnings)


def target_of(os_build: int) -> Target:
    """The newest generation that is not newer than the host."""
    fitting = [target for target in Target if target.build <= os_build]
    return max(fitting, key=lambda target: target.build, default=min(Target, key=_build))


def _build(target: Target) -> int:
    return target.build
