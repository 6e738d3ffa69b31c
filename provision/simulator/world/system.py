"""The Windows installation itself: identity, features, services, scheduled tasks, registry."""

from __future__ import annotations

from typing import Literal

from provision.simulator.world.thing import Frozen, Thing


class Windows(Frozen):
    """What does not change while the host lives.

    Args:
        build: 10586 for TP4, 14300 for TP5, 14393 for Windows Server 2016, 17763 for 2019, 20348
            for 2022, 26100 for 2025.
        machine_id: `MachineGuid` of `HKLM:\\SOFTWARE\\Microsoft\\Cryptography`.
        culture: The user interface's culture.
        virtualization: The machine lets Windows use the processor's virtualization. In a virtual
            machine that is nested virtualization.
        hypervisor: The machine is a virtual one.
    """

    computer_name: str
    machine_id: str
    caption: str
    version: str
    build: int
    powershell_version: str
    culture: str = "en-US"
    processors: int = 2
    memory_bytes: int = 2560 * 1024**2
    manufacturer: str = "VMware, Inc."
    model: str = "VMware Virtual Platform"
    virtualization: bool = True
    hypervisor: bool = True


class Account(Frozen):
    """Who the agent runs as.

    Args:
        user: With its domain or computer in front, as Windows says it.
        elevated: Has an administrator's full token.
    """

    user: str
    elevated: bool = True


class Feature(Thing):
    """One Windows feature.

    Args:
        pending: It was installed or removed in this boot and takes effect after a restart.
        needs_restart: Installing or removing it asks for a restart.
    """

    noun: Literal["feature"] = "feature"
    name: str
    display_name: str = ""
    installed: bool = False
    pending: bool = False
    needs_restart: bool = False

    @property
    def key(self) -> str:
        return self.name.lower()


class Service(Thing):
    """One Windows service.

    Args:
        starts: False when every try to start it fails.
    """

    noun: Literal["service"] = "service"
    name: str
    display_name: str = ""
    state: Literal["running", "stopped"] = "stopped"
    start: Literal["automatic", "manual", "disabled"] = "manual"
    starts: bool = True

    @property
    def key(self) -> str:
        return self.name.lower()


class ScheduledTask(Thing):
    """One scheduled task.

    Args:
        path: Its folder, with a backslash at both ends; the root is one backslash.
        program: Of its first action.
        arguments: Of its first action, as one text.
        highest: Runs with the highest privileges.
    """

    noun: Literal["scheduled_task"] = "scheduled_task"
    name: str
    path: str = "\\"
    at_logon: bool = False
    program: str
    arguments: str = ""
    user: str = "SYSTEM"
    highest: bool = True

    @property
    def key(self) -> str:
        return (self.path + self.name).lower()


class RegistryKey(Thing):
    """One registry key that somebody may look for.

    Args:
        path: As PowerShell's registry provider writes it, `HKLM:\\SOFTWARE\\…`.
        volatile: It cannot outlive a boot.
        values: Its values, all as text or numbers.
    """

    noun: Literal["registry_key"] = "registry_key"
    path: str
    volatile: bool = False
    values: dict[str, str | int | tuple[str, ...]] = {}

    @property
    def key(self) -> str:
        return self.path.lower()


class Program(Thing):
    """One program that the world answers for, with fixed output.

    Args:
        name: As it is called, without `.exe`.
        arguments: The arguments that it answers to; None answers to all.
        seconds: Host seconds that it runs.
    """

    noun: Literal["program"] = "program"
    name: str
    arguments: tuple[str, ...] | None = None
    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    seconds: float = 0.0

    @property
    def key(self) -> str:
        words = ("*",) if self.arguments is None else self.arguments
        return "\0".join((self.name.lower().removesuffix(".exe"), *words))
