"""Commands that read the journal of earlier runs, without a host."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provision.cli.main import run as run_command
from provision.journal.entry import Kind, Run
from provision.journal.lease import Lease
from provision.journal.store import Journal


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Invoke = Callable[..., Done]
FIRST, SECOND = "20260102-030405-aaaa", "20260103-030405-bbbb"


def begin(journal: Journal, run: str, host: str = "build-01") -> None:
    described = Run(
        id=run, host=host, machine="m", playbook="site.yml", playbook_sha256="a" * 64,
        variables_sha256="b" * 64, options={"tags": ["web"], "start_at": None},
        controller="somebody@here, process 1", started="2026-01-02T03:04:05.678Z",
    )  # fmt: skip
    journal.begin(described)
    journal.append(run, Kind.RESUMED, data={"owner": f"{run}/owner", "after": 0})
    journal.append(run, Kind.CONNECTED, data={"computer_name": "WIN", "os_build": 10586})
    rows = [{"task": "Fetch", "step": "fetch"}, {"task": "Install", "step": "installer"}]
    journal.append(run, Kind.EVENT, data={"event": "plan_made", "tasks": rows})
    journal.append(run, Kind.TASK_STARTED, task=1, data={"name": "Fetch", "step": "fetch"})
    change = {"what": "C:\\x.ps1", "before": None, "after": {"kind": "file"}}
    result = {"outcome": "changed", "changes": [change], "evidence": ["checked"]}
    done = {"outcome": "changed", "seconds": 7.0, "result": result, "value": {}}
    journal.append(run, Kind.TASK_FINISHED, task=1, data=done)
    journal.append(run, Kind.TASK_STARTED, task=2, data={"name": "Install", "step": "installer"})
    for kind, text, elapsed in (
        ("phase", "runs as job x", 0.1),
        ("output", "Querying\x1b[2J...", 75.0),
        ("error", "Failed.\nAnd more.", 515.0),
    ):
        line = {"task": "Install", "kind": kind, "text": text, "elapsed": elapsed}
        journal.append(run, Kind.LINE, task=2, data=line)


def end(journal: Journal, run: str, outcome: str = "changed") -> None:
    warning = {
        "event": "warning", "task": "Install", "issue": "vswitch", "brief": "It failed.",
        "evidence": "seen so", "remedy": "nothing", "expected": True,
    }  # fmt: skip
    journal.append(run, Kind.EVENT, task=2, data=warning)
    boot = {"boot_time": "2026-01-02T03:00:00Z", "token": "t"}
    restart = {
        "event": "host_restarted", "time": "2026-01-02T03:10:00.000Z", "old": boot, "new": boot,
        "seconds": 95.0, "expected": True,
    }  # fmt: skip
    journal.append(run, Kind.EVENT, task=2, data=restart)
    result = {"outcome": "ok", "evidence": ["fine"], "checks": []}
    done = {"outcome": "ok", "seconds": 7200.0, "result": result, "value": {}}
    journal.append(run, Kind.TASK_FINISHED, task=2, data=done)
    last = {"outcome": outcome, "exit_code": 0, "seconds": 7207.0, "message": "", "remedy": ""}
    journal.append(run, Kind.RUN_FINISHED, data=last)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hosts = "hosts:\n  build-01: {}\n  build-02: {}\ndefaults: {simulate: {}, playbook: site.yml}\n"
    (tmp_path / "host.yml").write_text(hosts, encoding="utf-8")
    return tmp_path


@pytest.fixture
def provision(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Invoke:
    """Run a command line in this process, which is quick."""
    monkeypatch.chdir(folder)

    def invoke(*arguments: str) -> Done:
        code = run_command(arguments)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return invoke


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    with Journal(folder / ".provision" / "journal.sqlite") as journal:
        yield journal


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("status", "--offline"), 0, "no run yet"),
        (("status",), 0, "it is simulated, and was never started"),
        (("history",), 0, "no run yet\n"),
        (("history", "build-01"), 0, "no run yet on build-01\n"),
        (("history", "--json"), 0, ""),
        (("show", "last"), 2, "error: no run yet"),
        (("logs", "last"), 2, "error: no run yet"),
        (("cancel",), 2, "name one of build-01, build-02"),
    ],
)
def test_before_the_first_run(
    provision: Invoke, folder: Path, command: tuple[str, ...], code: int, said: str
) -> None:
    done = provision(*command)
    assert done.returncode == code
    assert said in (done.stderr if code else done.stdout)
    assert [path.name for path in folder.iterdir()] == ["host.yml"]


@pytest.mark.parametrize("command", ["status", "history", "show", "logs", "cancel"])
def test_without_a_host_file(provision: Invoke, folder: Path, command: str) -> None:
    done = provision(command, "-f", "lab.yml")
    assert done.returncode == 2
    assert "lab.yml" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["host.yml"]


def test_another_host_file_s_journal(
    provision: Invoke, folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(journal, FIRST)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    done = provision("history", "-f", "../host.yml")
    assert FIRST in done.stdout


def test_show(provision: Invoke, journal: Journal) -> None:
    begin(journal, FIRST)
    end(journal, FIRST)
    done = provision("show")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"run {FIRST} on build-01 (WIN, build 10586)",
        "  playbook    site.yml (sha256 aaaaaaaaaaaa)",
        "  options     tags ['web']",
        "  began       2026-01-02 03:04:05Z by somebody@here, process 1",
        "  stands      done: the host was changed",
        "  exit code   0",
        next(line for line in done.stdout.splitlines() if "last entry" in line),
        "  took        2:00:07 of host time",
        "  counts      1 changed, 1 ok, 1 warning, 1 restart",
        "tasks",
        "    1  changed         0:07  Fetch  fetch",
        "                            checked",
        "                            C:\\x.ps1: created, kind file",
        "    2  ok           2:00:00  Install  installer",
        "                            fine",
        "warnings",
        "  vswitch (expected), in 'Install':",
        "    It failed.",
        "    seen: seen so",
        "    what to do: nothing",
        "restarts",
        "  2026-01-02 03:10:00Z  as asked, in task 2, away 1:35",
    ]
    (data,) = objects(provision("show", FIRST[:12], "--json").stdout)
    assert data["state"] == "ended"
    assert data["counts"] == {"changed": 1, "ok": 1}
    assert [task["name"] for task in data["tasks"]] == ["Fetch", "Install"]  # type: ignore[attr-defined]


def test_which_run(provision: Invoke, journal: Journal) -> None:
    begin(journal, FIRST)
    begin(journal, SECOND, "build-02")
    assert SECOND in provision("show", "last").stdout
    assert FIRST in provision("show", "20260102").stdout
    several = provision("show", "2026")
    assert several.returncode == 2
    assert f"'2026' begins 2 runs\n  hint: such as {SECOND}, {FIRST}" in several.stderr
    none = provision("show", "1999")
    assert none.returncode == 2
    assert "there is no run '1999'" in none.stderr


def test_history_and_status(provision: Invoke, journal: Journal) -> None:
    begin(journal, FIRST)
    end(journal, FIRST)
    begin(journal, SECOND)
    listed = objects(provision("history", "--json").stdout)
    assert [(row["run"]["id"], row["state"]) for row in listed] == [  # type: ignore[index]
        (SECOND, "broken off"),
        (FIRST, "ended"),
    ]
    assert len(objects(provision("history", "--json", "-n", "1").stdout)) == 1
    assert provision("history", "build-02").stdout == "no run yet on build-02\n"
    text = provision("history").stdout
    assert "broken off in task 2/2 'Install': its process is gone, and wrote no end" in text

    one, other = objects(provision("status", "--offline", "--json").stdout)
    assert (one["host"], one["holder"], one["seen"]) == ("build-01", None, None)
    assert one["last"]["state"] == "broken off"  # type: ignore[index]
    assert (other["host"], other["last"]) == ("build-02", None)
    assert "`provision up` goes on with it" in provision("status", "build-01").stdout


def test_a_run_that_is_at_work(provision: Invoke, journal: Journal) -> None:
    """This test's own process holds the host, so it is seen to live."""
    begin(journal, FIRST)
    Lease(journal, "build-01", f"{FIRST}/owner", "somebody@here, process 1").take(60)
    (status,) = objects(provision("status", "build-01", "--offline", "--json").stdout)
    assert status["holder"]["description"] == "somebody@here, process 1"  # type: ignore[index]
    assert status["last"]["state"] == "running"  # type: ignore[index]
    text = provision("status", "build-01", "--offline").stdout
    assert "running in task 2/2 'Install': somebody@here, process 1" in text
    done = provision("cancel", "build-01")
    assert done.returncode == 3
    assert "a run is at work on this host: somebody@here, process 1" in done.stderr
    assert "--force" in done.stderr

    # Another run has the host: the earlier one is not what goes on.
    Lease(journal, "build-01", "other", "them").take(60, take_over=True)
    (status,) = objects(provision("status", "build-01", "--offline", "--json").stdout)
    assert status["last"]["state"] == "broken off"  # type: ignore[index]


def test_logs(provision: Invoke, journal: Journal) -> None:
    begin(journal, FIRST)
    done = provision("logs")
    assert done.stdout == (
        "task 2: Install\n"
        "  [1:15] Querying\\x1b[2J...\n"
        "  [8:35] error: Failed.\n"
        "  [8:35] error: And more.\n"
    )
    assert "  [0:00] phase: runs as job x\n" in provision("logs", "last", "--all").stdout
    assert provision("logs", "last", "inst").stdout == done.stdout
    assert provision("logs", "last", "2", "--follow").stderr == (
        "the run broke off: its process is gone, and wrote no end\n"
    )
    nothing = provision("logs", "last", "1")
    assert (nothing.stdout, nothing.stderr) == ("", "no lines\n")
    wrong = provision("logs", "last", "7")
    assert wrong.stderr == "no task '7' has begun; there are 1 Fetch; 2 Install\n"
    lines = objects(provision("logs", "--json").stdout)
    assert [(line["task"], line["kind"], line["elapsed"]) for line in lines] == [
        (2, "output", 75.0),
        (2, "error", 515.0),
    ]


def test_a_journal_of_a_later_version(provision: Invoke, journal: Journal) -> None:
    with journal.database.transaction() as connection:
        connection.execute("PRAGMA user_version = 99")
    done = provision("history")
    assert done.returncode == 1
    assert "the journal was written by a later version of provision" in done.stderr
