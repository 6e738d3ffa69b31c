"""cmd.exe: its own commands, and which program a word means."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell import copying, programs
from provision.simulator.world.docker.shell.session import Session
from provision.simulator.world.docker.shell.words import Simple, expand, split, words

_DEEPEST = 20
UNKNOWN = (
    "'{name}' is not recognized as an internal or external command,",
    "operable program or batch file.",
)
NO_FILE = "The system cannot find the file specified."
NO_PATH = "The system cannot find the path specified."
Command = Callable[[Session, str], int]


def run_line(session: Session, line: str) -> int:
    """Run a line and give its exit code."""
    code = 0
    # Variables get their values when a line is read, before any of it runs.
    simples = split(expand(session, line))
    for simple, after in zip(simples, [*simples[1:], None], strict=True):
        if (simple.joined == "&&" and code != 0) or (simple.joined == "||" and code == 0):
            continue
        if simple.joined != "|":
            session.piped = []
        code = _redirected(session, simple, piped=after is not None and after.joined == "|")
    return code


def run_words(session: Session, words_: list[str]) -> int:
    """Run a program with its arguments, without a shell of its own."""
    if not words_:
        return 0
    name = ntpath.basename(words_[0]).lower().removesuffix(".exe")
    if name == "cmd":
        return _cmd(session, " ".join(words_[1:]))
    code = programs.run(session, words_)
    if code is None:
        return _batch(session, words_)
    return code


def _redirected(session: Session, simple: Simple, *, piped: bool) -> int:
    if not simple.output and not piped:
        return _one(session, simple.text)
    target = session.path(simple.output) if simple.output else ""
    to_file = bool(target) and simple.output.lower() != "nul"
    if to_file and session.tree.find(paths.parent(target)) is None:
        session.complain(NO_PATH)
        return 1
    outer, session.caught = session.caught, []
    try:
        code = _one(session, simple.text)
        lines = session.caught
    finally:
        session.caught = outer
    if not simple.output:
        session.piped = lines
    elif to_file:
        before = session.tree.find(target) if simple.append else None
        text = (before.text or "" if before else "") + "".join(f"{line}\r\n" for line in lines)
        session.tree.put(LayerFile(path=target, size=len(text), text=text))
    return code


def _one(session: Session, text: str) -> int:
    if text.startswith("(") and text.endswith(")"):
        return run_line(session, text[1:-1])
    name, rest = _first_word(text)
    low = name.lower()
    if low in ("if", "for", "goto", "pushd", "popd"):
        session.complain(f"the simulated cmd does not know {name}")
        return 1
    if low in _BUILT_IN:
        return _BUILT_IN[low](session, rest)
    return run_words(session, words(text))


def _first_word(text: str) -> tuple[str, str]:
    found = re.match(r'"[^"]*"|[^\s/.]+(?=[.]$|/|\s|$)|\S+', text)
    name = found[0] if found else text
    return name.strip('"'), text[len(name) :]


def _cmd(session: Session, line: str) -> int:
    while found := re.match(r"\s*/[dsqvDSQV](:\w+)?\s*", line):
        line = line[found.end() :]
    found = re.match(r"\s*/[cCkK]\s*", line)
    if not found:
        return 0
    line = line[found.end() :].strip()
    if line.startswith('"') and line.endswith('"') and line.count('"') > 2:
        line = line[1:-1]
    elif line.startswith('"') and line.endswith('"') and line.count('"') == 2:
        line = line.strip('"')
    env, directory = dict(session.env), session.directory
    code = run_line(session, line)
    session.env, session.directory = env, directory
    return code


def _batch(session: Session, words_: list[str]) -> int:
    """Run a batch file, or say that there is no such program."""
    name = words_[0]
    places = [session.directory, *(session.variable("Path") or "").split(";")]
    wanted = [name] if ntpath.splitext(name)[1] else [f"{name}.bat", f"{name}.cmd"]
    for place in places:
        for each in wanted:
            found = session.tree.find(session.path(ntpath.join(place or "C:\\", each)))
            if found and not found.folder and found.path.lower().endswith((".bat", ".cmd")):
                return _run_batch(session, found, words_[1:])
    session.complain(*(line.format(name=name) for line in UNKNOWN))
    return 9009 if session.depth else 1


def _run_batch(session: Session, file: LayerFile, arguments: list[str]) -> int:
    if session.depth >= _DEEPEST:
        session.complain("****** B A T C H   R E C U R S I O N  exceeds STACK limits ******")
        return 1
    if file.text is None:
        session.complain(f"the simulated container does not know what is in {file.path}")
        return 1
    code = 0
    session.depth += 1
    folder = ntpath.dirname(file.path).rstrip("\\") + "\\"
    for line in file.text.splitlines():
        line = line.strip()
        if not line or line.lower().startswith(("rem ", "::", "@echo off", "setlocal", "endlocal")):
            continue
        for number, argument in enumerate(["%~dp0", *arguments]):
            line = line.replace(f"%{number}", argument) if number else line.replace("%~dp0", folder)
        line = line.replace("%*", " ".join(arguments))
        code = run_line(session, line)
        if line.lower().startswith("exit"):
            break
    session.depth -= 1
    return code


def _echo(session: Session, rest: str) -> int:
    text = rest[1:] if rest[:1] in (" ", ".", "(") else rest
    if text.strip().lower() not in ("on", "off"):
        session.say(text.rstrip() if session.caught is None else text)
    return 0


def _cd(session: Session, rest: str) -> int:
    target = re.sub(r"^\s*/[dD]\s+", "", rest).strip()
    if not target:
        session.say(session.directory)
        return 0
    found = session.tree.find(session.path(target))
    if found is None or not found.folder:
        session.complain(NO_PATH)
        return 1
    session.directory = found.path
    return 0


def _set(session: Session, rest: str) -> int:
    text = rest.strip()
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    name, equals, value = text.partition("=")
    if equals:
        session.set(name, value)
        return 0
    found = sorted(key for key in session.env if key.lower().startswith(name.lower()))
    session.say(*(f"{key}={session.env[key]}" for key in found))
    if not found:
        session.complain(f"Environment variable {name} not defined")
    return 0 if found else 1


def _exit(_session: Session, rest: str) -> int:
    code = rest.lower().replace("/b", "").strip()
    return int(code) if code.lstrip("-").isdigit() else 0


def _ver(session: Session, _rest: str) -> int:
    session.say("", f"Microsoft Windows [Version {session.play.world.windows.version}]")
    return 0


def _call(session: Session, rest: str) -> int:
    return _one(session, rest.strip())


def _nothing(_session: Session, _rest: str) -> int:
    return 0


def _start(session: Session, rest: str) -> int:
    return _one(session, re.sub(r'^\s*(/\w+\s+|""\s+)*', "", rest))


_BUILT_IN: dict[str, Command] = {
    "call": _call,
    "cd": _cd,
    "chdir": _cd,
    "copy": copying.copy,
    "del": copying.delete,
    "dir": copying.list_,
    "echo": _echo,
    "echo.": _echo,
    "erase": copying.delete,
    "exit": _exit,
    "md": copying.make_folder,
    "mkdir": copying.make_folder,
    "move": copying.move,
    "rd": copying.remove_folder,
    "ren": copying.rename,
    "rename": copying.rename,
    "rem": _nothing,
    "rmdir": copying.remove_folder,
    "set": _set,
    "start": _start,
    "title": _nothing,
    "type": copying.type_,
    "ver": _ver,
}
