"""The Windows Servers that a simulated host can be."""

from __future__ import annotations

from dataclasses import dataclass

from provision.model.host import Generation
from provision.simulator.world.system import Windows

_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Edition:
    """One Windows Server.

    Args:
        revision: The fourth part of its version.
        epoch: The host's clock when the simulation begins, ISO 8601 UTC.
    """

    windows: Windows
    revision: int
    epoch: str


def _edition(name: str, caption: str, build: int, powershell: str, gib: float) -> Windows:
    return Windows(
        computer_name=f"WIN-{name}",
        machine_id="",
        caption=f"Microsoft Windows Server {caption}",
        version=f"10.0.{build}",
        build=build,
        powershell_version=powershell,
        memory_bytes=int(gib * _GIB),
    )


EDITIONS = {
    Generation.TP4: Edition(
        _edition("TP4", "2016 Technical Preview 4", 10586, "5.0.10586.0", 2.5),
        0,
        "2016-01-16T09:00:00Z",
    ),
    Generation.TP5: Edition(
        _edition("TP5", "2016 Technical Preview 5", 14300, "5.1.14300.1000", 4),
        1000,
        "2016-06-03T09:00:00Z",
    ),
    Generation.RTM: Edition(
        _edition("2016", "2016 Datacenter", 14393, "5.1.14393.0", 4),
        206,
        "2016-11-07T09:00:00Z",
    ),
    Generation.SERVER_2019: Edition(
        _edition("2019", "2019 Datacenter", 17763, "5.1.17763.6414", 8),
        6414,
        "2025-03-03T09:00:00Z",
    ),
    Generation.SERVER_2022: Edition(
        _edition("2022", "2022 Datacenter", 20348, "5.1.20348.2849", 8),
        2849,
        "2025-03-03T09:00:00Z",
    ),
    Generation.SERVER_2025: Edition(
        _edition("2025", "2025 Datacenter", 26100, "5.1.26100.2314", 8),
        2314,
        "2025-03-03T09:00:00Z",
    ),
}
