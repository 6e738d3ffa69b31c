"""PowerShell in a container: the few statements that Dockerfiles and checks are made of.

It is no interpreter. A statement that it does not know is refused as a PowerShell would refuse an
unknown command, with a word that it is the simulator that does not know it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell import chocolatey, copying, environment, network
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
Cmdlet = Callable[[Session, dict[str, str], list[str]], int]


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


def _error(session: Session, command: str, message: str) -> int:
    session.complain(f"{command} : {message}", "At line:1 char:1")
    return 1


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
        return _error(session, "iex", f"the simulated container does not know what {url} does")
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
    named, plain = _parameters(rest[: member.start()] if member else rest)
    url = named.get("uri") or (plain[0] if plain else "")
    fetched = network.fetch(session, url, dotnet=True)
    if fetched.error:
        return _error(session, "Invoke-WebRequest", fetched.error)
    if target := named.get("outfile"):
        session.tree.put(LayerFile(path=session.path(target), size=fetched.size))
    elif member:
        session.say("200" if member[1].lower() == "statuscode" else "OK")
    else:
        session.say("", "StatusCode        : 200", "StatusDescription : OK")
    return 0


def _parameters(text: str) -> tuple[dict[str, str], list[str]]:
    """Take a cmdlet's parameters apart: those with names, and those without."""
    named: dict[str, str] = {}
    plain: list[str] = []
    rest = words(text.replace("'", '"'))
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and len(word) > 1:
            takes = rest and not rest[0].startswith("-") and word.lower() not in _SWITCH_PARAMETERS
            named[word[1:].lower()] = rest.pop(0) if takes else ""
        else:
            plain.append(word.strip(",()"))
    return named, plain


_SWITCH_PARAMETERS = (
    "-force",
    "-recurse",
    "-usebasicparsing",
    "-passthru",
    "-wait",
    "-file",
    "-directory",
    "-quiet",
    "-nonewline",
)


def _command(session: Session, text: str) -> int:
    name, _, rest = text.partition(" ")
    cmdlet = _CMDLETS.get(name.lower())
    if cmdlet is not None:
        return cmdlet(session, *_parameters(rest))
    if "-" in name and re.match(r"[A-Za-z]+-[A-Za-z]+$", name):
        return _error(
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
        return _error(session, stages[0], "the simulated container does not know this pipeline")
    found = _listed(session, *_parameters(first[1] if len(first) > 1 else ""))
    named, plain = _parameters(last[1] if len(last) > 1 else "")
    target = named.get("destination") or (plain[0] if plain else ".")
    for each in found:
        if last[0].lower() in ("remove-item", "del"):
            session.tree.remove(each.path)
        else:
            copying.place_(
                session, each, f"{session.path(target)}\\{each.path.rpartition(chr(92))[2]}"
            )
    return 0


def _listed(session: Session, named: dict[str, str], plain: list[str]) -> list[LayerFile]:
    path = session.path(named.get("path") or (plain[0] if plain else "."))
    pattern = named.get("filter") or named.get("include") or "*"
    if "*" in path:
        path, _, pattern = path.rpartition("\\")
    if "recurse" in named:
        return session.tree.search(path, pattern)
    return session.tree.match(f"{path}\\{pattern}")


def _get_children(session: Session, named: dict[str, str], plain: list[str]) -> int:
    session.say(*(each.path for each in _listed(session, named, plain)))
    return 0


def _new_item(session: Session, named: dict[str, str], plain: list[str]) -> int:
    path = session.path(named.get("path") or named.get("name") or (plain[0] if plain else "."))
    kind = (named.get("itemtype") or named.get("type") or "file").lower()
    if session.tree.find(path) and "force" not in named:
        return _error(
            session, "New-Item", f"An item with the specified name {path} already exists."
        )
    value = named.get("value", "")
    folder = kind == "directory"
    session.tree.put(LayerFile(path=path, folder=folder, size=len(value), text=value or None))
    return 0


def _copy_item(session: Session, named: dict[str, str], plain: list[str]) -> int:
    source = named.get("path") or (plain.pop(0) if plain else "")
    target = session.path(named.get("destination") or (plain.pop(0) if plain else "."))
    found = session.tree.match(session.path(source))
    if not found:
        return _error(
            session,
            "Copy-Item",
            f"Cannot find path '{session.path(source)}' because it does not exist.",
        )
    into = session.tree.find(target)
    for each in found:
        name = each.path.rpartition("\\")[2]
        copying.place_(session, each, f"{target}\\{name}" if into and into.folder else target)
    return 0


def _remove_item(session: Session, named: dict[str, str], plain: list[str]) -> int:
    for each in session.tree.match(session.path(named.get("path") or (plain[0] if plain else ""))):
        session.tree.remove(each.path)
    return 0


def _content(session: Session, named: dict[str, str], plain: list[str]) -> int:
    path = session.path(named.get("path") or (plain.pop(0) if plain else ""))
    text = f"{named.get('value') or (plain[0] if plain else '')}\r\n"
    session.tree.put(LayerFile(path=path, size=len(text), text=text))
    return 0


def _read_content(session: Session, named: dict[str, str], plain: list[str]) -> int:
    path = session.path(named.get("path") or (plain[0] if plain else ""))
    found = session.tree.find(path)
    if found is None or found.folder:
        return _error(
            session, "Get-Content", f"Cannot find path '{path}' because it does not exist."
        )
    session.say(*(found.text or "").splitlines())
    return 0


def _expand(session: Session, named: dict[str, str], plain: list[str]) -> int:
    source = session.tree.find(session.path(named.get("path") or (plain[0] if plain else "")))
    target = session.path(named.get("destinationpath") or (plain[1] if len(plain) > 1 else "."))
    if source is None:
        return _error(session, "Expand-Archive", "The path does not exist or is not a valid path.")
    name = source.path.rpartition("\\")[2].removesuffix(".zip")
    session.play.wait(source.size / 2_000_000)
    session.tree.put(LayerFile(path=paths.normal(f"{target}\\{name}"), size=source.size * 2))
    return 0


def _test_path(session: Session, named: dict[str, str], plain: list[str]) -> int:
    path = session.path(named.get("path") or (plain[0] if plain else ""))
    session.say("True" if session.tree.match(path) else "False")
    return 0


def _write(session: Session, named: dict[str, str], plain: list[str]) -> int:
    session.say(" ".join([*named.values(), *plain]))
    return 0


def _sleep(session: Session, named: dict[str, str], plain: list[str]) -> int:
    seconds = named.get("seconds") or named.get("s") or (plain[0] if plain else "0")
    session.play.wait(float(seconds) if seconds.isdigit() else 0)
    return 0


def _start_process(session: Session, named: dict[str, str], plain: list[str]) -> int:
    from provision.simulator.world.docker.shell import cmd

    program = named.get("filepath") or (plain[0] if plain else "")
    arguments = words(named.get("argumentlist", " ".join(plain[1:])))
    return cmd.run_words(session, [program, *arguments])


_CMDLETS: dict[str, Cmdlet] = {
    "add-content": _content,
    "cat": _read_content,
    "copy-item": _copy_item,
    "dir": _get_children,
    "echo": _write,
    "expand-archive": _expand,
    "gc": _read_content,
    "gci": _get_children,
    "get-childitem": _get_children,
    "get-content": _read_content,
    "ls": _get_children,
    "mkdir": lambda session, named, plain: _new_item(
        session, {**named, "itemtype": "directory"}, plain
    ),
    "new-item": _new_item,
    "remove-item": _remove_item,
    "set-content": _content,
    "sleep": _sleep,
    "start-process": _start_process,
    "start-sleep": _sleep,
    "test-path": _test_path,
    "write-host": _write,
    "write-output": _write,
}
