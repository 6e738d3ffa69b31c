"""What a build is given: the Dockerfile and the files around it, from the modelled host's disk."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass
from fnmatch import fnmatch

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.play import Play
from provision.simulator.world.files import File

_KEPT_TEXT = 16_384


@dataclass(frozen=True, slots=True)
class Context:
    """A build's context.

    Args:
        folder: On the host.
        files: What is sent, without what `.dockerignore` names.
        dockerfile: Its text.
    """

    folder: str
    files: tuple[File, ...]
    dockerfile: str

    @property
    def size(self) -> int:
        """Bytes that are sent."""
        return sum(each.size for each in self.files)

    def match(self, pattern: str) -> list[File]:
        """Give what a source of `COPY` means: a file, a folder, or a pattern's files."""
        path = paths.normal(pattern.replace("/", "\\").lstrip("\\") or ".", self.folder)
        if paths.key(path) == paths.key(self.folder):
            return [File(path=self.folder, kind="folder")]
        if set(pattern) & set("*?"):
            key = paths.key(path)
            return [
                each
                for each in self.files
                if fnmatch(each.key, key) and ntpath.dirname(each.key) == ntpath.dirname(key)
            ]
        return [each for each in self.files if each.key == paths.key(path)]

    def below(self, file: File) -> list[File]:
        """Give what stands in a folder, or the file itself."""
        if file.kind == "file":
            return [file]
        return [each for each in self.files if paths.within(each.path, file.path)]


def read(play: Play, given: str, dockerfile: str) -> Context:
    """Read a context from the host's disk, or end as the client does."""
    world = play.world
    if given == "-" or "://" in given or given.startswith("git@"):
        play.fail(
            f"unable to prepare context: this simulated client builds from folders, not {given}"
        )
    folder = paths.normal(given, play.directory)
    there = world.find(File, paths.key(folder))
    if not paths.is_root(folder) and (there is None or there.kind != "folder"):
        play.fail(f'unable to prepare context: path "{given}" not found')
    named = dockerfile or "Dockerfile"
    path = paths.normal(named, play.directory if dockerfile else folder)
    file = world.find(File, paths.key(path))
    if file is None and dockerfile:
        path = paths.normal(named, folder)
        file = world.find(File, paths.key(path))
    if file is None or file.kind == "folder":
        call = "CreateFile" if play.docker.since(17, 6) else "GetFileAttributesEx"
        play.fail(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
            f"{call} {path}: The system cannot find the file specified."
        )
    data = file.data()
    if data is None:
        play.fail(f"the simulated host knows only the hash of {path}, and not what is in it")
    return Context(folder, _sent(world.files, folder), data.decode("utf-8-sig", "replace"))


def _sent(files: tuple[File, ...], folder: str) -> tuple[File, ...]:
    inside = [e for e in files if paths.within(e.path, folder) and e.key != paths.key(folder)]
    ignore = next((e for e in inside if e.key == paths.key(f"{folder}\\.dockerignore")), None)
    patterns = ((ignore.data() or b"") if ignore else b"").decode("utf-8-sig").splitlines()
    begin = len(folder.rstrip("\\")) + 1

    def sent(each: File) -> bool:
        kept = True
        name = each.path[begin:].replace("\\", "/")
        for line in patterns:
            pattern = line.strip().removeprefix("!").strip("/").removeprefix("./")
            if not pattern or pattern.startswith("#"):
                continue
            if fnmatch(name, pattern) or fnmatch(name, f"{pattern}/*"):
                kept = line.strip().startswith("!")
        return kept

    return tuple(each for each in inside if sent(each))


def in_layer(file: File, path: str) -> LayerFile:
    """Give a file of the context as it stands in a layer."""
    data = file.data() if file.size <= _KEPT_TEXT else None
    text = None
    if data is not None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = None
    return LayerFile(path=path, folder=file.kind == "folder", size=file.size, text=text)
