"""What two answers, or two worlds, are compared by: everything but what no two hosts share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from provision.simulator.world import paths
from provision.simulator.world.model import World

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VOLATILE = frozenset(
    (
        "next_offset",
        "idle_seconds",
        "seconds_left",
        "cpu_seconds",
        "io_bytes",
        "powershell_version",
        "free_disk_bytes",
    )
)
_SECTIONS = (
    "features", "services", "scheduled_tasks", "registry", "adapters", "switches", "nats", "images",
    "image_contents", "containers", "docker_networks",
)  # fmt: skip
_OF_CONTAINERS = ("created", "started", "finished")
_WHOLE = ("windows", "account", "docker")
_OF_STUBS = re.compile(r",(New-VMSwitch|Microsoft\.HyperV\.PowerShell\.Commands\.NewVMSwitch)$")


def answer(value: Any, root: str) -> Any:
    """Give an answer with names in the place of what is volatile."""
    if isinstance(value, dict):
        if set(value) >= {"check", "found"} and "passed" in value:
            value = {**value, "found": "..."}
        if set(value) == {"id", "cpu_seconds", "io_bytes"}:
            value = {**value, "id": "..."}
        if "hresult" in value and _OF_STUBS.search(str(value["id"])):
            # A cmdlet has no script of its own, and a stub cannot be a class of Microsoft's.
            value = {
                **value,
                "id": _OF_STUBS.sub("", value["id"]),
                "exception": "...",
                "script": "...",
                "line": "...",
            }
        return {
            key: "..." if key in _VOLATILE else answer(each, root) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [answer(each, root) for each in value]
    if isinstance(value, str):
        return _text(value, root)
    return value


def _text(value: str, root: str) -> str:
    if root in value:
        value = value.replace(root, "{root}").replace("/", "\\")
    value = _GUID.sub("<guid>", _TIME.sub("<time>", value))
    return re.sub(r"^process \d+ is gone$", "process ... is gone", value)


def drop(value: Any, place: str) -> Any:
    """Give an answer without one place, such as `error.message`."""
    first, _, rest = place.partition(".")
    if isinstance(value, list):
        return [drop(each, place) for each in value]
    if not isinstance(value, dict) or first not in value:
        return value
    if not rest:
        return {key: each for key, each in value.items() if key != first}
    return {**value, first: drop(value[first], rest)}


def unlike(found: Any, expected: Any, place: str = "answer") -> list[str]:
    """Say where an answer differs from the part of it that is expected."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{place} is {found!r}"]
        return [
            problem
            for key, each in expected.items()
            for problem in unlike(found.get(key, "missing"), each, f"{place}.{key}")
        ]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{place} is {found!r}"]
        return [
            problem
            for number, each in enumerate(expected)
            for problem in unlike(found[number], each, f"{place}[{number}]")
        ]
    return [] if found == expected else [f"{place} is {found!r}, not {expected!r}"]


def world(value: World, files: dict[str, str]) -> dict[str, Any]:
    """Give what a case left behind: the world's things by their keys, and files by their hashes."""
    left: dict[str, Any] = {name: getattr(value, name) for name in _WHOLE}
    for section in _SECTIONS:
        left[section] = {
            thing.key: _timeless(thing) if section in _SECTIONS[-3:] else thing
            for thing in getattr(value, section)
            if getattr(thing, "path", "") != "\\provision\\"
        }
    return {**left, "files": files}


def _timeless(thing: Any) -> Any:
    """Give a thing of docker's without its times: the engine's side lets none pass."""
    tree = thing.model_dump(mode="json", exclude=set(_OF_CONTAINERS))
    for layer in tree.get("layers", ()):
        del layer["created"]
    return tree


def world_files(value: World, root: str) -> dict[str, str]:
    """Give the files of a world below a folder."""
    return {
        each.path[len(root) + 1 :].lower(): each.sha256 or "folder"
        for each in value.files
        if paths.within(each.path, root) and paths.key(each.path) != paths.key(root)
    }


def real_files(root: Path, hash_of: Any) -> dict[str, str]:
    """Give the files of a real folder."""
    return {
        str(path.relative_to(root)).replace("/", "\\").lower(): "folder"
        if path.is_dir()
        else hash_of(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
    }
