"""Programs in a container: Windows' own few, and those that somebody installed there."""

from __future__ import annotations

import ntpath
from collections.abc import Callable

from provision.simulator.world.docker.shell import (
    capture,
    chocolatey,
    copying,
    environment,
    git,
    java,
    maven,
    network,
    powershell,
)
from provision.simulator.world.docker.shell.session import Session

Program = Callable[[Session, list[str]], int]
_ENDINGS = (".exe", ".cmd", ".bat", ".com")


def run(session: Session, words: list[str]) -> int | None:
    """Run a program; None when there is none of that name.

    Gives its exit code.
    """
    folder, base = ntpath.split(words[0].replace("/", "\\"))
    name = base.lower()
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    of_windows = _OF_WINDOWS.get(name)
    if of_windows and (not folder or "\\windows\\system32" in session.path(folder).lower()):
        return of_windows(session, words[1:])
    installed = _INSTALLED.get(name)
    if installed is None or locate(session, words[0]) is None:
        return None
    return installed(session, words[1:])


def locate(session: Session, name: str) -> str | None:
    """Give the path of an installed program, as Windows looks for it."""
    name = name.replace("/", "\\")
    path = session.variable("Path") or ""
    places = [""] if "\\" in name else [session.directory, *path.split(";")]
    wanted = [name] if name.lower().endswith(_ENDINGS) else [name + end for end in _ENDINGS]
    for place in filter(lambda place: place or "\\" in name, places):
        for each in wanted:
            found = session.tree.find(session.path(ntpath.join(place, each)))
            if found and not found.folder:
                return found.path
    return None


def _hostname(session: Session, _arguments: list[str]) -> int:
    session.say(session.hostname)
    return 0


def _whoami(session: Session, _arguments: list[str]) -> int:
    session.say("user manager\\containeradministrator")
    return 0


def _where(session: Session, arguments: list[str]) -> int:
    for each in arguments:
        name = each.lower().removesuffix(".exe")
        found = locate(session, each)
        if found is None and name in _OF_WINDOWS:
            found = f"C:\\Windows\\System32\\{name}.exe"
        if found is None:
            session.complain("INFO: Could not find files for the given pattern(s).")
            return 1
        session.say(found)
    return 0


def _setx(session: Session, arguments: list[str]) -> int:
    words = [each for each in arguments if each.lower() not in ("/m", "-m")]
    if len(words) != 2:
        session.complain("ERROR: Invalid syntax.")
        return 1
    environment.keep(session, *words)
    session.say("", "SUCCESS: Specified value was saved.")
    return 0


def _timeout(session: Session, arguments: list[str]) -> int:
    numbers = [each for each in arguments if each.isdigit()]
    session.play.wait(float(numbers[0]) if numbers else 0.0)
    return 0


def _find(session: Session, arguments: list[str]) -> int:
    """`find` and `findstr`: what they read from a pipe or a file."""
    words = [each for each in arguments if not each.startswith("/")]
    switches = {each.lower() for each in arguments if each.startswith("/")}
    if not words:
        return 2
    files = [session.tree.find(session.path(each)) for each in words[1:]]
    lines = [line for each in files if each for line in (each.text or "").splitlines()]
    wanted = words[0].lower()
    kept = [line for line in (lines if files else session.piped) if wanted in line.lower()]
    if "/c" in switches:
        session.say(str(len(kept)))
    else:
        session.say(*kept)
    return 0 if kept else 1


def _quiet(_session: Session, _arguments: list[str]) -> int:
    return 0


_OF_WINDOWS: dict[str, Program] = {
    "find": _find,
    "findstr": _find,
    "hostname": _hostname,
    "icacls": _quiet,
    "ipconfig": network.ipconfig,
    "nslookup": network.nslookup,
    "ping": network.ping,
    "powershell": powershell.run,
    "reg": _quiet,
    "robocopy": copying.robocopy,
    "setx": _setx,
    "timeout": _timeout,
    "where": _where,
    "whoami": _whoami,
    "xcopy": copying.xcopy,
}
_INSTALLED: dict[str, Program] = {
    "choco": chocolatey.choco,
    "cinst": chocolatey.cinst,
    "git": git.run,
    "java": java.java,
    "javac": java.javac,
    "mvn": maven.run,
    "nmap": capture.nmap,
    "refreshenv": chocolatey.refresh,
    "windump": capture.windump,
}
