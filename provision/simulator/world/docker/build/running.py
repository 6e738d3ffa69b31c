"""`RUN`: a container of the image so far, a program in it, and a layer of what it left."""

from __future__ import annotations

from provision.simulator.world.docker import networking
from provision.simulator.world.docker.build.builder import Builder
from provision.simulator.world.docker.build.reading import Instruction
from provision.simulator.world.docker.commands.starting import refusal, start_seconds
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.play import BUSY
from provision.simulator.world.docker.shell import begin, cmd
from provision.simulator.world.docker.shell.tree import Tree

SHELL = ("cmd", "/S", "/C")


def run(builder: Builder, command: Instruction) -> None:
    """Carry out a `RUN`."""
    play = builder.play
    line = " ".join(command.values)
    words = tuple(command.values) if command.json else (*(builder.config.shell or SHELL), line)
    key = f"RUN {words} {sorted(builder.arguments.items())}"
    if builder.cached(key):
        return
    container = builder.container()
    play.say(f" ---> Running in {container[:12]}")
    _refuse(builder, container)
    play.wait(start_seconds(play), BUSY)
    default = networking.default(play.world)
    arguments = tuple(f"{name}={value}" for name, value in builder.arguments.items())
    view = begin.session(
        play,
        Tree.of(builder.base),
        env=(*arguments, *builder.config.env),
        directory=builder.config.directory,
        container=container,
        network=default,
        address=networking.free_address(play.world, default),
    )
    shell = builder.config.shell or SHELL
    if not command.json and shell[0].lower().removesuffix(".exe") == "cmd":
        code = cmd.run_line(view, line)
    else:
        code = cmd.run_words(view, list(words))
    if code:
        said = f"The command '{' '.join(words)}' returned a non-zero code: {code}"
        play.fail(said, code=code)
    builder.commit(key, " ".join(words), view.tree.changed, container)


def _refuse(builder: Builder, container: str) -> None:
    """End where Windows does not start a container of this image."""
    base = builder.base
    stand_in = Container(
        id=container,
        name=container[:12],
        image=base.id,
        image_name=base.id,
        command=(),
        created=builder.play.now(),
    )
    why = refusal(builder.play, stand_in, base.os_version)
    if why:
        builder.play.wait(start_seconds(builder.play), BUSY)
        builder.play.fail(why)
