"""Files to and from the real agent, as the engine carries them."""

from __future__ import annotations

import base64
import random
from pathlib import Path
from typing import Any

import pytest

from provision.agent.operations.files import FileWrite
from provision.engine.clock import HostClock
from provision.engine.interruption import Interruption
from provision.engine.transfer.download import download
from provision.engine.transfer.source import of_bytes
from provision.engine.transfer.upload import PIECE, upload
from provision.engine.transfer.watch import Watch

pytestmark = pytest.mark.powershell


@pytest.fixture
def watch() -> Watch:
    clock = HostClock()
    return Watch(clock, Interruption(clock), lambda _: None, lambda: 0.0)


@pytest.mark.parametrize("length", [0, 1, PIECE, 9 * PIECE + 1])
@pytest.mark.parametrize("compressible", [True, False])
def test_there_and_back(
    host: Any, place: Path, tmp_path: Path, watch: Watch, length: int, compressible: bool
) -> None:
    noise = random.Random(length).randbytes(length)
    content = (b"the quick brown fox\r\n" * (length // 21 + 1))[:length] if compressible else noise
    there = str(place / "new" / "a.bin")
    sent = upload(host.client, of_bytes(content, "a"), there, watch)
    assert (place / "new" / "a.bin").read_bytes() == content
    assert sent.change.changed
    assert (sent.carried < length) is (compressible and length > 1)
    assert not upload(host.client, of_bytes(content, "a"), there, watch).change.changed
    got = download(host.client, there, tmp_path / "back", watch)
    assert (tmp_path / "back").read_bytes() == content
    assert (got.carried < length) is (compressible and length > 1)
    assert [path.name for path in (place / "new").iterdir()] == ["a.bin"]


def test_it_goes_on_in_another_agent(host: Any, place: Path, watch: Watch) -> None:
    content = random.Random(1).randbytes(3 * PIECE)
    there = str(place / "a.bin")
    text = base64.b64encode(content[: 2 * PIECE]).decode()
    host.client.call(FileWrite(path=there, offset=0, content=text))
    host.start()
    assert upload(host.client, of_bytes(content, "a"), there, watch).resumed_at == 2 * PIECE
    assert (place / "a.bin").read_bytes() == content


def test_a_part_with_zeros_at_its_end(
    host: Any, place: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provision.engine.transfer.resume.STEP", 10_000)
    content = random.Random(2).randbytes(100_000)
    (place / "a.bin.part").write_bytes(content[:54_321] + bytes(20_000))
    there = str(place / "a.bin")
    assert upload(host.client, of_bytes(content, "a"), there, watch).resumed_at == 50_000
    assert (place / "a.bin").read_bytes() == content
