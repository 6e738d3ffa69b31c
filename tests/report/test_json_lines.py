from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from provision.model.errors import InputError
from provision.model.event import Event
from provision.report.json_lines import JsonLines

SHAPES = {
    "run_started": ["version", "run", "playbook", "address", "simulated", "check"],
    "host_awaited": ["reason", "until"],
    "host_connected": ["seconds", "facts"],
    "run_continued": ["run", "resumed", "reason", "done"],
    "plan_made": ["tasks"],
    "task_started": ["task", "step", "number", "total"],
    "task_progress": ["task", "kind", "text", "elapsed"],
    "host_lost": ["reason", "expected"],
    "host_restarted": ["old", "new", "seconds", "expected"],
    "warning": ["task", "issue", "brief", "evidence", "remedy", "expected"],
    "task_finished": ["task", "step", "outcome", "seconds", "change", "reason", "remedy", "issue"],
    "verify_result": ["task", "check", "passed", "found"],
    "run_finished": [
        "outcome", "exit_code", "warnings", "seconds", "real_seconds", "counts", "message",
        "remedy",
    ],
}  # fmt: skip


def written(events: list[Event]) -> list[dict[str, object]]:
    stream = io.StringIO()
    report = JsonLines(stream)
    for event in events:
        report.notice(event)
    report.close()
    assert stream.getvalue().endswith("\n")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_exact_shape_of_every_event(events: list[Event]) -> None:
    seen = {}
    for line in written(events):
        assert list(line)[:3] == ["time", "event", "host"]
        seen[line["event"]] = list(line)[3:]
    assert seen == SHAPES


def test_every_kind_of_event_has_a_shape_here() -> None:
    kinds = {kind.model_fields["event"].default for kind in Event.__subclasses__()}
    assert kinds == set(SHAPES)


def test_a_whole_line(events: list[Event]) -> None:
    line = next(x for x in written(events) if x["event"] == "host_restarted")
    assert line == {
        "time": "2026-11-24T19:40:46.123Z",
        "event": "host_restarted",
        "host": "build-01",
        "old": {"boot_time": "2015-12-01T08:00:00Z", "token": "11111111-aaaa"},
        "new": {"boot_time": "2015-12-01T08:04:00Z", "token": "22222222-bbbb"},
        "seconds": 95.0,
        "expected": True,
    }


def test_seconds_have_milliseconds(events: list[Event]) -> None:
    fine = [
        event.model_copy(
            update={
                name: 1234.567890123
                for name in ("seconds", "elapsed", "real_seconds")
                if name in type(event).model_fields
            }
        )
        for event in events
    ]
    found = [
        value
        for line in written(fine)
        for name, value in line.items()
        if name in ("seconds", "elapsed", "real_seconds")
    ]
    assert len(found) > 4
    assert set(found) == {1234.568}


def test_half_a_surrogate_pair_ends_nothing(events: list[Event]) -> None:
    progress = next(event for event in events if event.event == "task_progress")
    (line,) = written([progress.model_copy(update={"text": "broken \ud83d é"})])
    assert line["text"] == "broken \ud83d é"
    assert list(line)[3:] == SHAPES["task_progress"]


def test_a_reader_sees_each_event_at_once(tmp_path: Path, events: list[Event]) -> None:
    path = tmp_path / "events.jsonl"
    report = JsonLines.open(str(path))
    for count, event in enumerate(events, 1):
        report.notice(event)
        assert len(path.read_text(encoding="utf-8").splitlines()) == count
    report.close()


def test_a_file_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        JsonLines.open(str(tmp_path / "no" / "such" / "folder"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_stops_no_run(events: list[Event]) -> None:
    report = JsonLines.open("/dev/full")
    for event in events:
        report.notice(event)
    report.close()
    assert report.failure is not None
