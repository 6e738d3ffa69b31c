from __future__ import annotations

import hashlib

import pytest

from provision.model.errors import InputError
from provision.model.playbook import OnRestart, TaskRetry
from provision.playbook.loader import load_playbook


@pytest.fixture
def load(write, steps):
    def load(text, **others):
        for name, content in others.items():
            write(content, f"{name}.yml")
        return load_playbook(write(text, "main.yml"), "main.yml", steps)

    return load


@pytest.fixture
def refused(load):
    """The problems of a playbook as `file:line:column message`."""

    def refused(text, **others):
        with pytest.raises(InputError) as caught:
            load(text, **others)
        return [f"{one.position} {one.message}" for one in caught.value.problems]

    return refused


def test_all_that_a_task_can_have(load):
    playbook = load(
        "name: Book\n"
        "vars: {a: 1}\n"
        "tasks:\n"
        "  - name: One\n"
        "    fetch: {path: '{{ a }}', sources: [{url: u}]}\n"
        "    when: [a > 0, true]\n"
        "    loop: [1, '{{ a }}']\n"
        "    register: got\n"
        "    tags: [x, y]\n"
        "    retry: {attempts: 3, delay: 2m}\n"
        "    timeout: 1h30m\n"
        "    notify: Again\n"
        "    expect_warnings: vswitch-add-failed\n"
        "    ignore: yes\n"
        "    on_restart: continue\n"
        "    vars: {b: 2}\n"
        "  - restart:\n"
        "    retry: 2\n"
        "    when: a\n"
        "    timeout: 90\n"
        "handlers:\n"
        "  - name: Again\n"
        "    command: run me\n"
    )
    one, two = playbook.tasks
    assert (playbook.name, playbook.file, playbook.vars) == ("Book", "main.yml", {"a": 1})
    assert (one.name, one.step, one.when) == ("One", "fetch", ("a > 0", "true"))
    assert one.params == {"path": "{{ a }}", "sources": [{"url": "u"}]}
    assert one.loop == [1, "{{ a }}"]
    assert (one.register, one.tags, one.retry) == ("got", {"x", "y"}, TaskRetry(3, 120.0))
    assert (one.timeout, one.notify, one.ignore) == (5400.0, ("Again",), True)
    assert one.expect_warnings == ("vswitch-add-failed",)
    assert (one.on_restart, one.vars) == (OnRestart.CONTINUE, {"b": 2})
    assert str(one.position) == "main.yml:4:5"
    assert str(one.positions[("sources", 0, "url")]) == "main.yml:5:46"
    assert str(one.positions[()]) == "main.yml:5:12"
    assert str(one.settings[("when", 1)]) == "main.yml:6:19"
    assert str(one.settings[("vars", "b")]) == "main.yml:16:15"
    assert (two.name, two.params, two.retry) == ("restart", {}, TaskRetry(2, 5.0))
    assert (two.when, two.timeout, two.on_restart) == (("a",), 90.0, None)
    assert str(two.settings[("when", 0)]) == "main.yml:19:11"
    assert [one.name for one in playbook.handlers] == ["Again"]
    assert str(playbook.positions[("vars", "a")]) == "main.yml:2:11"


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("command: ipconfig /all", "command ipconfig /all"),
        ("command: {line: dir}", "command dir"),
        ("fetch: {sources: [], path: x}", "fetch x"),
        ("command: '{{ a }}'", "command"),
        ("command: |\n      first\n      second", "command first"),
        ("restart: {reason: why}", "restart why"),
        (f"command: {'x' * 80}", f"command {'x' * 49}…"),
    ],
)
def test_a_task_without_a_name_is_named_after_its_step(load, task, name):
    assert load(f"tasks:\n  - {task}\n").tasks[0].name == name


def test_every_mistake_of_all_files_is_told_at_once(refused):
    found = refused(
        "vars: {item: 2, 'x y': 3}\n"
        "tsks: []\n"
        "tasks:\n"
        "  - fetch: {pth: a}\n"
        "    timeout: 1:30\n"
        "    retry: {attempts: many, dleay: 3}\n"
        "  - fetch: x\n"
        "    command: y\n"
        "  - fecth: x\n"
        "  - command: '{{ a'\n"
        "    whn: x\n"
        "  - name: only\n"
        "  - fetch: {path: '{{ x }}', attempts: yes}\n"
        "    when: a >\n"
        "    loop: 3\n"
        "    register: no way\n"
        "    notify: restrat\n"
        "  - just text\n"
        "  - include: nope.yml\n"
        "  - include: other.yml\n"
        "    wehn: x\n"
        "  - include: other.yml\n"
        "  - name: 'for {{ a }}'\n"
        "    command: x\n"
        "    tags: ['{{ b }}']\n"
        "    vars: {facts: 1}\n"
        "    ignore: perhaps\n"
        "  - include: broken.yml\n"
        "handlers:\n"
        "  - name: restart\n"
        "    command: x\n"
        "  - name: restart\n"
        "    command: y\n"
        "  - command: z\n",
        other="tasks:\n  - comand: x\n",
        broken="tasks: [\n",
    )
    assert found == [
        "broken.yml:2:1 a value is missing, or a '[' or '{' is not closed",
        "main.yml:1:8 the name 'item' is taken",
        "main.yml:1:17 'x y' cannot be a variable's name",
        "main.yml:2:1 unknown key 'tsks'",
        "main.yml:4:5 'fetch.path' is missing",
        "main.yml:4:13 unknown key 'pth' in 'fetch'",
        "main.yml:5:14 'timeout' must be seconds, or a duration such as 45s, 90m, 2h or 1h30m,"
        " got '1:30'",
        "main.yml:6:23 'retry.attempts' must be a whole number, got 'many'",
        "main.yml:6:29 unknown key 'dleay' in 'retry'",
        "main.yml:8:5 a task has one step, this one has 'fetch' and 'command'",
        "main.yml:9:5 unknown step 'fecth'",
        "main.yml:10:14 template: unexpected end of template, expected 'end of print statement'",
        "main.yml:11:5 unknown key 'whn' in a task",
        "main.yml:12:5 the task has no step",
        "main.yml:13:40 'fetch.attempts' must be a whole number, got true or false",
        "main.yml:14:11 template: unexpected 'end of template'",
        "main.yml:15:11 'loop' must be a list, or a template that gives one",
        "main.yml:16:15 'no way' cannot be a variable's name",
        "main.yml:17:13 there is no handler 'restrat'",
        "main.yml:18:5 a task must be a mapping",
        "main.yml:19:14 the file nope.yml is not there",
        "main.yml:21:5 unknown key 'wehn'",
        "main.yml:23:11 'name' cannot hold a template",
        "main.yml:25:12 'tags' cannot hold a template",
        "main.yml:26:12 the name 'facts' is taken",
        "main.yml:27:13 'ignore' must be true or false, got 'perhaps'",
        "main.yml:32:11 there are two handlers named 'restart'",
        "main.yml:34:5 a handler needs a name",
        "other.yml:2:5 unknown step 'comand'",
    ]


def test_hints_say_what_was_meant(load):
    with pytest.raises(InputError) as caught:
        load(
            "tasks:\n  - fecth: x\n  - command: x\n    regsiter: y\n    notify: agian\n"
            "handlers:\n  - name: again\n    command: x\n"
        )
    assert [one.hint for one in caught.value.problems] == [
        "did you mean 'fetch'?",
        "did you mean 'register'?",
        "did you mean 'again'?",
    ]
    assert caught.value.problems[0].position.text == "  - fecth: x"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- command: x\n", "main.yml:1:1 the playbook is not a mapping"),
        ("just text\n", "main.yml:1:1 the playbook is not a mapping"),
        ("name: x\n", "main.yml:1:1 'tasks' is missing"),
        ("tasks:\n", "main.yml:1:7 'tasks' must be a list, got nothing"),
        ("tasks: {a: 1}\n", "main.yml:1:8 'tasks' must be a list, got a mapping"),
        (
            "tasks: []\nvars: [a]\n",
            "main.yml:2:7 'vars' must be a mapping (key: value), got a list",
        ),
        ("tasks: []\nvars: {a: '{{ b'}\n", None),
        ("tasks:\n  - include: '{{ a }}.yml'\n", None),
        (
            "tasks:\n  - command: x\n    timeout: '{{ a }}'\n",
            "main.yml:3:14 'timeout' cannot hold a template",
        ),
        ("tasks:\n  - command: x\n    when: 3\n", "main.yml:3:11 'when' must be text, got 3"),
    ],
)
def test_a_wrong_playbook_is_explained(refused, text, problem):
    found = refused(text)
    assert problem is None or found == [problem]


def test_empty_vars_and_conditions_that_are_booleans_are_fine(load):
    task = load("vars:\ntasks:\n  - command: x\n    when: no\n    vars:\n").tasks[0]
    assert task.when == ("false",)


def test_an_include_adds_conditions_tags_and_variables(load):
    playbook = load(
        "vars: {shared: main}\n"
        "tasks:\n"
        "  - include: sub/one.yml\n"
        "    when: [a, b]\n"
        "    tags: outer\n"
        "    vars: {x: 1, y: 1}\n"
        "  - command: last\n",
        **{
            "sub/one": (
                "vars: {shared: one, own: 1}\n"
                "tasks:\n"
                "  - command: first\n"
                "    when: c\n"
                "    tags: inner\n"
                "    vars: {y: 2}\n"
                "  - include: ../two.yml\n"
                "    when: d\n"
                "    vars: {x: 3}\n"
                "handlers:\n"
                "  - name: h\n"
                "    command: handle\n"
            ),
            "two": "tasks:\n  - command: second\n    notify: h\n",
        },
    )
    first, second, last = playbook.tasks
    assert (first.when, first.tags) == (("a", "b", "c"), {"outer", "inner"})
    assert first.vars == {"x": 1, "y": 2}
    assert (second.when, second.tags) == (("a", "b", "d"), {"outer"})
    assert second.vars == {"x": 3, "y": 1}
    assert str(second.position) == "two.yml:2:5"
    assert str(second.settings[("when", 2)]) == "sub/one.yml:8:11"
    assert str(second.settings[("vars", "y")]) == "main.yml:6:21"
    assert (last.when, last.vars) == ((), {})
    assert playbook.vars == {"shared": "main", "own": 1}
    assert [one.vars for one in playbook.handlers] == [{"x": 1, "y": 1}]


def test_a_file_may_be_included_twice_with_its_handlers(load):
    other = "tasks:\n  - command: x\n    notify: h\nhandlers:\n  - name: h\n    command: y\n"
    playbook = load("tasks:\n  - include: a.yml\n  - include: a.yml\n", a=other)
    assert len(playbook.tasks) == 2
    assert len(playbook.handlers) == 1


def test_includes_that_never_end_are_refused(refused):
    include = "tasks:\n  - include: {}.yml\n"
    assert refused(include.format("main")) == ["main.yml:2:14 the include comes back to itself"]
    assert refused(include.format("a"), a=include.format("b"), b=include.format("a")) == [
        "b.yml:2:14 the include comes back to itself"
    ]
    chain = {f"f{i}": include.format(f"f{i + 1}") for i in range(20)}
    assert refused(include.format("f0"), **chain) == ["f15.yml:2:14 too many includes"]
    twice = {
        f"f{i}": include.format(f"f{i + 1}") + f"  - include: f{i + 1}.yml\n" for i in range(12)
    }
    found = refused(include.format("f0"), **twice, f12="tasks: []\n")
    assert found[0].endswith("too many includes")


def test_the_hash_covers_all_files(load):
    text = "tasks:\n  - command: x\n"
    assert load(text).sha256 == hashlib.sha256(text.encode()).hexdigest()
    with_include = "tasks:\n  - include: a.yml\n"
    first = load(with_include, a="tasks: []\n").sha256
    second = load(with_include, a="tasks: [] \n").sha256
    assert first != second
    assert load(with_include, a="tasks: []\n").sha256 == first


def test_expressions_of_a_step_are_parsed(refused):
    text = "tasks:\n  - check: a ==\n  - check: {that: [b, 'c d']}\n  - command: a ==\n"
    assert refused(text) == [
        "main.yml:2:12 template: unexpected 'end of template'",
        "main.yml:3:23 template: 'd' is not expected here",
    ]


def test_a_key_that_is_given_twice_hides_no_other_mistake(refused):
    text = "name: a\nname: b\ntasks:\n  - comand: x\n  - command: x\n    command: y\n"
    assert refused(text) == [
        "main.yml:2:1 the key 'name' is given twice",
        "main.yml:4:5 unknown step 'comand'",
        "main.yml:6:5 the key 'command' is given twice",
    ]


def test_a_misspelt_setting_is_not_taken_for_a_step(load):
    with pytest.raises(InputError) as caught:
        load("tasks:\n  - name: a\n    tagz: [x]\n")
    assert [(one.message, one.hint) for one in caught.value.problems] == [
        ("the task has no step", "known are: check, command, fetch, restart"),
        ("unknown key 'tagz' in a task", "did you mean 'tags'?"),
    ]


def test_a_host_file_is_no_playbook(refused):
    assert refused("name: a\nwinrm: {address: 192.0.2.1}\nplaybook: x.yml\n") == [
        "main.yml:2:1 a playbook has no 'winrm'"
    ]
