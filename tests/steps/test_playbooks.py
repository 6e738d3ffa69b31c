"""The playbooks that come with the tool: every task of every generation can be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.engine.variables import Scope
from provision.model.facts import Facts
from provision.model.host import Host
from provision.playbook.loader import load_playbook
from provision.playbook.params import check_params
from provision.playbook.template import Renderer
from provision.simulator.world.installer.scripts import PUBLISHED, TODAY
from provision.steps.registry import STEPS

FOLDER = Path(__file__).parents[2] / "playbooks"
BUILDS = {"tp4": 10586, "tp5": 14300, "rtm": 14393}


def made(file, facts, **variables):
    """Give the steps of a playbook, its templates filled in, by their tasks' names."""
    playbook = load_playbook(FOLDER / file, file, STEPS)
    renderer = Renderer()
    scope = Scope(playbook, Host(name="build-01"), variables, renderer)
    steps = {}
    for task in playbook.tasks:
        known = scope.variables(facts, task)
        params = renderer.render(task.params, known, task.position)
        step = check_params(STEPS[task.step], params, task.positions, task.position)
        assert step.intent()
        steps[task.name] = (step, renderer, known)
    return steps


@pytest.mark.parametrize("generation", sorted(BUILDS))
def test_every_generation(generation, host_facts):
    facts = Facts.model_validate(host_facts(os_build=BUILDS[generation]))
    steps = made("container-host.yml", facts, generation=generation)
    fetch, installer = steps["The installer"][0], steps["The installer has finished"][0]
    newest = [one for one in PUBLISHED if one.generation.value == generation][-1]
    assert (fetch.sources[0].url, fetch.sources[0].sha256) == (newest.url, newest.sha256)
    assert fetch.sources[1].sha256 == newest.sha256
    assert fetch.dest == installer.script
    assert "-NoRestart" in installer.all_arguments
    assert "None" not in installer.all_arguments
    verify = steps["It is a container host"][0]
    assert installer.checks == verify.checks
    assert {check.kind for check in verify.checks} == {
        "switch", "adapter", "nat", "docker", "image",
    }  # fmt: skip
    preflight = [check.kind for check in installer.preflight]
    assert preflight == {"tp4": ["prefix_free"], "tp5": ["resources"], "rtm": []}[generation]
    rest = steps["Nothing is half done"][0]
    assert {check.kind for check in rest.checks} == {"no_task", "no_file"}
    assert set(rest.checks) <= set(installer.all_checks)


def test_the_checks_alone(host_facts):
    steps = made("verify-container-host.yml", Facts.model_validate(host_facts()))
    assert {step.name for step, _, _ in steps.values()} == {"verify"}


@pytest.mark.parametrize(
    ("task", "facts", "holds"),
    [
        ("The host is of this generation", {}, True),
        ("The host is of this generation", {"os_build": 14393}, False),
    ],
)
def test_what_is_asserted_first(task, facts, holds, host_facts):
    steps = made("container-host.yml", Facts.model_validate(host_facts(**facts)))
    step, renderer, known = steps[task]
    assert all(renderer.evaluate(one, known, None) for one in step.that) is holds


def installer_of(facts, **variables):
    steps = made("container-host.yml", facts, **variables)
    return steps["The installer has finished"][0], steps["It is a container host"][0]


@pytest.mark.parametrize(
    ("variables", "arguments", "kinds", "preflight"),
    [
        (
            {"use_dhcp": True, "external_adapter": "Ethernet1"},
            ("-UseDHCP", "-ExternalNetAdapter", "Ethernet1"),
            ["switch", "adapter", "docker", "image"],
            ["external_adapter"],
        ),
        (
            {"nat_prefix": "10.8.0.0/16", "skip_docker": True},
            ("-NATSubnetPrefix", "10.8.0.0/16", "-SkipDocker"),
            ["switch", "adapter", "nat"],
            ["prefix_free"],
        ),
        (
            {"skip_image": True, "docker_path": "C:\\d.exe", "use_dhcp": True},
            ("-UseDHCP", "-SkipImageImport", "-DockerPath", "C:\\d.exe"),
            ["switch", "adapter", "docker"],
            ["external_adapter"],
        ),
        (
            {"wim_path": "C:\\core.wim", "hyperv": True, "use_dhcp": True},
            ("-HyperV", "-UseDHCP", "-WimPath", "C:\\core.wim"),
            ["feature", "switch", "adapter", "docker", "image", "image"],
            ["external_adapter", "virtualization", "file"],
        ),
        (
            {"generation": "rtm", "hyperv": True, "docker_prefix": "10.8.0.0/16"},
            ("-HyperV", "-NatNet", "10.8.0.0/16"),
            ["feature", "switch", "adapter", "nat", "docker", "image"],
            ["prefix_free", "virtualization"],
        ),
    ],
)
def test_verification_follows_the_parameters(variables, arguments, kinds, preflight, host_facts):
    build = BUILDS[variables.get("generation", "tp4")]
    facts = Facts.model_validate(host_facts(os_build=build))
    installer, verify = installer_of(facts, **variables)
    assert installer.all_arguments == (*arguments, "-NoRestart")
    assert [check.kind for check in verify.checks] == kinds
    assert installer.checks == verify.checks
    assert [check.kind for check in installer.preflight] == preflight


@pytest.mark.parametrize(
    ("variables", "holds"),
    [
        ({"skip_docker": True}, True),
        ({"generation": "rtm", "skip_docker": True}, False),
        ({"generation": "tp5", "docker_prefix": "10.8.0.0/16"}, False),
        ({"docker_daemon_path": "C:\\dockerd.exe"}, False),
        ({"external_adapter": "Ethernet1"}, False),
    ],
)
def test_what_a_generation_cannot_be_told(variables, holds, host_facts):
    steps = made("container-host.yml", Facts.model_validate(host_facts()), **variables)
    step, renderer, known = steps["This generation's script can be told so"]
    assert all(renderer.evaluate(one, known, None) for one in step.that) is holds


@pytest.mark.parametrize(("file", "place"), [("docker-ce.yml", 0), ("containerd.yml", 1)])
def test_the_installers_of_today(file, place, host_facts):
    steps = made(file, Facts.model_validate(host_facts(os_build=20348)))
    fetch, installer = steps["The installer"][0], steps["The installer has finished"][0]
    published = TODAY[place]
    assert (fetch.sources[0].url, fetch.sources[0].sha256) == (published.url, published.sha256)
    assert fetch.dest == installer.script
    assert installer.all_arguments == ("-NoRestart",)
    assert set(steps["Nothing is half done"][0].checks) <= set(installer.all_checks)
    demanded = {check.kind for check in steps["It is a container host"][0].checks}
    assert demanded >= {check.kind for check in installer.checks}
    assert [check.kind for check in installer.preflight] == ["resources"]
