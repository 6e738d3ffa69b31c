"""What `simulate serve` serves: a host of a host file, or one made up on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provision.cli.compose import load_hosts
from provision.cli.located import state_file
from provision.cli.options import Selection
from provision.model.errors import InputError, Problem
from provision.model.host import Scheme, SimulateSettings
from provision.simulator.fault_file import read_faults
from provision.simulator.faults import FaultSchedule
from provision.simulator.record import Record, ended
from provision.simulator.world.model import World
from provision.simulator.world.simulated_host import SimulatedHost


@dataclass(frozen=True, slots=True)
class Script:
    """What directs a rehearsal, and what tells of it.

    Args:
        faults: What goes wrong at which exchange.
        record: What happened, exchange by exchange; None for nowhere.
    """

    faults: FaultSchedule
    record: Record | None = None

    @classmethod
    def open(cls, faults: str | None, record: str | None) -> Script:
        """Read a file of faults, and begin a file of what happened.

        Raises:
            InputError: One of them cannot be used.
        """
        scheduled = read_faults(Path(faults)) if faults else []
        try:
            written = Record(Path(record)) if record else None
        except OSError as error:
            told = f"--record: {record} cannot be written: {error.strerror}"
            raise InputError([Problem(told)]) from None
        return cls(FaultSchedule(scheduled, written.exchange if written else None), written)

    def changed(self, before: World, after: World) -> None:
        """Take note of a request that changed the host; see `SimulatedHost`."""
        for _job in ended(before, after):
            self.faults.job_ended()
        if self.record is not None:
            self.record.changed(before, after)


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
    script: Script

    async def close(self) -> None:
        """Keep the host's state, and close its record."""
        await self.machine.close()
        if self.script.record is not None:
            self.script.record.close(self.machine.world)


def served_alone(
    knobs: Mapping[str, Any], script: Script, *, user: str | None, scheme: str | None
) -> Served:
    """Make a new simulated host that keeps nothing.

    Raises:
        InputError: There is no such scenario.
    """
    settings = SimulateSettings.model_validate(dict(knobs))
    who = user or "Administrator"
    machine = SimulatedHost(settings, user=who, witness=script.changed)
    return Served("a new simulated host", machine, who, Scheme(scheme or "http"), script)


def served_from(
    hostfile: str,
    limit: str | None,
    knobs: Mapping[str, Any],
    script: Script,
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
    machine = SimulatedHost(settings, path=state_file(located), user=who, witness=script.changed)
    wire = Scheme(scheme) if scheme else host.winrm.scheme
    return Served(host.name, machine, who, wire, script)
