"""Asking docker's client on the host, and letting it act, in one exchange each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from provision.agent.operations.base import OperationError
from provision.agent.operations.docker import DockerRun, DockerRunAnswer
from provision.model.errors import TaskError
from provision.model.outcome import Change, StepResult
from provision.steps.check_kinds import expect
from provision.steps.docker.reading import (
    at,
    knows_no_option,
    last_lines,
    read_objects,
    read_rows,
    says_missing,
)
from provision.steps.effect import Procedure, call, call_all
from provision.steps.ending import failed
from provision.steps.errors import AnswerLost

ASK_SECONDS = 120.0
JSON_ROWS = ("--format", "{{json .}}")


class DockerRefused(TaskError):
    """Docker said no; its details are docker's own last lines."""


def ask(*arguments: str, timeout: float = ASK_SECONDS) -> Procedure[DockerRunAnswer]:
    """Run a command that only asks, also in check mode."""
    return (yield from call(DockerRun(arguments=arguments, reads=True, timeout=timeout)))


def inspect(kind: str, *names: str) -> Procedure[tuple[dict[str, Any] | None, ...]]:
    """Look at images, containers or networks, all in one exchange; None for what is not there.

    Args:
        kind: `image`, `container` or `network`.

    Raises:
        DockerRefused: The daemon does not answer.
    """
    operations = [_inspection(kind, name) for name in names]
    answers = yield from call_all(operations)
    return tuple(
        _inspected(kind, name, expect(answer, DockerRunAnswer))
        for name, answer in zip(names, answers, strict=True)
    )


def inspect_image(name: str) -> Procedure[dict[str, Any] | None]:
    """Look at one image."""
    (found,) = yield from inspect("image", name)
    return found


def rows(*arguments: str, timeout: float = ASK_SECONDS) -> Procedure[tuple[dict[str, str], ...]]:
    """Ask for a list, as JSON or, of a client that knows no `--format`, as a table.

    Raises:
        DockerRefused: It was not given.
    """
    answer = yield from ask(*arguments[:1], *JSON_ROWS, *arguments[1:], timeout=timeout)
    if knows_no_option(answer.exit_code, answer.stderr):
        answer = yield from ask(*arguments, timeout=timeout)
    if answer.exit_code != 0:
        raise refusal(arguments, answer)
    return read_rows(answer.stdout)


def act(*arguments: str, timeout: float = ASK_SECONDS) -> Procedure[DockerRunAnswer | None]:
    """Let docker change something, at most once.

    Gives None when the answer was lost: whoever acts looks again afterwards, and that decides.

    Raises:
        DockerRefused: It ended with an error, or at its timeout.
    """
    try:
        answer = yield from call(DockerRun(arguments=arguments, timeout=timeout))
    except AnswerLost:
        return None
    if answer.exit_code != 0:
        raise refusal(arguments, answer)
    return answer


def refusal(arguments: Sequence[str], answer: DockerRunAnswer) -> DockerRefused:
    """Make the error of a command that failed."""
    told = last_lines(answer.stderr) or last_lines(answer.stdout)
    why = "stopped at its timeout" if answer.timed_out else f"exit code {answer.exit_code}"
    brief = f"docker {arguments[0]}: {told[-1] if told else why}"
    return DockerRefused(brief, details="\n".join([*told, why]))


def gave_up(error: TaskError | OperationError, changes: Sequence[Change] = ()) -> StepResult:
    """End a step badly by an error, keeping what had changed until then."""
    return failed(
        error.brief,
        remedy=error.resolution,
        evidence=[line for line in error.details.splitlines() if line],
        changes=changes,
    )


def image_version(image: dict[str, Any] | None) -> str:
    """The Windows version that an inspected image is made for; empty when it does not say."""
    return str(at(image, "OsVersion") or "")


def _inspection(kind: str, name: str) -> DockerRun:
    if kind == "network":
        return DockerRun(arguments=("network", "inspect", name), reads=True)
    return DockerRun(arguments=("inspect", "--type", kind, name), reads=True)


def _inspected(kind: str, name: str, answer: DockerRunAnswer) -> dict[str, Any] | None:
    found = read_objects(answer.stdout)
    if answer.exit_code == 0 and found:
        return found[0]
    if answer.exit_code not in (0, None) and says_missing(answer.stderr):
        return None
    raise refusal(("inspect", kind, name), answer)
