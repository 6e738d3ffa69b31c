"""`docker build`."""

from __future__ import annotations

from provision.simulator.world.docker import formats
from provision.simulator.world.docker.build import context as contexts
from provision.simulator.world.docker.build import running
from provision.simulator.world.docker.build.builder import Builder
from provision.simulator.world.docker.build.instructions import INSTRUCTIONS, SINCE
from provision.simulator.world.docker.build.reading import (
    DIRECTIVES_SINCE,
    Instruction,
    instructions,
)
from provision.simulator.world.docker.build.words import escape_sign
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.commands.images import tagged
from provision.simulator.world.docker.options import exactly, read, since
from provision.simulator.world.docker.play import BUSY, Play
from provision.simulator.world.docker.reference import parse as parse_name
from provision.simulator.world.effects import Put

_STAGES_SINCE = (17, 5)
_SEND = 50_000_000.0


def build(play: Play, arguments: tuple[str, ...]) -> None:
    """Carry out a build; its finished steps stay, and another build goes on from them."""
    options = read(
        play,
        "build",
        arguments,
        switches=f"no-cache pull q|quiet rm force-rm {since(play, squash=(1, 13))}",
        takes="t|tag f|file build-arg m|memory isolation cpu-shares shm-size "
        + since(play, label=(1, 11), network=(1, 13), target=(17, 5), platform=(17, 10)),
    )
    exactly(play, "build", options, 1, 1)
    need_daemon(play, "build")
    given = contexts.read(play, options.words[0], options.value("file"))
    play.say(f"Sending build context to Docker daemon {formats.size(play, given.size)}")
    play.wait(1 + given.size / _SEND, BUSY)
    heeds = play.docker.since(*DIRECTIVES_SINCE)
    builder = Builder(
        play=play,
        context=given,
        escape=escape_sign(given.dockerfile) if heeds else "\\",
        given=dict(each.split("=", 1) for each in options.all("build-arg") if "=" in each),
        no_cache=options.on("no-cache"),
    )
    labels = [_label(each) for each in options.all("label")]
    found = (*instructions(play, given.dockerfile), *labels)
    _steps(builder, found, options.value("target").lower())
    image = builder.base
    play.say(f"Successfully built {image.id}")
    for name in options.all("tag"):
        play.do(Put(thing=tagged(image, name, play)))
        if play.docker.since(17, 5):
            play.say(f"Successfully tagged {parse_name(name)}")


def _label(written: str) -> Instruction:
    """Give the step that docker makes of `--label`."""
    name, _, value = written.partition("=")
    return Instruction("label", f'LABEL "{name}"="{value}"', (f'"{name}"', f'"{value}"'))


def _steps(builder: Builder, commands: tuple[Instruction, ...], target: str) -> None:
    play = builder.play
    counted = play.docker.since(1, 13)
    stage = ""
    for number, command in enumerate(commands, 1):
        name = command.name
        if name == "from":
            if builder.image is not None and target and stage == target:
                return
            if builder.image is not None:
                _end_stage(builder, stage)
            stage = command.values[2].lower() if len(command.values) > 2 else ""
        shown = f"Step {number}/{len(commands)}" if counted else f"Step {number}"
        play.say(f"{shown} : {command.text}")
        _step(builder, name, command)


def _end_stage(builder: Builder, name: str) -> None:
    play = builder.play
    if not play.docker.since(*_STAGES_SINCE):
        return
    builder.stages[str(builder.ended)] = builder.base
    if name:
        builder.stages[name] = builder.base
    builder.ended += 1


def _step(builder: Builder, name: str, command: Instruction) -> None:
    play = builder.play
    since = SINCE.get(name.upper())
    early = builder.image is None and name not in ("from", "arg")
    if early or (name == "arg" and builder.image is None and not play.docker.since(*_STAGES_SINCE)):
        play.fail("Please provide a source image with `from` prior to commit")
    if name == "run":
        running.run(builder, command)
    elif name not in INSTRUCTIONS or (since and not play.docker.since(*since)):
        play.fail(f"Unknown instruction: {name.upper()}")
    else:
        INSTRUCTIONS[name](builder, command)
