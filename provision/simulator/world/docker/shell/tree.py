"""The files in a container or in an image under construction."""

from __future__ import annotations

import fnmatch
import ntpath
from collections.abc import Iterable, Iterator

from provision.simulator.world import paths
from provision.simulator.world.docker.content import ImageContent, LayerFile

_OF_WINDOWS = (
    "C:\\ProgramData",
    "C:\\Program Files",
    "C:\\Users",
    "C:\\Users\\Administrator",
    "C:\\Users\\ContainerAdministrator",
    "C:\\Windows",
    "C:\\Windows\\System32",
    "C:\\Windows\\Temp",
)


class Tree:
    """Files by their paths, and what was changed since the beginning."""

    def __init__(self, files: Iterable[LayerFile] = ()) -> None:
        self._files: dict[str, LayerFile] = {}
        self._changed: dict[str, LayerFile] = {}
        for each in files:
            self._take(each)

    @classmethod
    def of(cls, image: ImageContent, more: Iterable[LayerFile] = ()) -> Tree:
        """Give an image's files, and a container's on top of them."""
        in_layers = [file for layer in image.layers for file in layer.files]
        windows = [LayerFile(path=path, folder=True) for path in _OF_WINDOWS]
        return cls([*windows, *in_layers, *more])

    @property
    def changed(self) -> tuple[LayerFile, ...]:
        """What a layer of the changes would hold."""
        return tuple(self._changed[key] for key in sorted(self._changed))

    def find(self, path: str) -> LayerFile | None:
        """Give what stands at a path; a drive's root is a folder."""
        if paths.is_root(paths.normal(path)):
            return LayerFile(path=paths.normal(path), folder=True)
        return self._files.get(paths.key(path))

    def put(self, file: LayerFile) -> None:
        """Put a file or folder, and the folders that it stands in."""
        for path in paths.parents(file.path):
            if paths.key(path) not in self._files:
                self._note(LayerFile(path=path, folder=True))
        self._note(file)

    def remove(self, path: str) -> None:
        """Take away what stands at a path, with all that is in it."""
        for each in tuple(self.below(path)):
            self._note(LayerFile(path=each.path, folder=each.folder, gone=True))

    def below(self, folder: str) -> Iterator[LayerFile]:
        """Give what stands at a path and below."""
        root = paths.key(folder).rstrip("\\")
        for key, each in self._files.items():
            if key == root or key.startswith(root + "\\"):
                yield each

    def children(self, folder: str) -> list[LayerFile]:
        """Give what stands directly in a folder."""
        root = paths.key(folder).rstrip("\\")
        found = [e for key, e in self._files.items() if ntpath.dirname(key).rstrip("\\") == root]
        return sorted(found, key=lambda each: each.path.lower())

    def match(self, pattern: str) -> list[LayerFile]:
        """Give what a path with `*` or `?` in its last part means."""
        if not set(pattern) & set("*?"):
            found = self.find(pattern)
            return [found] if found else []
        folder, name = ntpath.split(pattern)
        return [
            each
            for each in self.children(folder)
            if fnmatch.fnmatch(ntpath.basename(each.path).lower(), name.lower())
        ]

    def search(self, folder: str, pattern: str) -> list[LayerFile]:
        """Give the files below a folder whose names match."""
        return [
            each
            for each in self.below(folder)
            if not each.folder
            and fnmatch.fnmatch(ntpath.basename(each.path).lower(), pattern.lower())
        ]

    def _note(self, file: LayerFile) -> None:
        self._take(file)
        self._changed[paths.key(file.path)] = file

    def _take(self, file: LayerFile) -> None:
        key = paths.key(file.path)
        if file.gone:
            self._files.pop(key, None)
        else:
            self._files[key] = file
