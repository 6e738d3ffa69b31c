"""The plain log and the live report over the same events."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from provision.engine.clock import HostClock
from provision.model.event import Event, TaskFinished, TaskProgress, VerifyResult
from provision.report.console import ConsoleReport
from provision.report.plain import PlainReport
from provision.report.terminal import Terminal

PLAIN = r"""
19:40:46 build-01: build-01 (simulated) at 192.0.2.10:5986, playbook playbooks/container-host.yml
19:40:46 build-01: no usable answer yet, trying until 19:41:16 UTC: 192.0.2.10:5986 refused the connection
19:40:46 build-01: connected in 0:01
19:40:46 build-01: WIN-TP4: Microsoft Windows Server 2016 Technical Preview 4, build 10586, en-US, PowerShell 5.0.10586.0
19:40:46 build-01: 2 processors, 2.5 GB memory, 40 GB free, as WIN-TP4\Administrator (elevated)
19:40:46 build-01: Windows wants a restart: servicing
19:40:46 build-01: an unfinished run goes on (20261124-193900-aaaa): it had begun at 2026-11-24T19:39:00.000Z and did not come to its end; 2 tasks had finished
19:40:46 build-01: plan:
19:40:46 build-01:   1. run Run the installer (installer): the host is built; always
19:40:46 build-01: task 1/1: Run the installer (installer)
19:40:46 build-01:   [0:03] Enabling feature...
19:40:46 build-01: connection lost, as expected: connection reset
19:40:46 build-01: restarted as asked: boot 2015-12-01T08:00:00Z (11111111) → 2015-12-01T08:04:00Z (22222222), away 1:35
19:40:46 build-01:   [3:20] error: Failed.
19:40:46 build-01:   [3:20] error:   next line
19:40:46 build-01:   verify passed: virtual switch: NAT
19:40:46 build-01:   verify FAILED: image: none
19:40:46 build-01:   WARNING vswitch-add-failed: the switch works all the same
19:40:46 build-01:     seen: 0x80070490
19:40:46 build-01:     what to do: nothing
19:40:46 build-01:   changed in 1:56:40
19:40:46 build-01:     feature Containers: installed false → true
19:40:46 build-01: done: the host was changed (1 changed, 1 warning; 2:00:05 of host time in 0:12; exit code 0)
19:40:46 build-01:   warning vswitch-add-failed: the switch works all the same (Run the installer)
"""  # noqa: E501


def plain(events: list[Event], **options: bool) -> str:
    stream = io.StringIO()
    report = PlainReport(stream, **options)
    for event in events:
        report.notice(event)
    report.close()
    return stream.getvalue()


def drawn(events: list[Event], *, encoding: str = "utf-8", width: int = 90, **options: bool) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
    console = Console(file=stream, width=width, force_terminal=True, color_system="truecolor")
    report = ConsoleReport(console, HostClock(600), **options)
    for event in events:
        report.notice(event)
    report.close()
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_plain_log(events: list[Event]) -> None:
    assert plain(events) == PLAIN.lstrip("\n")


def test_live_report_says_everything_that_the_plain_log_says(events: list[Event]) -> None:
    text = " ".join(drawn(events, live=False, width=200).split())
    for piece in (
        "build-01 (simulated) at 192.0.2.10:5986",
        "2 processors, 2.5 GB memory",
        "the host is built",
        "Enabling feature...",
        "connection lost, as expected: connection reset",
        "away 1:35",
        "next line",
        "virtual switch",
        "warning vswitch-add-failed",
        "0x80070490",
        "feature Containers: installed false → true",
        "2:00:05 of host time in 0:12",
        "vswitch-add-failed: the switch works all the same (Run the installer)",
    ):
        assert piece in text


def test_the_moving_line_goes_away(events: list[Event]) -> None:
    text = drawn(events, live=True)
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") > 0


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "utf-8"])
def test_any_terminal_encoding_will_do(events: list[Event], encoding: str) -> None:
    assert "vswitch-add-failed" in drawn(events, live=False, encoding=encoding)


def test_host_output_cannot_reach_the_terminal(events: list[Event]) -> None:
    nasty = "\x1b]0;owned\x07 [bold red]markup[/] \x1b[2J\u202e"
    task = TaskProgress(
        time="2026-11-24T19:40:46.123Z",
        host="build-01",
        task="t\x1b[1m",
        kind="output",
        text=nasty,
        elapsed=1,
    )
    for text in (plain([task]), drawn([*events[:4], task, *events[4:]], live=True)):
        assert "\x1b]0;" not in text
        assert "\x1b[2J" not in text
        assert "\u202e" not in text
        assert "[bold red]markup[/]" in text


def test_long_lines_are_wrapped_whole(events: list[Event]) -> None:
    word = "".join(chr(0x4E00 + n) for n in range(300))
    task = TaskProgress(
        time=events[0].time, host="h", task="t", kind="output", text=word, elapsed=1
    )
    text = drawn([task], live=False, width=60)
    assert all(character in text for character in word)


@pytest.mark.parametrize("width", [20, 34, 64, 120])
def test_no_width_hides_what_was_found(events: list[Event], width: int) -> None:
    check, found = "".join(chr(0x4E00 + n) for n in range(60)), "".join(map(chr, range(97, 123)))
    row = VerifyResult(
        time=events[0].time, host="h", task="t", check=check, passed=False, found=found
    )
    end = [event for event in events if isinstance(event, TaskFinished)]
    text = drawn([row, *end], live=False, width=width)
    assert all(character in text for character in check + found)


def test_signs_tell_errors_and_warnings_apart_without_colour(events: list[Event]) -> None:
    said = [
        TaskProgress(time=events[0].time, host="h", task="t", kind=kind, text=kind, elapsed=1)
        for kind in ("output", "warning", "error", "phase")
    ]
    stream = io.StringIO()
    report = ConsoleReport(Console(file=stream, width=60), HostClock(), live=False)
    for event in said:
        report.notice(event)
    signs = [line.split()[1] for line in stream.getvalue().splitlines()]
    assert signs == ["│", "▲", "✖", "phase"]


def test_check_mode_and_a_plan_do_not_sound_as_if_something_failed(events: list[Event]) -> None:
    start = events[0].model_copy(update={"check": True})
    rows = [event for event in events if isinstance(event, VerifyResult)]
    end = events[-1].model_copy(update={"outcome": "ok", "counts": {}})
    text = plain([start, *rows, end])
    assert "verify not yet: image: none" in text
    assert "this was the plan; nothing was done" in text
    end = end.model_copy(update={"counts": {"ok": 2}})
    assert "check done: nothing would change" in plain([start, end])
    assert "done: nothing had to be changed" in plain([events[0], end])


def test_diff_shows_both_sides(events: list[Event]) -> None:
    for text in (plain(events, diff=True), drawn(events, live=False, diff=True)):
        assert "-installed: False" in text or "-installed: false" in text


def test_a_closed_stream_stops_no_run(events: list[Event]) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(len(text))

    for report in (PlainReport(Closed()), ConsoleReport(Terminal(Closed()), HostClock())):
        for event in events:
            report.notice(event)
        report.close()
