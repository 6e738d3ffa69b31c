"""`docker inspect`: JSON of what is there, in every version; exit code 1 when something is not."""

from __future__ import annotations

from collections.abc import Callable

from provision.simulator.world.docker import formats, networking, store
from provision.simulator.world.docker.commands import as_json
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.options import exactly, read
from provision.simulator.world.docker.play import Play

Look = Callable[[Play, str], dict[str, object] | None]


def inspect(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker inspect`."""
    options = read(play, "inspect", arguments, switches="s|size", takes="f|format type")
    exactly(play, "inspect", options, 1)
    show(play, tuple(options.words), options.value("type"), options.value("format"))


def show(play: Play, names: tuple[str, ...], kind: str, template: str) -> None:
    """Write what is there of these names.

    Args:
        kind: `image`, `container`, `network`, or nothing for all of them.
    """
    path = f"{kind or 'container'}s/{names[0]}/json"
    need_daemon(play, path)
    found: list[dict[str, object]] = []
    missing: list[str] = []
    for name in names:
        looks = [_LOOKS[kind]] if kind in _LOOKS else _all(play)
        here = next((seen for look in looks if (seen := look(play, name)) is not None), None)
        if here is None:
            missing.append(name)
        else:
            found.append(here)
    if template:
        for each in found:
            play.say(formats.fill_in(play, template, each))
    else:
        play.say(*formats.dump(found))
    for name in missing:
        play.complain(_missing(play, kind, name))
    play.code = 1 if missing else 0


def _all(play: Play) -> list[Look]:
    # `docker inspect` looks at networks since 1.13.
    return [_container, _image, *([_network] if play.docker.since(1, 13) else [])]


def _missing(play: Play, kind: str, name: str) -> str:
    if kind == "network":
        old = f"Error response from daemon: network {name} not found"
        return old if play.docker.since(1, 13) else f"Error: No such network: {name}"
    if kind:
        return f"Error: No such {kind}: {name}"
    return f"Error: No such object: {name}"


def _image(play: Play, name: str) -> dict[str, object] | None:
    found = store.find_image(play.world, name)
    return as_json.image(play, found) if found else None


def _container(play: Play, name: str) -> dict[str, object] | None:
    found = store.find_container(play.world, name)
    return as_json.container(play, found) if found else None


def _network(play: Play, name: str) -> dict[str, object] | None:
    found = networking.find(play.world, name)
    return as_json.network(play, found) if found else None


_LOOKS: dict[str, Look] = {"image": _image, "container": _container, "network": _network}
