"""The command line that starts the agent, and how a simulated host knows it again.

The command line holds a small script alone, since about 32,000 characters are Windows' limit and
8,191 that of cmd.exe. The script collects the agent's source from its first input lines, checks it
and runs it as a module; the module's last expression is a script block. That block gets one call
with `@ready <sha256>`, so that it writes the ready answer, and then one call per input line.

`$input` stands at the top level of the command, because PowerShell looks for it there to decide
whether to feed standard input to it at all; a pipeline behind it streams. `[Environment]::Exit`
ends at once, where `exit` would wait for one more line.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provision.agent.frame import encode_answer
from provision.agent.source import AgentSource

MISMATCH_EXIT: Final = 87
"""The source did not arrive as it was sent."""

BROKEN_EXIT: Final = 88
"""The source arrived and does not run."""

MISMATCH: Final = encode_answer(
    0,
    {
        "ok": False,
        "error": {"message": "the agent arrived damaged", "id": "BootstrapMismatch"},
    },
)
"""The answer that goes before exit code 87."""

_SCRIPT = r"""
$ProgressPreference='SilentlyContinue';$b='';$h=$null
$input|ForEach-Object{if($h){try{$null=&$h $_}catch{[Console]::Error.WriteLine("$_")}}else{
$b+=([string]$_).Trim([char]65279,' ')
if($b.Length-ge @LENGTH@){[Console]::SetIn([IO.TextReader]::Null);$s=''
try{$d=[Convert]::FromBase64String($b)
$s=[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($d)).Replace('-','')
}catch{}
if($s -ne '@SHA256@'){[Console]::Out.Write("`n@MISMATCH@`n");[Console]::Out.Flush()
[Environment]::Exit(87)}
try{$h=New-Module -ReturnResult ([ScriptBlock]::Create([Text.Encoding]::UTF8.GetString($d)))
$null=&$h '@ready @SHA256@'}catch{[Console]::Error.WriteLine("$_");[Environment]::Exit(88)}}}}
""".strip().replace("@MISMATCH@", MISMATCH.decode().strip())

_PATTERN = re.compile(
    re.escape(_SCRIPT)
    .replace(re.escape("@SHA256@"), "(?P<sha256>[0-9a-f]{64})", 1)
    .replace(re.escape("@SHA256@"), "(?P=sha256)")
    .replace(re.escape("@LENGTH@"), "(?P<length>[0-9]{1,8})")
)

_SWITCHES = (
    "-NoProfile",
    "-NonInteractive",
    "-ExecutionPolicy",
    "Bypass",
    "-OutputFormat",
    "Text",
    "-EncodedCommand",
)


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The agent that a command line announces.

    Args:
        sha256: Of the source that is to come, lower-case hex.
        length: Characters of its base64 text.
    """

    sha256: str
    length: int


def bootstrap_script(source: AgentSource) -> str:
    """Give the script that collects, checks and runs a source."""
    return _SCRIPT.replace("@LENGTH@", str(len(source.encoded))).replace("@SHA256@", source.sha256)


def bootstrap_arguments(source: AgentSource) -> tuple[str, ...]:
    """Give the arguments with which PowerShell is started as the agent."""
    script = bootstrap_script(source)
    return (*_SWITCHES, base64.b64encode(script.encode("utf-16-le")).decode())


def recognise(arguments: Sequence[str]) -> Bootstrap | None:
    """Tell which agent a command line would start; None when it is none of ours.

    Args:
        arguments: Of the command, split or as one text.
    """
    words = " ".join(arguments).split()
    if tuple(words[:-1]) != _SWITCHES:
        return None
    try:
        script = base64.b64decode(words[-1], validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None
    match = _PATTERN.fullmatch(script)
    return Bootstrap(match["sha256"], int(match["length"])) if match else None
