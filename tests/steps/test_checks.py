"""verify and its checks."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import Outcome
from provision.steps.checks import Check

WORLD = {
    "switch.list": {"switches": [{"name": "Virtual Switch", "type": "NAT"}]},
    "adapter.list": {
        "adapters": [
            {
                "name": "Ethernet0",
                "description": "Intel",
                "status": "Up",
                "addresses": ["192.0.2.10/24", "fe80::1/64"],
            },
            {
                "name": "Ethernet1",
                "description": "Intel",
                "status": "Disconnected",
                "addresses": ["169.254.3.4/16"],
            },
            {
                "name": "vEthernet (Virtual Switch)",
                "description": "Hyper-V Virtual Ethernet Adapter",
                "status": "Up",
                "addresses": ["172.16.0.1/12", "fe80::2/64"],
            },
        ]
    },
    "nat.list": {"nats": [{"name": "ContainerNAT", "prefix": "172.16.0.0/12"}]},
    "image.list": {
        "images": [{"repository": "windowsservercore", "tag": "latest", "id": "6801d964fda5"}]
    },
    "docker.version": {"installed": True, "answers": True, "client": "1.10", "server": "1.10"},
    "service.list": lambda op: {
        "services": [{"name": n, "state": "running", "start": "automatic"} for n in op.names]
        if op.names != ("nope",)
        else []
    },
    "feature.list": lambda op: {
        "features": [{"name": n, "installed": n == "Containers"} for n in op.names if n != "Nope"]
    },
    "file.stat": lambda op: {
        "kind": "file" if op.path == "C:\\there" else "absent",
        "bytes": 0,
        "sha256": "a" * 64 if op.hash and op.path == "C:\\there" else None,
    },
    "scheduled_task.list": lambda op: {
        "tasks": [
            {"name": n, "path": "\\", "at_logon": True, "action": "x", "user": "y"}
            for n in op.names
            if n == "ContainerBootstrap"
        ]
    },
}

HOLDING = [
    ({"switch": "virtual switch"}, "'Virtual Switch' of type NAT"),
    ({"switch": {"name": "Virtual Switch", "type": "nat"}}, "'Virtual Switch' of type NAT"),
    ({"adapter": "vEthernet (Virtual Switch)"}, "Up, 172.16.0.1/12, fe80::2/64"),
    (
        {"adapter": {"name": "Ethernet0", "address": "192.0.2.0/24"}},
        "Up, 192.0.2.10/24, fe80::1/64",
    ),
    ({"adapter": {"name": "Ethernet0", "address": "192.0.2.10"}}, "Up, 192.0.2.10/24, fe80::1/64"),
    (
        {"adapter": {"name": "Ethernet1", "up": False, "address": False}},
        "Disconnected, 169.254.3.4/16",
    ),
    ({"nat": {}}, "'ContainerNAT' for 172.16.0.0/12"),
    ({"nat": "172.16.0.0/12"}, "'ContainerNAT' for 172.16.0.0/12"),
    ({"image": "windowsservercore"}, "windowsservercore:latest (6801d964fda5)"),
    ("docker", "service running, daemon 1.10 answers"),
    ({"docker": None}, "service running, daemon 1.10 answers"),
    ({"service": {"name": "W32Time"}}, "running"),
    ({"feature": "Containers"}, "installed"),
    ({"file": "C:\\there"}, "file"),
    ({"file": {"path": "C:\\there", "sha256": "A" * 64}}, "a" * 64),
    ({"no_file": "C:\\gone"}, "absent"),
    ({"no_task": "Other"}, "none"),
]

BROKEN = [
    ({"switch": "nat"}, "none of that name; there is 'Virtual Switch'"),
    ({"switch": {"name": "Virtual Switch", "type": "Internal"}}, "'Virtual Switch' of type NAT"),
    (
        {"adapter": "vEthernet (nat)"},
        "none of that name; there is 'Ethernet0', 'Ethernet1', 'vEthernet (Virtual Switch)'",
    ),
    ({"adapter": {"name": "Ethernet1"}}, "Disconnected, 169.254.3.4/16"),
    ({"adapter": {"name": "Ethernet1", "up": False}}, "Disconnected, 169.254.3.4/16"),
    ({"adapter": {"name": "Ethernet0", "address": "10.0.0.0/8"}}, "Up, 192.0.2.10/24, fe80::1/64"),
    ({"nat": {"name": "Other"}}, "'ContainerNAT' for 172.16.0.0/12"),
    ({"nat": "10.0.0.0/8"}, "'ContainerNAT' for 172.16.0.0/12"),
    ({"image": {"name": "windowsservercore", "tag": "1"}}, "windowsservercore:latest"),
    ({"service": "nope"}, "not installed"),
    ({"service": {"name": "W32Time", "state": "stopped"}}, "running"),
    ({"feature": "Hyper-V"}, "not installed"),
    ({"feature": "Nope"}, "Windows has no such feature"),
    ({"file": "C:\\gone"}, "absent"),
    ({"file": {"path": "C:\\there", "sha256": "b" * 64}}, "a" * 64),
    ({"no_file": "C:\\there"}, "file"),
    ({"no_task": "ContainerBootstrap"}, "in \\, runs at logon"),
]


@pytest.mark.parametrize(("check", "found"), HOLDING)
def test_holding(player, check, found):
    host = player(WORLD)
    result = host.play("verify", [check])
    assert (result.outcome, result.checks[0].passed) == (Outcome.OK, True)
    assert result.checks[0].found == found
    assert host.exchanges == 1


@pytest.mark.parametrize(("check", "found"), BROKEN)
def test_broken(player, check, found):
    result = player(WORLD).play("verify", [check])
    assert (result.outcome, result.checks[0].passed) == (Outcome.FAILED, False)
    assert result.checks[0].found == found
    assert found in (result.failure or "")


def test_all_checks_take_one_exchange_and_no_question_twice(player):
    host = player(WORLD)
    result = host.play("verify", [check for check, _ in HOLDING])
    assert len(result.checks) == len(HOLDING)
    assert host.exchanges == 1
    assert len(host.asked) == len(set(host.asked))


def test_a_refused_question_is_a_row_that_does_not_hold(player):
    refusal = ErrorRecord(message="docker is not installed", id="NotFound")
    world = {**WORLD, "image.list": refusal, "switch.list": refusal}
    result = player(world).play("verify", [{"image": "x"}, {"switch": "y"}, "docker"])
    assert [(row.passed, row.found) for row in result.checks][:2] == [
        (False, "docker is not installed"),
        (False, "docker is not installed"),
    ]
    assert result.checks[2].passed


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ({"installed": False, "answers": False}, "service running, no docker client"),
        (
            {"installed": True, "answers": False, "message": "no pipe"},
            "service running, the daemon does not answer: no pipe",
        ),
    ],
)
def test_a_running_service_is_no_answering_daemon(player, version, found):
    result = player({**WORLD, "docker.version": version}).play("verify", ["docker"])
    assert result.checks[0].passed is False
    assert result.checks[0].found == found


def test_docker_may_need_time(player):
    down = {"installed": True, "answers": False, "message": "no pipe"}
    host = player({**WORLD, "docker.version": [down, down, WORLD["docker.version"]]})
    result = host.play("verify", {"checks": ["docker"], "within": "1m"})
    assert result.outcome is Outcome.OK
    assert host.now == 10
    assert host.says("looking again")


def test_time_runs_out(player):
    host = player({**WORLD, "nat.list": {"nats": []}})
    result = host.play("verify", {"checks": [{"nat": {}}, "docker"], "within": 12})
    assert result.outcome is Outcome.FAILED
    assert host.now == 12
    assert [row.passed for row in result.checks] == [False, True]
    assert result.failure == "1 of 2 checks do not hold: NAT: found no NAT"


def test_check_mode_tells_and_does_not_fail(player):
    host = player({**WORLD, "nat.list": {"nats": []}})
    result = host.play("verify", {"checks": [{"nat": {}}], "within": 60}, check=True)
    assert (result.outcome, host.now) == (Outcome.OK, 0)
    assert result.checks[0].passed is False
    assert result.evidence == ("0 of 1 checks hold",)


@pytest.mark.parametrize(
    "check",
    [
        {},
        "nope",
        "switch",
        {"switch": "a", "nat": {}},
        {"switch": {"nome": "x"}},
        {"adapter": {"name": "x", "address": "not an address"}},
        {"service": {"name": "x", "state": "paused"}},
    ],
)
def test_wrong_checks_are_refused(check):
    with pytest.raises(ValidationError):
        Check.model_validate(check)
