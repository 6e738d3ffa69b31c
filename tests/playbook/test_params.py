from __future__ import annotations

import pytest

from provision.model.playbook import Task
from provision.model.position import Position
from provision.playbook.document import load_yaml
from provision.playbook.params import check_params, prepare_step, written_problems
from provision.playbook.template import Renderer


@pytest.fixture
def written(write):
    """Problems of a step's parameters as they would be told at load."""

    def written(step, text):
        document = load_yaml(write(text), "p.yml")
        found = written_problems(step, document.data, document.places)
        return [f"{one.position.line}:{one.position.column} {one.message}" for one in found]

    return written


def test_parameters_in_order_have_no_problems(steps, written):
    assert written(steps["fetch"], "path: a\nsources: [{url: x, port: 80}]\nmode: slow\n") == []
    assert written(steps["fetch"], "a path") == []
    assert written(steps["restart"], "~") == []


def test_every_kind_of_mistake_in_plain_words(steps, written):
    text = (
        "path: 5\n"
        "sources: [{url: a, port: abc}, {ulr: b}, c]\n"
        "attempts: 0\n"
        "mode: fats\n"
        "fallback: [1]\n"
        "force: maybe\n"
        "headers: [a]\n"
        "bogus: 1\n"
    )
    assert sorted(written(steps["fetch"], text)) == [
        "1:7 'fetch.path' must be text, got 5",
        "2:26 'fetch.sources[0].port' must be a whole number, got 'abc'",
        "2:32 'fetch.sources[1].url' is missing",
        "2:33 unknown key 'ulr' in 'fetch.sources[1]'",
        "2:42 'fetch.sources[2]' must be a mapping (key: value), got 'c'",
        "3:11 'fetch.attempts' must be at least 1, got 0",
        "4:7 'fetch.mode' must be 'fast' or 'slow', got 'fats'",
        "5:11 'fetch.fallback' must be a mapping (key: value) or text, got a list",
        "6:8 'fetch.force' must be true or false, got 'maybe'",
        "7:10 'fetch.headers' must be a mapping (key: value), got a list",
        "8:1 unknown key 'bogus' in 'fetch'",
    ]


def test_only_the_meant_shape_of_a_union_is_complained_about(steps, written):
    assert written(steps["fetch"], "path: a\nfallback: {url: a, prot: 5}\n") == [
        "2:20 unknown key 'prot' in 'fetch.fallback'"
    ]


def test_hints(steps, write):
    document = load_yaml(write("path: 10.0\nmode: fats\nfocre: yes\nattempts: '1:30'\n"), "p.yml")
    found = written_problems(steps["fetch"], document.data, document.places)
    hints = {one.position.line: one.hint for one in found}
    assert hints == {
        1: 'without quotes, YAML reads 10.0 as a number: write "10.0"',
        2: "did you mean 'fast'?",
        3: "did you mean 'force'?",
        4: "a number with ':' is text here; YAML 1.1 would have counted to base 60",
    }


def test_a_boolean_is_no_number(steps, written):
    assert written(steps["fetch"], "path: a\nattempts: yes\n") == [
        "2:11 'fetch.attempts' must be a whole number, got true or false"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "path: '{{ x }}'\nattempts: '{{ n }}'\nforce: '{{ f }}'",
        "path: a\nsources: '{{ s }}'\nmode: '{{ m }}'",
        "path: a\nsources: ['{{ s }}', {url: a, port: '{{ p }}'}]",
        "path: a\nmode: slow\nsources: []\nfallback: '{{ x }}'",
        "'{{ whole }}'",
    ],
)
def test_what_a_template_may_still_give_is_left_to_run_time(steps, written, text):
    assert written(steps["fetch"], text) == []


def test_templates_hide_no_wrong_keys_and_no_wrong_values_beside_them(steps, written):
    text = "path: '{{ x }}'\nsources: [{ulr: '{{ y }}'}]\nattempts: -1\n"
    assert sorted(written(steps["fetch"], text)) == [
        "2:11 'fetch.sources[0].url' is missing",
        "2:12 unknown key 'ulr' in 'fetch.sources[0]'",
        "3:11 'fetch.attempts' must be at least 1, got -1",
    ]


def test_a_rule_over_several_parameters_is_told_when_none_is_a_template(steps, written):
    assert written(steps["fetch"], "path: a\nmode: slow\n") == [
        "1:1 'fetch': mode: slow needs sources"
    ]


AT = Position("p.yml", 9, 5)


def test_rendered_parameters_become_a_step(steps):
    step = check_params(steps["fetch"], {"path": "a", "attempts": 3}, {}, AT)
    assert step == steps["fetch"](path="a", attempts=3)
    assert check_params(steps["fetch"], "a", {}, AT).path == "a"
    assert check_params(steps["restart"], None, {}, AT).reason == ""


def test_a_whole_number_from_a_template_may_be_text(steps, problems):
    assert check_params(steps["command"], 5, {}, AT).line == "5"
    step = check_params(steps["fetch"], {"path": "a", "headers": {"X": 1}}, {}, AT)
    assert step.headers == {"X": "1"}
    assert problems(check_params, steps["command"], 1.10, {}, AT) == [
        "9:5 'command.line' must be text, got 1.1"
    ]
    assert problems(check_params, steps["fetch"], {"path": 5, "attempts": "x"}, {}, AT) == [
        "9:5 'fetch.attempts' must be a whole number, got 'x'"
    ]


def test_rendered_parameters_are_refused_at_their_places(steps, problems):
    positions = {(): Position("p.yml", 9, 12), ("attempts",): Position("p.yml", 11, 3)}
    params = {"path": "a", "attempts": "many", "mode": "x"}
    assert problems(check_params, steps["fetch"], params, positions, AT) == [
        "9:12 'fetch.mode' must be 'fast' or 'slow', got 'x'",
        "11:3 'fetch.attempts' must be a whole number, got 'many'",
    ]
    assert problems(check_params, steps["fetch"], {"path": "a", "attempts": True}, {}, AT) == [
        "9:5 'fetch.attempts' must be a whole number, got true or false"
    ]


def test_a_task_is_prepared(steps, problems):
    task = Task(
        name="t", step="fetch", params={"path": "{{ p }}", "attempts": "{{ n }}"}, position=AT
    )
    step = prepare_step(steps["fetch"], task, {"p": "x", "n": 2}, Renderer())
    assert step == steps["fetch"](path="x", attempts=2)
    assert problems(prepare_step, steps["fetch"], task, {"p": "x", "n": "y"}, Renderer()) == [
        "9:5 'fetch.attempts' must be a whole number, got 'y'"
    ]


def test_a_secret_is_not_quoted_back(write):
    from provision.model.host import WinRMSettings

    document = load_yaml(write("password: 31415\n"), "p.yml")
    from pydantic import ValidationError

    from provision.playbook.complaints import problems_of

    with pytest.raises(ValidationError) as caught:
        WinRMSettings.model_validate(document.data)
    (problem,) = problems_of(caught.value, WinRMSettings, document.data, document.places)
    assert "31415" not in f"{problem.message} {problem.hint} {problem.position.text}"
