"""Jobs outlive the agent, keep the order of what a script wrote, and are started once."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.powershell

Finish = Callable[[str], dict[str, Any]]

MIXED = """
foreach ($n in 1..50) {
    "output $n"
    Write-Warning "warning $n"
    Write-Host "information $n"
    Write-Error "error $n"
}
"""
CAUGHT = """
try { throw (New-Object System.IO.IOException 'no room', 0x80070070) } catch { Write-Error $_ }
Get-Item /no/such/thing -ErrorAction SilentlyContinue
exit 7
"""


def test_the_order_over_all_streams_is_kept(host: Any, finish: Finish) -> None:
    host.perform("job.start", {"id": "mixed", "script": MIXED})
    records = finish("mixed")["records"]
    kinds = ("output", "warning", "information", "error")
    assert [(each["kind"], each["text"]) for each in records] == [
        (kind, f"{kind} {n}") for n in range(1, 51) for kind in kinds
    ]
    assert [each["number"] for each in records] == list(range(1, 201))


def test_what_a_script_caught_keeps_its_id(host: Any, finish: Finish) -> None:
    host.perform("job.start", {"id": "caught", "script": CAUGHT})
    answer = finish("caught")
    rewritten, first, silenced = answer["records"]
    assert rewritten["error"]["id"] == (
        "Microsoft.PowerShell.Commands.WriteErrorException,script.ps1"
    )
    assert (first["kind"], first["error"]["hresult"]) == ("caught", "0x80070070")
    assert first["error"]["exception"] == "System.IO.IOException"
    assert (silenced["kind"], silenced["error"]["category"]) == ("caught", "ObjectNotFound")
    assert (answer["exit"]["exit_code"], answer["exit"]["threw"]) == (7, False)


def test_parameters_bind_as_typed(host: Any, place: Path, finish: Finish) -> None:
    script = place / "it's here.ps1"
    script.write_text(
        "param([switch] $NoRestart, [switch] $Off, [string] $WimPath, [int] $Count)\n"
        "\"$NoRestart|$Off|$WimPath|$Count|$PSScriptRoot|$(Get-Location)|$($args -join '+')\"",
    )
    arguments = ["-NoRestart", "-Off:$false", "-WimPath", "C:\\it's \u2019 $x.wim", "-Count", "-3"]
    host.perform(
        "job.start",
        {"id": "bind", "path": str(script), "arguments": arguments, "directory": str(place / "w")},
    )
    assert [each["text"] for each in finish("bind")["records"]] == [
        f"True|False|C:\\it's \u2019 $x.wim|-3|{place}|{place / 'w'}|"
    ]


def test_a_job_outlives_its_agent(host: Any, place: Path, finish: Finish) -> None:
    gate = place / "gate"
    wait = f"while (-not (Test-Path -LiteralPath '{gate}')) {{ Start-Sleep -Milliseconds 50 }}"
    script = f"'first'; {wait}; 'second'"
    host.perform("job.start", {"id": "outlives", "script": script})
    seen = host.perform("job.poll", {"id": "outlives", "wait": 30})
    assert [each["text"] for each in seen["records"]] == ["first"]
    os.killpg(host.channel.pid, signal.SIGKILL)
    host.start()
    again = host.perform("job.start", {"id": "outlives", "script": script})
    assert again == {"started": False, "state": "running"}
    process = host.perform("job.poll", {"id": "outlives", "offset": seen["next_offset"]})["process"]
    assert process["cpu_seconds"] > 0
    gate.touch()
    assert [each["text"] for each in finish("outlives")["records"]] == ["first", "second"]


def test_the_end_of_the_process_is_a_loss(host: Any, finish: Finish) -> None:
    host.perform("job.start", {"id": "dies", "script": "'x'; [Environment]::Exit(1)"})
    answer = finish("dies")
    assert answer["state"] == "lost"
    process = json.loads((host.data / "jobs" / "dies" / "process.json").read_text("utf-8-sig"))
    assert answer["evidence"] == f"process {process['id']} is gone"


def test_a_second_runner_does_nothing(host: Any, finish: Finish) -> None:
    host.perform("job.start", {"id": "once", "script": "'ran'"})
    finish("once")
    folder = host.data / "jobs" / "once"
    before = (folder / "log.jsonl").read_bytes()
    host.perform(
        "exec", {"program": "powershell", "arguments": ["-File", str(folder / "runner.ps1")]}
    )
    assert (folder / "log.jsonl").read_bytes() == before


def test_progress_is_told_when_it_changes(host: Any, finish: Finish) -> None:
    script = (
        "foreach ($n in 1, 1, 2) {"
        "Write-Progress -Activity Copying -Status big.wim -PercentComplete $n;"
        "Start-Sleep -Milliseconds 300 }"
    )
    host.perform("job.start", {"id": "progress", "script": script})
    texts = [(each["kind"], each["text"]) for each in finish("progress")["records"]]
    assert texts == [("progress", "Copying: big.wim (1%)"), ("progress", "Copying: big.wim (2%)")]


def test_a_poll_never_cuts_a_record(host: Any, finish: Finish) -> None:
    host.perform("job.start", {"id": "long", "script": "foreach ($n in 1..9) { 'x' * 3000 + $n }"})
    finish("long")
    offset, texts, more = 0, [], True
    while more:
        piece = host.perform("job.poll", {"id": "long", "offset": offset, "limit": 1024})
        texts += [each["text"] for each in piece["records"]]
        offset, more = piece["next_offset"], piece["more"]
    assert texts == ["x" * 3000 + str(n) for n in range(1, 10)]


def test_a_job_that_was_registered_and_not_started_is_started(
    host: Any, place: Path, finish: Finish
) -> None:
    script = f"Add-Content -Path '{place}/ran' -Value 'x'; 'done'"
    host.perform("job.start", {"id": "whole", "script": script})
    finish("whole")
    jobs = host.data / "jobs"
    shutil.copytree(jobs / "whole", jobs / "half")
    for name in ("process.json", "exit.json", "log.jsonl", "lock"):
        (jobs / "half" / name).unlink(missing_ok=True)
    world = host.world()
    [task] = [each for each in world.scheduled_tasks if each.name == "whole"]
    arguments = task.arguments.replace("whole", "half")
    host.write_world(world.put(task.model_copy(update={"name": "half", "arguments": arguments})))
    for _ in range(2):
        answer = host.perform("job.start", {"id": "half", "script": script})
        assert answer["started"] is False
    ended = finish("half")
    assert ended["state"] == "finished"
    assert [each["text"] for each in ended["records"]] == ["done"]
    assert (place / "ran").read_text().split() == ["x", "x"]
