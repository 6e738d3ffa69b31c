"""How a hypervisor is reached, as users write it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LibvirtSettings(BaseModel):
    """A libvirt daemon, through `virsh`.

    Args:
        uri: Which daemon: `qemu:///system` unless given.
        ssh: Where `virsh` is run: `user@host`, or a name of `~/.ssh/config`; here when left out.
    """

    model_config = _FROZEN

    kind: Literal["libvirt"]
    uri: str = "qemu:///system"
    ssh: str | None = None


HypervisorSettings = LibvirtSettings
