"""Timers: what is printed is what the systems take."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.lab.schedule import cron, systemd, windows_task
from provision.lab.schedule.nightly import Nightly, time_of_day


def nightly(folder: str = "/tmp", command: tuple[str, ...] = ("true",), **more: int) -> Nightly:
    values = {"hour": 2, "minute": 5, "jitter": 0, "budget": 3600, **more}
    return Nightly("The 100% lab", command, folder, **values)


def test_a_service_and_its_timer(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "provision", "lab", "rebuild", "-f", "/srv/a $b %c/lab.yml")
    units = systemd.units(nightly("/srv", command, jitter=600))
    assert list(units) == ["provision-lab-the-100-lab.service", "provision-lab-the-100-lab.timer"]
    service, timer = (configparser.RawConfigParser(strict=True) for _ in range(2))
    for parser, text in zip((service, timer), units.values(), strict=True):
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
    assert timer["Timer"]["OnCalendar"] == "*-*-* 02:05:00"
    assert timer["Timer"]["RandomizedDelaySec"] == "600"
    assert service["Service"]["TimeoutStartSec"] == "3600"
    assert service["Service"]["ExecStart"].endswith('"/srv/a $$b %%c/lab.yml"')
    if shutil.which("systemd-analyze"):
        for name, text in units.items():
            (tmp_path / name).write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@settings(max_examples=25, deadline=None)
@given(word=st.text(st.characters(codec="ascii", exclude_characters="\0\r\n"), min_size=1))
def test_a_cron_line_gives_every_word_as_it_was(word: str) -> None:
    command = (sys.executable, "-c", "import sys; print(ascii(sys.argv[1]))", word)
    line = cron.line(nightly(command=command, jitter=1))
    minute, hour, *rest = line.split(" ", 5)
    assert (minute, hour, rest[:3]) == ("5", "2", ["*", "*", "*"])
    assert not re.search(r"(?<!\\)%", rest[3])
    done = subprocess.run(
        ["/bin/sh", "-c", rest[3].replace("\\%", "%")],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout.strip() == ascii(word), done.stderr


def test_a_task_of_windows() -> None:
    command = ("C:\\Program Files\\python.exe", "-m", "provision", "-f", "C:\\a & b\\lab.yml")
    text = windows_task.xml(nightly("C:\\a & b", command, jitter=60), date(2026, 1, 2))
    task = ElementTree.fromstring(text)
    found = {one.tag.partition("}")[2]: one.text for one in task.iter()}
    assert found["StartBoundary"] == "2026-01-02T02:05:00"
    assert found["ExecutionTimeLimit"] == "PT3600S"
    assert found["Arguments"] == '-m provision -f "C:\\a & b\\lab.yml"'
    assert found["MultipleInstancesPolicy"] == "IgnoreNew"


@pytest.mark.parametrize("written", ["24:00", "2", "02:60", "", "2:5"])
def test_no_time_of_day(written: str) -> None:
    with pytest.raises(ValueError, match="02:30"):
        time_of_day(written)
