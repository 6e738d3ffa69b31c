"""`lab history`, `lab compare` and `lab report` on nights that the real store wrote."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from xmlschema import XMLSchema

from provision.cli.main import run as run_command
from provision.journal.store import Journal
from provision.lab.history import noticed
from provision.lab.night import Kind, Night
from provision.lab.night_junit import night_junit
from provision.lab.night_page import Told, night_content
from provision.lab.nights import Nights
from provision.lab.records import read_nights
from provision.report.html.rendering import render

ROOT = Path(__file__).resolve().parents[2]
NIGHTS = 14

Invoke = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's last nights; it is only read."""
    spec = importlib.util.spec_from_file_location(
        "example_nights", ROOT / "docs" / "example_nights.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_nights"] = module
    spec.loader.exec_module(module)
    example = module.ExampleLab(tmp_path_factory.mktemp("lab"))
    example.write(NIGHTS)
    example.close()
    folder: Path = example.folder
    return folder


@pytest.fixture
def provision(
    lab: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.chdir(lab)

    def invoke(*arguments: str) -> tuple[int, str, str]:
        code = run_command(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return invoke


def test_history_as_text(provision: Invoke) -> None:
    code, out, _ = provision("lab", "history", "-n", "2")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == ("2026-11-24-020000-c90d  2026-11-24 02:00:00Z  2 of 4 green, took 2:39:07")
    assert lines[1].startswith(
        "  build-01  green     2:39:07  green-2026-11-24-430ab067  warnings:"
    )
    assert "in building: up playbooks/container-host.yml ended with 1: Docker Daemon" in lines[2]
    assert lines[4] == "  agent-01  skipped   build-02: not green"
    assert sum(line.startswith("2026-") for line in lines) == 2
    assert "    failed 1 of 14 times (2026-11-12-020000-14c1), passed again in 2026-11-13-" in out
    assert "  build-01: 'The installer has finished': 2:29:57, usually 1:45:" in out


def test_history_as_data(provision: Invoke) -> None:
    _, out, _ = provision("lab", "history", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    nights = [row for row in rows if row["kind"] == "night"]
    assert len(nights) == NIGHTS
    assert [row["outcome"] for row in nights[:2]] == ["red", "green"]
    assert [vm["outcome"] for vm in nights[0]["vms"]] == ["green", "failed", "green", "skipped"]
    (flaky,) = [row for row in rows if row["kind"] == "flaky"]
    assert (flaky["host"], flaky["failed"]) == ("build-02", ["2026-11-12-020000-14c1"])
    (slow,) = [row for row in rows if row["kind"] == "slower"]
    assert (slow["vm"], slow["task"]) == ("build-01", "The installer has finished")
    assert slow["usual"]["limit"] < slow["seconds"]


def test_two_nights_beside_each_other(provision: Invoke) -> None:
    code, out, _ = provision("lab", "compare")
    assert code == 0
    image = "installed image windowsservercore:latest"
    assert f"  {image}: windowsservercore:latest (6801d964fda5) → windowsservercore" in out
    assert "  outcome: green → failed in building" in out
    assert "The installer has finished   1:49:03 →  2:29:57  +40:54" in out
    _, same, _ = provision("lab", "compare", "2026-11-22", "2026-11-23", "--json")
    rows = [json.loads(line) for line in same.splitlines()]
    assert {row["kind"] for row in rows} == {"seconds"}
    _, back, _ = provision("lab", "compare", "last", "previous", "--json")
    found = [json.loads(line) for line in back.splitlines()]
    assert {row["of"] for row in found if row["kind"] == "difference"} == {"outcome", "installed"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("compare", "1999"), "there is no night '1999'"),
        (("report", "last"), "say what to write"),
        (("report", "--html", "-", "--junit", "-"), "only one of --html and --junit"),
        (("report", "--html", "no/where.html"), "no/where.html cannot be written"),
        (("history", "-f", "other.yml"), "other.yml"),
    ],
)
def test_bad_input(provision: Invoke, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = provision("lab", *arguments)
    assert code == 2
    assert said in err


def test_before_the_first_night(provision: Invoke, lab: Path, tmp_path: Path) -> None:
    for name in ("lab.yml", "hosts.yml"):
        (tmp_path / name).write_text((lab / name).read_text(encoding="utf-8"), encoding="utf-8")
    code, out, _ = provision("lab", "history", "-f", str(tmp_path / "lab.yml"))
    assert (code, out) == (0, "no night yet\n")
    code, _, err = provision("lab", "report", "-f", str(tmp_path / "lab.yml"), "--html", "-")
    assert code == 2
    assert "no night yet of the lab lab" in err
    assert not (tmp_path / ".provision").exists()


def test_junit_is_read_back(provision: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "night.xml"
    code, _, err = provision("lab", "report", "--junit", str(path))
    assert (code, err) == (0, f"written: {path}\n")
    XMLSchema(ROOT / "tests" / "report" / "junit.xsd").validate(path)
    read = JUnitXml.fromfile(str(path))
    assert [suite.name for suite in read] == ["build-01", "build-02", "web-01", "agent-01"]
    assert (read.failures, read.errors) == (1, 0)
    cases = {case.name: case for suite in read for case in suite if suite.name == "build-02"}
    failed = cases["The installer has finished"]
    (failure,) = failed.result
    assert failure.message == "Docker Daemon did not start successfully within 1 minute."
    assert "why: The docker daemon did not start within the installer's minute" in failure.text
    assert "what to do: Run again." in failure.text
    assert "warning vswitch-add-failed" in failed.system_out
    assert "Waiting for Docker daemon..." in failed.system_out
    assert cases["It is a container host"].is_skipped
    checks = [case for suite in read for case in suite if ".verify" in case.classname]
    assert "docker runs and answers" in {case.name for case in checks}


def test_the_page_is_the_same_each_time(provision: Invoke) -> None:
    first, second = (
        provision("lab", "report", "--html", "-"),
        provision("lab", "report", "--html", "-"),
    )
    assert first == second
    assert "2 of 4 hosts green; build-02 broke; 1 slower than usual" in first[1]
    assert "Not rebuilt because of it: agent-01." in first[1]
    assert "This task is flaky: failed 1 of 14 times" in first[1]
    assert "Neither its playbooks nor its variables have changed since it was green." in first[1]
    green = provision("lab", "report", "previous", "--html", "-")[1]
    assert "4 of 4 hosts green" in green
    assert 'id="broken"' not in green


def test_a_night_that_was_cut_off_and_gone_on_with(tmp_path: Path) -> None:
    """Phases that were begun twice, one that goes on, and a VM that never began."""
    times = iter(f"2026-01-01T02:{minute:02}:00.000Z" for minute in range(60))
    with Journal(tmp_path / "journal.sqlite") as journal:
        nights = Nights(journal.database, lambda: next(times))
        nights.begin(Night("n1", "lab", "me", "2026-01-01T02:00:00.000Z", ("a", "b", "c")))
        for phase in ("reverting", "starting", "starting", "keeping a snapshot"):
            nights.note("n1", Kind.PHASE, "a", {"phase": phase})
        nights.note("n1", Kind.PHASE, "a", {"phase": "failed", "message": "no\nroom"})
        nights.note("n1", Kind.PHASE, "b", {"phase": "reverting"})
        (record,) = read_nights(nights, None, "lab")
    page = render(night_content(Told([record], noticed([record]), {})))
    assert "0 of 3 hosts green; a broke" in page
    assert "It has not been rebuilt before." in page
    read = JUnitXml.fromstring(night_junit(record, {}))
    outcomes = {
        (suite.name, case.name): [type(one).__name__ for one in case.result]
        for suite in read
        for case in suite
    }
    assert outcomes == {
        ("a", "reverting"): [],
        ("a", "starting"): [],
        ("a", "keeping a snapshot"): ["Failure"],
        ("b", "reverting"): ["Error"],
        ("c", "rebuild"): ["Skipped"],
    }
