"""A recorded call runs once for its id, whoever dies in between, and its answer is kept."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from provision.agent.frame import Answer, FrameReader, Request, encode_request
from provision.agent.operations import OPERATIONS

pytestmark = pytest.mark.powershell

GATE = """\
import pathlib, sys, time
pathlib.Path(sys.argv[1]).open('a').write('x')
while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.02)
print('done')
sys.exit(3)
"""


def runs(place: Path) -> int:
    counter = place / "counter"
    return len(counter.read_text()) if counter.exists() else 0


def program(place: Path, **others: Any) -> dict[str, Any]:
    """A program that counts its runs and waits for a file."""
    arguments = ["-c", GATE, str(place / "counter"), str(place / "gate")]
    return {"program": sys.executable, "arguments": arguments, **others}


def script(place: Path, **others: Any) -> dict[str, Any]:
    """A script that does the same."""
    text = (
        f"[IO.File]::AppendAllText('{place}/counter', 'x')\n"
        f"while (-not (Test-Path -LiteralPath '{place}/gate')) {{ Start-Sleep -Milliseconds 50 }}\n"
        "'done'; Write-Warning 'careful'; exit 3"
    )
    return {"script": text, **others}


KINDS: dict[str, Callable[..., dict[str, Any]]] = {"exec": program, "powershell": script}
each_kind = pytest.mark.parametrize("op", KINDS)


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def begin(host: Any, op: str, params: dict[str, Any], place: Path) -> None:
    """Let a call begin, and take the agent's process away under it."""
    whole = OPERATIONS[op].model_validate(params).model_dump(mode="json")
    host.channel.send(encode_request(Request(1 << 40, op, whole)))
    until(lambda: runs(place))
    os.kill(host.channel.pid, signal.SIGKILL)
    host.start()


@each_kind
def test_the_answer_is_kept(host: Any, place: Path, op: str) -> None:
    (place / "gate").touch()
    params = KINDS[op](place, id=f"kept-{op}")
    first = host.perform(op, params)
    assert (first["exit_code"], first["ran"]) == (3, True)
    host.start()
    assert host.perform(op, {**params, "timeout": 7}) == first
    assert runs(place) == 1
    folder = host.data / "calls" / f"kept-{op}"
    assert [path.name for path in folder.iterdir()] == ["answer.json"]


@each_kind
def test_the_work_outlives_its_agent(host: Any, place: Path, op: str) -> None:
    params = KINDS[op](place, id=f"outlives-{op}")
    begin(host, op, params, place)
    (place / "gate").touch()
    answer = host.perform(op, params)
    assert (answer["exit_code"], answer["timed_out"]) == (3, False)
    assert runs(place) == 1


@each_kind
def test_two_agents_that_wait_for_one_call_answer_alike(host: Any, place: Path, op: str) -> None:
    """As when one has outlived its connection: whoever comes second finds the answer alone."""
    from engine_host import EngineHost

    other = EngineHost(host.folder, pretend=host.pretend)
    other.start()
    try:
        for number in range(2):
            params = KINDS[op](place, id=f"both-{op}-{number}")
            with ThreadPoolExecutor(2) as pool:
                asked = [pool.submit(each.perform, op, params) for each in (host, other)]
                until(lambda: runs(place))
                (place / "gate").touch()
                one, two = (each.result() for each in asked)
            assert one == two
            assert one["exit_code"] == 3, one
            assert runs(place) == 1
            for name in ("gate", "counter"):
                (place / name).unlink()
    finally:
        other.close()


@each_kind
def test_work_that_was_killed_is_lost_and_not_run_again(host: Any, place: Path, op: str) -> None:
    params = KINDS[op](place, id=f"lost-{op}")
    begin(host, op, params, place)
    record = json.loads(
        (host.data / "calls" / f"lost-{op}" / "process.json").read_text("utf-8-sig")
    )
    os.kill(record["id"], signal.SIGKILL)
    for _ in range(2):
        error = host.perform(op, params)["error"]
        assert error["id"] == "CallLost"
        assert error["message"] == (
            f"call lost-{op} began and left no answer: process {record['id']} is gone"
        )
    file = host.data / "calls" / f"lost-{op}" / "process.json"
    file.write_text(json.dumps({**record, "token": "of an earlier boot"}))
    assert host.perform(op, params)["error"]["id"] == "CallLostInRestart"
    assert runs(place) == 1
    (place / "gate").touch()


@each_kind
def test_one_at_work_is_listed_and_stopped(host: Any, place: Path, op: str) -> None:
    params = KINDS[op](place, id=f"stop-{op}")
    begin(host, op, params, place)
    folder = host.data / "calls" / f"stop-{op}"
    record = json.loads((folder / "process.json").read_text("utf-8-sig"))
    (row,) = host.perform("call.list", {})["calls"]
    assert row["id"] == f"stop-{op}"
    checked = host.perform("call.stop", {"id": f"stop-{op}"}, check=True)
    assert (checked["changed"], Path(f"/proc/{record['id']}").exists()) == (True, True)
    assert host.perform("call.stop", {"id": f"stop-{op}"}) == checked
    assert not [kin for kin in commands() if str(place) in kin]
    assert host.perform("call.list", {})["calls"] == []
    for _ in range(2):
        error = host.perform(op, params)["error"]
        assert (error["id"], error["message"]) == ("CallStopped", f"call stop-{op} was stopped")
    assert runs(place) == 1


def test_whoever_waits_for_a_stopped_one_hears_of_it(host: Any, place: Path) -> None:
    """The agent that waits is one, the agent that stops another."""
    whole = OPERATIONS["exec"].model_validate(program(place, id="heard")).model_dump(mode="json")
    waiting = host.channel
    waiting.send(encode_request(Request(1 << 40, "exec", whole)))
    until(lambda: runs(place))
    host.client = None
    host.start()
    assert host.perform("call.stop", {"id": "heard"})["changed"]
    reader, found = FrameReader(), []
    while not found:
        found = [each for each in reader.feed(waiting.receive().stdout) if isinstance(each, Answer)]
    waiting.close()
    assert found[0].payload["error"]["id"] == "CallStopped"


def commands() -> list[str]:
    """The command lines of all living processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def test_other_content_is_refused(host: Any, place: Path) -> None:
    (place / "gate").touch()
    params = program(place, id="other")
    host.perform("exec", params)
    error = host.perform("exec", {**params, "directory": str(place)})["error"]
    assert (error["id"], runs(place)) == ("CallExists", 1)


@each_kind
def test_a_deadline_holds_for_whoever_asks(host: Any, place: Path, op: str) -> None:
    # Long enough for a PowerShell to start on a busy machine: what begins is waited for.
    seconds = {"exec": 5, "powershell": 20}[op]
    params = KINDS[op](place, id=f"late-{op}", timeout=seconds)
    begin(host, op, params, place)
    answer = host.perform(op, params)
    assert (answer["timed_out"], answer["exit_code"]) == (True, None)
    assert host.perform(op, params) == answer
    (place / "gate").touch()


def test_one_that_nobody_saw_at_work_is_begun(host: Any, place: Path) -> None:
    """The agent died between writing the request and starting the runner."""
    (place / "gate").touch()
    params = program(place, id="idle")
    host.perform("exec", params)
    folder = host.data / "calls" / "idle"
    content = json.loads((folder / "answer.json").read_text("utf-8-sig"))["content"]
    (folder / "answer.json").unlink()
    (folder / "request.json").write_text(json.dumps({"content": content, "token": "earlier"}))
    assert host.perform("exec", params)["exit_code"] == 3
    assert runs(place) == 2


def test_a_script_that_ends_its_process_is_recorded(host: Any) -> None:
    params = {"script": "'x'; Start-Sleep 2; [Environment]::Exit(4)", "id": "ends"}
    answer = host.perform("powershell", params)
    assert (answer["exit_code"], [each["text"] for each in answer["records"]]) == (4, ["x"])
    assert host.perform("powershell", params) == answer


def test_check_mode_and_a_missing_program_record_nothing(host: Any) -> None:
    host.perform("exec", {"program": "sh", "id": "checked"}, check=True)
    host.perform("powershell", {"script": "'x'", "id": "checked"}, check=True)
    error = host.perform("exec", {"program": "no-such-program", "id": "missing"})["error"]
    assert error["id"] == "NotFound"
    assert not (host.data / "calls" / "checked").exists()
    assert not (host.data / "calls" / "missing" / "request.json").exists()


def test_the_environment_is_not_written_down(host: Any) -> None:
    code = "import os; print(len(os.environ['TOKEN']))"
    params = {"program": sys.executable, "arguments": ["-c", code], "id": "secret"}
    answer = host.perform("exec", {**params, "environment": {"TOKEN": "hunter2"}})
    assert answer["stdout"].strip() == "7"
    error = host.perform("exec", {**params, "environment": {"TOKEN": "hunter3"}})["error"]
    assert error["id"] == "CallExists"
    found = [path for path in host.data.rglob("*") if path.is_file()]
    assert not [path for path in found if b"hunter2" in path.read_bytes()]


def test_old_records_are_pruned(host: Any) -> None:
    calls = host.data / "calls"
    now = time.time()
    for number in range(205):
        folder = calls / f"old-{number:03d}"
        folder.mkdir(parents=True)
        (folder / "answer.json").write_text("{}")
        age = 15 * 86400 if number < 3 else 300 - number
        os.utime(folder / "answer.json", (now - age, now - age))
    host.perform("exec", {"program": "true", "id": "newest"})
    left = sorted(path.name for path in calls.iterdir())
    assert len(left) == 200
    assert "newest" in left
    assert not {"old-000", "old-001", "old-002"} & set(left)
    assert "old-204" in left
