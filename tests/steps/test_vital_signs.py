"""Silence is told from death by what the processes do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from provision.agent.operations.execution import Record
from provision.agent.operations.jobs import JobPollAnswer, JobProcess, JobState
from provision.steps.vital_signs import Silence, VitalSigns, minutes

SILENCE = Silence(report_after=300, give_up_after=600)
TIME = "2016-01-16T09:00:00.000Z"


def answer(cpu=None, moved=0, *, said=False, idle=0.0):
    record = Record(number=1, time=TIME, kind="output", text="x")
    return JobPollAnswer(
        state=JobState.RUNNING,
        records=(record,) if said else (),
        next_offset=0,
        process=None if cpu is None else JobProcess(id=412, cpu_seconds=cpu, io_bytes=moved),
        idle_seconds=idle,
        time=TIME,
    )


def watch(readings, silence=SILENCE, step=20):
    """Give the first time at which it counts as hung, or None."""
    signs = VitalSigns(silence, 0)
    for place, reading in enumerate(readings):
        now = float(place * step)
        signs.look(reading, now)
        if signs.hung_for(now):
            return now
    return None


def test_a_still_process_is_hung_in_the_end():
    assert watch([answer(5.0, 1000)] * 100) == 600


def test_the_runners_own_beat_is_no_life():
    readings = [answer(5.0 + n * 20 * 0.005, 1000 + n * 20 * 100) for n in range(100)]
    assert watch(readings) == 600


@pytest.mark.parametrize(
    "readings",
    [
        [answer(n * 20 * 0.1, 0) for n in range(200)],
        [answer(5.0, n * 20 * 10_000) for n in range(200)],
        [answer(5.0, 1000, said=n % 20 == 0) for n in range(200)],
        [answer(None) for _ in range(200)],
    ],
    ids=["cpu", "io", "words", "unseen"],
)
def test_signs_of_life(readings):
    assert watch(readings) is None


def test_the_end_of_a_child_is_movement():
    busy = [answer(500.0, 10**9)] * 25
    assert watch([*busy, *[answer(3.0, 10**6)] * 60]) > 1000


def test_silence_is_reported_with_its_evidence_and_again():
    signs = VitalSigns(SILENCE, 0)
    told = []
    for now in range(0, 1000, 20):
        reading = answer(now * 0.1, now * 50_000, idle=float(now))
        signs.look(reading, float(now))
        if text := signs.report(reading, float(now)):
            told.append((now, text))
    assert [now for now, _ in told] == [300, 600, 900]
    assert told[1][1] == (
        "silent for 10 min; process 412 is alive: in the last 5 min +30.0 s of CPU, +15.0 MB of I/O"
    )


def test_words_put_the_report_off():
    signs = VitalSigns(SILENCE, 0)
    signs.look(answer(1.0, said=True), 290)
    assert signs.report(answer(1.0), 310) is None
    assert signs.report(answer(None, idle=300.0), 600) == (
        "silent for 5 min; its process cannot be looked at"
    )


def test_too_short_a_silence_cannot_be_judged():
    with pytest.raises(ValidationError, match="at least 30"):
        Silence(give_up_after=10)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_minutes(seconds, text):
    assert minutes(seconds) == text
