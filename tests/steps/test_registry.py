"""What holds for every kind of step."""

from __future__ import annotations

import inspect
import re

import pytest
import yaml

from provision.steps.registry import STEPS

NAMES = sorted(STEPS)


def test_all_steps_are_there():
    assert set(STEPS) == {
        "fetch", "installer", "verify", "windows_feature", "service", "file", "copy", "template",
        "retrieve", "command", "powershell", "restart", "wait_for", "assert",
        "image_pull", "image_build", "image_tag", "image_save", "image_load", "image_search",
        "container", "docker_network", "docker_daemon",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_a_task_of_this_step(name):
    step = STEPS[name]
    assert step.name == name
    task = yaml.safe_load(step.example)
    assert name in task
    made = step.model_validate(step.from_written(task[name]))
    assert made.intent()


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_documented_and_nothing_else(name):
    step = STEPS[name]
    doc = inspect.cleandoc(step.__doc__ or "")
    summary, _, rest = doc.partition("\n\n")
    assert "\n" not in summary
    assert summary.endswith(".")
    section = rest.partition("Args:\n")[2]
    documented = re.findall(r"^    (\w+):", section, re.MULTILINE)
    assert documented == list(step.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_short_names_a_parameter(name):
    step = STEPS[name]
    assert step.short is None or step.short in step.model_fields


@pytest.mark.parametrize("name", NAMES)
def test_unknown_parameters_are_refused(name):
    step = STEPS[name]
    task = yaml.safe_load(step.example)[name]
    params = dict(step.from_written(task)) | {"bogus": 1}
    with pytest.raises(ValueError, match="bogus"):
        step.model_validate(params)
