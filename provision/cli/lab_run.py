"""One `provision up` or `verify` of a lab, in a process and a process group of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from provision.lab.night import PlaybookRun

_TELL_LAST = 5
"""Lines of its log that are told when it ends without any event."""


class LabRun:
    """A run, heard by its events; what it says to people is kept in a file.

    Args:
        log: Where its text is added.
    """

    def __init__(self, command: Sequence[str], log: Path, work: str, playbook: str) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log, self._work, self._playbook = log, work, playbook
        self._began_at = log.stat().st_size if log.exists() else 0
        self._run, self._warnings = "", list[str]()
        self._found: dict[str, str] = {}
        self._ending: dict[str, Any] = {}
        with log.open("ab") as text:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=text,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def interrupt(self) -> None:
        """Ask it to stop; safe in a signal handler."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)

    def follow(self, say: Callable[[str], None]) -> PlaybookRun:
        """Hear it until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as events:
            for line in events:
                with suppress(ValueError):
                    self._notice(json.loads(line), say)
        code = self._process.wait()
        interrupted = code in (130, -signal.SIGINT)
        return PlaybookRun(
            run=self._run,
            work=self._work,
            playbook=self._playbook,
            exit_code=code if code >= 0 else 128 - code,
            outcome="interrupted" if interrupted else self._ending.get("outcome", "failed"),
            seconds=float(self._ending.get("seconds", 0.0)),
            warnings=tuple(dict.fromkeys(self._warnings)),
            installed=self._found,
            message=self._message() if code else "",
        )

    def _notice(self, event: dict[str, Any], say: Callable[[str], None]) -> None:
        match event.get("event"):
            case "run_started" | "run_continued":
                self._run = event["run"]
            case "task_started":
                say(f"{self._work} {event['number']}/{event['total']} {event['task']}")
            case "host_restarted":
                say(f"restarted; away for {event['seconds']:.0f} s")
            case "warning":
                self._warnings.append(event["issue"])
                say(f"WARNING {event['issue']}")
            case "verify_result" if event["passed"]:
                self._found[event["check"]] = event["found"]
            case "run_finished":
                self._ending = event

    def _message(self) -> str:
        if told := self._ending.get("message"):
            return str(told)
        with self._log.open("rb") as log:
            log.seek(self._began_at)
            lines = log.read()[-4000:].decode(errors="replace").splitlines()
        return "\n".join(lines[-_TELL_LAST:])
