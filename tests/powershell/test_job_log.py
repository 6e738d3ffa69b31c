"""A job's log stays within bounds, whatever is written, and says what it lost."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.powershell

Finish = Callable[[str], dict[str, Any]]

MEGABYTE = 1024 * 1024


def process_of(host: Any, job: str) -> int:
    record = host.data / "jobs" / job / "process.json"
    deadline = time.monotonic() + 60
    while not record.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(json.loads(record.read_text("utf-8-sig"))["id"])


def peak(process: int) -> int:
    """The most memory that a process held so far, in bytes; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def follow(host: Any, job: str, first: int = 0) -> tuple[list[Any], int, int, Any]:
    """Poll to the end; gives the records, the bytes skipped, the runner's peak, the last answer."""
    process = process_of(host, job)
    records: list[Any] = []
    offset, skipped, most = first, 0, 0
    while True:
        params = {"id": job, "offset": offset, "wait": 5, "limit": MEGABYTE}
        answer = host.perform("job.poll", params)
        most = max(most, peak(process))
        records += answer["records"]
        skipped += answer["skipped"]
        offset = answer["next_offset"]
        if answer["state"] not in ("started", "running") and not answer["more"]:
            return records, skipped, most, answer


def wait_until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def bytes_of(host: Any, job: str) -> int:
    return sum(path.stat().st_size for path in (host.data / "jobs" / job).iterdir())


@pytest.mark.timeout(600)
def test_half_a_gigabyte(host: Any) -> None:
    """Nobody reads while it is written: the end is kept, and what is gone is counted."""
    code = "import sys\nfor n in range(8192): sys.stdout.write(f'{n:06d}' + 'x' * 64000 + '\\n')"
    params = {"id": "flood", "program": sys.executable, "arguments": ["-c", code]}
    host.perform("job.start", params)
    process, most, answer = process_of(host, "flood"), 0, {"exit": None}
    while not answer["exit"]:
        most = max(most, peak(process))
        look = {"id": "flood", "offset": 600 * MEGABYTE, "wait": 1, "limit": 1024}
        answer = host.perform("job.poll", look)
    assert 0 < most < 250 * MEGABYTE
    assert bytes_of(host, "flood") < 18 * MEGABYTE
    records, skipped, _, answer = follow(host, "flood")
    numbers = [each["number"] for each in records]
    assert numbers == list(range(numbers[0], 8193))
    assert [int(each["text"][:6]) for each in records] == [number - 1 for number in numbers]
    assert 480 * MEGABYTE < skipped < answer["next_offset"]
    assert answer["exit"]["log_lost"] is False


FLOODS = {
    "strings": "foreach ($n in 1..300) { 'x' * 400000 }",
    "console": "foreach ($n in 1..120) { [Console]::Out.Write('x' * 400000) }",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_script_that_floods_waits(host: Any, name: str) -> None:
    job = f"floods-{name}"
    host.perform("job.start", {"id": job, "script": FLOODS[name] + "; 'last'"})
    records, _, most, answer = follow(host, job)
    assert "last" in [each["text"] for each in records[-100:]]
    assert max(len(each["text"]) for each in records) <= 65536 + 4
    assert sum(len(each["text"]) for each in records) > 12 * MEGABYTE
    assert 0 < most < 250 * MEGABYTE
    assert bytes_of(host, job) < 18 * MEGABYTE
    assert answer["exit"]["threw"] is False


def test_a_line_without_end_comes_in_pieces(host: Any, finish: Finish) -> None:
    code = (
        "import sys; sys.stdout.buffer.write(('\u65e5' * 50000 + 'end').encode()); print(); print()"
    )
    params = {"id": "pieces", "program": sys.executable, "arguments": ["-c", code]}
    host.perform("job.start", params)
    texts = [each["text"] for each in finish("pieces")["records"]]
    assert len(texts) == 4
    assert "".join(texts) == "\u65e5" * 50000 + "end"
    assert texts[-1] == ""


def test_whoever_keeps_up_loses_nothing(host: Any, place: Path) -> None:
    """The log is set aside twice while it is followed; offsets go on over it."""
    script = (
        f"foreach ($n in 1..18) {{ $gate = Join-Path '{place}' $n\n"
        "foreach ($m in 1..50) { \"$n/$m \" + 'y' * 20000 }\n"
        "while (-not [IO.File]::Exists($gate)) { Start-Sleep -Milliseconds 20 } }"
    )
    host.perform("job.start", {"id": "keeps-up", "script": script})
    texts: list[str] = []
    offset = 0
    for number in range(1, 19):
        while len(texts) < number * 50:
            params = {"id": "keeps-up", "offset": offset, "wait": 5, "limit": MEGABYTE}
            answer = host.perform("job.poll", params)
            assert answer["skipped"] == 0
            offset = answer["next_offset"]
            texts += [each["text"].split(" ")[0] for each in answer["records"]]
        (place / str(number)).touch()
    assert texts == [f"{n}/{m}" for n in range(1, 19) for m in range(1, 51)]
    assert offset > 17 * MEGABYTE
    assert (host.data / "jobs" / "keeps-up" / "log.1.jsonl").exists()
    again = host.perform("job.poll", {"id": "keeps-up", "offset": 5})
    assert again["skipped"] > 5
    assert again["records"][0]["number"] > 1


def test_silence_is_not_measured_by_the_clock(host: Any, place: Path) -> None:
    """All dates are of another year, as if the clock had been set in between."""
    wait = f"while (-not [IO.File]::Exists('{place}/go')) {{ Start-Sleep -Milliseconds 50 }}"
    script = f"'x'; {wait}"
    host.perform("job.start", {"id": "clock", "script": script})
    host.perform("job.poll", {"id": "clock", "wait": 30})
    folder = host.data / "jobs" / "clock"
    for name in ("log.jsonl", "launched"):
        text = (folder / name).read_text("utf-8-sig")
        (folder / name).write_text(re.sub(r'"time":"\d{4}', '"time":"2001', text))
    answer = host.perform("job.poll", {"id": "clock"})
    assert (answer["state"], answer["evidence"]) == ("running", "")
    assert 0 <= answer["idle_seconds"] < 60
    (place / "go").touch()


def test_jobs_that_ended_long_ago_are_removed(host: Any, finish: Finish) -> None:
    for job, run in (("old-a", "r1"), ("old-b", "r2"), ("young", "r1")):
        host.perform("job.start", {"id": job, "script": "'x'", "run": run})
        finish(job)
    past = time.time() - 15 * 86400
    for job in ("old-a", "old-b"):
        os.utime(host.data / "jobs" / job / "exit.json", (past, past))
    host.perform("job.start", {"id": "next", "script": "'x'", "run": "r2"})
    found = {each["id"] for each in host.perform("job.list", {})["jobs"]}
    assert found & {"old-a", "old-b", "young", "next"} == {"old-b", "young", "next"}
    tasks = host.perform("scheduled_task.list", {"names": ["old-a", "old-b"]})["tasks"]
    assert [each["name"] for each in tasks] == ["old-b"]


def test_a_password_reaches_windows_alone(host: Any, finish: Finish) -> None:
    account = {"user": "LAB\\builder", "password": "hunter2-secret", "level": "limited"}
    host.perform("job.start", {"id": "account", "script": "'x'", "account": account})
    finish("account")
    refused = host.perform(
        "job.start", {"id": "refused", "script": "'x'", "account": {**account, "password": "wrong"}}
    )
    assert refused["error"]["id"] == "StartFailed"
    assert "incorrect" in refused["error"]["message"]
    task = next(each for each in host.world().scheduled_tasks if each.name == "account")
    assert (task.user, task.highest) == ("LAB\\builder", False)
    found = [path for path in host.folder.rglob("*") if path.is_file()]
    assert not [path for path in found if b"hunter2-secret" in path.read_bytes()]
