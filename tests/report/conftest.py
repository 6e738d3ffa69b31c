"""One run's events, as the engine would emit them."""

from __future__ import annotations

from typing import Any

import pytest

from provision.model.boot import BootIdentity
from provision.model.event import (
    Event,
    HostAwaited,
    HostConnected,
    HostLost,
    HostRestarted,
    PlanMade,
    PlanRow,
    RunContinued,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskProgress,
    TaskStarted,
    VerifyResult,
    WarningRaised,
)
from provision.model.facts import Facts
from provision.model.outcome import Change

OLD = BootIdentity(boot_time="2015-12-01T08:00:00Z", token="11111111-aaaa")
NEW = BootIdentity(boot_time="2015-12-01T08:04:00Z", token="22222222-bbbb")
TASK = "Run the installer"


def make(kind: type[Event], /, **fields: Any) -> Event:
    return kind(time="2026-11-24T19:40:46.123Z", host="build-01", **fields)


@pytest.fixture
def facts() -> Facts:
    return Facts(
        computer_name="WIN-TP4",
        machine_id="m",
        os_caption="Microsoft Windows Server 2016 Technical Preview 4",
        os_version="10.0.10586",
        os_build=10586,
        culture="en-US",
        powershell_version="5.0.10586.0",
        processors=2,
        memory_bytes=2_684_354_560,
        free_disk_bytes=42_949_672_960,
        user="WIN-TP4\\Administrator",
        elevated=True,
        addresses=("192.0.2.10/24",),
        pending_restart=("servicing",),
        time="2015-12-01T08:10:00Z",
        boot=OLD,
    )


@pytest.fixture
def events(facts: Facts) -> list[Event]:
    row = PlanRow(
        task=TASK, step="installer", action="run", reason="always", intent="the host is built"
    )
    return [
        make(
            RunStarted,
            run="r1",
            playbook="playbooks/container-host.yml",
            address="192.0.2.10:5986",
            simulated=True,
            check=False,
        ),
        make(
            HostAwaited,
            reason="192.0.2.10:5986 refused the connection",
            until="2026-11-24T19:41:16.000Z",
        ),
        make(HostConnected, seconds=1.2, facts=facts),
        make(
            RunContinued,
            run="20261124-193900-aaaa",
            resumed=True,
            reason="it had begun at 2026-11-24T19:39:00.000Z and did not come to its end",
            done=2,
        ),
        make(PlanMade, tasks=(row,)),
        make(TaskStarted, task=TASK, step="installer", number=1, total=1),
        make(TaskProgress, task=TASK, kind="output", text="Enabling feature...", elapsed=3.0),
        make(HostLost, reason="connection reset", expected=True),
        make(HostRestarted, old=OLD, new=NEW, seconds=95.0, expected=True),
        make(TaskProgress, task=TASK, kind="error", text="Failed.\n  next line", elapsed=200.0),
        make(VerifyResult, task=TASK, check="virtual switch", passed=True, found="NAT"),
        make(VerifyResult, task=TASK, check="image", passed=False, found="none"),
        make(
            WarningRaised,
            task=TASK,
            issue="vswitch-add-failed",
            brief="the switch works all the same",
            evidence="0x80070490",
            remedy="nothing",
            expected=False,
        ),
        make(
            TaskFinished,
            task=TASK,
            step="installer",
            outcome="changed",
            seconds=7000.0,
            change=(
                Change(
                    what="feature Containers",
                    before={"installed": False},
                    after={"installed": True},
                ),
            ),
            reason="",
            remedy="",
        ),
        make(
            RunFinished,
            outcome="changed",
            exit_code=0,
            warnings=1,
            seconds=7205.0,
            real_seconds=12.0,
            counts={"changed": 1, "ok": 0},
            message="",
            remedy="",
        ),
    ]
