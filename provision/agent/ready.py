"""What the agent says of itself when it is ready."""

from __future__ import annotations

from provision.agent.operations.base import Answer
from provision.model.boot import BootIdentity


class Ready(Answer):
    """The result under number 0.

    Args:
        boot: Which boot of the host the agent runs in.
        powershell: Its version, such as `5.1.14393.0`.
        process: The agent's process id.
        sha256: Of the source that it runs.
    """

    boot: BootIdentity
    powershell: str
    process: int
    sha256: str
