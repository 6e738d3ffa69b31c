"""container and docker_network."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from provision.model.facts import Facts
from provision.model.outcome import Change, Outcome
from provision.steps.docker.container_wanted import parse_memory, parse_port
from provision.steps.errors import AnswerLost
from provision.steps.registry import STEPS

IMAGE = "sha256:" + "ab" * 32
WEB = {
    "container": "web", "image": "microsoft/iis", "command": "ping -t localhost",
    "ports": "8080:80", "volumes": "C:\\site:C:\\www:ro", "environment": {"MODE": "s3cret"},
    "isolation": "process", "restart": "always", "memory": "1g", "network": "nat",
}  # fmt: skip
LIKE_WEB = {
    "Config": {"Cmd": ["ping", "-t", "localhost"], "Env": ["PATH=x", "MODE=s3cret"]},
    "HostConfig": {
        "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
        "Binds": ["c:/Site:c:/www:ro"],
        "NetworkMode": "default", "Isolation": "process", "Memory": 1 << 30,
        "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
    },
    "NetworkSettings": {"Networks": {"nat": {"IPAddress": "172.16.0.2", "Gateway": "172.16.0.1"}}},
}  # fmt: skip


class Store:
    """Makes, starts, stops and removes containers in what `inspect` finds."""

    def __init__(self, docker, say):
        self.docker, self.say = docker, say
        docker.image("microsoft/iis:latest", IMAGE)
        docker.answers |= {
            "run": self.run, "create": self.create, "start": self.become("running"),
            "stop": self.become("exited"), "rm": self.remove,
        }  # fmt: skip
        self.ends_as = "running"

    def put(self, state, image=IMAGE, **changed):
        self.docker.objects["container", "web"] = {
            **LIKE_WEB, **changed, "Id": "c1" * 32, "Image": image,
            "State": {"Status": state, "Running": state == "running", "ExitCode": 0},
        }  # fmt: skip

    def run(self, _words):
        self.put(self.ends_as)
        return self.say("c1" * 32)

    def create(self, _words):
        self.put("created")
        return self.say("c1" * 32)

    def become(self, state):
        def act(_words):
            self.put(state)
            return self.say("web")

        return act

    def remove(self, _words):
        del self.docker.objects["container", "web"]
        return self.say("web")


@pytest.fixture
def store(docker, say):
    return Store(docker, say)


@pytest.mark.usefixtures("store")
def test_a_container_is_made_and_started(player, docker):
    host = player(docker.script())
    assert host.play("container", WEB, check=True).outcome is Outcome.CHANGED
    assert docker.done == []
    result = host.play("container", WEB)
    assert docker.done == [
        (
            "run", "-d", "--name", "web", "-p", "8080:80", "-v", "C:\\site:C:\\www:ro",
            "-e", "MODE=s3cret", "--net", "nat", "--isolation", "process", "--restart", "always",
            "-m", "1073741824", "microsoft/iis:latest", "ping", "-t", "localhost",
        )
    ]  # fmt: skip
    assert result.changes == (Change(what="container web", before=None, after="running"),)
    assert (result.value["address"], result.value["gateway"]) == ("172.16.0.2", "172.16.0.1")
    assert result.evidence[0].startswith("started in 0 s; half a minute is usual")
    assert "s3cret" not in str(result)
    assert host.play("container", WEB).outcome is Outcome.OK
    assert len(docker.done) == 1


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ({"command": ["cmd"]}, "command"),
        ({"ports": ["8080:80", "53:53/udp"]}, "ports"),
        ({"volumes": "C:\\site:C:\\www"}, "volumes"),
        ({"environment": {"MODE": "other"}}, "environment MODE"),
        ({"network": "lab"}, "network"),
        ({"isolation": "hyperv"}, "isolation"),
        ({"restart": "on-failure:3"}, "restart"),
        ({"memory": "2g"}, "memory"),
    ],
)
def test_a_container_that_differs_is_made_anew(player, docker, store, params, what):
    store.put("running")
    host = player(docker.script())
    result = host.play("container", {**WEB, **params}, check=True)
    assert [change.what for change in result.changes] == [f"container web: {what}"]
    assert docker.done == []
    host.play("container", {**WEB, **params})
    assert [words[0] for words in docker.done] == ["rm", "run"]
    assert "s3cret" not in str(result)


def test_another_image_of_the_same_name_is_a_difference(player, docker, store):
    store.put("running", image="sha256:" + "cd" * 32)
    result = player(docker.script()).play("container", WEB, check=True)
    assert result.changes == (Change(what="container web: image", before="cd" * 6, after="ab" * 6),)


@pytest.mark.parametrize(
    ("state", "wanted", "done"),
    [
        ("running", "running", []),
        ("exited", "running", ["start"]),
        ("created", "running", ["start"]),
        ("running", "stopped", ["stop"]),
        ("exited", "stopped", []),
        ("running", "present", []),
        ("exited", "present", []),
        (None, "present", ["create"]),
        (None, "stopped", ["create"]),
        (None, "absent", []),
        ("running", "absent", ["rm"]),
    ],
)
def test_states(player, docker, store, state, wanted, done):
    if state:
        store.put(state)
    host = player(docker.script())
    params = (
        {**WEB, "state": wanted} if wanted != "absent" else {"container": "web", "state": wanted}
    )
    expected = Outcome.CHANGED if done else Outcome.OK
    assert host.play("container", params, check=True).outcome is expected
    assert host.play("container", params).outcome is expected
    assert [words[0] for words in docker.done] == done
    assert host.play("container", params).outcome is Outcome.OK


def test_a_container_that_ends_at_once_is_told_with_its_words(player, docker, store, say):
    store.ends_as = "exited"
    docker.answers["logs"] = say("The service has failed\r\n")
    result = player(docker.script()).play("container", WEB)
    assert result.outcome is Outcome.FAILED
    assert result.failure == "container web was started, and is exited (exit code 0)"
    assert result.evidence == ("The service has failed",)


@pytest.mark.usefixtures("store")
def test_an_image_that_is_not_there_is_not_pulled_by_the_way(player, docker):
    result = player(docker.script()).play("container", {"container": "web", "image": "none"})
    assert "there is no image none" in result.failure
    assert docker.done == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("host_version", "image", "params", "issue"),
    [
        ("10.0.17763", "10.0.14393.5850", {}, "container-os-mismatch"),
        ("10.0.17763", "10.0.14393.5850", {"isolation": "hyperv"}, None),
        ("10.0.17763", "10.0.20348.1", {"isolation": "hyperv"}, "image-newer-than-host"),
        ("10.0.17763", "10.0.14393.5850", {"mismatch": "ignore"}, None),
    ],
)
def test_windows_versions_are_compared_before(
    player, docker, host_facts, host_version, image, params, issue
):
    docker.image("microsoft/iis:latest", IMAGE, OsVersion=image)
    facts = Facts.model_validate(host_facts(os_version=host_version, os_build=17763))
    host = player(docker.script(), facts=facts)
    result = host.play("container", {"container": "web", "image": "microsoft/iis", **params})
    assert result.issue == issue
    assert bool(docker.done) is (issue is None)


@pytest.mark.usefixtures("store")
def test_a_mismatch_may_be_a_warning(player, docker):
    docker.image("microsoft/iis:latest", IMAGE, OsVersion="10.0.14393.1")
    params = {"container": "web", "image": "microsoft/iis", "mismatch": "warn"}
    result = player(docker.script()).play("container", params)
    assert [warning.issue for warning in result.warnings] == ["image-newer-than-host"]


def test_a_lost_answer_is_looked_up_and_not_repeated(player, docker, store):
    def lost(words):
        store.run(words)
        raise AnswerLost("the agent died")

    docker.answers["run"] = lost
    assert player(docker.script()).play("container", WEB).outcome is Outcome.CHANGED
    assert len(docker.done) == 1


@pytest.mark.parametrize(
    "params",
    [
        {"container": "web", "ports": "80:80"},
        {**WEB, "ports": "99999:80"},
        {**WEB, "memory": "much"},
        {**WEB, "image": "Upper"},
        {**WEB, "restart": "sometimes"},
        {**WEB, "container": "-x"},
    ],
)
def test_what_makes_no_sense_is_refused(params):
    with pytest.raises(ValidationError):
        STEPS["container"].model_validate(params)


def test_amounts():
    assert (parse_memory("512m"), parse_memory("2g"), parse_memory("7")) == (512 << 20, 2 << 30, 7)
    assert parse_port("192.0.2.1:8080:80/udp") == (
        "80/udp", {"HostIp": "192.0.2.1", "HostPort": "8080"},
    )  # fmt: skip


LAB = {"network": "lab", "subnet": "172.20.0.0/16", "gateway": "172.20.0.1"}


class Networks:
    def __init__(self, docker, say):
        self.docker, self.say = docker, say
        docker.answers |= {"network create": self.create, "network rm": self.remove}

    def put(self, subnet="172.20.0.0/16", **more):
        self.docker.objects["network", "lab"] = {
            "Name": "lab", "Id": "ee" * 32, "Driver": "nat", "Containers": {},
            "IPAM": {"Config": [{"Subnet": subnet, "Gateway": "172.20.0.1"}]}, **more,
        }  # fmt: skip

    def create(self, _words):
        self.put()
        return self.say("ee" * 32)

    def remove(self, _words):
        del self.docker.objects["network", "lab"]
        return self.say("lab")


@pytest.fixture
def networks(docker, say):
    return Networks(docker, say)


@pytest.mark.usefixtures("networks")
def test_a_network_is_made_once(player, docker):
    host = player(docker.script())
    assert host.play("docker_network", LAB, check=True).outcome is Outcome.CHANGED
    assert docker.done == []
    result = host.play("docker_network", LAB)
    assert docker.done == [
        ("network", "create", "-d", "nat", "--subnet=172.20.0.0/16", "--gateway=172.20.0.1", "lab")
    ]
    assert result.changes[0].after["subnet"] == "172.20.0.0/16"
    assert host.play("docker_network", LAB).outcome is Outcome.OK
    assert host.play("docker_network", "lab").outcome is Outcome.OK
    result = host.play("docker_network", {"network": "lab", "state": "absent"})
    assert (result.outcome, result.changes[0].after) == (Outcome.CHANGED, None)


def test_a_network_that_differs_is_made_anew_unless_it_is_used(player, docker, networks):
    networks.put("172.30.0.0/16", Containers={"c1": {"Name": "web"}})
    host = player(docker.script())
    assert host.play("docker_network", LAB).failure == "docker network lab is in use by web"
    networks.put("172.30.0.0/16")
    result = host.play("docker_network", LAB)
    assert [words[:2] for words in docker.done] == [("network", "rm"), ("network", "create")]
    assert result.changes[0].before["subnet"] == "172.30.0.0/16"


def test_a_network_that_could_not_be_made_again_is_told_as_gone(player, docker, networks, refuse):
    networks.put("172.30.0.0/16")
    docker.answers["network create"] = refuse("HNS failed with error : The object already exists.")
    result = player(docker.script()).play("docker_network", LAB)
    assert result.outcome is Outcome.FAILED
    assert (result.changes[0].after, "HNS failed" in result.failure) == (None, True)
