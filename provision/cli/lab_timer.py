"""Prints a nightly timer, or hands it to the system."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import click

from provision.cli.exit_codes import ExitCode
from provision.lab.loader import load_lab
from provision.lab.schedule import cron, systemd, windows_task
from provision.lab.schedule.nightly import Nightly, time_of_day
from provision.model.errors import InputError, Problem, ProvisionError
from provision.playbook.durations import parse_duration


def print_or_install(
    labfile: str, *, at: str, jitter: str, budget: str, system: str, install: bool
) -> ExitCode:
    """Print the timer's text; install it only when that was asked for.

    Raises:
        InputError: A file or an option is wrong.
        ProvisionError: The system does not take it.
    """
    nightly = _nightly(labfile, at=at, jitter=jitter, budget=budget)
    match system:
        case "systemd":
            for name, text in systemd.units(nightly).items():
                click.echo(f"# {name}\n{text}")
        case "cron":
            click.echo(cron.line(nightly))
        case _:
            click.echo(windows_task.xml(nightly, date.today()), nl=False)
    if install:
        {"systemd": _to_systemd, "cron": _to_cron, "windows": _to_windows}[system](nightly)
        click.echo(
            f"installed: {nightly.unit}, every night at {nightly.hour:02}:{nightly.minute:02}"
        )
    return ExitCode.DONE


def _nightly(labfile: str, *, at: str, jitter: str, budget: str) -> Nightly:
    lab = load_lab(Path(labfile), labfile)
    problems, read = [], dict[str, float]()
    for option, written in (("--jitter", jitter), ("--budget", budget)):
        try:
            read[option] = parse_duration(written)
        except ValueError as error:
            problems.append(Problem(f"{option} {error}"))
    try:
        hour, minute = time_of_day(at)
    except ValueError as error:
        problems.append(Problem(f"--at: {error}"))
    if problems:
        raise InputError(problems)
    path = str(Path(labfile).resolve())
    command = (sys.executable, "-m", "provision", "lab", "rebuild", "-f", path)
    return Nightly(
        lab.name,
        command,
        str(Path(path).parent),
        hour,
        minute,
        int(read["--jitter"]),
        max(60, int(read["--budget"])),
    )


def _to_systemd(nightly: Nightly) -> None:
    root = os.geteuid() == 0
    folder = Path("/etc/systemd/system") if root else Path.home() / ".config" / "systemd" / "user"
    whose = [] if root else ["--user"]
    if shutil.which("systemctl") is None:
        raise ProvisionError("there is no systemd here", resolution="Use `--for cron`.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in systemd.units(nightly).items():
        (folder / name).write_text(text)
    _run(["systemctl", *whose, "daemon-reload"])
    _run(["systemctl", *whose, "enable", "--now", f"{nightly.unit}.timer"])


def _to_cron(nightly: Nightly) -> None:
    """Put the line into the user's crontab, in place of an earlier one of the same lab."""
    if shutil.which("crontab") is None:
        raise ProvisionError("there is no cron here", resolution="Install it, or use systemd.")
    listed = subprocess.run(["crontab", "-l"], capture_output=True, encoding="utf-8", check=False)
    kept = [line for line in listed.stdout.splitlines() if not line.endswith(f"# {nightly.unit}")]
    _run(["crontab", "-"], "\n".join([*kept, cron.line(nightly)]) + "\n")


def _to_windows(nightly: Nightly) -> None:
    if shutil.which("schtasks") is None:
        raise ProvisionError(
            "this is not Windows",
            resolution="Save the text, and there run: schtasks /Create /TN NAME /XML FILE",
        )
    path = Path(nightly.folder) / ".provision" / f"{nightly.unit}.xml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(windows_task.xml(nightly, date.today()), encoding="utf-16")
    _run(["schtasks", "/Create", "/F", "/TN", nightly.unit, "/XML", str(path)])


def _run(command: list[str], text: str | None = None) -> None:
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ProvisionError(f"{' '.join(command[:3])} failed", details=done.stderr.strip())
