from __future__ import annotations

import pytest

from provision.playbook.loader import load_playbook
from provision.playbook.template import Renderer
from provision.playbook.variables import check_variables, settle


@pytest.fixture
def missing(write, steps):
    """Problems with the variables of a playbook, on a host that has `hostvar`."""

    def missing(text, **others):
        for name, content in others.items():
            write(content, f"{name}.yml")
        playbook = load_playbook(write(text, "main.yml"), "main.yml", steps)
        return check_variables(playbook, ["hostvar"], steps)

    return missing


def lines(problems):
    return [f"{one.position} {one.message}" for one in problems]


def test_every_source_of_variables_is_known(missing):
    text = (
        "vars: {a: '{{ b }}', b: '{{ hostvar }}{{ r.value }}'}\n"
        "tasks:\n"
        "  - command: '{{ a }}{{ hostvar }}{{ facts.os_build }}{{ host }}{{ range(3) }}'\n"
        "    register: r\n"
        "  - command: '{{ r.value }}{{ item.x }}{{ own }}{{ item2 }}'\n"
        "    loop: '{{ r.list }}'\n"
        "    when: item.y\n"
        "    vars: {own: '{{ r }}', item2: 1}\n"
        "  - include: other.yml\n"
        "    vars: {given: 1}\n"
        "  - command: '{% for i in range(3) %}{{ loop.index }}{% set z = i %}{{ z }}{% endfor %}'\n"
        "handlers:\n"
        "  - name: h\n"
        "    command: '{{ r }}'\n"
    )
    assert missing(text, other="vars: {c: 1}\ntasks:\n  - command: '{{ given }}{{ c }}'\n") == []


def test_unknown_variables_are_found_everywhere(missing):
    text = (
        "vars: {a: '{{ hostvr }}'}\n"
        "tasks:\n"
        "  - command: 'x {{ item }} {{ late }}'\n"
        "    when: [a, b]\n"
        "    register: mine\n"
        "  - fetch: {path: '{{ c }}', sources: [{url: '{{ d }}'}]}\n"
        "    loop: ['{{ item }}']\n"
        "    vars: {e: '{{ f }}{{ item }}'}\n"
        "  - command: '{{ given }}'\n"
        "    register: late\n"
        "  - include: other.yml\n"
        "    vars: {given: '{{ g }}'}\n"
        "  - command: '{{ facts.os_biuld }}'\n"
        "handlers:\n"
        "  - name: h\n"
        "    command: '{{ i }}'\n"
    )
    found = missing(text, other="tasks:\n  - command: '{{ given }}'\n")
    assert lines(found) == [
        "main.yml:1:15 the variable 'hostvr' is not defined",
        "main.yml:4:15 the variable 'b' is not defined",
        "main.yml:3:20 the variable 'item' is not defined",
        "main.yml:3:31 the variable 'late' is not defined",
        "main.yml:7:16 the variable 'item' is not defined",
        "main.yml:8:19 the variable 'f' is not defined",
        "main.yml:8:26 the variable 'item' is not defined",
        "main.yml:6:23 the variable 'c' is not defined",
        "main.yml:6:50 the variable 'd' is not defined",
        "main.yml:9:18 the variable 'given' is not defined",
        "main.yml:12:23 the variable 'g' is not defined",
        "main.yml:13:24 there is no fact 'os_biuld'",
        "main.yml:16:18 the variable 'i' is not defined",
    ]
    hints = [one.hint for one in found]
    assert hints[0] == "did you mean 'hostvar'?"
    assert hints[2] == "only the step and the 'when' of a task with 'loop' have it"
    assert hints[3] == "it is registered only later, at main.yml:9:5"
    assert hints[11] == "did you mean 'os_build'?"


def test_a_template_that_deals_with_absence_is_left_alone(missing):
    assert (
        missing(
            "tasks:\n"
            "  - command: \"{{ x | default('a') }}{{ y.z | d(1) }}\"\n"
            "  - command: '{{ q if q is defined else 2 }}'\n"
            "  - command: '{{ w }}'\n"
            "    when: w is defined\n"
        )
        == []
    )


def test_variables_are_filled_in_with_each_other_in_any_order():
    written = {"a": "{{ b }}/x", "b": "{{ c }}", "c": "{{ facts.n }}", "late": "{{ r.x }}", "n": 1}
    known = {"facts": {"n": 7}, "n": 2}
    assert settle(written, known, Renderer()) == {
        "facts": {"n": 7},
        "n": 2,
        "a": "7/x",
        "b": 7,
        "c": 7,
    }
    assert settle(written, {**known, "r": {"x": "{{ a }}"}}, Renderer())["late"] == "{{ a }}"


def test_variables_that_need_each_other_in_a_circle_are_refused(problems):
    written = {"a": "{{ b }}", "b": "{{ a }}", "c": "{{ a }}", "d": "{{ d }}"}
    assert problems(settle, written, {}, Renderer()) == ["variables need each other: a, b, d"]


def test_expressions_of_a_step_are_looked_into_as_well(missing):
    text = (
        "tasks:\n"
        "  - check: nope == 1\n"
        "  - check: [hostvar, facts.os_buildd > 3, '{{ gone }} > 3', '{{ hostvar }} > nothing']\n"
        "  - check: {that: nope.x, message: nope}\n"
        "  - check: nope is defined and nope\n"
        "  - check: {that: item}\n"
        "    loop: [1]\n"
        "  - check: maybe > 3\n"
        "    when: maybe is defined\n"
    )
    assert lines(missing(text)) == [
        "main.yml:2:12 the variable 'nope' is not defined",
        "main.yml:3:47 the variable 'gone' is not defined",
        "main.yml:3:28 there is no fact 'os_buildd'",
        "main.yml:4:19 the variable 'nope' is not defined",
    ]
