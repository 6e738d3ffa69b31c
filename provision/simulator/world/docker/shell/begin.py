"""Beginning a process in a container or in a build's step."""

from __future__ import annotations

from provision.simulator.world.docker.play import Play
from provision.simulator.world.docker.shell import cmd, environment
from provision.simulator.world.docker.shell.session import Session
from provision.simulator.world.docker.shell.tree import Tree


def session(
    play: Play,
    tree: Tree,
    *,
    env: tuple[str, ...],
    directory: str,
    container: str,
    network: str,
    address: str,
) -> Session:
    """Give a process's view of its container."""
    return Session(
        play=play,
        tree=tree,
        env=environment.beginning(tree, env),
        directory=directory or "C:\\",
        container=container,
        network=network,
        address=address,
        hostname=container[:12],
    )


def run(process: Session, words: tuple[str, ...]) -> int | None:
    """Run a program without a shell around it; None when there is none of that name."""
    play = process.play
    before = len(play.lines)
    code = cmd.run_words(process, list(words))
    said = [line.text for line in play.lines[before:]]
    unknown = cmd.UNKNOWN[0].format(name=words[0])
    if code == 1 and said[:1] == [unknown]:
        del play.lines[before:]
        return None
    return code
