"""Users' PowerShell: run by a real one when there is one, and never faked."""

from __future__ import annotations

import base64
import shutil

import pytest

from provision.simulator.world.engine import ENGINES

needs_powershell = pytest.mark.skipif(
    not any(map(shutil.which, ENGINES)), reason="no pwsh or powershell on PATH"
)


@pytest.fixture
def _no_powershell(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("_no_powershell")
def test_without_a_powershell_it_says_so(driver):
    record = driver.refused("powershell", script="1 + 1")
    assert record.id == "NotSupported"
    assert "no PowerShell interpreter" in record.message
    assert "install one" in record.message
    record = driver.refused("job.start", id="a", script="1 + 1")
    assert record.id == "NotSupported"
    assert driver.do("job.poll", id="a").state.value == "absent"


@pytest.mark.usefixtures("_no_powershell")
def test_check_mode_needs_none(driver):
    assert not driver.do("powershell", check=True, script="1 + 1").ran


def test_a_script_known_by_its_hash_alone_cannot_be_run(driver):
    driver.fetch_script()
    file = driver.world.files[-1].model_copy(update={"sha256": "f" * 64})
    driver.change(lambda world: world.put(file))
    record = driver.refused("job.start", id="a", path=file.path)
    assert record.id == "NotSupported"
    assert "known_scripts" in record.message


@needs_powershell
@pytest.mark.powershell
def test_records_keep_their_types(driver):
    answer = driver.do(
        "powershell",
        script="""
            'one'; Write-Warning 'two'; Write-Host 'three'
            Write-Error -ErrorId MyId -Message 'four'
            try { throw (New-Object IO.IOException 'five', 0x80070070) } catch { 'six' }
            [Console]::WriteLine('stray'); exit 3
        """,
    )
    found = [(record.kind, record.text) for record in answer.records]
    assert found[:4] == [
        ("output", "one"),
        ("warning", "two"),
        ("information", "three"),
        ("error", "four"),
    ]
    assert ("output", "six") in found
    assert ("output", "stray") in found
    (error,) = [record.error for record in answer.records if record.kind == "error"]
    assert error.id == "MyId,script.ps1"
    assert [r.error.hresult for r in answer.records if r.kind == "caught"] == ["0x80070070"]
    assert (answer.exit_code, answer.threw) == (3, False)
    assert [record.number for record in answer.records] == list(range(1, len(found) + 1))


@needs_powershell
@pytest.mark.powershell
def test_a_terminating_error_is_the_last_one(driver):
    answer = driver.do("powershell", script="'before'; throw 'away'")
    assert answer.threw
    assert answer.records[-1].kind == "error"
    assert answer.records[-1].error.id == "away"


@needs_powershell
@pytest.mark.powershell
def test_a_timeout_ends_it(driver):
    answer = driver.do("powershell", script="Start-Sleep 60", timeout=2)
    assert answer.timed_out


@needs_powershell
@pytest.mark.powershell
def test_the_real_machine_is_not_restarted(driver):
    assert driver.do("powershell", script="Restart-Computer -Force").threw


@needs_powershell
@pytest.mark.powershell
def test_a_script_file_as_a_job(simulate):
    driver = simulate(speed=1.0)
    script = b"param([switch] $On, [string] $Name) \"$On $Name\"; Write-Warning 'w'; exit 5"
    driver.do(
        "file.ensure", path="C:\\s.ps1", state="file", content=base64.b64encode(script).decode()
    )
    driver.do("job.start", id="a", path="C:\\s.ps1", arguments=["-On", "-Name", "it's"])

    async def ended():
        while driver.world.jobs[0].exit is None:
            await driver.host.wait(None)

    driver.runner.run(ended())
    answer = driver.do("job.poll", id="a")
    assert [(record.kind, record.text) for record in answer.records] == [
        ("output", "True it's"),
        ("warning", "w"),
    ]
    assert answer.exit.exit_code == 5


@needs_powershell
@pytest.mark.powershell
def test_a_script_dies_with_the_simulator(simulate, tmp_path):
    path = tmp_path / "host.json"
    driver = simulate(path=path, speed=1.0)
    driver.do("job.start", id="a", script="Start-Sleep 100")
    driver.pass_time(2)
    assert driver.do("job.poll", id="a").state.value == "running"
    driver.runner.run(driver.host.close())
    answer = simulate(path=path).do("job.poll", id="a")
    assert answer.state.value == "lost"
    assert answer.evidence.endswith("is gone")
