"""The simulator and the real agent answer alike, and leave the same world behind."""

from __future__ import annotations

import shutil
from typing import Any

import normal_form
import pytest
from contract_cases import CASES, Case, Step

from provision.agent.operations import OPERATIONS

NAMES = [case.name for case in CASES]
SSH_SAMPLE = 8
"""One case of so many is played over SSH too."""


def play(side: Any, case: Case, internet: Any) -> tuple[list[Any], Any]:
    """Play a case on one side; gives its answers in normal form, and what it left behind."""
    side.begin(case)
    internet.pages = case.internet or {}
    kept: dict[str, Any] = {}
    answers = []
    for step in case.steps:
        found = _take(side, case, step, internet)
        assert not (problems := normal_form.unlike(found, step.expect)), (step, problems, found)
        if step.keep:
            kept[step.keep] = found
        if step.differs:
            assert found["boot"]["token"] != kept[step.differs]["boot"]["token"]
        found = normal_form.answer(found, side.root)
        for place in step.varies:
            found = normal_form.drop(found, place)
        answers.append(found)
    return answers, side.left()


def _take(side: Any, case: Case, step: Step, internet: Any) -> dict[str, Any]:
    if step.restart:
        side.restart()
        return {}
    if step.running:
        return _until_running(side, step.running)
    if step.finish:
        return _finish(side, step)
    params = case.fill_in(step.params, side.root, side.separator, internet.address)
    answer: dict[str, Any] = side.perform(step.op, params, step.check)
    return answer


def _until_running(side: Any, job: str) -> dict[str, Any]:
    state = ""
    while state != "running":
        state = side.perform("job.poll", {"id": job, "wait": 1})["state"]
        assert state in ("started", "running")
    return {}


def _finish(side: Any, step: Step) -> dict[str, Any]:
    records: list[Any] = []
    offset, going = 0, True
    while going:
        answer = side.perform("job.poll", {"id": step.finish, "offset": offset, "wait": 600})
        records += answer["records"]
        offset = answer["next_offset"]
        going = answer["state"] in ("started", "running") or answer["more"]
    if step.unordered:
        records = [{**each, "number": 0} for each in records]
        records.sort(key=lambda each: (each["kind"], each["text"]))
    return {**answer, "records": records}


@pytest.fixture
def modelled(case: Case, simulator: Any, internet: Any, played: dict[str, Any]) -> Any:
    """What the simulator makes of a case; each is played there once."""
    if case.engine and not shutil.which("powershell"):
        pytest.skip("the simulator runs free PowerShell in a real one")
    if case.name not in played:
        played[case.name] = play(simulator, case, internet)
    return played[case.name]


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    return {}


@pytest.mark.usefixtures("modelled")
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_simulator_keeps_the_contract(case: Case) -> None:
    """The expectations in the cases hold; `modelled` demands them."""
    assert case.steps


@pytest.mark.powershell
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_both_sides_are_alike(case: Case, modelled: Any, engine: Any, internet: Any) -> None:
    answers, left = modelled
    real_answers, really_left = play(engine, case, internet)
    for step, answer, real in zip(case.steps, answers, real_answers, strict=True):
        assert real == answer, step
    assert really_left == left


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose what is played over SSH: a sample, or all of it with `--over-ssh`."""
    if "over_ssh" in metafunc.fixturenames:
        step = 1 if metafunc.config.getoption("--over-ssh") else SSH_SAMPLE
        metafunc.parametrize("case", CASES[::step], ids=NAMES[::step])


@pytest.mark.powershell
def test_over_ssh_it_is_the_same(case: Case, modelled: Any, over_ssh: Any, internet: Any) -> None:
    answers, left = modelled
    real_answers, really_left = play(over_ssh, case, internet)
    for step, answer, real in zip(case.steps, answers, real_answers, strict=True):
        assert real == answer, step
    assert really_left == left


def test_every_operation_has_a_case() -> None:
    steps = [step for case in CASES for step in case.steps]
    done = {step.op for step in steps if step.op and not step.check}
    checked = {step.op for step in steps if step.check}
    assert set(OPERATIONS) - done == set()
    assert {name for name, kind in OPERATIONS.items() if kind.changes} - checked == set()


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)
