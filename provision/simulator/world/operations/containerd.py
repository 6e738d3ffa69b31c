"""What the agent learns from containerd's client."""

from __future__ import annotations

from provision.agent.operations.containerd import ContainerdVersion, ContainerdVersionAnswer
from provision.simulator.world import containerd
from provision.simulator.world.model import World


def version(
    world: World, _request: ContainerdVersion, _check: bool
) -> tuple[World, ContainerdVersionAnswer]:
    """Answer `containerd.version`."""
    installed = world.containerd
    if installed is None:
        return world, ContainerdVersionAnswer(installed=False, answers=False)
    answers = containerd.answers(world)
    return world, ContainerdVersionAnswer(
        installed=True,
        answers=answers,
        client=f"v{installed.nerdctl}",
        server=f"v{installed.version}" if answers else "",
        message="" if answers else containerd.down(world),
    )
