"""The daemon's settings: reading, merging and checking `daemon.json`, without a host.

The daemon does not start with a setting that it does not know, nor with one that is given in the
file and as a flag of its service. Which settings there are is in docker's reference of `dockerd`;
listed here are those of Windows, and those of all systems.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from provision.model.errors import TaskError
from provision.model.outcome import Json

_SWITCHES = """
    debug experimental live-restore raw-logs tls tlsverify allow-direct-routing
"""
_NUMBERS = """
    max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu shutdown-timeout
    network-control-plane-mtu network-diagnostic-port
"""
_TEXTS = """
    api-cors-header bridge cluster-advertise cluster-store containerd containerd-namespace
    containerd-plugin-namespace data-root default-runtime fixed-cidr graph group http-proxy
    https-proxy log-driver log-format log-level no-proxy pidfile storage-driver
    swarm-default-advertise-addr tlscacert tlscert tlskey min-api-version metrics-addr
"""
_LISTS = """
    allow-nondistributable-artifacts authorization-plugins dns dns-opts dns-search exec-opts hosts
    insecure-registries labels node-generic-resources registry-mirrors storage-opts cdi-spec-dirs
    default-address-pools
"""
_MAPPINGS = "builder cluster-store-opts features log-opts proxies runtimes default-network-opts"

KINDS: Mapping[str, type] = {
    **dict.fromkeys(_SWITCHES.split(), bool),
    **dict.fromkeys(_NUMBERS.split(), int),
    **dict.fromkeys(_TEXTS.split(), str),
    **dict.fromkeys(_LISTS.split(), list),
    **dict.fromkeys(_MAPPINGS.split(), dict),
}
"""What kind of value each setting has."""

_WORDS = {bool: "true or false", int: "a number", str: "a text", list: "a list", dict: "a mapping"}
_LEVELS = ("debug", "info", "warn", "error", "fatal")


def read_settings(content: bytes, path: str) -> dict[str, Any]:
    """Read a `daemon.json`; an empty file has no settings.

    Raises:
        TaskError: It is no JSON object, with the place of the mistake.
    """
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if text.strip() else {}
    except UnicodeDecodeError as error:
        raise _unreadable(f"{path} is not UTF-8: {error.reason}") from None
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise _unreadable(f"{place}: {error.msg}") from None
    if not isinstance(found, dict):
        raise _unreadable(f"{path} holds no JSON object")
    return found


def write_settings(settings: Mapping[str, Any]) -> bytes:
    """Write it as docker reads it: without a byte order mark, which the daemon does not accept."""
    return (json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def merge(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the wanted settings over those that are there: mappings grow, all else is replaced."""
    merged = dict(found)
    for name, value in wanted.items():
        here = merged.get(name)
        both = isinstance(here, Mapping) and isinstance(value, Mapping)
        merged[name] = merge(here, value) if both and here is not None else value
    return merged


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Json, Json]]:
    """Name, before and after of each setting that differs."""
    names = sorted({*before, *after})
    return [(n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)]


def mistakes(settings: Mapping[str, Any]) -> list[str]:
    """Say what the daemon would not accept; empty when nothing is known against it."""
    return [told for name, value in settings.items() for told in _mistakes_of(name, value)]


def _mistakes_of(name: str, value: Any) -> Iterable[str]:
    kind = KINDS.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, KINDS, n=1)
        yield f"the daemon has no setting {name!r}" + (f"; {near[0]!r}?" if near else "")
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{name}: must be {_WORDS[kind]}, and is {json.dumps(value)}"
    elif name == "log-level" and value not in _LEVELS:
        yield f"log-level: must be one of {', '.join(_LEVELS)}"
    elif name == "registry-mirrors" and isinstance(value, list):
        yield from (
            f"{name}: {each!r} is no address with http:// or https://"
            for each in value
            if not str(each).startswith(("http://", "https://"))
        )
    elif name == "hosts" and isinstance(value, list):
        yield from (
            f"hosts: {each!r} is none of npipe://…, tcp://…"
            for each in value
            if not str(each).startswith(("npipe://", "tcp://", "fd://", "unix://"))
        )


def _unreadable(brief: str) -> TaskError:
    return TaskError(brief, resolution="Mend or remove the file on the host, then run again.")
