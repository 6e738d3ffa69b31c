"""`explain` and `diagnose`, and that `up` tells of known issues by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from provision.cli.main import run as run_command
from provision.diagnosis.catalogue import CATALOGUE, FAMILIES

LOG = (
    "Step 4/9 : RUN choco install -y nmap\n"
    "The remote name could not be resolved: 'chocolatey.org'\n"
    "choco : The term 'choco' is not recognized as the name of a cmdlet\n"
)


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run a command line in this process; gives exit code, output and complaint."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(arguments)
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


def test_explain_lists_all_by_family(invoke) -> None:
    code, out, _ = invoke("explain")
    assert code == 0
    assert all(f"\n  {issue.id} " in f"\n{out}" for issue in CATALOGUE)
    assert [line for line in out.splitlines() if line and not line.startswith(" ")] == [
        title for title, _ in FAMILIES.values()
    ]


def test_explain_one(invoke) -> None:
    code, out, _ = invoke("explain", "vswitch-add-failed")
    assert code == 0
    assert "A warning when the task's checks of switch and adapter hold" in out
    assert "FullyQualifiedErrorId ~ " in out
    (data,) = map(json.loads, invoke("explain", "hns-port-in-use", "--json")[1].splitlines())
    assert data["family"] == "hns"
    assert "https://github.com/docker/for-win/issues/1745" in data["sources"]
    assert len(invoke("explain", "--json")[1].splitlines()) == len(CATALOGUE)


def test_explain_what_is_not_known(invoke) -> None:
    code, _, err = invoke("explain", "hns-port-inuse")
    assert code == 2
    assert "did you mean 'hns-port-in-use'?" in err


def test_diagnose_files(invoke, tmp_path: Path) -> None:
    (tmp_path / "one.log").write_text(LOG, encoding="utf-16")
    (tmp_path / "fine.log").write_text("all is well\n", encoding="utf-8")
    code, out, _ = invoke("diagnose", "one.log", "fine.log")
    assert code == 1
    assert out.splitlines()[:4] == [
        "one.log: 2 known issues, causes first",
        "",
        "1. name-not-resolved: A name cannot be resolved",
        "   seen        line 2, told by its text",
    ]
    assert "perhaps     only a consequence of name-not-resolved" in out
    assert out.endswith("fine.log: no known issue\n")
    assert invoke("diagnose", "fine.log")[0] == 0
    found = [json.loads(line) for line in invoke("diagnose", "--json", "one.log")[1].splitlines()]
    assert [(one["issue"], one["lines"], one["after"]) for one in found] == [
        ("name-not-resolved", [2], []),
        ("choco-missing", [3], ["name-not-resolved"]),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope.log",), "nope.log cannot be read: No such file or directory"),
        (("--encoding", "klingon", "fine.log"), "there is no encoding 'klingon'"),
        (("--run", "last", "fine.log"), "give either FILE or --run, not both"),
        (("--run", "last"), "there is no host file host.yml"),
        ((".",), "cannot be read: Is a directory"),
    ],
)
def test_diagnose_complains(invoke, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / "fine.log").write_text("all is well\n", encoding="utf-8")
    code, _, err = invoke("diagnose", *arguments)
    assert code == 2
    assert said in err


def test_diagnose_standard_input(tmp_path: Path) -> None:
    for text, code in ((LOG, 1), ("all is well", 0)):
        done = subprocess.run(
            [sys.executable, "-m", "provision", "diagnose"],
            input=text, cwd=tmp_path, env=dict(os.environ), capture_output=True, encoding="utf-8",
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert done.stdout.startswith("standard input: ")


def test_up_explains_a_failure_and_diagnose_finds_it_in_the_run(invoke, tmp_path: Path) -> None:
    playbook = Path(__file__).resolve().parents[2] / "playbooks" / "container-host.yml"
    (tmp_path / "host.yml").write_text(
        f"name: build-01\nplaybook: {playbook}\n"
        "simulate: {generation: tp4, switch_error: fatal}\n",
        encoding="utf-8",
    )
    code, out, _ = invoke("up", "host.yml", "--events", "events.json", "--no-color")
    assert code == 1
    assert "known issue vswitch-adapter-cannot-be-bound: " in out
    events = map(json.loads, (tmp_path / "events.json").read_text(encoding="utf-8").splitlines())
    last = [one for one in events if one["event"] == "task_finished"][-1]
    assert last["issue"] == "vswitch-adapter-cannot-be-bound"

    code, out, _ = invoke("diagnose", "--run", "last")
    assert code == 1
    assert "1. vswitch-adapter-cannot-be-bound" in out
    assert "task 4: The installer has finished" in out
    assert "2. vswitch-add-failed" in out
    assert "perhaps     only a consequence of vswitch-adapter-cannot-be-bound" in out
