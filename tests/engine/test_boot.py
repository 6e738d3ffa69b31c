"""The boot table: no dead ends, nothing unreachable, every row walked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.engine.boot import (
    TRANSITIONS,
    BootState,
    ImpossibleTransition,
    Signal,
    advance,
    diagram,
)


@pytest.mark.parametrize(("row", "new"), TRANSITIONS.items(), ids=str)
def test_each_transition_leads_where_the_table_says(
    row: tuple[BootState, Signal], new: BootState
) -> None:
    assert advance(*row) is new


def test_every_state_but_the_last_has_a_way_out() -> None:
    for state in BootState:
        ways = {new for (old, _), new in TRANSITIONS.items() if old is state and new is not state}
        assert bool(ways) is (state is not BootState.GAVE_UP)


def test_every_waiting_state_can_run_out_of_time() -> None:
    waiting = {old for (old, _), new in TRANSITIONS.items() if old is new}
    assert waiting == {BootState.GOING_DOWN, BootState.PROBING, BootState.SETTLING}
    for state in waiting:
        assert advance(state, Signal.DEADLINE) is BootState.GAVE_UP


def test_every_state_is_reached_and_leads_back_to_connected() -> None:
    reached = {BootState.CONNECTED}
    while True:
        more = {new for (old, _), new in TRANSITIONS.items() if old in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(BootState)
    for state in reached - {BootState.GAVE_UP}:
        seen, front = {state}, {state}
        while front:
            front = {new for (old, _), new in TRANSITIONS.items() if old in front} - seen
            seen |= front
        assert BootState.CONNECTED in seen


@given(st.sampled_from(BootState), st.sampled_from(Signal))
def test_what_is_not_in_the_table_is_refused(state: BootState, signal: Signal) -> None:
    if (state, signal) in TRANSITIONS:
        return
    with pytest.raises(ImpossibleTransition):
        advance(state, signal)


@given(st.lists(st.sampled_from(Signal), max_size=40))
def test_connected_is_only_entered_with_proof(signals: list[Signal]) -> None:
    state = BootState.CONNECTED
    for signal in signals:
        if (state, signal) not in TRANSITIONS:
            continue
        old, state = state, advance(state, signal)
        if state is BootState.CONNECTED:
            assert (old, signal) in {
                (BootState.PROBING, Signal.SAME_BOOT),
                (BootState.SETTLED, Signal.QUIET),
            }


def test_the_diagram_shows_every_transition() -> None:
    drawn = diagram()
    assert drawn.count(": ") == len(TRANSITIONS)
    assert "probing --> settling: new boot answers" in drawn
