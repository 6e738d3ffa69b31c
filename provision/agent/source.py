"""The agent's PowerShell source, joined into the one text that a host runs."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LINE_LENGTH = 4000
"""Characters per line when the source is sent: a host takes such lines faster than one long one."""


@dataclass(frozen=True, slots=True)
class AgentSource:
    """A PowerShell text whose last expression is a script block that takes one line.

    Args:
        text: The source.
        sha256: Of its UTF-8 bytes, lower-case hex.
        encoded: Its UTF-8 bytes in base64.
    """

    text: str
    sha256: str
    encoded: str

    @classmethod
    def of(cls, text: str) -> AgentSource:
        """Make a source of a text."""
        raw = text.encode()
        return cls(text, hashlib.sha256(raw).hexdigest(), base64.b64encode(raw).decode())

    @property
    def lines(self) -> tuple[str, ...]:
        """The base64 text in lines of 4,000 characters, without line ends."""
        return tuple(
            self.encoded[start : start + LINE_LENGTH]
            for start in range(0, len(self.encoded), LINE_LENGTH)
        )


@cache
def agent_source() -> AgentSource:
    """Join `powershell/*.ps1` in the order of their names, `main.ps1` last.

    The result is the same on every controller: line ends become LF.
    """
    folder = files("provision.agent") / "powershell"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".ps1"))
    names.sort(key=lambda name: name == "main.ps1")
    parts = [(folder / name).read_text(encoding="utf-8-sig") for name in names]
    return AgentSource.of("\n".join(part.replace("\r\n", "\n") for part in parts))
