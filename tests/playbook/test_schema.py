from __future__ import annotations

import jsonschema
import pytest
import yaml

from provision.playbook.docs import docs_of
from provision.playbook.inventory import load_hosts
from provision.playbook.loader import load_playbook
from provision.playbook.schema import host_schema, playbook_schema


@pytest.fixture(scope="module")
def hosts():
    return jsonschema.Draft202012Validator(host_schema())


@pytest.fixture(scope="module")
def playbooks(steps):
    return jsonschema.Draft202012Validator(playbook_schema(steps))


def test_both_are_schemas_of_the_stated_dialect(steps):
    for schema in (host_schema(), playbook_schema(steps)):
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema.Draft202012Validator.check_schema(schema)


GOOD_HOSTS = [
    "name: a\nwinrm: {address: h, password: {env: X}}\nplaybook: p.yml\nvars: {x: [1]}\n",
    "simulate:\n  speed: 10\n  switch_error: fatal\n",
    "simulate: true\nvars:\n",
    "winrm: {address: h, password: plain, auth: ntlm, scheme: http, port: 5985}\n",
    "hosts: {a: , b: {groups: [g], vars: {x: 1}}}\ngroups: {g: {winrm: {user: u}}}\n"
    "defaults: {simulate: {generation: tp5}}\n",
    "hosts: {a: {groups: g}}\ngroups: {g: }\ndefaults: {simulate: true}\n",
]
BAD_HOSTS = [
    "nme: a\nsimulate: true\n",
    "winrm: {adress: h}\n",
    "winrm: {address: h, password: p, port: high}\n",
    "winrm: {address: h, password: {enw: X}}\n",
    "simulate: {speed: 0}\n",
    "simulate: {generation: tp3}\n",
    "name: a\nhosts: {b: {simulate: true}}\n",
    "defaults: {simulate: true}\n",
    "hosts: {a: {nmae: 1}}\ndefaults: {simulate: true}\n",
    "- a\n",
]


@pytest.mark.parametrize("text", GOOD_HOSTS)
def test_good_host_files_pass_schema_and_loader(hosts, write, text):
    assert [one.message for one in hosts.iter_errors(yaml.safe_load(text))] == []
    assert load_hosts(write(text), "h.yml").hosts


@pytest.mark.parametrize("text", BAD_HOSTS)
def test_bad_host_files_pass_neither(hosts, write, problems, text):
    assert not hosts.is_valid(yaml.safe_load(text))
    assert problems(load_hosts, write(text), "h.yml")


TASK = "tasks:\n  - "
GOOD_PLAYBOOKS = [
    "name: x\nvars: {a: 1}\ntasks: []\nhandlers: []\n",
    TASK + "fetch: a\n",
    TASK + "fetch: '{{ a }}'\n",
    TASK
    + "fetch: {path: a, attempts: '{{ n }}', sources: ['{{ s }}', {url: a, port: '{{ p }}'}]}\n",
    TASK + "fetch: {path: a, mode: '{{ m }}', force: '{{ f }}', headers: '{{ h }}'}\n",
    TASK + "restart:\n",
    TASK + "restart: {reason: r}\n    name: n\n    when: true\n    tags: a\n    retry: 3\n",
    TASK + "restart:\n    when: [a, no]\n    timeout: 1h30m\n    retry: {attempts: 2, delay: 5m}\n",
    TASK + "restart:\n    loop: [1]\n    register: r\n    on_restart: fail\n    ignore: yes\n",
    TASK + "restart:\n    loop: '{{ x }}'\n    notify: [h]\nhandlers:\n  - {name: h, restart: }\n",
]
BAD_PLAYBOOKS = [
    "name: x\n",
    "tasks: {}\n",
    "tasks: []\nvasr: {}\n",
    TASK + "fecth: a\n",
    TASK + "name: only\n",
    TASK + "fetch: a\n    command: b\n",
    TASK + "fetch: {pth: a}\n",
    TASK + "fetch: {path: a, attempts: many}\n",
    TASK + "fetch: {path: a, mode: fats}\n",
    TASK + "fetch: {path: a, sources: [{url: a, prot: 3}]}\n",
    TASK + "fetch: a\n    whn: b\n",
    TASK + "fetch: a\n    timeout: soon\n",
    TASK + "fetch: a\n    retry: 0\n",
    TASK + "fetch: a\n    on_restart: panic\n",
    TASK + "fetch: a\n    loop: b\n",
    TASK + "include: a.yml\n    register: b\n",
    TASK + "just text\n",
    "tasks: []\nhandlers:\n  - command: x\n",
]


@pytest.mark.parametrize("text", GOOD_PLAYBOOKS)
def test_good_playbooks_pass_schema_and_loader(playbooks, write, steps, text):
    assert [one.message for one in playbooks.iter_errors(yaml.safe_load(text))] == []
    load_playbook(write(text), "p.yml", steps)


@pytest.mark.parametrize("text", BAD_PLAYBOOKS)
def test_bad_playbooks_pass_neither(playbooks, write, steps, problems, text):
    assert not playbooks.is_valid(yaml.safe_load(text))
    assert problems(load_playbook, write(text), "p.yml", steps)


def test_an_include_fits_the_schema(playbooks):
    text = TASK + "include: other.yml\n    when: a\n    vars: {b: 1}\n    tags: [c]\n"
    assert playbooks.is_valid(yaml.safe_load(text))


def test_editors_are_shown_the_documentation(steps):
    fetch = playbook_schema(steps)["$defs"]["fetch"]
    assert fetch["description"] == "Get a file.\n\nIt is never run."
    described = fetch["anyOf"][0]["properties"]
    assert described["path"]["description"] == "Where it goes."
    winrm = host_schema()["$defs"]["WinRMSettings"]["properties"]
    assert winrm["connect_timeout"]["description"].startswith("Seconds for the host")


def test_the_products_own_playbooks_and_examples_fit():
    from pathlib import Path

    from provision.steps.registry import STEPS

    validator = jsonschema.Draft202012Validator(playbook_schema(STEPS))
    own = sorted((Path(__file__).parents[2] / "playbooks").glob("*.yml"))
    assert own
    for path in own:
        errors = [one.message for one in validator.iter_errors(yaml.safe_load(path.read_text()))]
        assert errors == [], path.name
    for name, step in STEPS.items():
        tasks = {"tasks": [yaml.safe_load(step.example)]}
        assert [one.message for one in validator.iter_errors(tasks)] == [], name


def test_a_docstring_in_its_parts():
    docs = docs_of(
        """Do a thing,
        in two lines.

        More about it.

        Args:
            first: One
                line.
            second: Two: with a colon.

        Returns:
            third: Not a parameter.
        """
    )
    assert docs.summary == "Do a thing, in two lines."
    assert docs.body == "More about it."
    assert docs.arguments == {"first": "One line.", "second": "Two: with a colon."}
    assert docs_of(None).summary == ""
