"""installer, played against the simulated host."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from provision.agent.operations.jobs import JobRemove, JobStart
from provision.agent.operations.scheduled_tasks import ScheduledTaskRemove
from provision.model.outcome import Outcome
from provision.simulator.world.installer.scripts import PUBLISHED

SCRIPT = "C:\\provision\\Install-ContainerHost.ps1"
NETWORK = [
    {"switch": {"name": "Virtual Switch", "type": "NAT"}},
    {"adapter": {"name": "vEthernet (Virtual Switch)", "address": "172.16.0.0/12"}},
    {"nat": {"name": "ContainerNAT", "prefix": "172.16.0.0/12"}},
]
CONTAINERS = ["docker", {"image": {"name": "windowsservercore", "tag": "latest"}}]
PARAMS = {
    "script": SCRIPT,
    "complete": {"line": "Script complete!", "marker": "Install-ContainerHost.err"},
    "resume_task": "ContainerBootstrap",
    "checks": [*NETWORK, *CONTAINERS],
}
PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "verify-container-host.yml"


def fetched(host, generation="tp4"):
    """Bring the generation's newest script to the host."""
    script = [one for one in PUBLISHED if one.generation.value == generation][-1]
    params = {"dest": SCRIPT, "url": script.url, "sha256": script.sha256}
    assert host.play("fetch", params).outcome is Outcome.CHANGED
    host.asked.clear()
    return host


def starts(host):
    return [op for op in host.asked if isinstance(op, JobStart)]


def issues(result):
    return [warning.issue for warning in result.warnings]


def test_the_mission(simulated):
    host = fetched(simulated())
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.CHANGED, result
    assert issues(result) == ["vswitch-add-failed"]
    warning = result.warnings[0]
    assert "OperationFailed,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch" in warning.evidence
    assert "adapter vEthernet (Virtual Switch)" in warning.evidence
    assert all(row.passed for row in result.checks)
    assert [row.check for row in result.checks][-2:] == [
        "C:\\ProgramData\\provision\\installers\\Install-ContainerHost\\Install-ContainerHost.err "
        "is gone",
        "no scheduled task ContainerBootstrap",
    ]
    assert (result.value["phases"], result.value["restarts"]) == (2, 1)
    assert len(host.restarts) == 1
    assert "A reboot is required" in host.restarts[0]
    assert len(starts(host)) == 2
    assert all("-NoRestart" in start.arguments for start in starts(host))
    assert host.says("Script complete!")
    assert host.now > 6000


def test_a_second_run_starts_nothing(simulated):
    host = fetched(simulated())
    host.play("installer", PARAMS)
    host.asked.clear()
    host.exchanges = 0
    result = host.play("installer", PARAMS)
    assert (result.outcome, result.changes) == (Outcome.OK, ())
    assert host.exchanges == 1
    assert starts(host) == []
    assert "already finished" in result.evidence[0]


def test_check_mode_changes_nothing(simulated):
    host = fetched(simulated())
    before = host.host.world.with_(host_time=0)
    result = host.play("installer", PARAMS, check=True)
    assert result.outcome is Outcome.CHANGED
    assert host.exchanges <= 3
    assert host.host.world.with_(host_time=0) == before


def test_its_own_restart(simulated):
    host = fetched(simulated())
    result = host.play("installer", {**PARAMS, "restart": "own"})
    assert result.outcome is Outcome.CHANGED, result
    assert host.restarts == []
    assert host.restarts_expected
    assert (result.value["phases"], result.value["restarts"]) == (2, 1)
    assert all("-NoRestart" not in start.arguments for start in starts(host))
    order = [op for op in host.asked if isinstance(op, JobStart | ScheduledTaskRemove)]
    second = order.index(starts(host)[-1], order.index(starts(host)[0]) + 1)
    assert isinstance(order[second - 1], ScheduledTaskRemove)
    assert host.says("removed the scheduled task ContainerBootstrap")


@pytest.mark.parametrize("generation", ["tp5", "rtm"])
def test_the_later_generations_with_the_playbooks_own_checks(simulated, generation):
    host = fetched(simulated(generation=generation), generation)
    known = yaml.safe_load(PLAYBOOK.read_text())["vars"]
    checks = [*known["by_docker"], "docker", *known["server_core"]]
    result = host.play("installer", {**PARAMS, "checks": checks})
    assert result.outcome is Outcome.CHANGED, result
    assert result.warnings == ()


def test_no_warning_without_the_error(simulated):
    host = fetched(simulated(switch_error="none"))
    result = host.play("installer", PARAMS)
    assert (result.outcome, result.warnings) == (Outcome.CHANGED, ())


@pytest.mark.parametrize("culture", ["en-US", "ja-JP"])
def test_the_same_warning_in_every_language(simulated, culture):
    host = fetched(simulated(culture=culture))
    assert issues(host.play("installer", PARAMS)) == ["vswitch-add-failed"]


@pytest.mark.parametrize("culture", ["en-US", "ja-JP"])
def test_a_fatal_switch_error_is_a_failure_with_its_reason(simulated, culture):
    host = fetched(simulated(switch_error="fatal", culture=culture))
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert result.value["issue"] == "vswitch-adapter-cannot-be-bound"
    assert "-ExternalNetAdapter" in result.remedy
    assert "ended without its closing line" in (result.failure or "")


def test_an_error_that_no_check_proves_harmless_is_a_failure(simulated):
    host = fetched(simulated())
    result = host.play("installer", {**PARAMS, "checks": CONTAINERS})
    assert result.outcome is Outcome.FAILED
    assert "no check of kind switch" in (result.failure or "")


def test_a_warning_must_be_allowed(simulated):
    host = fetched(simulated())
    result = host.play("installer", {**PARAMS, "known_warnings": []})
    assert result.outcome is Outcome.FAILED
    assert "does not list vswitch-add-failed" in (result.failure or "")


def test_the_closing_line_alone_is_not_enough(simulated):
    host = fetched(simulated(image_missing=True))
    result = host.play("installer", {**PARAMS, "checks_within": 20})
    assert result.outcome is Outcome.FAILED
    assert [row.check for row in result.checks if not row.passed] == [
        "image windowsservercore:latest"
    ]


def test_docker_that_does_not_start(simulated):
    host = fetched(simulated(docker_fails=True))
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert result.value["issue"] == "docker-daemon-slow"


def test_a_full_disk(simulated):
    host = fetched(simulated(disk_free_bytes=2 * 1024**3))
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert result.value["issue"] == "disk-full"


def test_a_gallery_that_cannot_be_reached(simulated):
    host = fetched(simulated(download_fails="go.microsoft.com"))
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert result.value["issue"] == "package-provider-missing"


def test_a_hung_script_is_told_and_stopped(simulated):
    host = fetched(simulated(hangs=True))
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert "hung: no output, no CPU time and no I/O for 61 min" in (result.failure or "")
    assert host.asked[-1].name == "job.stop"
    assert host.host.world.jobs[0].exit.stopped


def test_silence_is_no_death(simulated):
    host = fetched(simulated(silent_for=10_800))
    result = host.play("installer", {**PARAMS, "phase_timeout": "6h"}, timeout=8 * 3600)
    assert result.outcome is Outcome.CHANGED, result
    waiting = [line.text for line in host.progress if line.kind == "waiting"]
    assert any("is alive" in text and "of CPU" in text for text in waiting)


def test_an_overdue_phase_goes_on_and_is_found_again(simulated):
    host = fetched(simulated())
    result = host.play("installer", {**PARAMS, "phase_timeout": "30m"})
    assert result.outcome is Outcome.FAILED
    assert "took too long" in (result.failure or "")
    assert "It goes on on the host" in result.remedy
    assert host.host.world.jobs[0].exit is None
    host.asked.clear()
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.CHANGED, result
    assert host.says("it is followed on")
    assert [job.exit is None for job in host.host.world.jobs] == [False]
    assert issues(result) == ["vswitch-add-failed"]


def test_a_running_job_with_other_parameters_is_left_alone(simulated):
    host = fetched(simulated())
    host.play("installer", {**PARAMS, "phase_timeout": "30m"})
    with pytest.raises(Exception, match="still running on the host") as raised:
        host.play("installer", {**PARAMS, "arguments": ["-HyperV"]})
    assert "run again" in raised.value.resolution


def test_an_unexpected_restart_runs_it_again(simulated):
    host = fetched(simulated())
    host.play("installer", {**PARAMS, "phase_timeout": "30m"})
    powered = []

    def cut_power(effect):
        if effect.kind == "waiting" and not powered:
            powered.append(True)
            host.host.program("shutdown.exe", ("/r", "/t", "0"))

    progress = host.carry_out

    def carry_out(effect):
        if type(effect).__name__ == "Progress":
            cut_power(effect)
        return progress(effect)

    host.carry_out = carry_out
    result = host.play("installer", PARAMS)
    assert powered
    assert host.says("the host restarted under Install-ContainerHost.ps1")
    assert result.outcome is Outcome.CHANGED, result
    assert result.value["restarts"] == 1


def test_the_budget_of_restarts(simulated):
    host = fetched(simulated())
    result = host.play("installer", {**PARAMS, "restart_budget": 0})
    assert result.outcome is Outcome.FAILED
    assert "more than its budget of 0 restarts" in (result.failure or "")
    assert host.restarts == []


def test_a_restart_before_the_launch_is_not_one_under_the_script(simulated):
    host = watched(fetched(simulated()))
    answer, cut = host._answer, []

    def after_a_restart(operation, check):
        if isinstance(operation, JobStart) and not cut:
            cut.append(host.host.program("shutdown.exe", ("/r", "/t", "0")))
            host.time.seconds += 1
        return answer(operation, check)

    host._answer = after_a_restart
    result = host.play("installer", PARAMS)
    assert cut
    assert result.outcome is Outcome.CHANGED, result
    assert (host.launches, result.value["restarts"]) == (2, 1)


class Died(Exception):
    """The controller is gone."""


def watched(host, die_at=None):
    """Count launches, know what the journal would know, and die at an effect."""
    carry_out, host.launches, host.effects = host.carry_out, 0, 0

    def carried(effect):
        host.effects += 1
        if host.effects == die_at:
            raise Died
        called = getattr(effect, "operation", None)
        starts = isinstance(called, JobStart)
        asked = getattr(effect, "operations", (called,) if called else ())
        if starts:
            host.begun = frozenset({host.key})
        elif any(isinstance(one, JobRemove) for one in asked):
            host.begun = frozenset()
        answer = carry_out(effect)
        host.launches += starts and answer.started
        return answer

    host.carry_out = carried
    return host


@pytest.mark.parametrize("die_at", [3, 12, 15, 24, 27, 40, 60, 90])
@pytest.mark.parametrize("mode", ["managed", "own"])
def test_what_ended_while_nobody_looked_is_not_run_again(simulated, mode, die_at):
    host = watched(fetched(simulated()), die_at)
    params = {**PARAMS, "restart": mode}
    with pytest.raises(Died):
        host.play("installer", params)
    host.carry_out = type(host).carry_out.__get__(host)
    host.time.seconds += 3 * 3600
    before = host.launches
    host = watched(host)
    host.connect()
    result = host.play("installer", params, timeout=30 * 3600)
    assert result.outcome is Outcome.CHANGED, result
    assert before + host.launches == 2
    assert issues(result) == ["vswitch-add-failed"]
    assert [job.exit is None for job in host.host.world.jobs] == [False]
    assert [task.name for task in host.host.world.scheduled_tasks] == [host.key]


def test_the_very_end_is_told_again(simulated):
    """The controller dies when all is done and before the end of the task was written down."""
    whole = watched(fetched(simulated()))
    whole.play("installer", PARAMS)
    for last in range(6):
        host = watched(fetched(simulated()), whole.effects - last)
        with pytest.raises(Died):
            host.play("installer", PARAMS)
        assert host.launches == 2
        host.carry_out = type(host).carry_out.__get__(host)
        host = watched(host)
        result = host.play("installer", PARAMS)
        assert (result.outcome, issues(result)) == (Outcome.CHANGED, ["vswitch-add-failed"])
        assert host.launches == 0


def test_a_restart_that_has_happened_is_not_made_again(simulated):
    """The first phase wants one; while the controller is away, somebody else restarts the host."""
    host = watched(fetched(simulated()))
    restart = host._restart

    def die(_reason):
        raise Died

    host._restart = die
    with pytest.raises(Died):
        host.play("installer", PARAMS)
    host._restart = restart
    host.host.program("shutdown.exe", ("/r", "/t", "0"))
    host.time.seconds += 600
    host.connect()
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.CHANGED, result
    assert host.says("the restart that it wanted has happened")
    assert (host.restarts, result.value["restarts"], host.launches) == ([], 1, 2)


def test_the_ended_job_of_another_run_is_not_this_run_s(simulated):
    host = watched(fetched(simulated()), 27)
    with pytest.raises(Died):
        host.play("installer", PARAMS)
    host.carry_out = type(host).carry_out.__get__(host)
    host.time.seconds += 3 * 3600
    host.begun, host.run = frozenset(), "run-2"
    host = watched(host)
    host.connect()
    result = host.play("installer", PARAMS, timeout=30 * 3600)
    assert result.outcome is Outcome.CHANGED
    assert host.launches >= 1
    assert [job.run for job in host.host.world.jobs] == ["run-2"]


def test_a_script_that_is_missing(simulated):
    result = simulated().play("installer", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert result.failure == f"{SCRIPT} is not on the host"
    assert "fetch" in result.remedy


def test_a_left_over_logon_task_is_removed_without_a_run(simulated):
    host = fetched(simulated())
    host.play("installer", PARAMS)
    from provision.simulator.world.system import ScheduledTask

    task = ScheduledTask(name="ContainerBootstrap", at_logon=True, program="powershell.exe")
    host.host.become(host.host.world.put(task))
    host.asked.clear()
    result = host.play("installer", PARAMS)
    assert [change.what for change in result.changes] == ["scheduled task ContainerBootstrap"]
    assert starts(host) == []
    assert host.play("installer", PARAMS).outcome is Outcome.OK


def test_a_marker_left_behind_is_not_finished(simulated):
    host = fetched(simulated())
    host.play("installer", PARAMS)
    marker = (
        "C:\\ProgramData\\provision\\installers\\Install-ContainerHost\\Install-ContainerHost.err"
    )
    host.play("file", {"path": marker, "content": ""})
    host.asked.clear()
    result = host.play("installer", PARAMS)
    assert result.outcome is Outcome.CHANGED
    assert len(starts(host)) == 1
