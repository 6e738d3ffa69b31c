"""Nothing that a user's script does can reach the agent."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.powershell

PAYLOADS = {
    "a break to a label": ("'before'; break nowhere", {"exit_code": None}),
    "a stop": ("$ErrorActionPreference = 'Stop'; Get-Item /no/such/thing", {"threw": True}),
    "reading all input": (
        "[Console]::In.ReadLine(); [Console]::In.ReadToEnd(); cat; Read-Host 'name'",
        {"timed_out": False},
    ),
    "global state": (
        "$global:ErrorActionPreference = 'SilentlyContinue'; Set-Location /;"
        "[Environment]::CurrentDirectory = '/'; function global:Invoke-Line { exit 9 };"
        "$o = [Console]::OpenStandardOutput(); $o.Write([byte[]](64,112,118,32,49,10), 0, 6)",
        {"threw": False},
    ),
    "the end of the process": ("'before'; [Environment]::Exit(4)", {"exit_code": 4}),
    "many lines": ("1..2100", {"truncated": True}),
    "an endless loop": (
        "while ($true) { try { while ($true) { Start-Sleep -Milliseconds 50 } } catch { } }",
        {"timed_out": True, "exit_code": None},
    ),
    "a foreign thread": (
        "$t = New-Object Threading.Thread ([Threading.ThreadStart] { throw 'there' });"
        "$t.Start(); $t.Join(); 'joined'",
        {"timed_out": False},
    ),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_agent_survives(host: Any, name: str) -> None:
    script, expected = PAYLOADS[name]
    timeout = 2 if expected.get("timed_out") else 60
    answer = host.perform("powershell", {"script": script, "timeout": timeout})
    assert "error" not in answer
    assert {key: answer[key] for key in expected} == expected
    assert len(answer["records"]) <= 2000
    assert host.perform("file.stat", {"path": str(host.root)})["kind"] == "folder"
    assert host.client.strays == ()


def test_nothing_is_left_behind(host: Any) -> None:
    host.perform("powershell", {"script": "'x'"})
    assert list((host.data / "runs").iterdir()) == []
