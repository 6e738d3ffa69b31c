"""`provision lint-dockerfile` as users run it: files, standard input, formats, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
BAD = "FROM mcr.microsoft.com/windows/servercore:ltsc2019\r\nWORKDIR C:\\app\r\n"
GOOD = BAD.replace("\\", "/")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bad").write_bytes(BAD.encode())
    (tmp_path / "good").write_bytes(GOOD.encode())
    return tmp_path


def test_a_finding_has_its_place_its_reason_and_its_cure(folder: Path, provision: Run) -> None:
    done = provision("lint-dockerfile", "bad", "good", cwd=folder)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("bad: checked for Windows Server 2019, guessed from the tag")
    assert lines[1] == "bad:2:11: error: Docker makes `C:app` of `C:\\app` [lost-backslash]"
    assert lines[2].startswith("  why: ")
    assert lines[3].startswith("  fix: ")
    assert lines[-1] == "2 files: 1 error, 0 warnings"
    assert provision("lint-dockerfile", "good", cwd=folder).returncode == 0


def test_fix_writes_what_diff_shows_and_nothing_else(folder: Path, provision: Run) -> None:
    file = folder / "bad"
    file.chmod(0o640)
    shown = provision("lint-dockerfile", "--diff", "bad", cwd=folder)
    assert shown.returncode == 1
    assert "-WORKDIR C:\\app\n+WORKDIR C:/app\n" in shown.stdout
    assert file.read_bytes() == BAD.encode()
    done = provision("lint-dockerfile", "--fix", "--diff", "bad", cwd=folder)
    assert done.returncode == 0
    assert "+WORKDIR C:/app\n" in done.stdout
    assert file.read_bytes() == GOOD.encode()
    assert file.stat().st_mode & 0o777 == 0o640
    stamp = file.stat().st_mtime_ns
    again = provision("lint-dockerfile", "--fix", "--diff", "bad", cwd=folder)
    assert "WORKDIR" not in again.stdout
    assert file.stat().st_mtime_ns == stamp
    assert sorted(path.name for path in folder.iterdir()) == ["bad", "good"]


def test_fix_goes_through_a_link(folder: Path, provision: Run) -> None:
    (folder / "link").symlink_to("bad")
    assert provision("lint-dockerfile", "--fix", "link", cwd=folder).returncode == 0
    assert (folder / "link").is_symlink()
    assert (folder / "bad").read_bytes() == GOOD.encode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_file_that_cannot_be_written_stays_as_it_is(folder: Path) -> None:
    import resource

    done = subprocess.run(
        [sys.executable, "-m", "provision", "lint-dockerfile", "--fix", "bad"],
        cwd=folder,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)),
    )
    assert done.returncode == 2
    assert b"cannot write bad: File too large" in done.stderr
    assert (folder / "bad").read_bytes() == BAD.encode()
    assert sorted(path.name for path in folder.iterdir()) == ["bad", "good"]


def test_standard_input(folder: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "provision", "lint-dockerfile", *arguments, "-"]
        return subprocess.run(command, input=BAD.encode(), cwd=folder, capture_output=True)

    assert b"-:2:11: error:" in run().stdout
    mended = run("--fix")
    assert mended.stdout == GOOD.encode()
    assert b"1 mend made" in mended.stderr


def test_json(folder: Path, provision: Run) -> None:
    done = provision("lint-dockerfile", "--format", "json", "--target", "tp4", "bad", cwd=folder)
    assert done.returncode == 1
    read = json.loads(done.stdout)
    (file,) = read["files"]
    assert (read["version"], file["file"], file["target"]) == (1, "bad", "tp4")
    assert {"base-image-newer-than-host", "lost-backslash", "drive-letter-path"} == {
        one["rule"] for one in file["findings"]
    }
    assert set(file["findings"][0]) == {
        *("rule", "severity", "line", "column", "message", "why", "fix"),
    }


def test_sarif(folder: Path, provision: Run) -> None:
    done = provision("lint-dockerfile", "--format", "sarif", "bad", "good", cwd=folder)
    (run,) = json.loads(done.stdout)["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["lost-backslash"]
    assert [one["properties"]["target"] for one in run["artifacts"]] == ["2019", "2019"]


def test_rules_can_be_left_out(folder: Path, provision: Run) -> None:
    done = provision("lint-dockerfile", "--ignore", "lost-backslash", "bad", cwd=folder)
    assert done.returncode == 0
    unknown = provision("lint-dockerfile", "--ignore", "lost-backslashes", "bad", cwd=folder)
    assert unknown.returncode == 2
    assert "Did you mean 'lost-backslash'?" in unknown.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot read x: No such file"),
        (b"", "x is empty"),
        (b"FROM x\n\xff\xfe", "x is no UTF-8 text"),
        (b"FROM x\0", "x is not a text file"),
        (b"\x7fELF" + bytes(range(256)), "x is no UTF-8 text"),
        (b"Dear reader\n", "x is not a Dockerfile"),
        (b"FROM x\n" * 800_000, "x is larger than 4 MiB"),
    ],
)
def test_what_is_no_dockerfile_does_not_hide_the_others(
    content: bytes | None, says: str, folder: Path, provision: Run
) -> None:
    if content is not None:
        (folder / "x").write_bytes(content)
    done = provision("lint-dockerfile", "x", "bad", cwd=folder)
    assert done.returncode == 2
    assert says in done.stderr
    assert "bad:2:11: error:" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--target", "2012", "bad"],
        ["--diff", "--format", "json", "bad"],
        ["-", "-"],
        ["--fix", "-", "bad"],
        ["--fix", "--format", "json", "-"],
        ["."],
    ],
)
def test_bad_usage(arguments: list[str], folder: Path, provision: Run) -> None:
    assert provision("lint-dockerfile", *arguments, cwd=folder).returncode == 2


def test_control_characters_do_not_reach_the_terminal(folder: Path, provision: Run) -> None:
    (folder / "x").write_bytes(b"FROM x\nWORKDIR C:\\\x1b[31m\\b\n")
    done = provision("lint-dockerfile", "--diff", "x", cwd=folder)
    assert "\x1b" not in done.stdout
