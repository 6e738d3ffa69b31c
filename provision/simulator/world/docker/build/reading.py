"""The Dockerfile, read by docker's own parser into plain instructions."""

from __future__ import annotations

from dataclasses import dataclass

from provision.dockerfile.parser import ParseError, parse
from provision.simulator.world.docker.build.words import without_directives
from provision.simulator.world.docker.play import Play

DIRECTIVES_SINCE = (1, 12)
"""Docker's release that began to heed `# escape=`."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Args:
        name: In lower case.
        text: As it stands in the file, in one line.
        values: Its arguments, as they are written.
        json: They are a JSON list.
    """

    name: str
    text: str
    values: tuple[str, ...]
    flags: tuple[str, ...] = ()
    json: bool = False


def instructions(play: Play, text: str) -> tuple[Instruction, ...]:
    """Read a Dockerfile, or end as docker does when it is none."""
    if not play.docker.since(*DIRECTIVES_SINCE):
        text = without_directives(text)
    try:
        found = parse(text)
    except ParseError as error:
        play.fail(f"Error response from daemon: {error}")
    made = tuple(
        Instruction(each.cmd.lower(), each.original or "", each.value, each.flags, each.json)
        for each in found
        if each.cmd
    )
    if not made:
        play.fail("Error response from daemon: the Dockerfile cannot be empty")
    return made
