from __future__ import annotations

import itertools

import pytest

from provision.cli.exit_codes import MEANINGS, ExitCode, exit_code_for, worst
from provision.engine.interruption import Interrupted
from provision.engine.run import RunResult
from provision.model.errors import (
    AuthenticationError,
    InputError,
    Problem,
    ProvisionError,
    SecretError,
    TaskError,
    UnreachableError,
)
from provision.transport.errors import CertificateRefused, ConnectionBroken, LoginRefused


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError([Problem("x")]), 2),
        (SecretError("x"), 2),
        (UnreachableError("x"), 3),
        (AuthenticationError("x"), 3),
        (ConnectionBroken("x"), 3),
        (LoginRefused("x"), 3),
        (CertificateRefused("x"), 3),
        (TaskError("x"), 1),
        (ProvisionError("x"), 1),
        (ValueError("a mistake of ours"), 1),
        (Interrupted("x"), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors(error: BaseException, code: int) -> None:
    assert exit_code_for(error) == code


@pytest.mark.parametrize(
    ("result", "strict", "code"),
    [
        (RunResult("ok", {}), False, 0),
        (RunResult("changed", {}), True, 0),
        (RunResult("changed", {}, unexpected_warnings=1), False, 0),
        (RunResult("changed", {}, unexpected_warnings=1), True, 5),
        (RunResult("failed", {}, error=TaskError("x"), unexpected_warnings=1), True, 1),
        (RunResult("failed", {}, verification_failed=True, error=TaskError("x")), True, 4),
        (RunResult("failed", {}, error=InputError([Problem("x")])), False, 2),
        (RunResult("unreachable", {}, error=UnreachableError("x")), False, 3),
        (RunResult("interrupted", {}, error=Interrupted("x")), False, 130),
        (RunResult("interrupted", {}), True, 130),
        (RunResult("failed", {}), False, 1),
    ],
)
def test_runs(result: RunResult, strict: bool, code: int) -> None:
    assert exit_code_for(result, strict=strict) == code


def test_the_worst_of_several_hosts_does_not_depend_on_their_order() -> None:
    assert worst([]) is ExitCode.DONE
    for codes in itertools.permutations(ExitCode, 3):
        assert worst(codes) is worst(sorted(codes))
        assert worst(codes) in codes
    assert worst([ExitCode.DONE, ExitCode.WARNINGS, ExitCode.UNREACHABLE]) is ExitCode.UNREACHABLE


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ExitCode)
