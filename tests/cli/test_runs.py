"""Whole runs, each in a process of its own, on simulated hosts."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "container-host.yml"
PROVISION = (sys.executable, "-m", "provision")

FOLDER = """\
  - name: A folder
    file: {path: 'C:\\lab', state: folder}
"""
WRONG = """\
  - name: A wrong hope
    verify:
      - file: C:\\nowhere
"""


def write(folder: Path, tasks: str, host: str = "simulate: {speed: 10000}\n") -> None:
    (folder / "host.yml").write_text(f"{host}playbook: site.yml\n", encoding="utf-8")
    (folder / "site.yml").write_text(f"tasks:\n{tasks}", encoding="utf-8")


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_second_run_has_nothing_to_change(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, FOLDER)
    looked = provision("up", "--check", "--events", "-")
    first = provision("up", "--events", "-")
    second = provision("up", "--events", "events.jsonl")
    assert [looked.returncode, first.returncode, second.returncode] == [0, 0, 0]

    for done in (looked, first):
        told = events(done.stdout)
        assert [event["event"] for event in told] == [
            "run_started",
            "host_connected",
            "plan_made",
            "task_started",
            "task_finished",
            "run_finished",
        ]
        assert told[4]["outcome"] == "changed"
        assert told[5]["counts"] == {"changed": 1}
        assert told[5]["exit_code"] == 0
    assert events(looked.stdout)[0]["check"] is True
    assert "would change" in looked.stderr
    assert "C:\\lab: kind absent → folder" in first.stderr

    assert events((tmp_path / "events.jsonl").read_text())[-1]["outcome"] == "ok"
    assert "done: nothing had to be changed" in second.stdout
    assert second.stderr == ""


@pytest.mark.parametrize(
    ("tasks", "options", "code"),
    [
        (WRONG, (), 4),
        ("  - {name: never, assert: 1 == 2}\n", (), 1),
        ("  - {name: never, assert: 1 == 2, ignore: true}\n", (), 0),
        ("  - {name: never, assert: 1 == 2, ignore: true}\n", ("--strict",), 5),
        (FOLDER + WRONG, ("--start-at", "A wrong hope"), 4),
        ("  - name: x\n    assert: one == 'two'\n", ("--var", "one=two"), 0),
        ("  - name: x\n    assert: one == 'two'\n", (), 2),
    ],
)
def test_exit_codes(
    provision: Run, tmp_path: Path, tasks: str, options: tuple[str, ...], code: int
) -> None:
    write(tmp_path, tasks)
    done = provision("up", *options)
    assert done.returncode == code, done.stdout + done.stderr


def test_what_a_short_command_wrote(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, "  - {name: who, command: {line: hostname, changes: false}}\n")
    quiet = provision("up")
    assert "WIN-TP4\n" not in quiet.stdout
    loud = provision("up", "-v")
    assert "] WIN-TP4\n" in loud.stdout
    logs = provision("logs", "last", "who")
    assert logs.stdout.startswith("task 1: who\n")
    assert logs.stdout.endswith("] WIN-TP4\n")
    assert logs.stderr == ""


def test_plan_runs_no_task(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, FOLDER + WRONG)
    done = provision("plan", "--events", "-")
    assert done.returncode == 0
    assert [event["event"] for event in events(done.stdout)] == [
        "run_started",
        "host_connected",
        "plan_made",
        "run_finished",
    ]
    assert "1. run A folder (file): C:\\lab is a folder" in done.stderr


def test_verify_carries_out_only_verifications(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, FOLDER + "  - {name: There, verify: [{file: 'C:\\lab'}]}\n")
    assert provision("verify").returncode == 4
    assert provision("up").returncode == 0
    done = provision("verify")
    assert done.returncode == 0
    assert "A folder" not in done.stdout
    assert provision("simulate", "reset").stdout == "host: forgotten\n"
    assert provision("verify").returncode == 4


def test_one_host_s_failure_leaves_the_others_alone(provision: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        "  - {name: mine, assert: good}\n",
        "defaults: {playbook: site.yml, simulate: {speed: 10000}}\n"
        "hosts:\n  a: {vars: {good: false}}\n  b: {vars: {good: true}}\n"
        "  c: {vars: {good: false}, simulate: false, winrm: {address: 127.0.0.1, port: 9,"
        " scheme: http, password: {env: NONE}}}\n#",
    )
    done = provision("up", "--events", "-")
    assert done.returncode == 2
    ended = [event for event in events(done.stdout) if event["event"] == "run_finished"]
    assert [(event["host"], event["exit_code"]) for event in ended] == [("a", 1), ("b", 0)]
    assert "environment variable NONE" in done.stderr
    assert provision("up", "--limit", "b").returncode == 0


def test_a_host_that_is_never_reached_is_in_the_history(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, FOLDER + "  - {name: never, assert: 1 == 2}\n")
    assert provision("up").returncode == 1
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        write(
            tmp_path,
            FOLDER,
            f"name: host\nwinrm: {{address: 127.0.0.1, port: {port}, scheme: http,"
            " password: {env: SECRET}, connect_timeout: 1}\n",
        )
        assert provision("up", SECRET="x").returncode == 3
    rows = events(provision("history", "--json").stdout)
    assert [(row["outcome"], row["exit_code"]) for row in rows] == [
        ("unreachable", 3),
        ("failed", 1),
    ]
    assert f"127.0.0.1:{port}" in str(rows[0]["message"])
    told = provision("history").stdout
    assert "  unreachable (exit code 3): " in told
    assert "never got to work" in provision("show", "last").stdout


def test_facts_and_doctor(provision: Run, tmp_path: Path) -> None:
    write(tmp_path, FOLDER)
    done = provision("facts", "--json")
    assert done.returncode == 0
    (found,) = events(done.stdout)
    assert found["facts"]["os_build"] == 10586  # type: ignore[index]
    done = provision("doctor")
    assert done.returncode == 0
    assert "failed" not in done.stdout
    assert "self-test: powershell" in done.stdout


@contextmanager
def start(
    folder: Path, environment: dict[str, str], *arguments: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*PROVISION, *arguments],
        cwd=folder,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    seen = ""
    while text not in seen:
        line = process.stdout.readline()
        assert line, f"{text!r} did not come: {seen}"
        seen += line
    return seen


def test_ctrl_c_stops_at_a_safe_point(tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path, "  - {name: Long, wait_for: 1000}\n", "simulate: {speed: 1}\n")
    with start(tmp_path, environment, "up") as process:
        read_until(process, "task 1/1: Long")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping at the next safe point" in err
    assert "Nothing goes on on the host." in out
    assert "Run the same command again to go on." in out
    assert "Traceback" not in err


def test_ctrl_c_says_what_goes_on_on_the_host(
    provision: Run, tmp_path: Path, environment: dict[str, str]
) -> None:
    host = "playbook: {}\nsimulate: {{feature_installed: true, switch_error: none, speed: {}}}\n"
    path = tmp_path / "host.yml"
    path.write_text(host.format(PLAYBOOK, 60), encoding="utf-8")
    with start(tmp_path, environment, "up") as process:
        read_until(process, "Getting Container OS image")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "This goes on on the host: " in out
    assert "it finds that work and goes on from there" in out
    assert "Traceback" not in err

    path.write_text(host.format(PLAYBOOK, 3000), encoding="utf-8")
    done = provision("up")
    assert done.returncode == 0
    assert "is still running as job" in done.stdout
    assert "Script complete!" in done.stdout


def test_a_second_ctrl_c_stops_at_once(tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path, "  - {name: Long, wait_for: 1000}\n", "simulate: {speed: 1}\n")
    with start(tmp_path, environment, "up") as process:
        read_until(process, "task 1/1: Long")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in out
    assert "Traceback" not in err


def test_a_served_host_takes_other_clients(tmp_path: Path, environment: dict[str, str]) -> None:
    import winrm

    environment["PROVISION_SIMULATOR_PASSWORD"] = "right"
    with start(tmp_path, environment, "simulate", "serve", "--generation", "rtm") as process:
        said = read_until(process, "Ctrl-C ends it.")
        endpoint = said.split("a new simulated host: ")[1].split("\n")[0]
        session = winrm.Session(
            endpoint,
            auth=("Administrator", "right"),
            transport="ntlm",
            ca_trust_path=None,
            server_cert_validation="ignore",
        )
        assert session.run_cmd("hostname").std_out.strip() == b"WIN-2016"
        assert "right" not in said

        port = endpoint.split(":")[2].split("/")[0]
        settings = f"address: 127.0.0.1, port: {port}, password: {{env: PW}}, connect_timeout: 2"
        for extra, password, code, told in (
            ("scheme: http", "right", 0, "changed"),
            ("scheme: http", "wrong", 3, "refused the login"),
            ("scheme: http, auth: basic", "wrong", 3, "refused the login"),
            ("scheme: https", "right", 3, "does not speak TLS"),
        ):
            write(tmp_path, FOLDER, f"winrm: {{{settings}, {extra}}}\n")
            done = subprocess.run(
                [*PROVISION, "up"],
                cwd=tmp_path,
                env={**environment, "PW": password},
                capture_output=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
            assert done.returncode == code, done.stdout
            assert told in done.stdout
            assert password not in done.stdout + done.stderr or password == "right"
            assert "Traceback" not in done.stderr
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.endswith("stopped\n")
    assert "Traceback" not in err


def test_certificates_before_the_doctor(
    tmp_path: Path, environment: dict[str, str], provision: Run
) -> None:
    environment["PROVISION_SIMULATOR_PASSWORD"] = "right"
    with start(tmp_path, environment, "simulate", "serve", "--scheme", "https") as process:
        said = read_until(process, "Ctrl-C ends it.")
        port = said.split("https://127.0.0.1:")[1].split("/")[0]
        ca = Path(said.split(" ca ")[1].split()[0])
        host = f"winrm: {{address: 127.0.0.1, port: {port}, password: {{env: PW}}"
        done = {}
        for name, more in {
            "none": "",
            "file": f", ca: {ca}",
            "folder": f", ca: {ca.parent}",
            "unchecked": ", verify: false",
        }.items():
            write(tmp_path, FOLDER, f"{host}{more}}}\n")
            done[name] = provision("doctor", PW="right")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert {name: one.returncode for name, one in done.items()} == {
        "none": 3,
        "file": 0,
        "folder": 3,
        "unchecked": 0,
    }
    for name in ("none", "folder"):
        assert "the host's certificate is not trusted" in done[name].stdout
    assert done["file"].stderr == ""
    assert done["unchecked"].stderr.startswith("WARNING: anybody could pose as 'host'")
    assert "InsecureRequestWarning" not in done["unchecked"].stderr


def test_a_port_that_is_taken(provision: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = provision("simulate", "serve", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"error: --port {port} cannot be had: Address already in use\n"


def test_a_server_that_is_no_winrm(provision: Run, tmp_path: Path) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(500)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>\x1b]0;owned\x07 Service trouble</html>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"address: 127.0.0.1, port: {server.server_port}, scheme: http"
        write(
            tmp_path, FOLDER, f"winrm: {{{address}, password: {{env: PW}}, connect_timeout: 1}}\n"
        )
        run = provision("up", PW="a secret")
        looked = provision("doctor", PW="a secret")
        server.shutdown()
    assert [run.returncode, looked.returncode] == [3, 3]
    assert "answered with HTTP status 500 and no WinRM" in run.stdout
    assert "\x1b" not in run.stdout
    assert "a secret" not in run.stdout + run.stderr + looked.stdout
    assert "failed   WinRM" in looked.stdout
    assert "skipped  login" in looked.stdout
