"""The small parts of a transfer."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.agent.operations.files import FileReadAnswer
from provision.engine.transfer.source import of_bytes
from provision.engine.transfer.squeeze import Squeezer, unpack
from provision.engine.transfer.watch import megabytes
from provision.model.errors import TaskError


@given(st.binary(max_size=300), st.booleans())
def test_a_piece_comes_out_as_it_went_in(piece, many):
    piece = piece * (20 if many else 1)
    content, compressed = Squeezer().squeeze(piece)
    assert (zlib.decompress(content, wbits=31) if compressed else content) == piece
    assert len(content) <= len(piece)


def test_compression_is_tried_again_after_a_while():
    squeezer = Squeezer()
    text, noise = b"x" * 1000, random.Random(1).randbytes(1000)
    assert squeezer.squeeze(text)[1]
    assert not squeezer.squeeze(noise)[1]
    assert [squeezer.squeeze(text)[1] for _ in range(32)] == [False] * 31 + [True]
    assert squeezer.squeeze(text)[1]


@pytest.mark.parametrize("compressed", [True, False])
def test_what_a_host_sends_damaged_is_no_piece(compressed):
    assert unpack(FileReadAnswer(content="!!", bytes=1, compressed=compressed)) is None
    assert unpack(FileReadAnswer(content="aGVsbG8=", bytes=1, compressed=True)) is None


@given(st.binary(max_size=200), st.integers(0, 250), st.integers(0, 250))
def test_a_source_gives_any_piece_and_any_prefixs_hash(content, offset, length):
    import hashlib

    source = of_bytes(content, "x")
    offset = min(offset, len(content))
    assert source.read(offset, length) == content[offset : offset + length]
    assert source.sha256(length) == hashlib.sha256(content[:length]).hexdigest()


def test_a_file_that_became_shorter_is_told(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    with path.open("r+b") as stream:
        from provision.engine.transfer.source import Source

        source = Source("a", stream)
        stream.truncate(50)
        with pytest.raises(TaskError, match="a changed while"):
            source.read(0, 100)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_345_678, "2.3 MB"), (7e9, "7.0 GB")],
)
def test_sizes_for_people(count, text):
    assert megabytes(int(count)) == text
