from __future__ import annotations

import os
import sys
import time
import traceback

import pytest

from provision.model.errors import SecretError
from provision.model.position import Position
from provision.model.secret import KeyringEntry, SecretReference
from provision.playbook.secrets import resolve

AT = Position("host.yml", 4, 13)
SECRET = "hunter2 \u00e4"


@pytest.fixture
def get(tmp_path):
    return lambda timeout=20.0, **reference: resolve(
        SecretReference(**reference), tmp_path, AT, timeout=timeout
    )


@pytest.fixture
def refused(get):
    """The error of a reference, after making sure that no part of it holds the secret."""

    def refused(**reference):
        with pytest.raises(SecretError) as caught:
            get(**reference)
        error = caught.value
        shown = "".join(traceback.format_exception(error)) + error.details + error.resolution
        assert SECRET not in shown
        assert "hunter2" not in shown
        assert error.__context__ is None
        assert error.details.startswith("written at host.yml:4:13")
        frames = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
        assert "hunter2" not in repr([f for f in frames if "reference" not in f])
        return error

    return refused


@pytest.fixture
def script(tmp_path):
    """A command line that runs Python text."""

    def script(text):
        (tmp_path / "tool.py").write_text(text, encoding="utf-8")
        return f"'{sys.executable}' tool.py"

    return script


def test_a_secret_shows_nowhere(tmp_path):
    secret = resolve(SECRET, tmp_path)
    assert secret.get_secret_value() == SECRET
    assert "hunter2" not in f"{secret} {secret!r}"


def test_from_the_environment(get, refused, monkeypatch):
    monkeypatch.setenv("LAB", SECRET)
    assert get(env="LAB").get_secret_value() == SECRET
    monkeypatch.setenv("LAB", "")
    assert refused(env="LAB").brief == "the environment variable LAB is empty"
    monkeypatch.delenv("LAB")
    error = refused(env="LAB")
    assert error.brief == "the environment variable LAB is not set"
    assert error.resolution == "set it in this shell: export LAB=…"


@pytest.mark.parametrize("content", [SECRET, SECRET + "\n", SECRET + "\r\nsecond\r\n"])
def test_from_the_first_line_of_a_file_beside_the_host_file(get, write, content):
    write(content, "sub/secret")
    assert get(file="sub/secret").get_secret_value() == SECRET


def test_a_file_without_a_secret(refused, write, tmp_path):
    assert refused(file="nope").brief == f"the secret's file {tmp_path / 'nope'} cannot be read"
    for content in (b"", b"\nhunter2", b"hunter2\xff"):
        write(content, "secret")
        assert refused(file="secret").brief.endswith("begins with no line of UTF-8 text")


def test_from_a_command(get, script):
    command = script(f"print({SECRET!r}); print('second'); import sys; print('x', file=sys.stderr)")
    assert get(command=command).get_secret_value() == SECRET


def test_a_command_runs_without_a_shell_and_without_input(get, script):
    command = script("import sys; print(sys.argv[1:], sys.stdin.read())")
    found = get(command=f"{command} '$HOME' ; ls").get_secret_value()
    assert found == "['$HOME', ';', 'ls'] "


def test_a_failing_command_says_why_and_not_what(refused, script):
    command = script(
        f"import sys; print({SECRET!r}); print('cannot', {SECRET!r}, file=sys.stderr); sys.exit(3)"
    )
    error = refused(command=command)
    assert error.brief == f"the secret's command {sys.executable} failed with exit code 3"
    assert "cannot ********" in error.details


def test_a_command_that_gives_nothing(refused, script):
    assert "no first line" in refused(command=script("print()")).brief
    assert refused(command="no-such-program x").brief == (
        "the secret's command no-such-program cannot be started"
    )
    assert refused(command="'unclosed").brief == "the secret's command cannot be read"


def test_a_command_that_does_not_end_is_stopped(refused, script, tmp_path):
    """Its child goes on and holds the pipes open; that must not keep us waiting."""
    command = script(
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('pids', 'w').write(f'{os.getpid()} {child.pid}')\n"
        "print('hunter2', flush=True)\n"
        "time.sleep(60)\n"
    )
    started = time.monotonic()
    error = refused(command=command, timeout=2.0)
    assert error.brief.endswith("gave no answer in 2 s")
    assert time.monotonic() - started < 30
    parent, child = map(int, (tmp_path / "pids").read_text().split())
    with pytest.raises(ProcessLookupError):
        os.kill(parent, 0)
    os.kill(child, 9)


def test_a_slow_command_is_named_and_nothing_else(script, tmp_path):
    slow = script("import os, sys, time\nprint('hunter2', flush=True)\n"
                  "while not os.path.exists('told'): time.sleep(0.02)\n")  # fmt: skip
    reference = SecretReference(command=f"{slow} --token hunter3")
    told = []

    def waiting(text):
        told.append(text)
        (tmp_path / "told").touch()

    got = resolve(reference, tmp_path, AT, timeout=60, waiting=waiting, patience=0.05)
    assert got.get_secret_value() == "hunter2"
    assert told == [f"waiting for the secret's command {sys.executable}, up to 60 s"]


def test_a_quick_command_is_not_named(script, tmp_path):
    told = []
    reference = SecretReference(command=script("print('hunter2')"))
    resolve(reference, tmp_path, AT, waiting=told.append, patience=60)
    assert told == []


KEYRING = KeyringEntry(service="lab", user="bob")


def test_a_keyring_that_is_not_installed(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    error = refused(keyring=KEYRING)
    assert error.resolution == "pip install 'provision[keyring]'"


@pytest.mark.parametrize(
    ("body", "brief"),
    [
        (f"return {SECRET!r}", None),
        ("return None", "the keyring has no such secret"),
        ("raise RuntimeError('hunter2')", "the keyring gave no answer"),
    ],
)
def test_from_a_keyring(get, refused, write, tmp_path, monkeypatch, body, brief):
    write(f"def get_password(service, user):\n    {body}\n", "keyring.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    if brief is None:
        assert get(keyring=KEYRING).get_secret_value() == SECRET
    else:
        assert refused(keyring=KEYRING).brief == brief
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
