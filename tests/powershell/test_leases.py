"""Of several agents that reach for the lease at once, one gets it; a full disk does not lose it."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tenacity import Retrying, stop_after_attempt

from provision.agent.client import AgentClient
from provision.agent.operations.leases import LeaseTake
from provision.transport.local import LocalConnector

pytestmark = pytest.mark.powershell


@pytest.fixture
def second(host: Any) -> Any:
    """Another agent on the same host."""
    from engine_host import RealClock

    channel = LocalConnector(environment=host.environment(), wait=1.0).channel()
    policy = Retrying(stop=stop_after_attempt(1), reraise=True)
    client = AgentClient(channel, retrying=lambda: policy, clock=RealClock())
    client.start()
    yield client
    client.close()


def test_a_race_has_one_winner(host: Any, second: AgentClient) -> None:
    clients = {"a": host.client, "b": second}
    for number in range(20):
        record = Path(host.data) / "lease.json"
        record.unlink(missing_ok=True)
        held: dict[str, bool] = {}
        gate = threading.Barrier(2)

        def take(owner: str, held: dict[str, bool] = held, gate: threading.Barrier = gate) -> None:
            gate.wait()
            held[owner] = clients[owner].call(LeaseTake(owner=owner, seconds=60)).held

        threads = [threading.Thread(target=take, args=(owner,)) for owner in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(held.values()) == [False, True], number


def test_a_clock_that_jumps_changes_nothing(host: Any) -> None:
    """The record's date is years off, as after a snapshot; only the counter says how old it is."""
    host.perform("lease.take", {"owner": "z", "seconds": 60, "take_over": True})
    path = Path(host.data) / "lease.json"
    record = json.loads(path.read_text("utf-8-sig"))
    path.write_text(json.dumps({**record, "since": "2031-01-01T00:00:00Z"}))
    left = host.perform("lease.look", {})["seconds_left"]
    assert 0 < left <= 60
    path.write_text(json.dumps({**record, "tick": record["tick"] - 60}))
    assert host.perform("lease.look", {})["seconds_left"] == 0


def test_a_lease_of_an_earlier_boot_is_no_longer_than_this_boot(host: Any) -> None:
    host.perform("lease.take", {"owner": "z", "seconds": 60, "take_over": True})
    path = Path(host.data) / "lease.json"
    record = json.loads(path.read_text("utf-8-sig"))
    up = float(Path("/proc/uptime").read_text().split()[0])
    for seconds, held in ((int(up) - 30, False), (int(up) + 3600, True)):
        if seconds < 1:
            continue
        path.write_text(json.dumps({**record, "token": "earlier", "seconds": seconds}))
        assert (host.perform("lease.look", {})["seconds_left"] > 0) is held


def test_a_torn_record_is_none(host: Any) -> None:
    (Path(host.data) / "lease.json").write_text('{"owner": "a", "seco')
    assert host.perform("lease.look", {})["owner"] == ""
    assert host.perform("lease.take", {"owner": "y", "seconds": 60})["held"] is True
