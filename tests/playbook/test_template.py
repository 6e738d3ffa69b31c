from __future__ import annotations

import resource

import pytest

from provision.model.errors import InputError
from provision.model.position import Position
from provision.playbook.places import Places
from provision.playbook.template import Renderer

VARIABLES = {
    "port": 5986,
    "name": "web",
    "flag": False,
    "items": ["a", "b"],
    "nested": {"key": "value", "items": 3},
    "many": list(range(1000)),
}
AT = Position("p.yml", 3, 7, "    x: y")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("{{ port }}", 5986),
        ("{{ flag }}", False),
        ("{{ items }}", ["a", "b"]),
        ("{{ nested }}", {"key": "value", "items": 3}),
        ("port {{ port }}", "port 5986"),
        ("{{ port }}{{ port }}", "59865986"),
        ("{{ port }}\n", "5986\n"),
        ("{{ none }}", None),
        ("{{ items | map('upper') }}", ["A", "B"]),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ nested.key }}", "value"),
        ("{% for i in items %}{{ i }};{% endfor %}", "a;b;"),
        ("{% raw %}{{.Names}}{% endraw %}", "{{.Names}}"),
        ("{{ 'h\u00e9' | b64encode }}", "aMOp"),
        ("{{ 'aMOp' | b64decode }}", "h\u00e9"),
        ("{{ nested | to_json }}", '{"items": 3, "key": "value"}'),
        ("{{ 'v10.0.14393' | regex_search('v([0-9]+)') }}", "10"),
        ("{{ 'abc' | regex_search('x') }}", None),
        ("{{ 'abc' | regex_replace('b', '-') }}", "a-c"),
        ("{{ '/a/b.ps1' | basename }}", "b.ps1"),
        (r"{{ 'C:\\a\\b.ps1' | win_basename }}", "b.ps1"),
        (r"{{ 'C:\\a\\b.ps1' | win_dirname }}", "C:\\a"),
        ('{{ "it\'s" | powershell_quote }}', "'it''s'"),
        ("{{ ['x', 'y'] | join(', ') }}", "x, y"),
        ("{{ name | replace('w', 'W') }}", "Web"),
        ("{{ missing | default('d') }}", "d"),
        ("{{ result }}", "mine"),
    ],
)
def test_a_template_gives(renderer, text, value):
    found = renderer.render(text, {**VARIABLES, "result": "mine"})
    assert found == value
    assert type(found) is type(value)


def test_nested_data_is_filled_in_and_keys_are_not(renderer):
    value = {"{{ name }}": ["{{ port }}", {"a": ("x{{ name }}", 3, None)}]}
    assert renderer.render(value, VARIABLES) == {"{{ name }}": [5986, {"a": ["xweb", 3, None]}]}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{{ nme }}", "the variable 'nme' is not defined", "did you mean 'name'?"),
        (
            "{{ nested.kex }}",
            "template: there is no 'kex' in it",
            "this was worked out: {{ nested.kex }}",
        ),
        ("a\nb {{ nme }}", "the variable 'nme' is not defined (line 2 of this text)", None),
        ("{{ 1 / 0 }}", "template: division by zero (ZeroDivisionError)", ""),
        ("{{ port | uper }}", "template: no filter named 'uper'", "did you mean 'upper'?"),
        ("{{ .Names }}", "template: unexpected '.'", None),
        ("{% include 'x' %}", "template: a template cannot take in other files", ""),
        ("{{ range }}", "template: gives a function, which is no data (TypeError)", ""),
        (
            "{{ name.__class__ }}",
            "template: not allowed: access to attribute '__class__' of 'str' object is unsafe.",
            "",
        ),
        (
            "{{ items.append(1) }}",
            "template: not allowed: access to attribute 'append' of 'list' object is unsafe.",
            "",
        ),
    ],
)
def test_a_bad_template_is_explained(renderer, problem_of, text, message, hint):
    problem = problem_of(renderer.render, text, VARIABLES, AT)
    assert problem.message == message
    assert problem.position == AT
    if hint is not None:
        assert problem.hint == hint


@pytest.fixture
def problem_of():
    from provision.model.errors import InputError

    def problem_of(call, *args):
        with pytest.raises(InputError) as caught:
            call(*args)
        (problem,) = caught.value.problems
        return problem

    return problem_of


def test_all_problems_are_told_at_once_each_at_its_place(renderer, problems):
    places = Places(
        {
            (): AT,
            ("a",): Position("p.yml", 4, 1),
            ("b", 0): Position("p.yml", 5, 1),
            ("b", 1): Position("p.yml", 6, 1),
        }
    )
    value = {"a": "{{ x }}", "b": ["{{ y }}", "{{ port }}"], "c": "{{ z }}"}
    assert problems(renderer.render, value, VARIABLES, places) == [
        "3:7 the variable 'z' is not defined",
        "4:1 the variable 'x' is not defined",
        "5:1 the variable 'y' is not defined",
    ]


GROW = (
    "{% set ns = namespace(x='aaaaaaaa') %}"
    "{% for i in range(99) %}{% set ns.x = EXPR %}{% endfor %}"
)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 9 ** 9999999 }}",
        "{{ (9 ** 999) ** 999 }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ [0] * 10 ** 9 }}",
        "{{ range(10 ** 9) }}",
        "{{ 'a'.ljust(10 ** 9) }}",
        "{{ 'a' | indent(10 ** 9, true) }}",
        "{{ ('a' * 4000000).replace('a', 'a' * 4000000) }}",
        "{{ 'a' * 4000000 | replace('a', 'a' * 4000000) }}",
        "{{ ('a' * 4000000).join('b' * 4000000) }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in many %}{% for j in many %}xxxxxxxxxx{% endfor %}{% endfor %}",
        "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        GROW.replace("EXPR", "ns.x ~ ns.x"),
        GROW.replace("EXPR", "ns.x + ns.x"),
        GROW.replace("EXPR", "[ns.x, ns.x] | join"),
        GROW.replace("EXPR", "ns.x | replace('a', ns.x)"),
        GROW.replace("EXPR", "ns.x.replace('a', ns.x)"),
        GROW.replace("EXPR", "ns.x | to_json ~ '\"\"'"),
    ],
)
def test_every_template_comes_to_an_end(renderer, problems, text):
    before = resource.getrusage(resource.RUSAGE_SELF)
    assert len(problems(renderer.render, text, VARIABLES)) == 1
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 10
    assert after.ru_maxrss - before.ru_maxrss < 200 * 1024


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("port > 5000", True),
        ("{{ port > 5000 }}", True),
        ("{{ port }} > {{ 1 }}", None),
        ("flag", False),
        ("not flag", True),
        ("items", True),
        ("[]", False),
        ("name == 'web'", True),
        ("missing is defined", False),
        ("'no'", False),
        ("'False'", False),
        ("'yes'", True),
        ("'anything'", True),
        ("true", True),
        ("missing", None),
        ("port >", None),
        ("1 if false", None),
    ],
)
def test_a_condition_holds_or_not_or_is_refused(renderer, problems, expression, holds):
    if holds is None:
        assert problems(renderer.evaluate, expression, VARIABLES, AT)[0].startswith("3:7 ")
    else:
        assert renderer.evaluate(expression, VARIABLES, AT) is holds


def test_the_text_of_a_file_stays_text(renderer, problems):
    assert renderer.render_text("{{ port }}", VARIABLES, "a.conf") == "5986"
    text = "x\n{{ nope }} # password: hunter2\n"
    assert problems(renderer.render_text, text, VARIABLES, "a.conf") == [
        "2:1 the variable 'nope' is not defined"
    ]
    with pytest.raises(InputError) as caught:
        renderer.render_text(text, VARIABLES, "a.conf")
    assert caught.value.problems[0].position.text == "{{ nope }} # password: ********"


def test_the_names_of_an_expression(renderer):
    assert renderer.names("facts.os_build > 3 and item in range(3)") == {"facts", "item"}


def test_only_what_is_named_is_looked_up(renderer):
    class Lazy(dict):
        def __getitem__(self, key):
            assert key == "port"
            return super().__getitem__(key)

    assert renderer.render("{{ port }}", Lazy(port=1, other=2)) == 1
