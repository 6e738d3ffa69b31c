"""What a container is to be, compared with what `docker inspect` says it is.

Docker cannot change a container: one that differs is made anew. Only what the task gives is
compared, since an image brings settings of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provision.model.outcome import Json
from provision.steps.docker.reading import at, short_id
from provision.steps.docker.revision import Isolation

_PORT = re.compile(
    r"(?:(?:(?P<address>\d+(?:\.\d+){3}):)?(?P<host>\d+):)?(?P<inner>\d+)(?:/(?P<kind>tcp|udp))?"
)
_MEMORY = re.compile(r"(\d+)\s*([bkmg]?)b?", re.I)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A container's settings; what is None or empty is left to the image and to docker."""

    image: str
    command: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    network: str | None = None
    isolation: Isolation = Isolation.DEFAULT
    restart: str | None = None
    memory: str | None = None

    def arguments(self) -> tuple[str, ...]:
        """What `docker run` and `docker create` are given, after the name."""
        return (*self._options(), self.image, *self.command)

    def _options(self) -> Iterator[str]:
        for port in self.ports:
            yield from ("-p", port)
        for volume in self.volumes:
            yield from ("-v", volume)
        for name, value in self.environment:
            yield from ("-e", f"{name}={value}")
        if self.network is not None:
            yield from ("--net", self.network)
        if self.isolation is not Isolation.DEFAULT:
            yield from ("--isolation", self.isolation.value)
        if self.restart is not None:
            yield from ("--restart", self.restart)
        if self.memory is not None:
            yield from ("-m", str(parse_memory(self.memory)))


def differences(
    wanted: Wanted, found: Mapping[str, Any], image_id: str
) -> dict[str, tuple[Json, Json]]:
    """Give what differs: before and after, by the setting's name.

    Values of environment variables are never shown: they may be secrets.

    Args:
        found: The container, inspected.
        image_id: Of the image that the name means now.
    """
    pairs: dict[str, tuple[Json, Json]] = {}
    pairs["image"] = (short_id(str(found.get("Image"))), short_id(image_id))
    if wanted.command:
        pairs["command"] = (_list(at(found, "Config", "Cmd")), list(wanted.command))
    if wanted.ports:
        pairs["ports"] = (_bound(at(found, "HostConfig", "PortBindings")), _ports(wanted.ports))
    if wanted.volumes:
        binds = at(found, "HostConfig", "Binds")
        pairs["volumes"] = (_paths(binds or ()), _paths(wanted.volumes))
    if wanted.network is not None:
        mode = str(at(found, "HostConfig", "NetworkMode") or "default")
        default = mode == "default" and wanted.network == "nat"
        pairs["network"] = (wanted.network if default else mode, wanted.network)
    if wanted.isolation is not Isolation.DEFAULT:
        isolation = str(at(found, "HostConfig", "Isolation") or "default")
        pairs["isolation"] = (isolation.lower(), wanted.isolation.value)
    if wanted.restart is not None:
        pairs["restart"] = (_policy(at(found, "HostConfig", "RestartPolicy")), wanted.restart)
    if wanted.memory is not None:
        pairs["memory"] = (at(found, "HostConfig", "Memory") or 0, parse_memory(wanted.memory))
    differing = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return {**differing, **_environment(wanted, at(found, "Config", "Env") or ())}


def parse_port(written: str) -> tuple[str, dict[str, str]]:
    """Read `[[address:]host:]container[/tcp|/udp]`.

    Returns:
        The container's side, such as `80/tcp`, and the host's as docker keeps it.

    Raises:
        ValueError: It is none.
    """
    found = _PORT.fullmatch(written)
    if found is None or any(int(n) > 65535 for n in (found["inner"], found["host"] or "0")):
        raise ValueError(f"{written!r} is no port: write 8080:80, or 8080:80/udp")
    host = {"HostIp": found["address"] or "", "HostPort": found["host"] or ""}
    return f"{found['inner']}/{found['kind'] or 'tcp'}", host


def parse_memory(written: str) -> int:
    """Give the bytes of `512m`, `2g` or a number.

    Raises:
        ValueError: It is none of these.
    """
    found = _MEMORY.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no amount of memory: write 512m or 2g")
    return int(found[1]) * _UNITS[found[2].lower()]


def _ports(written: Sequence[str]) -> Json:
    ports: dict[str, list[dict[str, str]]] = {}
    for each in written:
        inner, host = parse_port(each)
        ports.setdefault(inner, []).append(host)
    return _bound(ports)


def _bound(bindings: Any) -> Json:
    """Docker's port bindings, as they would be written."""
    if not isinstance(bindings, Mapping):
        return []
    written: list[Json] = [
        ":".join(
            part for part in (host.get("HostIp", ""), host.get("HostPort", ""), str(inner)) if part
        )
        for inner, hosts in bindings.items()
        for host in hosts or [{}]
    ]
    return sorted(written, key=str)


def _paths(binds: Sequence[str]) -> Json:
    """Volumes as Windows compares paths; a mode of `rw` is what there is without one."""
    paths: list[Json] = [str(b).replace("/", "\\").lower().removesuffix(":rw") for b in binds]
    return sorted(paths, key=str)


def _policy(found: Any) -> str:
    name = str(at(found, "Name") or "no")
    count = at(found, "MaximumRetryCount")
    return f"{name}:{count}" if count else name


def _environment(wanted: Wanted, found: Sequence[str]) -> dict[str, tuple[Json, Json]]:
    present = {name: value for name, _, value in (str(each).partition("=") for each in found)}
    return {
        f"environment {name}": ("another value" if name in present else None, "as given")
        for name, value in wanted.environment
        if present.get(name) != value
    }


def _list(found: Any) -> Json:
    return [str(each) for each in found] if isinstance(found, list) else []
