"""The command line's skin: help, unknown words, closed pipes, quick start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from provision.cli.main import cli

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PROVISION = (sys.executable, "-m", "provision")
HEAVY = (
    "pydantic", "rich", "winrm", "requests", "yaml", "jinja2", "asyncio", "cryptography",
    "provision.dockerfile.rules",
)  # fmt: skip


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands(cli)), ids=" ".join)
def test_every_command_says_what_it_is_for_with_an_example(path: tuple[str, ...]) -> None:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    text = command.get_help(click.Context(command, info_name=" ".join(("provision", *path))))
    assert "Example" in text
    assert f"provision {' '.join(path)}" in text.split("Example", 1)[1]
    assert all(len(line) <= 100 for line in text.split("\n"))
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


def test_help(provision: Run) -> None:
    done = provision("--help")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "Usage: provision [OPTIONS] COMMAND [ARGS]...\n\n"
        "  Build a Windows host from a script, over the network, with nobody watching.\n"
    )
    assert provision("up", "-h").stdout == provision("up", "--help").stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from provision.cli.main import run; run(['--help']); run(['up', '--help']);"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_run_imports_only_the_steps_that_its_playbook_names(tmp_path: Path) -> None:
    (tmp_path / "host.yml").write_text("simulate: {}\nplaybook: site.yml\n")
    (tmp_path / "site.yml").write_text("tasks: [{assert: 1 == 1}]\n")
    code = (
        "import sys; from provision.cli.main import run; import provision.cli.run_hosts;"
        "assert run(['validate']) == 0;"
        "print([name for name in sys.modules if name.startswith(('provision.steps.docker',"
        "'provision.steps.verify', 'provision.dockerfile'))])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["upp"], "There is no command 'upp'. Did you mean 'up'?"),
        (["zzz"], "There is no command 'zzz'. The commands are up, plan,"),
        (["up", "--chek"], "--chek"),
        (["schema"], "Missing argument"),
        (["schema", "nothing"], "nothing"),
        (["steps", "verifi"], "error: unknown step 'verifi'\n  hint: did you mean 'verify'?"),
    ],
)
def test_bad_usage(provision: Run, arguments: list[str], said: str) -> None:
    done = provision(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr


def test_version(provision: Run) -> None:
    assert provision("--version").stdout.startswith("provision, version ")


def test_steps(provision: Run) -> None:
    done = provision("steps")
    assert done.returncode == 0
    assert "verify" in done.stdout
    page = provision("steps", "verify")
    assert page.returncode == 0
    assert "must be given" in page.stdout
    assert "Example:" in page.stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    with subprocess.Popen(
        [*PROVISION, "steps", "verify"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_an_ascii_terminal_will_do(provision: Run) -> None:
    done = provision("steps", "wait_for", PYTHONIOENCODING="ascii")
    assert done.returncode == 0


def test_an_interruption_while_the_code_is_read() -> None:
    code = """\
import sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "provision.cli.exit_codes":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from provision.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
