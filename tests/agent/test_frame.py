from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.agent.frame import (
    Answer,
    BadFrame,
    FrameReader,
    Garbled,
    LineReader,
    Request,
    Stray,
    decode_request,
    encode_answer,
    encode_request,
)

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
contents = st.binary(max_size=40).map(lambda raw: base64.b64encode(raw).decode()) | st.text()
holders = st.builds(
    lambda others, content: {**others, "content": content},
    st.dictionaries(st.text(), json, max_size=2),
    contents,
)
payloads = st.dictionaries(st.text(), json, max_size=4) | holders
answered = payloads | st.builds(lambda result: {"ok": True, "result": result}, holders)
numbers = st.integers(0, 10**17)
noise = st.binary(max_size=60).filter(lambda raw: b"@pv" not in raw)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@given(numbers, st.text(min_size=1), payloads, st.booleans())
def test_a_request_is_read_as_it_was_written(number, op, params, check):
    line = encode_request(Request(number, op, params, check))
    assert line.endswith(b"\n")
    assert line.isascii()
    assert decode_request(line) == Request(number, op, params, check)
    assert decode_request(line.replace(b"\n", b"\r\n")) == Request(number, op, params, check)


@given(
    st.lists(st.tuples(numbers, answered), max_size=6),
    st.lists(noise, min_size=7, max_size=7),
    st.lists(st.integers(0, 10**6), max_size=12),
    st.booleans(),
)
def test_answers_come_out_whatever_stands_between_and_however_it_is_split(
    answers, noises, cuts, windows
):
    wire = noises[0]
    for (number, payload), stray in zip(answers, noises[1:], strict=False):
        wire += encode_answer(number, payload) + stray
    if windows:
        wire = wire.replace(b"\n", b"\r\n")
    reader = FrameReader()
    found = [one for piece in split(wire, cuts) for one in reader.feed(piece)]
    assert [(one.number, one.payload) for one in found if isinstance(one, Answer)] == answers
    assert not [one for one in found if isinstance(one, Garbled)]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_nothing_makes_the_reader_raise(pieces):
    reader = FrameReader()
    for piece in pieces:
        reader.feed(piece)
    reader.finish()


@given(answered, st.integers(0, 10**6))
def test_a_cut_answer_is_never_believed(payload, place):
    frame = encode_answer(7, payload).lstrip(b"\n").rstrip(b"\n")
    cut = frame[: place % len(frame)]
    found = FrameReader().feed(cut + b"\n")
    assert not [one for one in found if isinstance(one, Answer)]


def test_a_stray_glued_before_and_behind_a_frame_is_told_apart():
    frame = encode_answer(3, {"ok": True}).strip()
    found = FrameReader().feed(b"before" + frame + b"behind\r\n")
    assert found == [Stray("before"), Answer(3, {"ok": True}), Stray("behind")]


def test_a_cut_frame_does_not_take_the_next_one_with_it():
    whole = encode_answer(4, {"ok": True}).strip()
    cut = encode_answer(3, {"ok": False}).strip()[:-5]
    found = FrameReader().feed(cut + whole + b"\n")
    assert isinstance(found[0], Garbled)
    assert found[0].number == 3
    assert found[1:] == [Answer(4, {"ok": True})]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"@pv",
        b"@pv x e30=",
        b"@pv 1 e30",
        b"@pv 1 e30=!",
        b"@pv 1 W10=",
        b"!",
        b"@pv 1 e30=@pv 1 e30=",
        b"@pv 1 eyJvcCI6ImEifQ== eA== eA==",
        encode_request(Request(1, "a", {}))[:-5],
    ],
)
def test_what_is_no_request_is_refused(line):
    with pytest.raises(BadFrame):
        decode_request(line)


@given(st.binary(min_size=3, max_size=60), st.integers(0, 10**6))
def test_the_spoiler_makes_any_cut_request_none(content, place):
    line = encode_request(Request(1, "file.write", {"content": content.hex()}))
    with pytest.raises(BadFrame):
        decode_request(line[: place % len(line)] + b"!")


def test_base64_content_is_not_encoded_twice():
    text = base64.b64encode(bytes(range(256)) * 40).decode()
    request = encode_request(Request(1, "file.write", {"path": "C:\\a", "content": text}))
    answer = encode_answer(1, {"ok": True, "result": {"content": text, "bytes": 7}})
    assert request.endswith(f" {text}\n".encode())
    assert answer.endswith(f" {text}\n".encode())
    assert max(len(request), len(answer)) < len(text) + 200


def test_content_that_was_damaged_on_the_way_is_not_believed():
    text = base64.b64encode(b"content" * 30).decode()
    frame = encode_answer(5, {"ok": True, "result": {"content": text}})
    damaged = frame[:-30] + b"?" + frame[-29:]
    assert [type(one) for one in FrameReader().feed(damaged)] == [Garbled]


def test_a_line_without_end_stays_within_the_limit():
    reader = LineReader(limit=1000)
    cut_lines = []
    for _ in range(100):
        cut_lines += reader.feed(b"x" * 100)
        assert len(reader.rest()) <= 1000
    assert cut_lines == [(b"x" * 1000, True)]
    assert reader.feed(b"end\nnext\n") == [(b"next", False)]


def test_a_long_frame_and_a_long_stray_are_bounded():
    reader = FrameReader(limit=5000)
    found = reader.feed(b"y" * 4999 + b"\n" + b"@pv 1 9000 " + b"A" * 9000 + b"\n")
    assert isinstance(found[0], Stray)
    assert len(found[0].text) == 2000
    assert isinstance(found[1], Garbled)
    assert found[1].number == 1
