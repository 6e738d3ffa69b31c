"""A full disk stops no job: what its log could not hold is told, and its end is always known.

The agent's folder is a small file system of its own, which the tests fill. It exists in the agent's
mount namespace alone, and goes with its last process; that takes root on Linux.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.powershell

Finish = Callable[[str], dict[str, Any]]


IN_A_SMALL_PLACE = """\
#!/bin/sh
exec unshare --mount --propagation private sh -c \\
  'mount -t tmpfs -o size=4m none "$0" && exec "$@"' '{data}' '{engine}' "$@"
"""


@pytest.fixture(scope="module")
def data(host: Any) -> Iterator[Path]:
    """The agent's own folder, on a file system of 4 MB, as it is seen from outside."""
    alone = ["unshare", "--mount", "--propagation", "private"]
    probe = [*alone, "mount", "-t", "tmpfs", "none", str(host.folder)]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("a small file system can be mounted by root on Linux alone")
    inside: Path = host.data
    inside.mkdir(parents=True, exist_ok=True)
    starter = Path(host.folder) / "starter" / "powershell"
    starter.parent.mkdir()
    starter.write_text(IN_A_SMALL_PLACE.format(data=inside, engine=shutil.which("powershell")))
    starter.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{starter.parent}{os.pathsep}{os.environ['PATH']}")
        host.start()
    host.data = Path(f"/proc/{host.channel.pid}/root{inside}")
    yield inside
    host.end_jobs()
    host.close()
    host.data = inside


@pytest.fixture
def fill(host: Any, data: Path) -> Iterator[Callable[[], Path]]:
    """Take all the room that is left; the file's removal gives it back."""
    assert data.is_dir()
    ballast: Path = host.data / "ballast"

    def fill() -> Path:
        with ballast.open("wb", buffering=0) as stream:
            for size in (65536, 4096, 1):
                try:
                    while stream.write(b"\0" * size) == size:
                        pass
                except OSError:
                    continue
        return ballast

    yield fill
    ballast.unlink(missing_ok=True)


def gated(place: Path, *texts: str) -> str:
    """A script that says each text when its gate opens, and leaves a trace of it elsewhere."""
    lines = []
    for number, text in enumerate(texts):
        lines.append(f"while (-not [IO.File]::Exists('{place}/{number}')) {{ Start-Sleep -m 30 }}")
        lines += [text, f"[IO.File]::WriteAllText('{place}/said-{number}', 'x')"]
    return "\n".join(lines)


def let(place: Path, number: int) -> None:
    """Open a gate, and wait until the script has passed it."""
    (place / str(number)).touch()
    deadline = time.monotonic() + 60
    while not (place / f"said-{number}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.03)
    time.sleep(1.5)


@pytest.mark.usefixtures("data")
def test_the_script_goes_on_and_the_log_says_what_it_lost(
    host: Any, place: Path, fill: Callable[[], Path], finish: Finish
) -> None:
    script = gated(place, "'before'", '1..40 | ForEach-Object { "$_ " + "x" * 500 }', "'after'")
    host.perform("job.start", {"id": "full", "script": script})
    let(place, 0)
    ballast = fill()
    let(place, 1)
    assert host.perform("job.poll", {"id": "full"})["state"] == "running"
    ballast.unlink()
    let(place, 2)
    answer = finish("full")
    told = [(each["kind"], each["text"]) for each in answer["records"]]
    assert told[0] == ("output", "before")
    assert told[-2][0] == "warning"
    assert told[-2][1].startswith("the disk was full: ")
    assert told[-1] == ("output", "after")
    numbers = [each["number"] for each in answer["records"]]
    assert numbers == sorted(set(numbers))
    assert answer["exit"]["log_lost"] is True


@pytest.mark.usefixtures("data")
def test_an_end_on_a_full_disk_is_known(
    host: Any, place: Path, fill: Callable[[], Path], finish: Finish
) -> None:
    host.perform("job.start", {"id": "ends", "script": gated(place, "'a'", "'b' * 20000; exit 7")})
    let(place, 0)
    fill()
    (place / "1").touch()
    answer = finish("ends")
    assert (answer["state"], answer["exit"]["exit_code"]) == ("finished", 7)
    assert answer["exit"]["log_lost"] is True
    assert answer["records"][0]["text"] == "a"


@pytest.mark.usefixtures("data")
def test_a_job_is_stopped_on_a_full_disk(host: Any, place: Path, fill: Callable[[], Path]) -> None:
    host.perform("job.start", {"id": "stopped", "script": gated(place, "'a'", "'b'")})
    let(place, 0)
    fill()
    assert host.perform("job.stop", {"id": "stopped"})["changed"] is True
    answer = host.perform("job.poll", {"id": "stopped"})
    assert (answer["state"], answer["exit"]["stopped"]) == ("finished", True)


@pytest.mark.usefixtures("data")
def test_a_job_without_room_is_refused(host: Any, fill: Callable[[], Path]) -> None:
    fill()
    refused = host.perform("job.start", {"id": "none", "script": "'x'"})
    assert refused["error"]["id"] == "DiskFull"
    assert host.perform("job.poll", {"id": "none"})["state"] == "absent"
    assert [
        each["id"] for each in host.perform("job.list", {})["jobs"] if each["id"] == "none"
    ] == []


@pytest.mark.usefixtures("data")
def test_a_lease_is_renewed_on_a_full_disk(host: Any, fill: Callable[[], Path]) -> None:
    host.perform("lease.take", {"owner": "a", "seconds": 60, "mark": 1})
    fill()
    assert host.perform("lease.take", {"owner": "a", "seconds": 600, "mark": 2})["held"] is True
    found = host.perform("lease.look", {})
    assert (found["mark"], found["seconds_left"] > 60) == (2, True)


def test_a_call_s_answer_survives_a_full_disk(
    host: Any, place: Path, data: Path, fill: Callable[[], Path]
) -> None:
    """Its runner begins with room enough, and ends without any."""
    ballast = fill()
    ballast.unlink()
    code = (
        f"import pathlib, shutil; p = pathlib.Path('{place}/counter'); p.open('a').write('x')\n"
        f"f = open('{data}/ballast', 'wb', buffering=0)\n"
        "for size in (65536, 4096, 1):\n"
        "  try:\n"
        "    while f.write(bytes(size)) == size: pass\n"
        "  except OSError: pass\n"
        "print('y' * 200000 + 'done')"
    )
    params = {"program": sys.executable, "arguments": ["-c", code], "id": "full-call"}
    first = host.perform("exec", params)
    assert first["exit_code"] == 0
    assert first["stdout"].rstrip().endswith("done")
    ballast.unlink()
    assert host.perform("exec", params) == first
    assert (place / "counter").read_text() == "x"
