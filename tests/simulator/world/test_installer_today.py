"""Today's installers: what they say, leave behind, and do at a restart."""

from __future__ import annotations

import base64
import json

import pytest

from provision.simulator.world.installer.scripts import TODAY
from provision.simulator.world.model import World
from provision.simulator.world.network import Nat
from provision.simulator.world.system import ScheduledTask, Service

DOCKER, CONTAINERD = TODAY
PATHS = {DOCKER: "C:\\work\\install-docker-ce.ps1", CONTAINERD: "C:\\work\\i-c.ps1"}


def begin(driver, script, job, *arguments):
    path = PATHS[script]
    driver.do("download", url=script.url, path=path, sha256=script.sha256)
    driver.do("job.start", id=job, path=path, arguments=list(arguments), directory="C:\\work")


def finish(driver, job):
    records, offset = [], 0
    while True:
        answer = driver.do("job.poll", id=job, offset=offset, wait=600)
        records += answer.records
        offset = answer.next_offset
        if answer.exit is not None:
            return [(each.kind, each.text) for each in records if each.kind != "heartbeat"]


def played(driver, script, job, *arguments):
    begin(driver, script, job, *arguments)
    return finish(driver, job)


def texts(records, kind="output"):
    return [text for one, text in records if one == kind]


@pytest.mark.parametrize("generation", ["2019", "2022", "2025"])
def test_docker_ce_from_a_bare_server(simulate, generation):
    driver = simulate(generation=generation, speed=1.0)
    first = played(driver, DOCKER, "a", "-NoRestart")
    assert texts(first) == [
        "Querying status of Windows feature: Containers...",
        "Enabling feature Containers...",
    ]
    assert texts(first, "warning") == ["A reboot is required; stopping script execution"]
    marker = "C:\\work\\Install-ContainerHost.err"
    assert driver.do("file.stat", path=marker).kind.value == "file"
    driver.restart()
    second = played(driver, DOCKER, "b", "-NoRestart", "-NATSubnet", "10.9.0.0/16")
    assert texts(second)[1:4] == [
        "Feature Containers is already enabled.",
        "DOCKER default",
        "Checking Docker versions",
    ]
    assert texts(second)[-1] == "Script complete!"
    assert driver.do("file.stat", path=marker).kind.value == "absent"
    assert driver.do("docker.version").answers
    adapters = {each.name: each.addresses for each in driver.do("adapter.list").adapters}
    assert adapters["vEthernet (nat)"] == ("172.28.32.1/20",)
    again = played(driver, DOCKER, "c", "-NoRestart")
    assert texts(again)[-2:] == ["Docker is already installed.", "Script complete!"]


def test_its_own_restart_leaves_todays_task(simulate):
    driver = simulate(generation="2022", speed=1.0)
    begin(driver, DOCKER, "a")
    driver.come_up()
    task = driver.world.find(ScheduledTask, "\\ContainerBootstrap")
    assert task is not None
    assert task.at_logon
    assert "C:\\work\\install-docker-ce.ps1" in task.arguments


def test_a_version_that_docker_does_not_have(simulate):
    driver = simulate(generation="2022", feature_installed=True, speed=1.0)
    records = played(driver, DOCKER, "a", "-DockerVersion", "1.2.3")
    assert texts(records, "error")[-1] == "Invalid docker version supplied."
    assert driver.world.docker is None


def test_the_network_that_usedhcp_asks_for_cannot_be_made(simulate):
    driver = simulate(generation="2022", feature_installed=True, speed=1.0)
    for script, job in ((DOCKER, "a"), (CONTAINERD, "b")):
        records = played(driver, script, job, "-UseDHCP")
        assert "New-ContainerNetwork" in texts(records, "error")[-1]
        assert "Script complete!" not in texts(records)


def test_a_daemon_that_does_not_start_is_passed_over_the_second_time(simulate):
    driver = simulate(generation="2022", feature_installed=True, docker_fails=True, speed=1.0)
    first = played(driver, DOCKER, "a")
    assert "within 1 minute" in texts(first, "error")[-1]
    assert texts(played(driver, DOCKER, "b"))[-1] == "Script complete!"
    assert not driver.do("docker.version").answers


def test_containerd(simulate):
    driver = simulate(generation="2022", feature_installed=True, speed=1.0)
    image = "mcr.microsoft.com/windows/nanoserver:ltsc2022"
    records = played(driver, CONTAINERD, "a", "-ContainerBaseImage", image)
    assert texts(records)[-1] == "Script complete!"
    assert "x containerd.exe" in texts(records, "error")
    answer = driver.do("containerd.version")
    assert (answer.answers, answer.server, answer.client) == (True, "v1.6.6", "v0.21.0")
    assert driver.world.containerd.images == (image,)
    ran = driver.do("exec", program="C:\\Program Files\\nerdctl\\nerdctl.exe", arguments=["images"])
    assert "ltsc2022" in ran.stdout
    driver.do("service.ensure", service="containerd", state="stopped")
    assert not driver.do("containerd.version").answers


def test_containerds_marker_has_a_name_of_its_own(simulate):
    driver = simulate(generation="2022", speed=1.0)
    played(driver, CONTAINERD, "a", "-NoRestart")
    marker = "C:\\work\\install-container-runtime.err"
    assert driver.do("file.stat", path=marker).kind.value == "file"


def networks(world: World):
    return [each.name for each in world.nats], [each.name for each in world.adapters[1:]]


def test_networks_do_not_outlive_a_restart_since_2019(simulate):
    driver = simulate(generation="2019", scenario="already-built", speed=1.0)
    driver.change(lambda world: world.put(Nat(name="mine", prefix="10.7.0.0/16")))
    driver.restart()
    assert networks(driver.world) == (["nat"], ["vEthernet (nat)"])


def test_a_network_that_docker_does_not_make_again(simulate):
    driver = simulate(generation="2019", scenario="already-built", network_lost=True, speed=1.0)
    driver.restart()
    assert networks(driver.world) == ([], [])
    driver.do("service.ensure", service="docker", state="running", restart=True)
    assert networks(driver.world) == (["nat"], ["vEthernet (nat)"])


def test_on_2016_they_do(simulate):
    driver = simulate(generation="tp4", scenario="already-built", speed=1.0)
    driver.restart()
    assert networks(driver.world) == (["ContainerNAT"], ["vEthernet (Virtual Switch)"])


def test_hyper_v_is_refused_and_the_script_goes_on(simulate):
    driver = simulate(generation="2022", virtualization=False, feature_installed=True, speed=1.0)
    records = played(driver, DOCKER, "a", "-HyperV")
    assert "required virtualization capabilities" in texts(records, "error")[0]
    assert texts(records)[-1] == "Script complete!"
    assert not driver.do("feature.list", names=["Hyper-V"]).features[0].installed


def test_docker_s_settings(simulate):
    driver = simulate(generation="2022", feature_installed=True, speed=1.0)
    played(driver, DOCKER, "a", "-NATSubnet", "10.9.0.0/16")
    path = "C:\\ProgramData\\docker\\config\\daemon.json"
    content = base64.b64decode(driver.do("file.read", path=path).content)
    assert json.loads(content)["fixed-cidr"] == "10.9.0.0/16"
    assert driver.world.find(Service, "docker").state == "running"
