"""Programs get their arguments as they were meant, no input, and end with all their children."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.powershell

NASTY = [
    "",
    " ",
    'say "hi"',
    "back\\slash\\",
    'quoted \\" in',
    '"',
    'a\\\\"b c\\\\',
    "%PATH%",
    "^&|<>",
    "$(x) `y` ';'",
    "--flag=a b",
    "\u65e5\u672c\u8a9e",
    "tab\there",
]


def run(host: Any, code: str, *arguments: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = host.perform(
        "exec", {"program": sys.executable, "arguments": ["-c", code, *arguments], **more}
    )
    return answer


def test_arguments_arrive_as_they_are(host: Any) -> None:
    answer = run(host, "import json, sys; print(json.dumps(sys.argv[1:]))", *NASTY)
    assert json.loads(answer["stdout"]) == NASTY


def test_input_is_closed_and_the_environment_added(host: Any, place: Path) -> None:
    code = "import os, sys; print(repr(sys.stdin.read()), os.environ['EXTRA'], os.getcwd())"
    answer = run(host, code, environment={"EXTRA": "a=b;c"}, directory=str(place))
    assert answer["stdout"].split() == ["''", "a=b;c", str(place)]


def test_the_end_of_long_output_is_kept(host: Any) -> None:
    answer = run(host, "print('\u65e5' * 200_000 + 'end', end='')")
    assert answer["truncated"] is True
    assert answer["stdout"].endswith("\u65e5end")
    assert len(answer["stdout"].encode()) <= 256 * 1024
    assert set(answer["stdout"][:-3]) == {"\u65e5"}


def test_a_timeout_ends_the_whole_tree(host: Any, place: Path) -> None:
    beat = place / "beat"
    child = f"while true; do echo x >> '{beat}'; sleep 0.1; done"
    code = f"import subprocess; subprocess.run(['sh', '-c', {child!r}])"
    answer = run(host, code, timeout=2)
    assert answer["timed_out"] is True
    assert answer["exit_code"] is None
    size = beat.stat().st_size
    time.sleep(0.5)
    assert beat.stat().st_size == size


def test_a_child_left_behind_does_not_hold_us(host: Any) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '20']); print('done')"
    answer = run(host, code)
    assert (answer["stdout"], answer["exit_code"], answer["timed_out"]) == ("done\n", 0, False)


def test_both_streams_may_be_full_at_once(host: Any) -> None:
    code = (
        "import sys\nfor n in range(300): sys.stdout.write('o' * 999); sys.stderr.write('e' * 999)"
    )
    answer = run(host, code)
    assert answer["exit_code"] == 0
    assert len(answer["stdout"]) == len(answer["stderr"]) == 256 * 1024


def test_docker_reads_its_input_where_installers_put_it(host: Any) -> None:
    docker = Path(host.environment()["ProgramFiles"], "docker", "docker.exe")
    docker.parent.mkdir(parents=True)
    code = "import sys; print(sys.argv[1:], len(sys.stdin.read()), file=sys.stderr)"
    docker.write_text(f"#!{sys.executable}\n{code}\n")
    docker.chmod(0o755)
    asked = {"arguments": ["login", "-"], "input": "\u65e5" * 200_000, "timeout": 20.0}
    answer = host.perform("docker.run", asked)
    assert answer["stderr"].split("\r")[0].strip() == "['login', '-'] 200000"
    idle = f"#!{sys.executable}\nprint('not read')\n"
    docker.write_text(idle)
    assert host.perform("docker.run", asked)["stdout"] == "not read\n"
    assert host.perform("exec", {"program": "docker"})["stdout"] == "not read\n"
    docker.unlink()


def test_programs_that_are_over_before_they_are_looked_at(host: Any) -> None:
    """Of one that is over, not every system tells when it began."""
    answers = [host.perform("exec", {"program": "true"}) for _ in range(40)]
    assert [answer.get("exit_code", answer) for answer in answers] == [0] * 40
