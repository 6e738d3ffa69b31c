"""The other operations over a world, in check mode too."""

from __future__ import annotations

import pytest

from provision.agent.operations import OPERATIONS
from provision.simulator.world import windows
from provision.simulator.world.operations import HANDLERS, SPOOL_HANDLERS
from provision.simulator.world.system import RegistryKey, ScheduledTask, Service
from provision.simulator.world.waiting import ANSWERS


def untouched(driver, operation, **params):
    """Ask in check mode, and see that nothing changed."""
    before = driver.world.with_(host_time=0)
    answer = driver.do(operation, check=True, **params)
    assert driver.world.with_(host_time=0) == before
    return answer


def test_every_operation_is_answered_once():
    tables = (HANDLERS, SPOOL_HANDLERS, ANSWERS)
    assert sorted(name for table in tables for name in table) == sorted(OPERATIONS)


def test_bad_requests(driver):
    assert driver.refused("file.stat", nonsense=1).id == "BadRequest"


def test_an_unknown_operation(driver):
    with pytest.raises(Exception, match="no operation") as caught:
        driver.runner.run(driver.host.perform("format.disk", {}, False))
    assert caught.value.record.id == "UnknownOperation"


def test_facts(driver):
    facts = driver.do("facts")
    assert facts.computer_name == "WIN-TP4"
    assert facts.os_build == 10586
    assert facts.powershell_version == "5.0.10586.0"
    assert facts.processors == 2
    assert facts.user == "WIN-TP4\\Administrator"
    assert facts.elevated
    assert "192.0.2.10/24" in facts.addresses
    assert facts.time == "2016-01-16T09:21:00Z"
    assert facts.boot.boot_time == "2016-01-16T09:00:00Z"
    driver.pass_time(61)
    assert driver.do("facts").time == "2016-01-16T09:22:01Z"


def test_all_reasons_for_a_restart(driver):
    name = f"{windows.COMPUTER_NAME}\\"
    for key in (
        RegistryKey(path=windows.SERVICING_PENDING),
        RegistryKey(path=windows.UPDATE_PENDING),
        RegistryKey(path=windows.SESSION_MANAGER, values={windows.FILE_RENAMES: ("a", "b")}),
        RegistryKey(path=name + "ComputerName", values={"ComputerName": "NEW"}),
    ):
        driver.change(lambda world, key=key: world.put(key))
    reasons = ("servicing", "windows_update", "file_rename", "computer_rename")
    assert driver.do("facts").pending_restart == reasons


def test_a_restart_ends_a_boot_and_what_cannot_outlive_it(driver):
    old = driver.do("boot")
    assert old.settled
    driver.change(lambda world: world.put(RegistryKey(path="HKLM:\\SOFTWARE\\V", volatile=True)))
    assert not untouched(driver, "restart", reason="x").scheduled
    other = {"boot_time": old.boot.boot_time, "token": "another"}
    assert not driver.do("restart", reason="x", boot=other).scheduled
    assert driver.do("restart", reason="x", boot=old.boot.model_dump(), delay=2).scheduled
    assert driver.do("restart", reason="again", delay=2).scheduled
    driver.pass_time(1.9)
    assert driver.host.power().listening
    driver.pass_time(0.2)
    assert not driver.host.power().listening
    driver.pass_time(94.8)
    assert not driver.host.power().listening
    driver.pass_time(0.2)
    power = driver.host.power()
    assert (power.listening, power.accounts, power.boot) == (True, False, 2)
    driver.pass_time(21)
    new = driver.do("boot")
    assert not new.boot.same_boot(old.boot)
    assert new.waiting_for == ("logon", "servicing")
    driver.pass_time(22)
    assert driver.do("boot").waiting_for == ("logon",)
    driver.pass_time(20)
    assert driver.do("boot").settled
    assert driver.world.find(RegistryKey, "HKLM:\\SOFTWARE\\V") is None


def test_a_needed_service_that_does_not_run_keeps_a_boot_unsettled(driver):
    driver.do("service.ensure", service="Winmgmt", state="stopped")
    assert driver.do("boot").waiting_for == ("services",)


def test_selftest(driver):
    checks = driver.do("selftest").checks
    assert [check.check for check in checks] == [
        "powershell", "elevated", "language_mode", "data_folder", "scheduled_tasks", "volatile_key",
    ]  # fmt: skip
    assert all(check.passed and check.found for check in checks)


def test_features(driver):
    listed = driver.do("feature.list", names=["containers", "Nonsense", "PowerShell"])
    assert [(row.name, row.installed) for row in listed.features] == [
        ("Containers", False),
        ("PowerShell", True),
    ]
    checked = untouched(driver, "feature.ensure", feature="Containers")
    assert (checked.changed, checked.after, checked.restart_needed) == (
        True,
        {"installed": True},
        False,
    )
    began = driver.world.host_time
    done = driver.do("feature.ensure", feature="Containers")
    assert (done.changed, done.restart_needed) == (True, True)
    assert driver.world.host_time - began >= 60
    again = driver.do("feature.ensure", feature="Containers")
    assert (again.changed, again.restart_needed) == (False, True)
    assert driver.do("service.list", names=["vmms"]).services == ()
    driver.restart()
    assert not driver.do("feature.ensure", feature="Containers").restart_needed
    assert driver.do("service.list", names=["vmms"]).services[0].state.value == "running"
    assert driver.refused("feature.ensure", feature="Nonsense").id == "NotFound"


def test_a_feature_without_a_restart_brings_and_takes_its_services(driver):
    assert not driver.do("feature.ensure", feature="Web-Server").restart_needed
    assert driver.do("service.list", names=["w3svc"]).services
    driver.do("feature.ensure", feature="Web-Server", state="absent")
    assert not driver.do("service.list", names=["w3svc"]).services


def test_services(driver):
    before = {"state": "running", "start": "automatic"}
    after = {"state": "stopped", "start": "disabled"}
    params = {"service": "spooler", "state": "stopped", "start": "disabled"}
    assert untouched(driver, "service.ensure", **params).after == after
    done = driver.do("service.ensure", **params)
    assert (done.changed, done.before, done.after) == (True, before, after)
    assert not driver.do("service.ensure", **params).changed
    assert driver.refused("service.ensure", service="Spooler", state="running").id == "StartFailed"
    both = driver.do("service.ensure", service="Spooler", state="running", start="manual")
    assert both.after == {"state": "running", "start": "manual"}
    assert driver.do("service.ensure", service="Spooler", restart=True).changed
    assert driver.refused("service.ensure", service="none").id == "NotFound"


def test_a_service_that_does_not_start_stays_where_it_is(driver):
    driver.change(lambda world: world.put(Service(name="broken", starts=False)))
    record = driver.refused("service.ensure", service="broken", state="running", start="automatic")
    assert record.id == "StartFailed"
    (row,) = driver.do("service.list", names=["broken"]).services
    assert (row.state.value, row.start.value) == ("stopped", "automatic")


def test_scheduled_tasks(driver):
    task = ScheduledTask(name="T", path="\\a\\", program="p.exe", arguments="-x", at_logon=True)
    driver.change(lambda world: world.put(task).put(task.model_copy(update={"path": "\\"})))
    rows = driver.do("scheduled_task.list", names=["t", "none"]).tasks
    assert [(row.path, row.action, row.at_logon) for row in rows] == [
        ("\\", "p.exe -x", True),
        ("\\a\\", "p.exe -x", True),
    ]
    assert untouched(driver, "scheduled_task.remove", task="T").changed
    gone = driver.do("scheduled_task.remove", task="T")
    assert (gone.before, gone.after) == ({"exists": True}, {"exists": False})
    assert driver.do("scheduled_task.list", names=["T"]).tasks == ()
    assert not driver.do("scheduled_task.remove", task="T").changed


def test_a_host_without_a_network_of_its_own(driver):
    assert driver.do("switch.list").switches == ()
    assert driver.do("nat.list").nats == ()
    (adapter,) = driver.do("adapter.list").adapters
    assert (adapter.name, adapter.status) == ("Ethernet0", "Up")


def test_a_host_without_docker(driver):
    assert not driver.do("docker.version").installed
    assert driver.refused("image.list").id == "NotFound"


def test_agent_ready(driver):
    ready = driver.host.agent_ready()
    assert ready["boot"] == driver.do("boot").boot.model_dump()
    assert ready["powershell"] == "5.0.10586.0"
    old = ready["process"]
    driver.restart()
    assert driver.host.agent_ready()["process"] != old
