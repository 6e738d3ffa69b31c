"""A line of a crontab. Source: crontab(5)."""

from __future__ import annotations

import shlex

from provision.lab.schedule.nightly import Nightly


def line(nightly: Nightly) -> str:
    """Give the line; the jitter is waited for by a shell, and `timeout` ends what takes too long.

    cron takes `%` for a new line, so it is escaped.
    """
    wait = (
        f"sleep $(($(od -An -N2 -tu2 /dev/urandom) % {nightly.jitter})); " if nightly.jitter else ""
    )
    bounded = f"timeout --signal=INT --kill-after=300 {nightly.budget} {nightly.line}"
    command = f"cd {shlex.quote(nightly.folder)} && {{ {wait}{bounded}; }}"
    escaped = command.replace("%", "\\%")
    return f"{nightly.minute} {nightly.hour} * * * {escaped} # {nightly.unit}"
