"""What each instruction of a Dockerfile does to a build."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable, Iterator

from provision.simulator.world import paths
from provision.simulator.world.docker import ids, store
from provision.simulator.world.docker.build.builder import Builder
from provision.simulator.world.docker.build.context import in_layer
from provision.simulator.world.docker.build.reading import Instruction
from provision.simulator.world.docker.build.words import process
from provision.simulator.world.docker.commands import pulling
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.shell.tree import Tree

Handler = Callable[[Builder, Instruction], None]
_DRIVE = re.compile(r"^[A-Za-z]:")
SINCE = {"SHELL": (1, 12), "HEALTHCHECK": (1, 12)}


def word(builder: Builder, text: str) -> str:
    """Give what docker makes of one word of this Dockerfile."""
    return process(text, builder.escape, builder.variables())


def pairs(builder: Builder, values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give names and values, taken apart by the parser two by two."""
    words = [word(builder, each) for each in values]
    yield from zip(words[::2], words[1::2], strict=False)


def from_(builder: Builder, command: Instruction) -> None:
    """`FROM`."""
    words = [process(each, builder.escape, builder.arguments) for each in command.values]
    name = words[0]
    play = builder.play
    if name == "scratch":
        play.fail("Windows does not support FROM scratch")
    found = builder.stages.get(name.lower()) or store.find_image(play.world, name)
    if found is None:
        found = pulling.fetch(play, name)
    builder.image, builder.config, builder.fresh = found, found.config, False
    play.say(f" ---> {found.id}")


def env(builder: Builder, command: Instruction) -> None:
    """`ENV`."""
    have = dict(each.split("=", 1) for each in builder.config.env if "=" in each)
    have.update(pairs(builder, command.values))
    made = tuple(f"{name}={value}" for name, value in have.items())
    builder.configure(command.text, env=made)


def label(builder: Builder, command: Instruction) -> None:
    """`LABEL`."""
    found = {**builder.config.labels, **dict(pairs(builder, command.values))}
    builder.configure(command.text, labels=found)


def arg(builder: Builder, command: Instruction) -> None:
    """`ARG`, also before `FROM`."""
    for each in command.values:
        name, _, value = each.partition("=")
        builder.arguments[name] = builder.given.get(name, word(builder, value))
    if builder.image is not None:
        builder.configure(f"ARG {' '.join(command.values)} {builder.arguments}")


def workdir(builder: Builder, command: Instruction) -> None:
    """`WORKDIR`."""
    wanted = place(builder, word(builder, command.values[0]))
    files = (LayerFile(path=wanted, folder=True),)
    config = builder.config.model_copy(update={"directory": wanted})
    key = f"{command.text}\0{wanted}"
    if builder.cached(key):
        return
    there = Tree.of(builder.base).find(wanted)
    builder.add(key, f"WORKDIR {wanted}", () if there else files, config)


def place(builder: Builder, written: str) -> str:
    """Give the path in the image that an instruction means, or end as TP4 does for a drive's."""
    if builder.tp4 and _DRIVE.match(written):
        volume = ids.hyphened(ids.digits("volume", builder.base.id)).lower()
        builder.play.fail(
            f"GetFileAttributesEx \\\\?\\Volume{{{volume}}}\\{written[:2]}: The filename, "
            "directory name, or volume label syntax is incorrect."
        )
    base = builder.config.directory or "C:\\"
    return paths.normal(written.replace("/", "\\"), base)


def copy(builder: Builder, command: Instruction) -> None:
    """`COPY` and `ADD`."""
    words = [word(builder, each) for each in command.values]
    *sources, target = words
    origin = next((f.partition("=")[2] for f in command.flags if f.startswith("--from=")), "")
    into = place(builder, target)
    many = len(sources) > 1 or target.endswith(("/", "\\"))
    tree = Tree.of(builder.base)
    folder = tree.find(into)
    many = many or bool(folder and folder.folder) or target in (".", "./")
    files: list[LayerFile] = []
    for source in sources:
        if command.name.upper() == "ADD" and "://" in source:
            files.append(_download(builder, source, into, many=many))
        elif origin:
            files += _from_stage(builder, origin, source, into, many=many)
        else:
            files += _from_context(builder, command, source, into, many=many)
    key = f"{command.text}\0" + "\0".join(each.model_dump_json() for each in files)
    if not builder.cached(key):
        builder.add(key, f"{command.name.upper()} {' '.join(words)}", tuple(files))


def _from_context(
    builder: Builder, command: Instruction, source: str, into: str, *, many: bool
) -> list[LayerFile]:
    if builder.tp4 and _DRIVE.match(source):
        place(builder, source)
    found = builder.context.match(source)
    if not found:
        _missing(builder, command, source)
    files = []
    for each in found:
        if each.kind == "folder":
            files.append(LayerFile(path=into, folder=True))
            start = len(each.path.rstrip("\\")) + 1
            files += [
                in_layer(one, paths.normal(one.path[start:], into))
                for one in builder.context.below(each)
                if one.key != each.key
            ]
        else:
            name = ntpath.basename(each.path)
            files.append(in_layer(each, paths.normal(name, into) if many else into))
    return files


def _missing(builder: Builder, command: Instruction, source: str) -> None:
    play = builder.play
    if not play.docker.since(17, 6):
        play.fail(f"{source}: no such file or directory")
    path = f"\\\\?\\C:\\ProgramData\\docker\\tmp\\docker-builder000000001\\{source}"
    play.fail(
        f"{command.name.upper()} failed: CreateFile {path}: The system cannot find the "
        "file specified."
    )


def _from_stage(
    builder: Builder, origin: str, source: str, into: str, *, many: bool
) -> list[LayerFile]:
    image = builder.stages.get(origin.lower()) or store.find_image(builder.play.world, origin)
    if image is None:
        builder.play.fail(f"invalid from flag value {origin}: pull access denied")
    tree = Tree.of(image)
    files = []
    for each in tree.match(paths.normal(source.replace("/", "\\"))):
        for one in tree.below(each.path):
            rest = one.path[len(each.path) :]
            name = "" if each.folder or not many else f"\\{ntpath.basename(each.path)}"
            files.append(one.model_copy(update={"path": paths.normal(into + name + rest)}))
    if not files:
        builder.play.fail(
            f"COPY failed: CreateFile {source}: The system cannot find the file specified."
        )
    return files


def _download(builder: Builder, url: str, into: str, *, many: bool) -> LayerFile:
    """The daemon itself fetches what `ADD` names: no container's limits are in the way."""
    failing = builder.play.world.knobs.download_fails
    if failing and failing in url:
        builder.play.fail(f"ADD failed: Get {url}: dial tcp: no such host")
    builder.play.wait(2)
    name = url.rstrip("/").rpartition("/")[2]
    size = 1_000_000
    return LayerFile(path=paths.normal(name, into) if many else into, size=size)


def _words_of(builder: Builder, command: Instruction) -> tuple[str, ...]:
    if command.json:
        return tuple(command.values)
    shell = builder.config.shell or ("cmd", "/S", "/C")
    return (*shell, " ".join(command.values))


def cmd(builder: Builder, command: Instruction) -> None:
    """`CMD`."""
    builder.configure(command.text, command=_words_of(builder, command))


def entrypoint(builder: Builder, command: Instruction) -> None:
    """`ENTRYPOINT`, which takes the base image's `CMD` away."""
    builder.configure(command.text, entrypoint=_words_of(builder, command), command=())


def shell(builder: Builder, command: Instruction) -> None:
    """`SHELL`."""
    builder.configure(command.text, shell=tuple(command.values))


def expose(builder: Builder, command: Instruction) -> None:
    """`EXPOSE`."""
    added = [word(builder, each) for each in command.values]
    ports = [each if "/" in each else f"{each}/tcp" for each in added]
    builder.configure(command.text, ports=tuple(dict.fromkeys((*builder.config.ports, *ports))))


def volume(builder: Builder, command: Instruction) -> None:
    """`VOLUME`."""
    found = tuple(word(builder, each) for each in command.values)
    builder.configure(command.text, volumes=(*builder.config.volumes, *found))


def user(builder: Builder, command: Instruction) -> None:
    """`USER`, which Windows has since 17.x."""
    if not builder.play.docker.since(17, 6):
        builder.play.fail("The daemon on this platform does not support USER")
    builder.configure(command.text, user=word(builder, command.values[0]))


def maintainer(builder: Builder, command: Instruction) -> None:
    """`MAINTAINER`."""
    builder.author = " ".join(command.values)
    builder.configure(command.text)


def nothing(builder: Builder, command: Instruction) -> None:
    """What changes nothing that is modelled."""
    builder.configure(command.text)


INSTRUCTIONS: dict[str, Handler] = {
    "add": copy,
    "arg": arg,
    "cmd": cmd,
    "copy": copy,
    "entrypoint": entrypoint,
    "env": env,
    "expose": expose,
    "from": from_,
    "healthcheck": nothing,
    "label": label,
    "maintainer": maintainer,
    "onbuild": nothing,
    "shell": shell,
    "stopsignal": nothing,
    "user": user,
    "volume": volume,
    "workdir": workdir,
}
