"""Proof of which boot of a host we are talking to."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class BootIdentity(BaseModel):
    """Last boot time and a volatile token of ours; either alone can lie.

    Args:
        boot_time: When the host says it started, ISO 8601 UTC with whole seconds. It may move by
            some seconds within one boot, when the clock is set.
        token: A GUID that the agent keeps in a volatile registry key, which cannot outlive a boot.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    boot_time: str
    token: str

    def same_boot(self, other: BootIdentity) -> bool:
        """Tell whether both were taken in one boot: the token decides, never the clock."""
        return self.token == other.token

    def __str__(self) -> str:
        return f"{self.boot_time} ({self.token[:8]})"
