"""What the runner raises into a step that waits for an effect."""

from __future__ import annotations

from provision.model.errors import TaskError


class AnswerLost(TaskError):
    """The agent died over an operation that must not be repeated; whether it ran is not known."""


class DownloadError(TaskError):
    """The controller cannot fetch an address."""


class WrongHash(DownloadError):
    """What was found or came has another hash than the playbook says."""
