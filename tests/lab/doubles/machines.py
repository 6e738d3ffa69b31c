"""What the doubles of command lines have in common: VMs in one file, changed under a lock."""

# ruff: noqa: PTH123
from __future__ import annotations

import fcntl
import json
import os
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:  # Imports that take long, in a process that lives shortly.
    from collections.abc import Iterator
    from typing import Any

FILE = os.environ["DOUBLE_STATE"]


@contextmanager
def machines() -> Iterator[dict[str, Any]]:
    """Give all VMs; what is changed in them is kept when all went well."""
    with open(f"{FILE}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(FILE, encoding="utf-8-sig") as file:
            vms = json.load(file)
        yield vms
        with open(FILE, "w") as file:
            json.dump(vms, file)


def find(vm: dict[str, Any], snapshot: str) -> dict[str, Any] | None:
    return next((one for one in vm["snapshots"] if one["name"] == snapshot), None)


def take(vm: dict[str, Any], snapshot: str, description: str = "") -> None:
    """Remember the disk, and the memory of a VM that runs."""
    state = "saved" if vm["state"] in ("running", "saved") else "off"
    vm["snapshots"].append(
        {
            "name": snapshot,
            "description": description,
            "disk": vm["disk"],
            "state": state,
            "parent": vm["current"],
        }
    )
    vm["current"] = snapshot


def restore(vm: dict[str, Any], snapshot: str) -> None:
    kept = find(vm, snapshot)
    assert kept is not None
    vm.update(disk=kept["disk"], state=kept["state"], current=snapshot)


def delete(vm: dict[str, Any], snapshot: str) -> None:
    """Take one out of the tree; its children become those of its parent."""
    gone = find(vm, snapshot)
    assert gone is not None
    vm["snapshots"].remove(gone)
    for one in vm["snapshots"]:
        if one["parent"] == snapshot:
            one["parent"] = gone["parent"]
    if vm["current"] == snapshot:
        vm["current"] = gone["parent"]


def tree(
    vm: dict[str, Any], parent: str | None = None, node: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each snapshot after its parent, with its place: empty, -1, -1-1, -2 …"""
    children = [one for one in vm["snapshots"] if one["parent"] == parent]
    for number, one in enumerate(children, start=1):
        place = node if parent is None and number == 1 else f"{node}-{number}"
        yield place, one
        yield from tree(vm, one["name"], place)


def fail(text: str, code: int = 1, stream: Any = sys.stderr) -> None:
    print(text, file=stream)
    sys.exit(code)
