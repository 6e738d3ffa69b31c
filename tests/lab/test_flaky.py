"""Flaky is what failed and then passed, and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from provision.lab.flaky import Attempt, flaky_tasks


def attempt(number: int, passed: bool, *, version: str = "1", host: str = "a") -> Attempt:
    time = f"2026-01-{number + 1:02}T02:00:00.000Z"
    reason = "" if passed else f"reason {number}"
    return Attempt(host, "site.yml", (version, "v"), "t", f"n{number:02}", time, passed, reason)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.booleans(), max_size=28), st.randoms())
def test_failures_before_a_pass_and_only_those(passed: list[bool], chance: object) -> None:
    attempts = [attempt(number, one) for number, one in enumerate(passed)]
    chance.shuffle(attempts)  # type: ignore[attr-defined]
    last_pass = max((number for number, one in enumerate(passed) if one), default=-1)
    expected = [
        f"n{number:02}" for number, one in enumerate(passed) if not one and number < last_pass
    ]
    found = flaky_tasks(attempts)
    assert [where for one in found for where in one.failed] == expected
    for one in found:
        assert one.attempts == len(passed)
        assert one.passed > one.failed[-1]
        assert passed[int(one.passed[1:])]
        assert one.reason == f"reason {int(one.failed[-1][1:])}"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.booleans(), min_size=1, max_size=14), st.lists(st.booleans(), max_size=14))
def test_a_change_in_between_is_no_chance(first: list[bool], second: list[bool]) -> None:
    changed = [attempt(number, one, version=str(one)) for number, one in enumerate(first + second)]
    assert not flaky_tasks(changed)
    hosts = [attempt(number, one, host=str(one)) for number, one in enumerate(first)]
    assert not flaky_tasks(hosts)


def test_the_flakiest_stands_first() -> None:
    some = [attempt(n, n != 1) for n in range(8)]
    many = [attempt(n, n % 2 == 1, host="b") for n in range(8)]
    assert [one.host for one in flaky_tasks([*some, *many])] == ["b", "a"]
