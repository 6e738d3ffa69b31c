from __future__ import annotations

import pytest

from provision.agent.frame import encode_answer
from provision.agent.operations import FileStat, FileWrite
from provision.agent.session import WINDOW, Session, WireDamaged

LIMIT = 112_500


def big(length: int) -> FileWrite:
    return FileWrite(path="a", offset=0, content="x" * length)


def test_numbers_begin_at_one_and_rise():
    session = Session()
    assert [session.add(FileStat(path="a")) for _ in range(3)] == [1, 2, 3]
    assert session.outgoing(LIMIT).count(b"@pv ") == 3
    assert session.outgoing(LIMIT) == b""


def test_bytes_in_flight_stay_within_the_window():
    session = Session()
    numbers = [session.add(big(WINDOW * 3 // 10)) for _ in range(10)]
    flight = b""
    while piece := session.outgoing(LIMIT):
        flight += piece
    assert 0 < len(flight) <= WINDOW
    assert flight.count(b"@pv ") == 3
    session.received(encode_answer(numbers[0], {"ok": True}))
    assert session.outgoing(LIMIT).startswith(b"@pv 4 ")


def test_few_requests_are_in_flight_however_small():
    session = Session()
    for _ in range(100):
        session.add(FileStat(path="a"))
    assert session.outgoing(LIMIT).count(b"\n") == 16


def test_a_request_larger_than_the_window_goes_alone_and_in_pieces():
    session = Session()
    session.add(big(WINDOW + 100_000))
    session.add(FileStat(path="a"))
    pieces = []
    while piece := session.outgoing(LIMIT):
        pieces.append(piece)
    assert len(pieces) > 1
    assert all(len(piece) <= LIMIT for piece in pieces)
    assert b"".join(pieces).count(b"@pv ") == 1


def test_after_a_loss_unanswered_requests_come_again_in_order_behind_a_spoiler():
    session = Session()
    for _ in range(3):
        session.add(FileStat(path="a"))
    first = session.outgoing(LIMIT)
    session.received(encode_answer(2, {"ok": True}))
    session.ask_again()
    lines = first.splitlines(keepends=True)
    assert session.outgoing(LIMIT) == b"!\n" + lines[0] + lines[2]


def test_half_a_frame_from_before_a_loss_is_not_joined_to_what_follows():
    session = Session()
    session.add(FileStat(path="a"))
    session.add(FileStat(path="a"))
    session.outgoing(LIMIT)
    three = encode_answer(1, {"ok": True, "result": "A" * 30})
    four = encode_answer(2, {"ok": True, "result": "B" * 30})
    session.received(three[:40])
    session.ask_again()
    assert session.received(four[40:]) == {}
    assert session.outstanding == (1, 2)


def test_a_damaged_answer_is_asked_for_again_and_not_for_ever():
    session = Session()
    session.add(FileStat(path="a"))
    line = session.outgoing(LIMIT)
    for _ in range(5):
        assert session.received(b"\n@pv 1 90 abc\n") == {}
        assert session.outgoing(LIMIT) == line
    with pytest.raises(WireDamaged):
        session.received(b"\n@pv 1 90 abc\n")


def test_an_answer_that_comes_twice_counts_once():
    session = Session()
    session.add(FileStat(path="a"))
    session.outgoing(LIMIT)
    frame = encode_answer(1, {"ok": True})
    assert session.received(frame + frame) == {1: {"ok": True}}
    assert session.received(frame) == {}


def test_strays_are_kept_as_evidence_and_bounded():
    session = Session()
    session.received(b"".join(b"line %d\n" % number for number in range(500)))
    assert session.evidence.strays[-1] == "line 499"
    assert len(session.evidence.strays) == 100
    session.evidence.add_stderr(b"e" * 1_000_000)
    assert len(session.evidence.stderr) == 64 * 1024
