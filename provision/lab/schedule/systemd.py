"""A systemd timer with its service. Source: systemd.timer(5), systemd.service(5)."""

from __future__ import annotations

from provision.lab.schedule.nightly import Nightly

_ENDING = 300
"""Seconds that a night has to stop at a safe point after it was asked to."""


def units(nightly: Nightly) -> dict[str, str]:
    """Give the files by their names.

    The service is asked to stop when its time is over (SIGINT, as Ctrl-C does). A night that was
    missed, since the machine was off, is made up for.
    """
    words = " ".join(_quoted(word) for word in nightly.command)
    service = (
        f"[Unit]\nDescription=Nightly rebuild of the lab {_plain(nightly.lab)}\n"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nType=oneshot\nWorkingDirectory={_path(nightly.folder)}\nExecStart={words}\n"
        f"KillSignal=SIGINT\nTimeoutStartSec={nightly.budget}\nTimeoutStopSec={_ENDING}\n"
    )
    timer = (
        f"[Unit]\nDescription=Nightly rebuild of the lab {_plain(nightly.lab)}\n\n"
        f"[Timer]\nOnCalendar=*-*-* {nightly.hour:02}:{nightly.minute:02}:00\n"
        f"RandomizedDelaySec={nightly.jitter}\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{nightly.unit}.service": service, f"{nightly.unit}.timer": timer}


def _quoted(word: str) -> str:
    """Quote a word for `ExecStart`, where `%` and `$` mean something."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _path(folder: str) -> str:
    return folder.replace("%", "%%")


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("%", "%%")
