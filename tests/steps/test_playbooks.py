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
from provision.simulator.world.installer.scripts import PUBLISHED
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
        ("The host is not inside the NAT's own network", {}, True),
        (
            "The host is not inside the NAT's own network",
            {"addresses": ["192.0.2.1/24", "172.16.0.1/12"]},
            True,
        ),
        ("The host is not inside the NAT's own network", {"addresses": ["172.20.1.9/16"]}, False),
        ("The host is not inside the NAT's own network", {"addresses": ["172.32.1.9/16"]}, True),
    ],
)
def test_what_is_asserted_first(task, facts, holds, host_facts):
    steps = made("container-host.yml", Facts.model_validate(host_facts(**facts)))
    step, renderer, known = steps[task]
    assert all(renderer.evaluate(one, known, None) for one in step.that) is holds
