"""Exit codes, decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from provision.model.errors import (
    InputError,
    ProvisionError,
    SecretError,
    UnreachableError,
)
from provision.transport.errors import TransportError

if TYPE_CHECKING:
    from provision.engine.run import RunResult


class ExitCode(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    UNREACHABLE = 3
    NOT_VERIFIED = 4
    WARNINGS = 5
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "done; warnings are allowed",
    ExitCode.FAILED: "a task failed, the tool itself made a mistake, or `diagnose` or "
    "`lint-dockerfile` found something",
    ExitCode.BAD_INPUT: "bad usage or bad input: an option, a file, a secret",
    ExitCode.UNREACHABLE: "the host could not be reached, did not accept who we are, or is held "
    "by another run",
    ExitCode.NOT_VERIFIED: "verification failed",
    ExitCode.WARNINGS: "done, but with warnings that no task expects, under `--strict`",
    ExitCode.INTERRUPTED: "interrupted",
}

_WORST_FIRST = (
    ExitCode.INTERRUPTED,
    ExitCode.BAD_INPUT,
    ExitCode.UNREACHABLE,
    ExitCode.FAILED,
    ExitCode.NOT_VERIFIED,
    ExitCode.WARNINGS,
    ExitCode.DONE,
)


def exit_code_for(ended: BaseException | RunResult, *, strict: bool = False) -> ExitCode:
    """Give the exit code of an error, or of a run on one host.

    Args:
        strict: Warnings that no task expects are worth an exit code.
    """
    if isinstance(ended, BaseException):
        return _for_error(ended)
    if ended.outcome == "interrupted":
        return ExitCode.INTERRUPTED
    if ended.verification_failed:
        return ExitCode.NOT_VERIFIED
    if ended.error is not None:
        return _for_error(ended.error)
    if ended.outcome not in ("ok", "changed"):
        return ExitCode.FAILED
    if strict and ended.unexpected_warnings:
        return ExitCode.WARNINGS
    return ExitCode.DONE


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Give the code of a run on several hosts: the one that needs a person most."""
    seen = set(codes)
    return next((code for code in _WORST_FIRST if code in seen), ExitCode.DONE)


def table() -> str:
    """Write the codes as a Markdown table, for the documentation."""
    rows = [f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


def _for_error(error: BaseException) -> ExitCode:
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    if isinstance(error, (InputError, SecretError)):
        return ExitCode.BAD_INPUT
    if isinstance(error, (UnreachableError, TransportError)):
        return ExitCode.UNREACHABLE
    if isinstance(error, ProvisionError) and type(error).__name__ == "Interrupted":
        return ExitCode.INTERRUPTED
    return ExitCode.FAILED
