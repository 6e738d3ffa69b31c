"""Files in whole runs: folders, large files, both ways, and in memory that does not grow."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from provision.engine.run import RunOptions

BOTH_WAYS = """\
tasks:
  - name: there
    copy: {src: tools, dest: 'C:\\tools', remove_extra: true}
  - name: a large one
    copy: {src: tools/large.bin, dest: 'C:\\large.bin'}
    register: large
  - name: back
    retrieve: {src: 'C:\\tools\\large.bin', dest: 'back/{{ host }}.bin'}
  - name: the same
    assert: {that: ["large.sha256 == '%s'", "large.bytes == 500000"]}
"""


def test_folders_and_large_files_go_there_and_back(lab):
    here = lab()
    tools = here.folder / "tools"
    tools.mkdir()
    content = os.urandom(500_000)
    (tools / "large.bin").write_bytes(content)
    (tools / "small.txt").write_text("x")
    playbook = BOTH_WAYS % hashlib.sha256(content).hexdigest()
    told, _ = here.run(playbook.partition("  - name: back")[0], RunOptions(check=True))
    assert told.counts == {"changed": 2}
    done, _ = here.run(playbook)
    assert done.counts == {"changed": 3, "ok": 1}
    assert (here.folder / "back" / "lab-01.bin").read_bytes() == content
    again, _ = here.run(playbook)
    assert again.counts == {"ok": 4}


def test_progress_of_a_transfer_is_an_event(lab, monkeypatch):
    monkeypatch.setattr("provision.engine.transfer.watch.REAL_SECONDS", 0)
    here = lab()
    (here.folder / "a.bin").write_bytes(os.urandom(100_000))
    _, recorder = here.run("tasks:\n  - {name: a, copy: {src: a.bin, dest: 'C:\\a.bin'}}\n")
    told = [event for event in recorder.of("task_progress") if event.kind == "progress"]
    assert told[-1].text.startswith("a.bin: 100 % of 100.0 kB, ")


@pytest.mark.parametrize(
    ("source", "reason"),
    [("none", "cannot read none"), ("/dev/null", "neither a file nor a folder")],
)
def test_what_cannot_be_sent_fails_the_task(lab, source, reason):
    result, recorder = lab().run(f"tasks: [{{name: a, copy: {{src: {source}, dest: 'C:\\x'}}}}]")
    assert result.counts == {"failed": 1}
    assert reason in recorder.of("task_finished")[0].reason


@pytest.fixture
def pages() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A server on loopback, and what it serves."""
    served: dict[str, bytes] = {}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = served.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("right", [True, False])
def test_the_controller_fetches_and_sends_on(lab, pages, right):
    address, served = pages
    content = os.urandom(400_000)
    served["/a.bin"] = content if right else content[::-1]
    sha256 = hashlib.sha256(content).hexdigest()
    here = lab()
    result, recorder = here.run(
        "tasks:\n  - name: a\n    fetch:\n      dest: 'C:\\a.bin'\n      via: controller\n"
        f"      url: {address}/a.bin\n      sha256: {sha256}\n"
        "  - {name: back, retrieve: {src: 'C:\\a.bin', dest: back.bin}}\n"
    )
    if right:
        assert result.counts == {"changed": 2}
        assert (here.folder / "back.bin").read_bytes() == content
    else:
        assert result.counts == {"failed": 1}
        assert f"{address}/a.bin, by the controller: has the SHA-256 " in recorder.said()
        assert f"and the playbook says {sha256}" in recorder.said()


SENDER = """\
import re, sys
from pathlib import Path
from provision.engine.clock import HostClock
from provision.engine.connection import HostConnection
from provision.engine.emitter import Emitter
from provision.engine.interruption import Interruption
from provision.engine.transfer.download import download
from provision.engine.transfer.source import open_file
from provision.engine.transfer.upload import upload
from provision.engine.transfer.watch import Watch
from provision.model.host import Authentication, Scheme, WinRMSettings
from provision.model.secret import Secret
from provision.transport.winrm import WinRMConnector

port, password, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
settings = WinRMSettings(
    address="127.0.0.1", port=port, scheme=Scheme.HTTP, auth=Authentication.BASIC
)
clock = HostClock()
interruption = Interruption(clock)
connector = WinRMConnector(settings, "127.0.0.1", port, Secret(password))
connection = HostConnection(connector, clock, Emitter("a", []), interruption)
connection.open(60)
watch = Watch(clock, interruption, lambda text: None, lambda: 0.0)
peaks = []
for name in ("small", "large"):
    with open_file(folder / name, name) as source:
        upload(connection, source, f"C:\\\\{name}", watch)
    download(connection, f"C:\\\\{name}", folder / f"{name}.back", watch)
    status = Path("/proc/self/status").read_text()
    peaks.append(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024)
connection.close()
print(*peaks)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_memory_does_not_grow_with_the_file(lab, tmp_path):
    """In a process of its own, since memory is a process's."""
    here = lab(speed=1.0)
    for name, megabytes in (("small", 8), ("large", 40)):
        with (tmp_path / name).open("wb") as stream:
            for number in range(megabytes):
                stream.write(os.urandom(500_000) + bytes([number]) * 500_000)
    done = subprocess.run(
        [sys.executable, "-c", SENDER, str(here.server.port), here.password, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    small, large = map(int, done.stdout.split())
    assert large < small + 8
    assert large < 80
    assert (tmp_path / "large.back").read_bytes() == (tmp_path / "large").read_bytes()
