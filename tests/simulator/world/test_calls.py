"""Recorded calls over a world: once per id, whoever asks and whoever dies in between."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest

from provision.simulator.world.system import Program


@pytest.fixture
def slow(driver):
    program = Program(name="slow", stdout="done\r\n", exit_code=3, seconds=30)
    driver.change(lambda world: world.put(program))
    return driver


def ask_and_die(driver, operation, **params):
    """Ask as an agent that is killed before the answer."""

    async def ask():
        task = asyncio.create_task(driver.host.perform(operation, params, False))
        while not driver.world.calls:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    driver.time.frozen = True
    driver.runner.run(ask())
    driver.time.frozen = False


def test_the_answer_is_kept_and_nothing_runs_again(slow):
    first = slow.do("exec", program="slow", id="c")
    assert (first.exit_code, first.stdout) == (3, "done\r\n")
    later = slow.world.host_time
    assert slow.do("exec", program="slow", id="c", timeout=1) == first
    assert slow.world.host_time == later
    slow.restart()
    assert slow.do("exec", program="slow", id="C") == first
    assert slow.refused("exec", program="slow", arguments=["x"], id="c").id == "CallExists"


def test_the_work_outlives_who_asked(slow):
    ask_and_die(slow, "exec", program="slow", id="c")
    slow.pass_time(10)
    began = slow.world.host_time
    assert slow.do("exec", program="slow", id="c").exit_code == 3
    assert slow.world.host_time - began == pytest.approx(20, abs=1)


def test_a_restart_in_its_middle_loses_it(slow):
    ask_and_die(slow, "exec", program="slow", id="c")
    slow.restart()
    refused = slow.refused("exec", program="slow", id="c")
    assert refused.id == "CallLostInRestart"
    assert refused.message == "call c began and left no answer: boot changed"
    assert slow.refused("exec", program="slow", id="c").id == "CallLostInRestart"


def test_a_program_that_restarts_the_host(driver):
    ask_and_die(driver, "exec", program="shutdown", arguments=["/r", "/t", "0"], id="r")
    driver.come_up()
    answer = driver.do("exec", program="shutdown", arguments=["/r", "/t", "0"], id="r")
    assert (answer.exit_code, driver.world.boot.number) == (0, 2)


def test_one_at_work_is_listed_and_stopped(slow):
    ask_and_die(slow, "exec", program="slow", id="c")
    slow.pass_time(1)
    assert [row.id for row in slow.do("call.list").calls] == ["c"]
    assert slow.do("call.stop", check=True, id="c").changed
    assert slow.do("call.stop", id="c").changed
    assert not slow.do("call.stop", id="c").changed
    assert slow.do("call.list").calls == ()
    slow.pass_time(60)
    assert slow.refused("exec", program="slow", id="c").id == "CallStopped"


def test_check_mode_and_refusals_record_nothing(slow):
    assert not slow.do("exec", check=True, program="slow", id="c").ran
    assert slow.refused("exec", program="none", id="c").id == "NotFound"
    missing = slow.refused("exec", program="slow", directory="C:\\none", id="c")
    assert (missing.id, slow.world.calls) == ("NotFound", ())


def test_old_calls_are_forgotten(driver):
    driver.do("exec", program="hostname", id="first")
    driver.pass_time(15 * 86400)
    for number in range(201):
        driver.do("exec", program="hostname", id=f"n-{number}")
    ids = [call.id for call in driver.world.calls]
    assert len(ids) == 200
    assert {"first", "n-0"}.isdisjoint(ids)


def test_calls_survive_the_simulator(simulate, tmp_path):
    path = tmp_path / "state.json"
    driver = simulate(speed=1.0, path=path)
    program = Program(name="slow", exit_code=3, seconds=30)
    driver.change(lambda world: world.put(program))
    ask_and_die(driver, "exec", program="slow", id="c")
    driver.runner.run(driver.host.close())
    again = simulate(speed=1.0, path=path)
    assert again.do("exec", program="slow", id="c").exit_code == 3


def test_a_state_from_before_there_were_calls_and_leases(simulate, tmp_path):
    path = tmp_path / "state.json"
    driver = simulate(speed=1.0, path=path)
    driver.runner.run(driver.host.close())
    saved = json.loads(path.read_text())
    for name in ("calls", "lease"):
        del saved["world"][name]
    path.write_text(json.dumps(saved))
    assert simulate(speed=1.0, path=path).do("lease.look").owner == ""


@pytest.mark.powershell
@pytest.mark.skipif(
    not (shutil.which("pwsh") or shutil.which("powershell")), reason="needs a PowerShell"
)
def test_a_script_outlives_who_asked(simulate, tmp_path):
    counter, gate = tmp_path / "counter", tmp_path / "gate"
    script = (
        f"[IO.File]::AppendAllText('{counter}', 'x')\n"
        f"while (-not (Test-Path -LiteralPath '{gate}')) {{ Start-Sleep -Milliseconds 50 }}\n'done'"
    )
    driver = simulate(speed=1.0)
    ask_and_die(driver, "powershell", script=script, id="s")
    gate.touch()
    driver.time.frozen = True
    answer = driver.do("powershell", script=script, id="s")
    assert [record.text for record in answer.records] == ["done"]
    assert driver.do("powershell", script=script, id="s") == answer
    assert counter.read_text() == "x"
