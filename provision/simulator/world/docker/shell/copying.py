"""cmd.exe's commands on files, and the programs `xcopy` and `robocopy`."""

from __future__ import annotations

import ntpath
import re

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell.session import Session
from provision.simulator.world.docker.shell.words import words

NO_FILE = "The system cannot find the file specified."
NO_PATH = "The system cannot find the path specified."
_SWITCH = re.compile(r"/[\w:-]+$")


def _words(rest: str) -> tuple[list[str], set[str]]:
    found = words(rest)
    switches = {each.lower() for each in found if _SWITCH.match(each)}
    return [each for each in found if not _SWITCH.match(each)], switches


def copy(session: Session, rest: str) -> int:
    """`copy`: files, not folders."""
    return _to_place(session, rest, moves=False)


def move(session: Session, rest: str) -> int:
    """`move`: files and folders."""
    return _to_place(session, rest, moves=True)


def _to_place(session: Session, rest: str, *, moves: bool) -> int:
    given, _ = _words(rest)
    source, target = session.path(given[0]) if given else "", session.path(given[-1])
    found = [each for each in session.tree.match(source) if moves or not each.folder]
    there = session.tree.find(source)
    if not moves and there and there.folder:
        found = [each for each in session.tree.children(source) if not each.folder]
    if not found or len(given) > 2:
        session.complain(NO_FILE)
        return 1
    into = session.tree.find(target)
    if (into is None and given[-1].endswith("\\")) or (
        session.tree.find(paths.parent(target)) is None
    ):
        session.complain(NO_PATH)
        return 1
    for each in found:
        name = ntpath.basename(each.path)
        place_(session, each, ntpath.join(target, name) if into and into.folder else target)
        if moves:
            session.tree.remove(each.path)
    what = "moved" if moves else "copied"
    session.say(f"{len(found):>9} file(s) {what}.")
    return 0


def place_(session: Session, file: LayerFile, path: str) -> None:
    """Put a file, or a folder with all that is in it, at a path."""
    for each in tuple(session.tree.below(file.path)) or (file,):
        rest = each.path[len(file.path) :]
        session.tree.put(each.model_copy(update={"path": paths.normal(path + rest)}))


def xcopy(session: Session, arguments: list[str]) -> int:
    """`xcopy` and `robocopy`: what is in a folder, to another."""
    given = [each for each in arguments if not each.startswith("/")]
    if len(given) < 2:
        session.complain("Invalid number of parameters", "0 File(s) copied")
        return 4
    source, target = session.path(given[0]), session.path(given[1])
    there = session.tree.find(source)
    if there is None:
        found = session.tree.match(source)
    elif there.folder:
        found = session.tree.children(source)
    else:
        found = [there]
    if not found:
        session.complain(f"File not found - {ntpath.basename(source)}", "0 File(s) copied")
        return 4
    count = 0
    for each in found:
        place_(session, each, ntpath.join(target, ntpath.basename(each.path)))
        count += sum(not inner.folder for inner in session.tree.below(each.path)) or 1
    session.say(f"{count} File(s) copied")
    return 0


def robocopy(session: Session, arguments: list[str]) -> int:
    """`robocopy`, whose exit code 1 says that files were copied."""
    return 1 if xcopy(session, arguments) == 0 else 16


def delete(session: Session, rest: str) -> int:
    """`del`."""
    given, switches = _words(rest)
    missing = False
    for pattern in given:
        path = session.path(pattern)
        deep = session.tree.search(paths.parent(path), ntpath.basename(path))
        found = deep if "/s" in switches else session.tree.match(path)
        missing = missing or not found
        for each in found:
            if not each.folder:
                session.tree.remove(each.path)
    if missing:
        session.complain("Could Not Find " + session.path(given[0]))
    return 0


def make_folder(session: Session, rest: str) -> int:
    """`mkdir`."""
    for each in _words(rest)[0]:
        path = session.path(each)
        if session.tree.find(path):
            session.complain(f"A subdirectory or file {each} already exists.")
            return 1
        session.tree.put(LayerFile(path=path, folder=True))
    return 0


def remove_folder(session: Session, rest: str) -> int:
    """`rmdir`."""
    given, switches = _words(rest)
    for each in given:
        there = session.tree.find(session.path(each))
        if there is None or not there.folder:
            session.complain(NO_FILE)
            return 2
        if session.tree.children(there.path) and "/s" not in switches:
            session.complain("The directory is not empty.")
            return 145
        session.tree.remove(there.path)
    return 0


def rename(session: Session, rest: str) -> int:
    """`ren`."""
    given, _ = _words(rest)
    there = session.tree.find(session.path(given[0])) if len(given) == 2 else None
    if there is None:
        session.complain(NO_FILE)
        return 1
    place_(session, there, ntpath.join(paths.parent(there.path), given[1]))
    session.tree.remove(there.path)
    return 0


def type_(session: Session, rest: str) -> int:
    """`type`."""
    for each in _words(rest)[0]:
        there = session.tree.find(session.path(each))
        if there is None or there.folder:
            session.complain(NO_FILE)
            return 1
        if there.text is None:
            session.say(f"({there.size} bytes)")
        else:
            session.say(*there.text.splitlines())
    return 0


def list_(session: Session, rest: str) -> int:
    """`dir`, and `dir /b`."""
    given, switches = _words(rest)
    path = session.path(given[0] if given else ".")
    there = session.tree.find(path)
    if "/s" in switches:
        folder = path if there and there.folder else paths.parent(path)
        pattern = "*" if there and there.folder else ntpath.basename(path)
        found = session.tree.search(folder, pattern)
    elif there and there.folder:
        found = session.tree.children(path)
    else:
        found = session.tree.match(path)
    if (there is None and not found) or ("/s" in switches and not found):
        session.complain("File Not Found")
        return 1
    if "/b" in switches:
        deep = "/s" in switches
        session.say(*(each.path if deep else ntpath.basename(each.path) for each in found))
        return 0
    session.say(" Volume in drive C has no label.", "", f" Directory of {path}", "")
    for each in found:
        kind = "<DIR>         " if each.folder else f"{each.size:>14,}"
        session.say(f"{session.play.now()[:10]}  {kind} {ntpath.basename(each.path)}")
    session.say(f"{sum(not each.folder for each in found):>16} File(s)")
    return 0
