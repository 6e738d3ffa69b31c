"""PowerShell's cmdlets in a container: those that Dockerfiles and checks are made of."""

from __future__ import annotations

from collections.abc import Callable

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell import copying
from provision.simulator.world.docker.shell.session import Session
from provision.simulator.world.docker.shell.words import words

Cmdlet = Callable[[Session, dict[str, str], list[str]], int]


def error(session: Session, command: str, message: str) -> int:
    """Write an error as PowerShell shows it; gives the exit code."""
    session.complain(f"{command} : {message}", "At line:1 char:1")
    return 1


def parameters(text: str) -> tuple[dict[str, str], list[str]]:
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


def listed(session: Session, named: dict[str, str], plain: list[str]) -> list[LayerFile]:
    """Give what `Get-ChildItem` finds."""
    path = session.path(named.get("path") or (plain[0] if plain else "."))
    pattern = named.get("filter") or named.get("include") or "*"
    if "*" in path:
        path, _, pattern = path.rpartition("\\")
    if "recurse" in named:
        return session.tree.search(path, pattern)
    return session.tree.match(f"{path}\\{pattern}")


def _get_children(session: Session, named: dict[str, str], plain: list[str]) -> int:
    session.say(*(each.path for each in listed(session, named, plain)))
    return 0


def _new_item(session: Session, named: dict[str, str], plain: list[str]) -> int:
    path = session.path(named.get("path") or named.get("name") or (plain[0] if plain else "."))
    kind = (named.get("itemtype") or named.get("type") or "file").lower()
    if session.tree.find(path) and "force" not in named:
        return error(session, "New-Item", f"An item with the specified name {path} already exists.")
    value = named.get("value", "")
    folder = kind == "directory"
    session.tree.put(LayerFile(path=path, folder=folder, size=len(value), text=value or None))
    return 0


def _copy_item(session: Session, named: dict[str, str], plain: list[str]) -> int:
    source = named.get("path") or (plain.pop(0) if plain else "")
    target = session.path(named.get("destination") or (plain.pop(0) if plain else "."))
    found = session.tree.match(session.path(source))
    if not found:
        return error(
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
        return error(
            session, "Get-Content", f"Cannot find path '{path}' because it does not exist."
        )
    session.say(*(found.text or "").splitlines())
    return 0


def _expand(session: Session, named: dict[str, str], plain: list[str]) -> int:
    source = session.tree.find(session.path(named.get("path") or (plain[0] if plain else "")))
    target = session.path(named.get("destinationpath") or (plain[1] if len(plain) > 1 else "."))
    if source is None:
        return error(session, "Expand-Archive", "The path does not exist or is not a valid path.")
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


CMDLETS: dict[str, Cmdlet] = {
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
