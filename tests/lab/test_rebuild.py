"""Nights on a hypervisor in memory: order, failures, interruption at every point."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_lab import SHA256, Killed, SmallLab

from provision.lab.phase import ENDS, TRANSITIONS, Phase, Signal, advance

GREEN = dict.fromkeys("abc", "green")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLab]:
    small = SmallLab(tmp_path)
    small.begin("n1")
    yield small
    small.journal.close()


def test_every_phase_has_a_way_to_an_end() -> None:
    def ends(phase: Phase, seen: frozenset[Phase] = frozenset()) -> bool:
        after = {new for (old, _), new in TRANSITIONS.items() if old is phase} - seen
        return phase in ENDS or any(ends(one, seen | {phase}) for one in after)

    assert all(ends(phase) for phase in Phase)
    assert not any(old in ENDS for old, _ in TRANSITIONS)
    with pytest.raises(Exception, match="no transition"):
        advance(Phase.GREEN, Signal.DONE)


def test_a_green_night(small: SmallLab) -> None:
    assert small.run("n1") == GREEN
    done = small.hands.done
    assert done.index("verify a two") < done.index("reverted b")
    assert [one for one in done if one.startswith("up c")] == ["up c one fresh", "up c two fresh"]
    for vm in small.hypervisor.vms.values():
        assert vm.running
        green = [name for name in vm.snapshots if name.startswith("green-")]
        assert len(green) == 1
        assert green[0].endswith(SHA256[:8])
        assert vm.snapshots[green[0]] == "bare+one+two"
    story = small.nights.find("small", "last")
    assert story is not None
    assert story.green
    assert story.ended
    assert [run.work for run in story.rebuilds["a"].runs] == ["up", "up", "verify", "verify"]


@pytest.mark.parametrize("fails", ["up a", "verify a"])
def test_a_red_vm_keeps_its_old_snapshot_and_stops_only_who_needs_it(
    small: SmallLab, fails: str
) -> None:
    assert small.run("n1") == GREEN
    before = dict(small.hypervisor.vms["vm-a"].snapshots)
    small.hands.fails.add(fails)
    small.begin("n2")
    assert small.run("n2") == {"a": "failed", "b": "skipped", "c": "green"}
    assert small.hypervisor.vms["vm-a"].snapshots == before
    story = small.nights.find("small", "n2")
    assert story is not None
    assert f"{fails.split()[0]} one ended with 1" in story.rebuilds["a"].message
    assert story.rebuilds["b"].message == "a: not green"


def test_only_the_newest_snapshots_stay(small: SmallLab) -> None:
    for number in range(2, 6):
        small.run(f"n{number - 1}")
        small.begin(f"n{number}")
    small.run("n5")
    kept = small.hypervisor.vms["vm-c"].snapshots
    assert len(kept) == 3
    assert "base" in kept
    assert [name.endswith(end) for name, end in zip(list(kept)[1:], ("-4", "-5"), strict=True)]


@pytest.mark.parametrize("broken", ["revert", "start", "take"])
def test_a_hypervisor_that_fails_makes_red(small: SmallLab, broken: str) -> None:
    small.hypervisor.broken.add(broken)
    assert small.run("n1") == {"a": "failed", "b": "skipped", "c": "failed"}


def test_what_cannot_be_deleted_is_a_note(small: SmallLab) -> None:
    for number in range(1, 4):
        small.hypervisor.broken = {"delete"} if number == 3 else set()
        if number > 1:
            small.begin(f"n{number}")
        assert small.run(f"n{number}") == GREEN
    story = small.nights.find("small", "n3")
    assert story is not None
    assert "not deleted" in story.rebuilds["c"].notes[-1]


def test_no_vm_is_begun_when_the_time_is_over(small: SmallLab) -> None:
    object.__setattr__(small.lab, "budget", 100.0)
    clock = iter((0.0, 10.0, 110.0, 120.0))
    ends = small.run("n1", seconds=lambda: next(clock))
    assert sorted(ends.values()) == ["green", "skipped", "skipped"]


def test_several_at_a_time(tmp_path: Path) -> None:
    small = SmallLab(tmp_path, forks=3)
    small.begin("n1")
    assert small.run("n1") == GREEN
    small.journal.close()


def test_asked_to_stop_and_gone_on_with(small: SmallLab) -> None:
    small.hands.stop_after = "up a two fresh"
    assert small.run("n1") == {}
    story = small.nights.find("small", "n1")
    assert story is not None
    assert story.interrupted
    small.hands.stop_after = ""
    assert small.run("n1") == GREEN
    assert small.hypervisor.done.count("revert vm-a") == 1


def points(small: SmallLab) -> list[str]:
    small.run("n1")
    return [*small.hypervisor.done, *small.hands.done]


def test_killed_at_every_point_and_gone_on_with(tmp_path: Path) -> None:
    """Whatever was going on: nothing is built twice on top of itself, one snapshot is taken."""
    (tmp_path / "whole").mkdir()
    whole = SmallLab(tmp_path / "whole")
    whole.begin("n1")
    for index, point in enumerate(points(whole)):
        folder = tmp_path / str(index)
        folder.mkdir()
        small = SmallLab(folder)
        small.begin("n1")

        def die(what: str, point: str = point) -> None:
            if what == point:
                raise Killed

        small.hypervisor.before = small.hands.before = die
        with pytest.raises(Killed):
            small.run("n1")
        small.hypervisor.before = small.hands.before = lambda _what: None
        assert small.run("n1") == GREEN, point
        for vm in small.hypervisor.vms.values():
            green = [disk for name, disk in vm.snapshots.items() if name.startswith("green")]
            assert green == ["bare+one+two"], point
        small.journal.close()
    whole.journal.close()
