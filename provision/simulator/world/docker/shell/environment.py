"""Windows' own environment variables in a container, which `setx /M` and installers change.

They lie in the registry's hive, a file like any other: so they are part of a layer, and a process
sees what was there when it began.
"""

from __future__ import annotations

import json

from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell.session import BEGINNING, Session
from provision.simulator.world.docker.shell.tree import Tree

HIVE = "C:\\Windows\\System32\\config\\SYSTEM"


def machine(tree: Tree) -> dict[str, str]:
    """Give what was set for the whole machine."""
    hive = tree.find(HIVE)
    return dict(json.loads(hive.text)) if hive and hive.text else {}


def beginning(tree: Tree, given: tuple[str, ...]) -> dict[str, str]:
    """Give the environment of a new process.

    Args:
        given: What the image or the command says, `NAME=value` each; it wins.
    """
    found = dict(BEGINNING)
    for source in (machine(tree), dict(each.split("=", 1) for each in given if "=" in each)):
        for name, value in source.items():
            key = next((key for key in found if key.lower() == name.lower()), name)
            found[key] = value
    return found


def keep(session: Session, name: str, value: str) -> None:
    """Set a variable for later processes."""
    found = machine(session.tree)
    found[next((key for key in found if key.lower() == name.lower()), name)] = value
    text = json.dumps(found, sort_keys=True)
    session.tree.put(LayerFile(path=HIVE, size=len(text), text=text))


def extend_path(session: Session, folder: str) -> None:
    """Put a folder on the path of later processes."""
    path = machine(session.tree).get("Path", BEGINNING["Path"].rstrip(";"))
    if folder.lower() not in path.lower().split(";"):
        keep(session, "Path", f"{path};{folder}")
