"""PowerShell in commands: what is left of a command line when PowerShell gets it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provision.dockerfile.commands import commands
from provision.dockerfile.finding import Severity
from provision.dockerfile.rule import Hit, Rule
from provision.dockerfile.syntax import Document
from provision.dockerfile.target import Target

_LAUNCH = re.compile(r"(?i)^\s*(?:[a-z]:[\\/]\S*[\\/])?(?:powershell|pwsh)(?:\.exe)?\s")
_NO_COMMAND = re.compile(r"(?i)\s-(?:f|file|e|ec|enc|encodedcommand)\s")
_STRING = re.compile(r'(?<![\\`])"((?:[^"\\]|\\(?!"))*)"')
_EXPANDS_BARE = re.compile(r"\$\{\w+\}|\$\((?:[^()]|\([^()]*\))*\)")
_CHANGES = re.compile(r"[\s;|&(){}<>,@']|^\Z")
_ASSIGNED = re.compile(r"\$[\w:.]+\s*\+?=\s*\Z")
_VALUE = re.compile(r"\$?[\w:.]*\Z")
_HARMLESS = re.compile(r"(?i)(?:Write-Host|Write-Output|echo)\s+\Z")
_PIPE = re.compile(
    r"(?i)(?<![|^])\|(?!\|)\s*(?:%|\?|iex\b|(?:Out|Select|Where|ForEach|Sort|Format|Set|Get|Remove|"
    r"Invoke|Export|ConvertFrom|ConvertTo|Tee|Measure|Group|Expand|Import)-\w+)"
)
_SERVER = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"
_SHELL = f'{_SERVER}SHELL ["powershell", "-Command"]\n'


def _quotes(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for command in commands(document):
        text = command.text
        if command.instruction.json or command.instruction.heredocs:
            continue
        if not command.powershell or '"""' in text:
            continue
        if any(
            "encodedcommand" in word.lower() or word.lower() == "-file" for word in command.shell
        ):
            continue
        for found in _STRING.finditer(text):
            before = text[: found.start()]
            if before.count("'") % 2 == 0 and _matters(before, found[1]):
                message = f"PowerShell does not see the double quotes of `{found[0][:60]}`"
                yield Hit(command.place(found.start()), message)
                break


def _matters(before: str, inside: str) -> bool:
    """Whether a string means something else without its quotes."""
    if _HARMLESS.search(before) or re.fullmatch(r"'[^']*'", inside):
        return False
    if _ASSIGNED.search(before):
        return not (inside and inside.startswith("$") and _VALUE.match(inside))
    return bool(_CHANGES.search(_EXPANDS_BARE.sub("", inside) if inside else ""))


def _pipes(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for command in commands(document):
        if command.powershell or command.instruction.json or command.instruction.heredocs:
            continue
        launch = _LAUNCH.match(command.text)
        if not launch or _NO_COMMAND.search(command.text):
            continue
        for found in _PIPE.finditer(command.text, launch.end()):
            if command.text[: found.start()].count('"') % 2 == 0:
                yield Hit(command.place(found.start()), "This pipe belongs to cmd")
                break


POWERSHELL: tuple[Rule, ...] = (
    Rule(
        id="powershell-quotes-lost",
        title="Double quotes in shell form never reach PowerShell",
        severity=Severity.WARNING,
        check=_quotes,
        why="Docker appends the text to the command line of powershell.exe, which takes the double "
        'quotes for its own and drops them: `"a b"` arrives as `a b`, two arguments.',
        fix='Use single quotes, or write `\\"`, or put the commands in a script.',
        bad=f'{_SHELL}RUN New-Item -Type Directory "C:/Program Files/app"\n',
        good=f"{_SHELL}RUN New-Item -Type Directory 'C:/Program Files/app'\n",
        source="moby, builder/dockerfile/dispatchers_windows.go (resolveCmdLine); docker's "
        "reference, SHELL",
        since=Target.WS2016,
    ),
    Rule(
        id="powershell-pipe-taken-by-cmd",
        title="cmd takes the pipe that was meant for PowerShell",
        severity=Severity.ERROR,
        check=_pipes,
        why="RUN in shell form is read by cmd, unless SHELL says otherwise. A `|` outside of "
        "double quotes is cmd's: it looks for a program of the cmdlet's name and finds none.",
        fix="Put the whole command in double quotes, or use SHELL or the JSON form.",
        bad=f"{_SERVER}RUN powershell -Command Get-Process | Select-Object Name\n",
        good=f'{_SERVER}RUN powershell -Command "Get-Process | Select-Object Name"\n',
        source="docker's reference, RUN and SHELL",
    ),
)
