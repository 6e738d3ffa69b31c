"""What is slower than usual: properties of the judgement, and how often it is wrong."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from provision.lab.timing import LEAST, Series, slower, usual

SECONDS = st.floats(0, 100_000)
PAST = st.lists(SECONDS, min_size=LEAST, max_size=30)


def series(*seconds: float, task: str = "t", vm: str = "a") -> Series:
    points = tuple((f"n{index:02}", one) for index, one in enumerate(seconds))
    return Series(vm, "up", "site.yml", task, points)


@settings(deadline=None, max_examples=60)
@given(st.lists(SECONDS, max_size=LEAST - 1), st.integers(1, 100))
def test_too_few_nights_say_nothing(past: list[float], looked_at: int) -> None:
    assert usual(past, looked_at) is None
    assert not slower([series(*past, 1e9)], f"n{len(past):02}")


@settings(deadline=None, max_examples=60)
@given(PAST, st.randoms())
def test_the_order_of_nights_does_not_matter(past: list[float], chance: random.Random) -> None:
    other = list(past)
    chance.shuffle(other)
    assert usual(past) == usual(other)


@settings(deadline=None, max_examples=60)
@given(PAST, st.integers(1, 50))
def test_the_more_is_looked_at_the_further_off_it_must_be(past: list[float], more: int) -> None:
    few, many = usual(past, 1), usual(past, 1 + more)
    assert few is not None
    assert many is not None
    assert few.seconds <= few.limit <= many.limit


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(100, 120), min_size=9, max_size=30), st.floats(0, 1e6))
def test_one_night_that_hung_moves_little(past: list[float], hung: float) -> None:
    before, after = usual(past), usual([*past, hung])
    assert before is not None
    assert after is not None
    assert 100 <= after.seconds <= 120
    assert after.limit < 600


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 10_000), st.integers(LEAST, 30))
def test_equal_times_leave_room_for_rounding_only(seconds: float, count: int) -> None:
    known = usual([seconds] * count)
    assert known is not None
    assert not slower([series(*[seconds] * count, seconds + 0.4)], f"n{count:02}")
    (found,) = slower([series(*[seconds] * count, seconds + 60)], f"n{count:02}")
    assert 59 < found.lost < 61


def test_false_alarms_are_rare_and_real_ones_are_found() -> None:
    chance = random.Random(7)
    for count, least_found in ((8, 0.05), (15, 0.8), (30, 0.97)):
        alarms, hits, rounds = 0, 0, 60
        for _ in range(rounds):
            tasks = [
                series(*(chance.gauss(600, 20) for _ in range(count + 1)), task=str(number))
                for number in range(12)
            ]
            night = f"n{count:02}"
            alarms += bool(slower(tasks, night))
            worse = replace(tasks[0], points=(*tasks[0].points[:-1], (night, 800.0)))
            hits += "0" in {one.series.task for one in slower([worse, *tasks[1:]], night)}
        assert alarms / rounds <= 0.07, count
        assert hits / rounds >= least_found, count


def test_a_run_is_not_blamed_for_what_its_task_lost() -> None:
    steady = [600.0, 601.0, 599.0] * 4
    task, whole = series(*steady, 900.0), series(*(one + 30 for one in steady), 930.0, task="")
    (found,) = slower([task, whole], "n12")
    assert found.series.task == "t"
    (found,) = slower([series(*steady, 600.0), whole], "n12")
    assert found.series.task == ""


def test_times_of_later_nights_do_not_count() -> None:
    steady = series(*[100.0] * 8, 500.0, *[500.0] * 20)
    assert slower([steady], "n08")
    assert not slower([steady], "n28")
