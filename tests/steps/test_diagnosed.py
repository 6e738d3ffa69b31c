"""Known issues are attached to failures and warnings, on every way on which a task can fail."""

from __future__ import annotations

import pytest

from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import CheckResult, Outcome, StepResult
from provision.steps.diagnosed import diagnosed
from provision.steps.ending import failed

TIME = "2016-01-16T09:00:00.000Z"
SWITCH = "OperationFailed,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch"
ADD = "Failed while adding virtual Ethernet switch connections."
PIPE = "error during connect: open //./pipe/docker_engine: Access is denied."
DENIED = ErrorRecord(message="…", id="WindowsUpdateError", hresult="0x80070005")


def record(number, kind, text, **error):
    made = {"number": number, "time": TIME, "kind": kind, "text": text}
    return {**made, "error": {"message": text, **error}} if error else made


def program(code, stdout="", stderr="", **others):
    return {"exec": {"exit_code": code, "stdout": stdout, "stderr": stderr, **others}}


def script(code, *records, threw=False, **others):
    return {"powershell": {"records": records, "exit_code": code, "threw": threw, **others}}


@pytest.mark.parametrize(
    ("answers", "step", "params", "issue"),
    [
        (program(1, stderr=PIPE), "command", "docker ps", "docker-pipe-denied"),
        (program(1, stdout=PIPE), "command", "docker ps", "docker-pipe-denied"),
        (program(3010), "command", "msiexec", "restart-wanted"),
        (program(3221225781), "command", "x", "container-dll-not-found"),
        (program(1, stderr="nobody knows"), "command", "x", ""),
        (program(1, stdout=ADD, stderr="nope"), "command", "x", ""),
        (program(None, stderr=PIPE, timed_out=True), "command", "x", ""),
        (script(1, record(1, "error", PIPE, id="x"), threw=True), "powershell", "x",
         "docker-pipe-denied"),
        (script(1, record(1, "output", PIPE)), "powershell", "x", "docker-pipe-denied"),
        (script(1603), "powershell", "x", "installer-fatal"),
        (script(1, record(1, "error", ADD, id=SWITCH), threw=True), "powershell", "x",
         "vswitch-add-failed"),
        (script(7, record(1, "error", ADD, id=SWITCH)), "powershell", "x", ""),
        (script(None, record(1, "error", PIPE, id="x"), timed_out=True), "powershell", "x", ""),
        ({"service.ensure": ErrorRecord(message="Error 1053", hresult="0x8007041D")}, "service",
         {"names": "docker", "state": "running"}, "service-start-timeout"),
        ({"feature.ensure": ErrorRecord(message="x", id="FeatureFailed", hresult="0x800F081F")},
         "windows_feature", "NET-Framework-Core", "feature-source-missing"),
        ({"feature.ensure": DENIED}, "windows_feature", "X", "network-logon-refused"),
    ],
)  # fmt: skip
def test_steps_explain_their_failures(player, answers, step, params, issue):
    result = player(answers).play(step, params)
    assert (result.outcome, result.issue) == (Outcome.FAILED, issue)
    if issue:
        assert result.evidence[0].startswith(f"{issue}: ")
        assert result.value["issue"] == issue
        assert result.remedy


def test_a_program_that_succeeds_with_a_known_issue_warns(player):
    host = player(program(0, stderr=f"fine\n{PIPE}\nfine again\n{PIPE}\n"))
    (warning,) = host.play("command", "docker ps").warnings
    assert warning.issue == "docker-pipe-denied"
    assert warning.evidence == f"stderr: {PIPE}"
    assert host.play("command", "docker ps").outcome is Outcome.CHANGED
    assert player(program(0, stdout=PIPE)).play("command", "type log").warnings == ()


def test_a_script_that_succeeds_with_a_known_issue_warns(player):
    host = player(script(0, record(1, "error", ADD, id=SWITCH, hresult="0x80004005")))
    (warning,) = host.play("powershell", "x").warnings
    assert warning.issue == "vswitch-add-failed"
    assert warning.evidence == f"error: {ADD} / {ADD} [{SWITCH}, 0x80004005]"
    assert warning.remedy.startswith("No check here proves it harmless. ")


def test_the_engine_explains_what_a_step_has_not():
    assert diagnosed(failed("no", evidence=["fine", PIPE])).issue == "docker-pipe-denied"
    assert diagnosed(failed(PIPE)).issue == "docker-pipe-denied"
    assert diagnosed(failed("refused"), DENIED).issue == "network-logon-refused"
    typed = "error: 要素が見つかりません [ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch, 0x80070490]"  # noqa: E501
    assert diagnosed(failed("no", evidence=[typed])).issue == "vswitch-adapter-cannot-be-bound"
    check = CheckResult(check="docker answers", passed=False, found=PIPE)
    result = failed("1 of 1 checks do not hold").model_copy(update={"checks": (check,)})
    assert diagnosed(result).issue == "docker-pipe-denied"


def test_the_engine_leaves_the_rest_alone():
    good = StepResult(outcome=Outcome.OK, evidence=(PIPE,))
    assert diagnosed(good) is good
    looked = failed("x", evidence=[PIPE]).model_copy(update={"issue": ""})
    assert diagnosed(looked) is looked
    harmless = diagnosed(failed("x", remedy="do it", evidence=[f"error: {ADD} [{SWITCH}]"]))
    assert (harmless.issue, harmless.remedy) == ("", "do it")


def test_what_cannot_occur_on_a_generation_explains_nothing():
    nat = "Unexpected NAT configuration. Switch subnet (a) does not match NAT subnet (b)"
    assert diagnosed(failed(nat), generation="2022").issue == ""
    assert diagnosed(failed(nat), generation="tp4").issue == "nat-left-over"


def test_a_reason_in_the_evidence_is_better_than_a_surface_in_the_failure():
    result = failed("failed to register layer", evidence=["There is not enough space on the disk."])
    assert diagnosed(result).issue == "disk-full"
    assert diagnosed(failed("failed to register layer")).issue == "layer-not-registered"
