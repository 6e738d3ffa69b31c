"""What is observed of a host before anything is decided."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from provision.model.boot import BootIdentity


class Facts(BaseModel):
    """The observed state of a host: `facts.*` in templates, and the agent's answer to `facts`.

    Args:
        os_version: Such as `10.0.14393.206`; without the revision when that is not known.
        os_build: 10586 for TP4, 14300 for TP5, 14393 for Windows Server 2016, 17763 for 2019, 20348
            for 2022, 26100 for 2025.
        culture: The user interface's culture, such as `en-US` or `ja-JP`.
        memory_bytes: Physical memory.
        free_disk_bytes: Free on the system drive.
        addresses: IPv4 and IPv6 addresses with prefix length, loopback left out.
        pending_restart: Why Windows wants a restart; empty when it does not.
        time: The host's clock, ISO 8601 UTC with whole seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    computer_name: str
    machine_id: str
    os_caption: str
    os_version: str
    os_build: int
    culture: str
    powershell_version: str
    processors: int
    memory_bytes: int
    free_disk_bytes: int
    user: str
    elevated: bool
    addresses: tuple[str, ...]
    pending_restart: tuple[str, ...]
    time: str
    boot: BootIdentity
