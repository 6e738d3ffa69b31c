"""Processes by their short names."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from provision.journal.process import Process

TELL = "from provision.journal.process import Process; print(Process.own().name)"


def test_a_process_is_seen_to_live_and_to_be_gone_by_its_name() -> None:
    own = Process.named(Process.own().name)
    assert own is not None
    assert own.lives() is True
    done = subprocess.run(
        [sys.executable, "-c", TELL], stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    other = Process.named(done.stdout.strip())
    assert other is not None
    assert other.lives() is False
    assert replace(other, machine="another").lives() is None


def test_a_name_does_not_tell_the_machine_s() -> None:
    assert Process.own().machine.split()[0] not in Process.own().name
    assert len(Process.own().name) < 120


@pytest.mark.parametrize("name", ["", "a", "~~~~", "a~b~c~d~e", "a~b~c~1~e~f"])
def test_what_is_no_name(name: str) -> None:
    assert Process.named(name) is None
