"""Contents to the host: whole, after breaks, and never twice."""

from __future__ import annotations

import hashlib

import pytest

from provision.agent.operations.base import OperationError
from provision.engine.interruption import Interrupted, Interruption
from provision.engine.transfer import resume
from provision.engine.transfer.source import Source, of_bytes
from provision.engine.transfer.upload import PIECE, PIECES, upload
from provision.model.errors import TaskError
from provision.simulator.faults import Fault, FaultKind, FaultSchedule, ScheduledFault
from provision.simulator.world import restarts

PATH = "C:\\up\\a.bin"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, PIECE * (PIECES + 1) + 7])
def test_any_length_arrives(bench, noise, length):
    here = bench()
    content = noise(length)
    sent = here.upload(content)
    assert (sent.change.changed, sent.sha256, sent.bytes) == (True, sha256(content), length)
    assert sent.change.before == {"kind": "absent"}
    assert here.sha256(PATH) == sha256(content)
    assert here.sha256(f"{PATH}.part") is None


def test_an_equal_file_is_not_sent_again(bench, noise):
    here = bench()
    content = noise(300_000)
    here.upload(content)
    here.host.operations.clear()
    again = here.upload(content)
    assert (again.change.changed, again.carried) == (False, 0)
    assert here.host.operations == ["file.stat"]


def test_check_mode_says_what_would_change(bench):
    here = bench()
    told = here.upload(b"new", check=True)
    assert told.change.after == {"kind": "file", "sha256": sha256(b"new")}
    assert here.host.operations == ["file.stat"]
    assert here.sha256(PATH) is None


def test_another_file_is_replaced(bench):
    here = bench()
    here.put(b"old", PATH)
    sent = here.upload(b"new")
    assert sent.change.before == {"kind": "file", "sha256": sha256(b"old")}
    assert here.sha256(PATH) == sha256(b"new")


def test_what_compresses_is_sent_compressed_and_what_does_not_is_tried_once(bench, noise):
    here = bench()
    text = b"the quick brown fox\r\n" * 100_000
    assert here.upload(text).carried < len(text) / 20
    assert here.sha256(PATH) == sha256(text)
    mixed = noise(3 * PIECE) + text
    assert here.upload(mixed).carried > len(mixed)
    assert here.sha256(PATH) == sha256(mixed)


@pytest.mark.parametrize("good", [1, PIECE, 2 * PIECE + 5])
def test_it_goes_on_where_an_earlier_try_stopped(bench, noise, good):
    here = bench()
    content = noise(4 * PIECE)
    here.part(content[:good])
    sent = here.upload(content)
    assert sent.resumed_at == good
    assert sent.carried < (len(content) - good) * 1.34 + 100
    assert here.sha256(PATH) == sha256(content)


def test_all_of_it_was_there_but_its_last_step(bench, noise):
    here = bench()
    content = noise(PIECE)
    here.part(content)
    assert here.upload(content).carried == 0
    assert here.sha256(PATH) == sha256(content)


def test_a_damaged_end_is_sent_again(bench, noise, monkeypatch):
    monkeypatch.setattr(resume, "STEP", 10_000)
    here = bench()
    content = noise(100_000)
    here.part(content[:54_321] + bytes(20_000))
    assert here.upload(content).resumed_at == 50_000
    assert here.sha256(PATH) == sha256(content)


@pytest.mark.parametrize("left", [b"something else", b"something else" * 30_000])
def test_a_part_of_another_file_is_replaced(bench, noise, left):
    here = bench()
    content = noise(200_000)
    here.part(left)
    assert here.upload(content).resumed_at == 0
    assert here.sha256(PATH) == sha256(content)


def test_a_part_that_is_longer_than_the_file_is_cut(bench, noise):
    here = bench()
    content = noise(50_000)
    here.part(content + b"more")
    assert here.upload(content).resumed_at == 50_000
    assert here.sha256(PATH) == sha256(content)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RESET_BEFORE,
        FaultKind.RESET_AFTER,
        FaultKind.TRUNCATE,
        FaultKind.SHELL_GONE,
        FaultKind.AGENT_KILLED,
    ],
)
@pytest.mark.parametrize("number", [4, 7, 11])
def test_it_arrives_through_breaks(bench, noise, kind, number):
    faults = [ScheduledFault(number, Fault(kind), "Send"), ScheduledFault(20, Fault(kind))]
    here = bench(faults=FaultSchedule(faults))
    content = noise(10 * PIECE)
    here.upload(content)
    assert here.sha256(PATH) == sha256(content)
    assert here.count("file.commit") == 1


def test_it_goes_on_after_a_restart_of_the_host(bench, noise):
    here = bench(speed=12_000)
    content = noise(24 * PIECE)

    def restart():
        host = here.host
        here.server.call(lambda: host.become(restarts.ask(host.world, 0)))

    here.before_batch(2, restart)
    here.upload(content)
    assert here.connection.unexpected_restarts == 1
    assert here.sha256(PATH) == sha256(content)
    assert here.count("file.write") <= 24 + PIECES


def test_an_interrupted_one_goes_on_in_the_next_run(bench, noise):
    here = bench()
    content = noise(4 * PIECES * PIECE)
    here.before_batch(2, here.interruption.ask)
    with pytest.raises(Interrupted):
        here.upload(content)
    here.interruption = Interruption(here.clock)
    assert here.upload(content).resumed_at == 2 * PIECES * PIECE
    assert here.sha256(PATH) == sha256(content)


def test_a_part_that_somebody_cut_meanwhile_is_begun_again(bench, noise):
    here = bench()
    content = noise(2 * PIECES * PIECE)
    here.before_batch(2, lambda: here.part(b"short"))
    here.upload(content)
    assert here.sha256(PATH) == sha256(content)


def test_a_source_that_changes_meanwhile_is_not_put_in_place(bench, noise):
    class Changing(Source):
        def read(self, offset, length):
            return bytes(len(super().read(offset, length)))

        def sha256(self, first=None):
            self.asked = getattr(self, "asked", 0) + 1
            return super().sha256(first) if self.asked == 1 else "0" * 64

    here = bench()
    still = of_bytes(noise(1000), "a.bin")
    with pytest.raises(TaskError, match=r"a\.bin changed while it was carried"):
        upload(here.connection, Changing("a.bin", still._stream), PATH, here.watch())
    assert here.sha256(PATH) is None


def test_a_full_disk_is_told_at_once(bench, noise):
    here = bench(disk_free_bytes=PIECE)
    with pytest.raises(OperationError) as caught:
        here.upload(noise(3 * PIECE))
    assert caught.value.record.id == "DiskFull"


def test_a_task_without_time_ends_between_pieces(bench, noise):
    here = bench()
    here.elapsed = 100.0
    source = of_bytes(noise(10), "a.bin")
    with pytest.raises(TaskError, match="0 of 10 bytes were carried in 99 s"):
        upload(here.connection, source, PATH, here.watch(99.0))


def test_progress_is_told_now_and_then(bench, noise, monkeypatch):
    monkeypatch.setattr("provision.engine.transfer.watch.REAL_SECONDS", 0)
    here = bench()
    here.upload(noise(2 * PIECES * PIECE))
    assert here.said[-1].startswith("a.bin: 100 % of 4.2 MB, ")
    assert any(line.startswith("a.bin: 50 % of 4.2 MB, ") for line in here.said)
