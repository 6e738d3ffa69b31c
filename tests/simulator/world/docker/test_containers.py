"""Containers: what a start takes, what runs in them, and how they end."""

from __future__ import annotations

import json

import pytest

from provision.simulator.world import restarts
from provision.simulator.world.consistency import ImpossibleWorld, check
from provision.simulator.world.timeline import advance


def test_a_start_takes_its_time(tp4, rtm, host):
    tp4("run", "--rm", "windowsservercore", "cmd", "/c", "ver")
    assert 30 < tp4.seconds < 40
    rtm("run", "--rm", "windowsservercore", "cmd", "/c", "ver")
    assert rtm.seconds < 10
    quick = host("tp4", container_start_seconds=1)
    quick("run", "--rm", "windowsservercore", "cmd", "/c", "ver")
    assert quick.seconds < 2


def test_the_container_network_of_tp4(tp4):
    text = tp4.inside("ipconfig", "windowsservercore")
    (adapter,) = [line for line in text.splitlines() if line.startswith("Ethernet adapter")]
    digits = adapter.removeprefix("Ethernet adapter vEthernet (Virtual Switch-").removesuffix(
        "-0):"
    )
    assert len(digits) == 64
    int(digits, 16)
    assert "172.16.0.2" in text
    assert "255.240.0.0" in text
    assert "Default Gateway . . . . . . . . . : 172.16.0.1" in text
    assert "Reply from 172.16.0.1" in tp4.inside("ping -n 1 172.16.0.1", "windowsservercore")
    alone = tp4("run", "--rm", "--net", "none", "windowsservercore", "ipconfig")
    assert "Ethernet adapter" not in alone


@pytest.mark.parametrize(
    ("knobs", "url", "text"),
    [
        ({}, "https://example.com", "Could not create SSL/TLS secure channel."),
        ({}, "http://example.com", "200"),
        ({"container_https": "works"}, "https://example.com", "200"),
        ({"download_fails": "example.com"}, "http://example.com", "could not be resolved"),
    ],
)
def test_the_web_from_a_container(host, knobs, url, text):
    typist = host("tp4", **knobs)
    script = f"(Invoke-WebRequest -UseBasicParsing -Uri {url}).StatusCode"
    said = typist("run", "windowsservercore", "powershell", "-Command", script, code=None)
    assert text in said


def test_https_works_in_later_ones(rtm):
    rtm("run", "windowsservercore", "powershell", "Invoke-WebRequest https://example.com")


def test_a_detached_container_lives_and_ends(rtm):
    id_ = rtm("run", "-d", "--name", "web", "-p", "8080:80", "windowsservercore", "ping", "-t", "x")
    assert len(id_.strip()) == 64
    (row,) = map(json.loads, rtm("ps", "--format", "{{json .}}").splitlines())
    assert (row["Names"], row["State"], row["Ports"]) == ("web", "running", "0.0.0.0:8080->80/tcp")
    (found,) = rtm.json("inspect", "web")
    assert found["State"]["Running"] is True
    assert found["NetworkSettings"]["Networks"]["nat"]["IPAddress"] == "172.22.16.2"
    assert found["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    rtm("exec", "web", "cmd", "/c", "echo kept > C:\\note.txt")
    assert rtm("exec", "web", "cmd", "/c", "type C:\\note.txt").strip() == "kept"
    assert "cannot remove a running container" in rtm.error("rm", "web")
    rtm("stop", "web")
    assert rtm.container("web").exit_code == 0xC000013A
    assert rtm("ps", "-q") == ""
    assert "is not running" in rtm.error("exec", "web", "cmd")
    rtm("start", "web")
    assert rtm("exec", "web", "cmd", "/c", "type C:\\note.txt").strip() == "kept"
    rtm("rm", "-f", "web")
    assert rtm("ps", "-aq") == ""


def test_a_container_whose_program_ends(rtm):
    line = "echo hello & timeout 60 & exit 3"
    rtm("run", "-d", "--name", "brief", "windowsservercore", "cmd", "/c", line)
    assert rtm("logs", "brief") == "hello\n"
    assert rtm.container("brief").state == "running"
    rtm.pass_time(61)
    assert (rtm.container("brief").state, rtm.container("brief").exit_code) == ("exited", 3)
    assert "Exited (3)" in rtm("ps", "-a")
    assert rtm("wait", "brief") == "3\n"
    assert rtm("ps", "-a", "-q", "--filter", "status=exited", "--filter", "name=brief")


def test_an_earlier_start_s_end_is_not_this_one_s(rtm):
    rtm("run", "-d", "--name", "a", "windowsservercore", "cmd", "/c", "timeout 60")
    rtm.pass_time(20)
    rtm("stop", "a")
    rtm("start", "a")
    rtm.pass_time(50)
    assert rtm.container("a").state == "running"
    rtm.pass_time(11)
    assert rtm.container("a").state == "exited"


def test_what_cannot_run(rtm):
    assert "cannot find the file" in rtm("run", "windowsservercore", "nonsense", code=127)
    assert "network none-such not found" in rtm(
        "run", "--net", "none-such", "windowsservercore", "cmd", code=125
    )
    rtm("create", "--name", "taken", "windowsservercore", "cmd")
    assert 'name "/taken" is already in use' in rtm(
        "run", "--name", "taken", "windowsservercore", "cmd", code=125
    )
    assert "cannot enable tty mode" in rtm.error("run", "-it", "windowsservercore", "cmd")
    assert "No such container: x" in rtm.error("start", "x")
    assert "No hypervisor is present" in rtm(
        "run", "--isolation", "hyperv", "windowsservercore", "cmd", code=125
    )


@pytest.mark.parametrize(
    ("release", "text"),
    [
        ("1.12.2-cs2-ws-beta", "does not match the operating system of the host. (0xc0370101)"),
        ("18.09.1", "hcsshim::CreateComputeSystem"),
        ("27.3.1", "hcs::CreateComputeSystem"),
    ],
)
def test_an_image_of_another_revision(host, release, text):
    typist = host("rtm", release=release, image_revision=7428)
    typist("pull", "microsoft/nanoserver")
    assert text in typist("run", "microsoft/nanoserver", "cmd", code=125)
    typist("run", "windowsservercore", "cmd")


def test_a_restart_of_the_daemon_and_of_the_host(host):
    typist = host("rtm")
    for name, policy in (("always", "always"), ("once", "no")):
        typist(
            "run", "-d", "--name", name, "--restart", policy, "windowsservercore", "ping", "-t", "x"
        )
    world = restarts.ask(typist.world, 0)
    world = advance(world, world.host_time + 20)
    assert [each.state for each in world.containers] == ["exited", "exited"]
    assert world.containers[1].exit_code == 1067
    typist.world = check(advance(world, world.host_time + 600))
    assert typist.container("always").state == "running"
    assert typist.container("once").state == "exited"


def test_impossible_containers(rtm):
    rtm("run", "-d", "--name", "web", "windowsservercore", "ping", "-t", "x")
    web = rtm.container("web")
    for change, text in (
        ({"image": "0" * 12}, "of an image that is not there"),
        ({"network": "none-such"}, "runs on a network that is not there"),
        ({"name": "other"}, "have one id or name"),
        ({"started": ""}, "was never started"),
    ):
        with pytest.raises(ImpossibleWorld, match=text):
            check(rtm.world.put(web.model_copy(update=change)))
    service = next(each for each in rtm.world.services if each.name == "docker")
    with pytest.raises(ImpossibleWorld, match="the docker service does not"):
        check(rtm.world.put(service.model_copy(update={"state": "stopped"})))


def test_networks(rtm, today):
    assert "HNS failed with error : The parameter is incorrect." in rtm.error(
        "network", "create", "-d", "nat", "two"
    )
    rtm("network", "create", "-d", "transparent", "wide")
    assert rtm.json("network", "inspect", "wide")[0]["Driver"] == "transparent"
    today("network", "create", "--subnet", "172.31.0.0/24", "two")
    assert "already exists" in today.error("network", "create", "two")
    assert "incorrect" in today.error("network", "create", "--subnet", "172.31.0.0/16", "three")
    today("pull", "mcr.microsoft.com/windows/nanoserver:ltsc2022")
    image = "mcr.microsoft.com/windows/nanoserver:ltsc2022"
    today("run", "-d", "--name", "a", "--network", "two", image, "ping", "-t", "x")
    (found,) = today.json("network", "inspect", "two")
    assert [each["IPv4Address"] for each in found["Containers"].values()] == ["172.31.0.2/24"]
    assert "active endpoints" in today.error("network", "rm", "two")
    today("rm", "-f", "a")
    today("network", "rm", "two")
    assert "pre-defined" in today.error("network", "rm", "nat")
