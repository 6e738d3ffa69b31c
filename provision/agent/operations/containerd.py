"""Operations that ask containerd on the host."""

from __future__ import annotations

from typing import ClassVar

from provision.agent.operations.base import Answer, Operation


class ContainerdVersionAnswer(Answer):
    """Whether containerd answers its client nerdctl.

    Args:
        installed: nerdctl is on PATH or in `%ProgramFiles%\\nerdctl`.
        answers: containerd answered it.
        client: nerdctl's version; empty when unknown.
        server: containerd's version; empty when it does not answer.
        message: What nerdctl said when containerd did not answer, one line.
    """

    installed: bool
    answers: bool
    client: str = ""
    server: str = ""
    message: str = ""


class ContainerdVersion(Operation[ContainerdVersionAnswer]):
    """Ask containerd for its version, by nerdctl."""

    name: ClassVar[str] = "containerd.version"
    answer: ClassVar[type[Answer]] = ContainerdVersionAnswer
