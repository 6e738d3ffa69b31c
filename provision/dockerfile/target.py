"""The generation of the host that an image is for."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """A Windows Server generation, as `--target` names it; older ones come first."""

    TP4 = "tp4"
    TP5 = "tp5"
    WS2016 = "2016"
    WS2019 = "2019"
    WS2022 = "2022"
    WS2025 = "2025"

    @property
    def build(self) -> int:
        """The build number of Windows."""
        return _BUILDS[self]

    @property
    def server(self) -> str:
        """For people."""
        preview = {Target.TP4: "TP4", Target.TP5: "TP5"}.get(self)
        return f"Windows Server 2016 {preview}" if preview else f"Windows Server {self.value}"

    @property
    def preview(self) -> bool:
        """Whether it is a technical preview, whose docker is older than 1.12."""
        return self in (Target.TP4, Target.TP5)

    def between(self, since: Target, until: Target) -> bool:
        """Whether it is one of these, both ends counted."""
        return since.build <= self.build <= until.build


DEFAULT = Target.WS2022

_BUILDS = {
    Target.TP4: 10586,
    Target.TP5: 14300,
    Target.WS2016: 14393,
    Target.WS2019: 17763,
    Target.WS2022: 20348,
    Target.WS2025: 26100,
}
