"""PowerShell in a container: the few statements that Dockerfiles and checks are made of.

It is no interpreter. A statement that it does not know is refused as a PowerShell would refuse an
unknown command, with a word that it is the simulator that does not know it.
"""

from __future__ import annotations

import base64
import binascii
import re

from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell import (
    chocolatey,
    cmdlets,
    copying,
    environment,
    network,
)
from provision.simulator.world.docker.shell.session import Session
from provision.simulator.world.docker.shell.words import words

_SWITCHES = ("nop", "noni", "nol", "noe", "sta", "mta")
_TAKE_VALUE = ("ex", "ep", "v", "w", "o", "i")
_STRING = r"""['"]?([^'"\s)]+)['"]?"""
_DOWNLOAD_TEXT = re.compile(rf"DownloadString\s*\(\s*{_STRING}\s*\)", re.I)
_DOWNLOAD_FILE = re.compile(rf"DownloadFile\s*\(\s*{_STRING}\s*,\s*{_STRING}\s*\)", re.I)
_REQUEST = re.compile(
    r"^\(?\s*(?:invoke-webrequest|iwr|wget|curl|invoke-restmethod|irm)\b(?P<rest>.*)", re.I | re.S
)
_QUIET = re.compile(
    r"^(\$(error|progress|verbose|warning)\w*preference\s*=|\[(System\.)?Net\.ServicePointManager\]"
    r"|set-executionpolicy|set-strictmode|\$\w+\s*=\s*['\"]|add-type|trap\b|remove-variable)",
    re.I,
)
_SET_MACHINE = re.compile(
    r"^\[(?:System\.)?Environment\]::SetEnvironmentVariable\(\s*['\"](.+?)['\"]\s*,\s*['\"](.*?)['\"]"
    r"\s*,\s*['\"]?\[?\w*.*?machine['\"]?\s*\)",
    re.I,
)


def run(session: Session, arguments: list[str]) -> int:
    """`powershell`."""
    script = _script(arguments)
    if script is None:
        return 1
    if script.lower().endswith(".ps1") and " " not in script:
        found = session.tree.find(session.path(script))
        script = (found.text or "") if found else f"& {script}"
    session.play.wait(2)
    code = 0
    for statement in _statements(script):
        code = _statement(session, statement)
        if code != 0 or re.match(r"exit\b", statement, re.I):
            break
    return code


def _script(arguments: list[str]) -> str | None:
    rest = list(arguments)
    while rest:
        word = rest[0].lower().lstrip("-/") if rest[0].startswith(("-", "/")) else ""
        if word.startswith("e") and word not in ("ex", "ep") and not word.startswith("ex"):
            try:
                return base64.b64decode(rest[1]).decode("utf-16-le")
            except (IndexError, binascii.Error, UnicodeDecodeError):
                return None
        if word and (word.startswith("c") or word.startswith("f")):
            return " ".join(rest[1:])
        if word.startswith(_SWITCHES):
            rest.pop(0)
        elif word.startswith(_TAKE_VALUE):
            del rest[:2]
        else:
            return " ".join(rest)
    return ""


def _statements(script: str) -> list[str]:
    """Take a script apart at line ends and semicolons that stand in no quotation marks."""
    found, piece, quote, depth = [], "", "", 0
    for sign in script.strip():
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "({":
            depth += 1
        elif sign in ")}":
            depth -= 1
        elif sign in ";\n" and depth <= 0:
            found.append(piece.strip())
            piece = ""
            continue
        piece += sign
    return [each for each in (*found, piece.strip()) if each and not each.startswith("#")]


def _statement(session: Session, text: str) -> int:
    text = re.sub(r"\|\s*out-null\s*$|\*?>\s*\$null(\s+2>&1)?\s*$|2>&1\s*$", "", text, flags=re.I)
    text = text.strip().removeprefix("&").strip()
    while text.startswith("(") and text.endswith(")") and text.count("(") == text.count(")"):
        inner = text[1:-1]
        if inner.count(")") and inner.index(")") < inner.find("("):
            break
        text = inner.strip()
    if found := _DOWNLOAD_TEXT.search(text):
        return _download_text(session, text, found[1])
    if found := _DOWNLOAD_FILE.search(text):
        return _download_file(session, found[1], found[2])
    if found := _REQUEST.match(text):
        return _request(session, found["rest"])
    if found := _SET_MACHINE.match(text):
        environment.keep(session, found[1], found[2])
        return 0
    if _QUIET.match(text):
        return 0
    if text[:1] in "'\"":
        session.say(text.strip("'\""))
        return 0
    if found := re.match(r"exit\s*(\d*)$", text, re.I):
        return int(found[1] or 0)
    stages = [
        stage.strip() for stage in re.split(r"\|(?=(?:[^'\"]*['\"][^'\"]*['\"])*[^'\"]*$)", text)
    ]
    if len(stages) > 1:
        return _pipeline(session, stages)
    return _command(session, text)


def _download_text(session: Session, text: str, url: str) -> int:
    fetched = network.fetch(session, url, dotnet=True)
    if fetched.error:
        called = f'Exception calling "DownloadString" with "1" argument(s): "{fetched.error}"'
        session.complain(called, "At line:1 char:1")
        return 1
    runs = re.search(r"\b(iex|invoke-expression)\b", text, re.I)
    if runs and re.search(r"chocolatey\.org/install\.ps1", url, re.I):
        chocolatey.install_chocolatey(session)
    elif runs:
        return cmdlets.error(
            session, "iex", f"the simulated container does not know what {url} does"
        )
    elif text.rstrip().lower().endswith(".length"):
        session.say(str(fetched.size))
    return 0


def _download_file(session: Session, url: str, target: str) -> int:
    fetched = network.fetch(session, url, dotnet=True)
    if fetched.error:
        called = f'Exception calling "DownloadFile" with "2" argument(s): "{fetched.error}"'
        session.complain(called, "At line:1 char:1")
        return 1
    session.tree.put(LayerFile(path=session.path(target), size=fetched.size))
    return 0


def _request(session: Session, rest: str) -> int:
    member = re.search(r"\)\s*\.(\w+)\s*$", rest)
    named, plain = cmdlets.parameters(rest[: member.start()] if member else rest)
    url = named.get("uri") or (plain[0] if plain else "")
    fetched = network.fetch(session, url, dotnet=True)
    if fetched.error:
        return cmdlets.error(session, "Invoke-WebRequest", fetched.error)
    if target := named.get("outfile"):
        session.tree.put(LayerFile(path=session.path(target), size=fetched.size))
    elif member:
        session.say("200" if member[1].lower() == "statuscode" else "OK")
    else:
        session.say("", "StatusCode        : 200", "StatusDescription : OK")
    return 0


def _command(session: Session, text: str) -> int:
    name, _, rest = text.partition(" ")
    cmdlet = cmdlets.CMDLETS.get(name.lower())
    if cmdlet is not None:
        return cmdlet(session, *cmdlets.parameters(rest))
    if "-" in name and re.match(r"[A-Za-z]+-[A-Za-z]+$", name):
        return cmdlets.error(
            session,
            name,
            f"The term '{name}' is not recognized as the name of a cmdlet (this simulated "
            "container knows few).",
        )
    from provision.simulator.world.docker.shell import cmd

    return cmd.run_words(session, words(text.replace("'", '"')))


def _pipeline(session: Session, stages: list[str]) -> int:
    """`Get-ChildItem … | Copy-Item …`: the one pipeline that is known."""
    first, last = stages[0].split(" ", 1), stages[-1].split(" ", 1)
    listing = first[0].lower() in ("get-childitem", "gci", "dir", "ls")
    if not listing or last[0].lower() not in ("copy-item", "copy", "cp", "remove-item", "del"):
        return cmdlets.error(
            session, stages[0], "the simulated container does not know this pipeline"
        )
    found = cmdlets.listed(session, *cmdlets.parameters(first[1] if len(first) > 1 else ""))
    named, plain = cmdlets.parameters(last[1] if len(last) > 1 else "")
    target = named.get("destination") or (plain[0] if plain else ".")
    for each in found:
        if last[0].lower() in ("remove-item", "del"):
            session.tree.remove(each.path)
        else:
            copying.place_(
                session, each, f"{session.path(target)}\\{each.path.rpartition(chr(92))[2]}"
            )
    return 0
