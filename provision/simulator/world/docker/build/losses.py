"""What TP4 loses between two layers.

A folder right under `C:\\` whose name begins with a dot is gone in the next layer, and so is every
file whose name begins with a dot, wherever it is: Maven's `C:\\.m2` for one. As a first user found.
"""

from __future__ import annotations

import ntpath

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile


def is_lost(file: LayerFile) -> bool:
    """Tell whether TP4 leaves this out of the layer."""
    path = paths.normal(file.path)
    top = path.split("\\")[1]
    in_dot_folder = top.startswith(".") and (file.folder or "\\" in path[3:])
    return in_dot_folder or (not file.folder and ntpath.basename(path).startswith("."))


def kept(files: tuple[LayerFile, ...]) -> tuple[LayerFile, ...]:
    """Give what is left."""
    return tuple(each for each in files if not is_lost(each))
