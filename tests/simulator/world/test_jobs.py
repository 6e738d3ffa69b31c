"""Jobs over a world: once per id, asked by offset, ended by boots."""

from __future__ import annotations

import pytest

from provision.simulator.world import jobs
from provision.simulator.world.consistency import problems
from provision.simulator.world.effects import Log
from provision.simulator.world.job import Job
from provision.simulator.world.system import Program

SCRIPT = "C:\\work\\Install-ContainerHost.ps1"


@pytest.fixture
def started(driver):
    driver.fetch_script()
    driver.do("job.start", id="a", path=SCRIPT, arguments=["-NoRestart"])
    return driver


def test_a_job_is_started_once(started):
    again = started.do("job.start", id="a", path=SCRIPT.upper(), arguments=["-NoRestart"])
    assert (again.started, again.state.value) == (False, "started")
    started.pass_time(1)
    again = started.do("job.start", id="a", path=SCRIPT, arguments=["-NoRestart"])
    assert (again.started, again.state.value) == (False, "running")
    assert started.refused("job.start", id="a", path=SCRIPT).id == "JobExists"
    (task,) = started.do("scheduled_task.list", names=["a"]).tasks
    assert (task.path, task.user, task.at_logon) == ("\\provision\\", "SYSTEM", False)


def test_check_mode_starts_nothing(driver):
    driver.fetch_script()
    answer = driver.do("job.start", check=True, id="a", path=SCRIPT)
    assert (answer.started, answer.state.value) == (False, "absent")
    assert driver.do("job.poll", id="a").state.value == "absent"


def test_a_missing_script(driver):
    assert driver.refused("job.start", id="a", path="C:\\none.ps1").id == "NotFound"


def test_without_an_administrators_rights(driver):
    driver.fetch_script()
    account = driver.world.account.model_copy(update={"elevated": False})
    driver.change(lambda world: world.with_(account=account))
    assert driver.refused("job.start", id="a", path=SCRIPT).id == "NotElevated"


def test_a_poll_waits_for_the_next_record(started):
    began = started.world.host_time
    answer = started.do("job.poll", id="a", wait=60)
    assert [record.text for record in answer.records] == [
        "Querying status of Windows feature: Containers..."
    ]
    assert 3 < started.world.host_time - began < 5
    assert answer.process.id
    nothing = started.do("job.poll", id="a", offset=answer.next_offset, wait=2)
    assert (nothing.records, nothing.next_offset) == ((), answer.next_offset)
    assert nothing.idle_seconds == pytest.approx(2, abs=0.1)


def test_records_in_small_pieces_are_all_the_records(started):
    started.pass_time(5000)
    whole = started.do("job.poll", id="a")
    assert not whole.more
    records, offset, more = [], 0, True
    while more:
        answer = started.do("job.poll", id="a", offset=offset, limit=1024)
        assert len(answer.records) < len(whole.records) or not answer.more
        records += answer.records
        offset, more = answer.next_offset, answer.more
    assert tuple(records) == whole.records
    assert offset == whole.next_offset
    assert [record.number for record in records] == list(range(1, len(records) + 1))


def test_an_offset_beyond_the_log_starts_over(started):
    started.pass_time(5)
    assert started.do("job.poll", id="a", offset=10**9).records


def test_the_end_is_told_at_once(started):
    started.pass_time(1000)
    began = started.world.host_time
    last = started.do("job.poll", id="a").next_offset
    answer = started.do("job.poll", id="a", offset=last, wait=600)
    assert answer.state.value == "finished"
    assert answer.exit.threw is False
    assert answer.process is None
    assert answer.idle_seconds == 0
    assert started.world.host_time == began


def test_a_restart_loses_a_running_job_and_keeps_its_log(started):
    started.pass_time(20)
    started.restart()
    answer = started.do("job.poll", id="a", wait=600)
    assert (answer.state.value, answer.evidence) == ("lost", "boot changed")
    assert answer.exit is None
    assert len(answer.records) == 2
    assert started.do("job.remove", id="a").before == {"state": "lost"}


def test_stop_and_remove(started):
    started.pass_time(10)
    assert started.refused("job.remove", id="a").id == "NotSupported"
    assert started.do("job.stop", check=True, id="a").changed
    assert started.do("job.poll", id="a").state.value == "running"
    assert started.do("job.stop", id="a").before == {"state": "running"}
    assert not started.do("job.stop", id="a").changed
    assert started.do("job.poll", id="a").exit.stopped
    assert started.do("job.remove", check=True, id="a").changed
    assert started.do("job.remove", id="a").after == {"state": "absent"}
    assert not started.do("job.remove", id="a").changed
    assert started.do("scheduled_task.list", names=["a"]).tasks == ()
    folder = "C:\\ProgramData\\provision\\jobs\\a"
    assert started.do("file.stat", path=folder).kind.value == "absent"
    assert not started.do("job.stop", id="never").changed


def test_a_stopped_installer_does_nothing_more(started):
    started.pass_time(10)
    started.do("job.stop", id="a")
    started.pass_time(10_000)
    assert not started.do("feature.list", names=["Containers"]).features[0].installed


def test_a_script_known_by_its_hash_behaves_as_the_installer(simulate):
    import base64
    import hashlib

    text = b"# not Microsoft's\n"
    driver = simulate(speed=1.0, known_scripts=(hashlib.sha256(text).hexdigest().upper(),))
    driver.do(
        "file.ensure", path="C:\\own.ps1", state="file", content=base64.b64encode(text).decode()
    )
    driver.do("job.start", id="a", path="C:\\own.ps1", directory="C:\\here\\now")
    driver.pass_time(20)
    assert driver.do("job.poll", id="a").records[1].text == "Enabling feature Containers..."
    marker = "C:\\here\\now\\Install-ContainerHost.err"
    assert driver.do("file.stat", path=marker).kind.value == "file"


def test_a_program_as_a_job(driver):
    program = Program(
        name="tool", stdout="one\r\ntwo\r\n", stderr="bad\r\n", exit_code=3, seconds=9
    )
    driver.change(lambda world: world.put(program))
    driver.do("job.start", id="p", program="tool.exe", arguments=["x"])
    answer = driver.do("job.poll", id="p", wait=60)
    while answer.exit is None:
        answer = driver.do("job.poll", id="p", wait=60)
    records = driver.do("job.poll", id="p").records
    assert [(record.kind, record.text) for record in records] == [
        ("output", "one"),
        ("output", "two"),
        ("error", "bad"),
    ]
    assert answer.exit.exit_code == 3


def test_a_program_that_is_not_there(driver):
    driver.do("job.start", id="p", program="nonsense")
    answer = driver.do("job.poll", id="p", wait=60)
    while answer.exit is None:
        answer = driver.do("job.poll", id="p", wait=60)
    assert answer.exit.threw
    assert driver.do("job.poll", id="p").records[0].error.id == "NotFound"


def test_a_job_needs_some_room(driver):
    driver.fetch_script()
    disk = driver.world.disk
    driver.change(lambda world: world.with_(disk=disk.model_copy(update={"free_bytes": 1000})))
    assert driver.refused("job.start", id="a", path=SCRIPT).id == "DiskFull"
    assert driver.do("job.list").jobs == ()
    driver.change(lambda world: world.with_(disk=disk))
    assert driver.do("job.start", id="a", path=SCRIPT).started


def test_runs_and_boots_are_told(driver):
    driver.fetch_script()
    answer = driver.do("job.poll", id="a")
    assert (answer.run, answer.boot, answer.skipped) == ("", "", 0)
    first = driver.do("boot").boot.token
    driver.do("job.start", id="a", path=SCRIPT, arguments=["-NoRestart"], run="r1")
    assert driver.do("job.poll", id="a").boot == ""
    driver.pass_time(5)
    assert driver.do("job.poll", id="a").boot == first
    driver.do("job.start", id="a", path=SCRIPT, arguments=["-NoRestart"], run="r2")
    driver.restart()
    answer = driver.do("job.poll", id="a")
    assert (answer.run, answer.boot) == ("r1", first)
    assert driver.do("boot").boot.token != first


def test_the_list_of_jobs(driver):
    assert driver.do("job.list").jobs == ()
    for job, run in (("b", "r1"), ("B.2", ""), ("a", "r2")):
        driver.do("job.start", id=job, program="hostname", run=run)
    rows = driver.do("job.list").jobs
    assert [(row.id, row.run) for row in rows] == [("B.2", ""), ("a", "r2"), ("b", "r1")]
    assert rows[0].started.startswith("2016-01-16T")


def test_old_jobs_are_forgotten_but_none_of_the_same_run(driver):
    for job, run in (("a", "r1"), ("b", "r2")):
        driver.do("job.start", id=job, program="hostname", run=run)
        driver.do("job.poll", id=job, wait=60)
    driver.pass_time(15 * 86400)
    driver.do("job.start", id="c", program="hostname", run="r2")
    assert [row.id for row in driver.do("job.list").jobs] == ["b", "c"]
    assert driver.do("scheduled_task.list", names=["a"]).tasks == ()


def test_a_job_of_a_named_account(driver):
    account = {"user": "LAB\\builder", "password": "hunter2"}
    driver.do("job.start", id="a", program="hostname", account=account)
    assert "hunter2" not in driver.world.model_dump_json()
    (task,) = driver.world.scheduled_tasks
    assert (task.user, task.highest) == ("LAB\\builder", False)
    assert driver.refused("job.start", id="a", program="hostname").id == "JobExists"


def test_a_long_log_keeps_its_end(driver):
    program = Program(name="flood", seconds=5)
    driver.change(lambda world: world.put(program))
    driver.do("job.start", id="f", program="flood")
    driver.pass_time(1)
    first = driver.do("job.poll", id="f").next_offset
    text = "x" * 500_000
    for _ in range(60):
        driver.change(lambda world: jobs.log(world, Log(job="f", kind="output", text=text)))
    (job,) = driver.world.jobs
    assert 8 * 1024**2 <= sum(map(jobs.size, job.log)) < 17 * 1024**2
    records, offset, skipped, more = [], first, 0, True
    while more:
        answer = driver.do("job.poll", id="f", offset=offset)
        records += answer.records
        skipped += answer.skipped
        offset, more = answer.next_offset, answer.more
    numbers = [record.number for record in records]
    assert numbers == list(range(numbers[0], 61))
    assert skipped == job.log_base > 0
    assert offset == job.log_base + job.log_bytes
    assert not list(problems(driver.world))


def test_a_job_from_before_its_log_was_counted(driver):
    """A state that an earlier version saved goes on."""
    driver.do("job.start", id="j", program="hostname")
    driver.do("job.poll", id="j", wait=60)
    (job,) = driver.world.jobs
    new = ("log_bytes", "log_base", "run", "user", "highest")
    saved = job.model_dump(mode="json", exclude=set(new))
    old = Job.model_validate(saved)
    assert (old.log, old.user) == (job.log, "SYSTEM")
    driver.change(lambda world: world.put(old.model_copy(update={"exit": None})))
    driver.change(lambda world: jobs.log(world, Log(job="j", kind="output", text="more")))
    (job,) = driver.world.jobs
    assert job.log_bytes == sum(map(jobs.size, job.log))
