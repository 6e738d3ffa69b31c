"""Checks that look ahead, and an installer that is not launched when they do not hold."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from provision.agent.operations.host import GetPlatform
from provision.agent.operations.jobs import JobStart
from provision.model.outcome import Outcome
from provision.simulator.world.installer.scripts import PUBLISHED, TODAY
from provision.simulator.world.system import Feature
from provision.steps.checks import Check, questions

GIB = 1024**3
SCRIPT = "C:\\provision\\Install-ContainerHost.ps1"


def asked(host, check):
    """Give whether a check holds, what was found, the remedy and the known issue."""
    one = Check.model_validate(check)
    answers = {question: host._perform(question, check=False) for question in questions([one])}
    result = one.judge(answers)
    return result.passed, result.found, one.remedy(answers), one.issue(answers)


@pytest.mark.parametrize(
    ("knobs", "check", "found"),
    [
        ({}, {"prefix_free": "172.16.0.0/12"}, "free"),
        (
            {"address": "172.20.1.10/24"},
            {"prefix_free": "172.16.0.0/12"},
            "the adapter 'Ethernet0' has 172.20.1.10/24",
        ),
        # The host's network is the wider one.
        (
            {"address": "10.0.0.5/8"},
            {"prefix_free": "10.244.0.0/16"},
            "the adapter 'Ethernet0' has 10.0.0.5/8",
        ),
        (
            {"routes": ["172.18.0.0/16"]},
            {"prefix_free": "172.16.0.0/12"},
            "a route to 172.18.0.0/16 leads through 192.0.2.1",
        ),
        (
            {"scenario": "already-built"},
            {"prefix_free": "172.16.0.0/12"},
            "the adapter 'vEthernet (Virtual Switch)' has 172.16.0.1/12; the NAT 'ContainerNAT' "
            "has 172.16.0.0/12",
        ),
        (
            {"scenario": "already-built"},
            {
                "prefix_free": {
                    "prefix": "172.16.0.0/12",
                    "own": ["vethernet (virtual switch)", "ContainerNAT"],
                }
            },
            "free",
        ),
    ],
)
def test_a_free_prefix(simulated, knobs, check, found):
    host = simulated(**knobs)
    passed, told, remedy, issue = asked(host, check)
    assert (passed, told) == (found == "free", found)
    assert issue == "nat-prefix-refused"
    proposed = remedy.partition("such as ")[2].partition(",")[0]
    assert passed or asked(host, {"prefix_free": proposed})[0]


@pytest.mark.parametrize("written", ["172.16.0.1/12", "nonsense", "fd00::/64"])
def test_a_prefix_that_is_none(written):
    with pytest.raises(ValidationError):
        Check.model_validate({"prefix_free": written})


@pytest.mark.parametrize(
    ("knobs", "name", "holds"),
    [
        ({}, None, True),
        ({"second_adapter": True}, None, False),
        ({"second_adapter": True}, "ethernet1", True),
        ({}, "Ethernet1", False),
        # The switch's own adapter has no connector, and is none to bind to.
        ({"scenario": "already-built"}, None, True),
        ({"scenario": "already-built"}, "vEthernet (Virtual Switch)", False),
    ],
)
def test_the_adapter_of_an_external_switch(simulated, knobs, name, holds):
    passed, found, remedy, _ = asked(simulated(**knobs), {"external_adapter": {"name": name}})
    assert passed is holds
    if not holds and name is None:
        assert "'Ethernet0' (192.0.2.10/24" in found
        assert "'Ethernet1' (198.51.100.10/24)" in found
        assert "-ExternalNetAdapter" in remedy
        assert "cannot be reached any more" in remedy


@pytest.mark.parametrize(
    ("knobs", "issue"),
    [
        ({"memory_bytes": 4 * GIB}, ""),
        ({"memory_bytes": 4 * GIB, "virtualization": False}, "hyperv-inside-hypervisor"),
        ({"memory_bytes": 4 * GIB, "processors": 1}, "too-few-processors"),
        ({}, None),
    ],
)
def test_what_hyper_v_needs(simulated, knobs, issue):
    passed, _, remedy, known = asked(simulated(**knobs), "virtualization")
    assert passed is (issue == "")
    assert known == (issue or "")
    if issue == "hyperv-inside-hypervisor":
        assert "vhv.enable" in remedy
    elif not passed:
        assert "2 processors and 4 GiB" in remedy


def test_a_hypervisor_of_its_own_hides_the_processors_virtualization(simulated):
    host = simulated(generation="2022")
    feature = Feature(name="Hyper-V", installed=True, needs_restart=True)
    host.host.become(host.host.world.put(feature))
    assert not host._perform(GetPlatform(), check=False).firmware_virtualization
    assert asked(host, "virtualization")[0]


def test_resources(simulated):
    host = simulated(processors=1)
    passed, found, remedy, issue = asked(host, {"resources": {"processors": 2}})
    assert not passed
    assert found.startswith("1 processor, 2.5 GiB, 40.0 GiB free")
    assert "0x800705B4" in remedy
    assert issue == "too-few-processors"
    assert asked(host, {"resources": {"memory_gib": 2.5, "disk_gib": 40}})[0]
    assert asked(host, {"resources": {"disk_gib": 41}})[3] == "disk-full"


@pytest.mark.parametrize(
    ("generation", "tag", "isolation", "issue"),
    [
        ("2022", "ltsc2022", "process", ""),
        ("2025", "ltsc2022", "process", ""),
        ("2022", "ltsc2019", "process", "container-os-mismatch"),
        ("2022", "ltsc2019-amd64", "hyperv", ""),
        ("2019", "ltsc2022", "hyperv", "image-newer-than-host"),
        ("rtm", "10.0.14393.206", "process", ""),
        ("rtm", "10.0.14393.321", "process", "container-os-mismatch"),
        ("rtm", "10.0.14393.321", "hyperv", ""),
        ("2019", "latest", "process", ""),
    ],
)
def test_an_image_that_the_host_can_run(simulated, generation, tag, isolation, issue):
    image = {"image": f"mcr.microsoft.com/windows/servercore:{tag}", "isolation": isolation}
    passed, _, remedy, known = asked(simulated(generation=generation), {"image_fits": image})
    assert passed is not bool(issue)
    assert bool(remedy) is bool(issue)
    assert not issue or known == issue


def installer(host, script, **params):
    host.play("fetch", {"dest": SCRIPT, "url": script.url, "sha256": script.sha256})
    host.asked.clear()
    return {"script": SCRIPT, "complete": {"marker": "Install-ContainerHost.err"}, **params}


@pytest.mark.parametrize("check", [True, False])
def test_nothing_is_launched(simulated, check):
    host = simulated(second_adapter=True, address="172.20.1.10/24")
    preflight = [{"prefix_free": "172.16.0.0/12"}, "external_adapter", {"resources": {}}]
    params = installer(host, PUBLISHED[3], preflight=preflight, checks=["docker"])
    result = host.play("installer", params, check=check)
    assert result.outcome is Outcome.FAILED
    assert "was not begun: 2 of 3 checks do not hold" in result.failure
    assert result.issue == "nat-prefix-refused"
    assert "such as 10.244.0.0/16" in result.remedy
    assert "-ExternalNetAdapter" in result.remedy
    assert [row.passed for row in result.checks] == [False, False, True]
    assert not [one for one in host.asked if isinstance(one, JobStart)]


def test_one_that_has_finished_is_not_looked_at_again(simulated):
    host = simulated(generation="2022", scenario="already-built")
    params = installer(host, TODAY[0], preflight=[{"resources": {"processors": 99}}])
    result = host.play("installer", {**params, "checks": ["docker"]})
    assert result.outcome is Outcome.OK


def test_containerd_s_check(simulated):
    host = simulated(generation="2022", feature_installed=True)
    assert asked(host, "containerd")[1] == "service not installed, no nerdctl"
    host.play("fetch", {"dest": SCRIPT, "url": TODAY[1].url, "sha256": TODAY[1].sha256})
    params = {"script": SCRIPT, "complete": {"marker": "install-container-runtime.err"}}
    result = host.play("installer", {**params, "checks": ["containerd"]})
    assert result.outcome is Outcome.CHANGED, result
    assert asked(host, "containerd")[:2] == (
        True, "service running, containerd v1.6.6 answers nerdctl v0.21.0",
    )  # fmt: skip
