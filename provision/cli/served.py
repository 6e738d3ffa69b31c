"""What `simulate serve` serves: a host of a host file, or one made up on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provision.cli.compose import load_hosts
from provision.cli.located import state_file
from provision.cli.options import Selection
from provision.model.errors import InputError, Problem
from provision.model.host import Scheme, SimulateSettings
from provision.simulator.world.simulated_host import SimulatedHost


@dataclass(frozen=True, slots=True)
class Served:
    """One simulated host, ready to be served.

    Args:
        title: What it is, for people.
        user: Who may log in.
    """

    title: str
    machine: SimulatedHost
    user: str
    scheme: Scheme


def served_alone(knobs: Mapping[str, Any], *, user: str | None, scheme: str | None) -> Served:
    """Make a new simulated host that keeps nothing.

    Raises:
        InputError: There is no such scenario.
    """
    settings = SimulateSettings.model_validate(dict(knobs))
    who = user or "Administrator"
    machine = SimulatedHost(settings, user=who)
    return Served("a new simulated host", machine, who, Scheme(scheme or "http"))


def served_from(
    hostfile: str,
    limit: str | None,
    knobs: Mapping[str, Any],
    *,
    user: str | None,
    scheme: str | None,
) -> Served:
    """Take a simulated host of a host file, with its state.

    Raises:
        InputError: The file is wrong, or does not tell which host is meant.
    """
    hosts = load_hosts(Selection(hostfile, (limit,) if limit else ()))
    simulated = [located for located in hosts if located.host.simulate is not None]
    if len(simulated) != 1:
        names = ", ".join(located.host.name for located in simulated)
        hint = f"choose one with --limit: {names}" if names else "write `simulate: {}` in it"
        raise InputError([Problem(f"{hostfile} has {len(simulated)} simulated hosts", hint=hint)])
    located = simulated[0]
    host = located.host
    assert host.simulate is not None
    written = host.simulate.model_dump(exclude_unset=True)
    settings = SimulateSettings.model_validate({**written, **knobs})
    who = user or host.winrm.user
    machine = SimulatedHost(settings, path=state_file(located), user=who)
    return Served(host.name, machine, who, Scheme(scheme) if scheme else host.winrm.scheme)
