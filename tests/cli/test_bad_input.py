"""What a user may get wrong, as the whole command tells it: never a traceback, exit code 2."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HOST = "winrm: {{address: 127.0.0.1, port: {port}, scheme: http, password: {{env: PW}}}}\n"


def write(folder: Path, host: str | bytes, playbook: str | bytes = "tasks: []\n") -> None:
    for name, text in (("host.yml", host), ("site.yml", playbook)):
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_playbook_with_several_mistakes_shows_them_all(provision: Run, tmp_path: Path) -> None:
    playbook = """\
tasks:
  - name: A folder
    fiel:
      path: C:\\x
  - name: A service
    service:
      name: W3SVC
      state: runing
  - name: Twice
    restart: {}
    file: {path: "{{ nowhere }}"}
"""
    write(tmp_path, "simulate: {}\nplaybook: site.yml\n", playbook)
    done = provision("validate")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "site.yml:3:5\n  |\n3 |     fiel:\n  |     ^" in done.stderr
    assert "did you mean 'file'?" in done.stderr
    assert "site.yml:8:14\n" in done.stderr
    assert "runing" in done.stderr
    assert done.stderr.rstrip().endswith("problems found; nothing was done")


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("", "empty"),
        ("# only a comment\n", "the file holds only comments\n --> host.yml:1:1"),
        (b"\x00\x01\x02\xff\xfe\x00", "host.yml"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "host.yml"),
        ("- a\n- b\n", "the host file is not a mapping"),
        ("winrm:\n  address: x\n port: 5\n", "host.yml:3:2"),
        ("winrm:\n\taddress: x\n", "a tab cannot be used for indentation"),
        ("winrm: {adress: 192.0.2.10}\n", "did you mean 'address'?"),
        ("name: a\nname: b\n", "the key 'name' is given twice"),
        ("winrm: {address: 192.0.2.10}\n", "has no password"),
        ("simulate: {}\n", "no playbook is named"),
        ("simulate: {}\nplaybook: none.yml\n", "none.yml"),
        ("simulate: {speed: fast}\nplaybook: site.yml\n", "must be a number"),
        ("simulate: {scenario: tp44}\nplaybook: site.yml\n", "did you mean 'tp4'?"),
    ],
)
def test_host_files(provision: Run, tmp_path: Path, host: str | bytes, said: str) -> None:
    write(tmp_path, host)
    done = provision("validate")
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "error:" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validate", "nowhere.yml"], "nowhere.yml"),
        (["validate", "."], "."),
        (["validate", "--limit", "other"], "--limit: there is no host or group 'other'"),
        (["up", "--var", "x"], "--var: 'x' is no variable"),
        (["up", "--events", "no/such/folder/x"], "--events: 'no/such/folder/x' cannot be written"),
        (["up", "--playbook", "other.yml"], "other.yml"),
    ],
)
def test_options(provision: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    write(tmp_path, "simulate: {}\nplaybook: site.yml\n")
    done = provision(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--start-at", "Secnd"],
            "error: --start-at: no task of site.yml is called 'Secnd'\n"
            "  hint: did you mean 'Second'?\n",
        ),
        (
            ["--start-at", "xyz"],
            "error: --start-at: no task of site.yml is called 'xyz'\n"
            "  hint: there are: First; Second\n",
        ),
        (
            ["--tags", "wbe,db"],
            "error: --tags: no task of site.yml has the tag 'wbe'\n  hint: did you mean 'web'?\n",
        ),
    ],
)
@pytest.mark.parametrize("command", ["up", "plan"])
def test_tasks_that_are_not_there_are_told_before_any_connection(
    provision: Run, tmp_path: Path, command: str, arguments: list[str], said: str
) -> None:
    write(
        tmp_path,
        "simulate: {}\nplaybook: site.yml\n",
        "tasks:\n  - {name: First, assert: 1 == 1, tags: [web, db]}\n"
        "  - {name: Second, assert: 1 == 1}\n",
    )
    done = provision(command, *arguments)
    assert done.returncode == 2
    assert (done.stdout, done.stderr) == ("", said)


def test_a_tag_of_one_of_two_playbooks_is_good(provision: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        "defaults: {simulate: {speed: 10000}}\nhosts:\n  a: {playbook: site.yml}\n"
        "  b: {playbook: other.yml}\n",
        "tasks:\n  - {name: First, assert: 1 == 1, tags: web}\n",
    )
    (tmp_path / "other.yml").write_text("tasks:\n  - {name: First, assert: 1 == 1}\n")
    done = provision("plan", "--tags", "web")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "b:   1. skip First" in done.stdout
    assert provision("plan", "--tags", "wbe").returncode == 2


def test_a_wrong_hash_is_told_in_words(provision: Run, tmp_path: Path) -> None:
    playbook = """\
tasks:
  - fetch: {dest: 'C:\\x', url: 'https://example.com/x', sha256: 0123abc}
  - fetch: {dest: 'C:\\x', url: 'ftp://example.com/x', sha256: xyz}
  - verify: [{file: {path: 'C:\\x', sha256: 'sha256:abc'}}]
"""
    write(tmp_path, "simulate: {}\nplaybook: site.yml\n", playbook)
    done = provision("validate")
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if "error:" in line or "-->" in line] == [
        "error: 'fetch.sha256': a SHA-256 is 64 hexadecimal digits, and here are 7",
        " --> site.yml:2:65",
        "error: 'fetch.url' must be an http:// or https:// address, got 'ftp://example.com/x'",
        " --> site.yml:3:32",
        "error: 'fetch.sha256': a SHA-256 is 64 hexadecimal digits, and 'x' is none",
        " --> site.yml:3:63",
        "error: 'verify.checks[0].file.sha256': a SHA-256 is 64 hexadecimal digits alone: "
        "leave out 'sha256:'",
        " --> site.yml:4:44",
        "error: 4 problems found; nothing was done",
    ]


def test_a_refused_port_is_told_at_once_and_once(provision: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    host = HOST.format(port=port).replace("}\n", ", connect_timeout: 2}\n")
    write(tmp_path, f"{host}playbook: site.yml\n")
    done = provision("up", "--events", "events.jsonl", PW="secret")
    assert done.returncode == 3
    told = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [event["event"] for event in told] == ["run_started", "host_awaited", "run_finished"]
    assert told[1]["reason"] == f"127.0.0.1:{port} refused the connection"
    assert told[0]["time"] < told[1]["until"]
    assert f"trying until {told[1]['until'][11:19]} UTC: 127.0.0.1:{port} refused" in done.stdout
    assert "what to do: Check the port" in done.stdout


def test_a_missing_secret(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, HOST.format(port=9) + "playbook: site.yml\n")
    done = provision("up")
    assert done.returncode == 2
    assert done.stderr == (
        "error: the environment variable PW is not set\n"
        "  written at host.yml:1:62\n"
        "  what to do: set it in this shell: export PW=…\n"
    )


def test_a_literal_password_is_a_loud_warning_and_is_not_shown(
    provision: Run, tmp_path: Path
) -> None:
    write(
        tmp_path,
        "winrm: {address: 127.0.0.1, password: hunter2}\nplaybook: site.yml\n",
    )
    done = provision("validate")
    assert done.returncode == 0
    assert "WARNING: the password stands in the file" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_a_warning_that_nobody_raises_cannot_be_expected(provision: Run, tmp_path: Path) -> None:
    playbook = """\
tasks:
  - restart:
    expect_warnings: [vswitch-ad-failed, task-failed-ignored, vswitch-add-failed]
"""
    write(tmp_path, "simulate: {}\nplaybook: site.yml\n", playbook)
    done = provision("validate")
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert "'vswitch-ad-failed', which is no known issue" in done.stderr
    assert "did you mean 'vswitch-add-failed'?" in done.stderr


@pytest.mark.parametrize("content", [b"", b"\x30\x82\x01\xff", b"-----BEGIN CERTIFICATE-----\nx\n"])
def test_a_certificate_file_without_a_certificate(
    provision: Run, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "host.cer").write_bytes(content)
    host = "winrm: {address: 127.0.0.1, port: 1, password: {env: PW}, ca: host.cer}\n"
    write(tmp_path, f"{host}playbook: site.yml\n")
    done = provision("up", PW="secret")
    assert done.returncode == 2
    assert (done.stdout, done.stderr.splitlines()[0]) == (
        "", "error: host: winrm.ca: host.cer holds no certificate in PEM form",
    )  # fmt: skip
    assert "certutil -encode" in done.stderr


def test_files_that_are_not_there(provision: Run, tmp_path: Path) -> None:
    done = provision("up")
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no host file host.yml\n  hint: name yours")
    write(tmp_path, "simulate: {}\nplaybook: none.yml\n")
    done = provision("up")
    assert done.returncode == 2
    assert done.stderr.startswith("error: host: there is no playbook none.yml\n --> host.yml:1:1")
    assert "sought beside the host file" in done.stderr


@pytest.mark.parametrize("command", ["up", "facts", "doctor"])
def test_a_certificate_file_that_is_not_there(provision: Run, tmp_path: Path, command: str) -> None:
    host = "winrm: {address: 127.0.0.1, port: 1, password: {env: PW}, ca: no.pem}\n"
    write(tmp_path, f"{host}playbook: site.yml\n")
    done = provision(command, PW="secret")
    assert done.returncode == 2
    assert "winrm.ca: the file no.pem is not there\n --> host.yml:1:1" in done.stderr
