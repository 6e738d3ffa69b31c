"""The shape of what users write in a host file, as models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from provision.model.host import SimulateSettings, WinRMSettings
from provision.model.ssh import SSHSettings
from provision.playbook.written import Variables, Words, empty_mapping


class SettingsWritten(BaseModel):
    """Settings of a host, of a group of hosts, or of all.

    Args:
        winrm: How to reach the host; merged key by key.
        ssh: How to reach the host in place of `winrm`; merged key by key. The stronger section
            decides between the two. A simulated host answers over WinRM all the same.
        playbook: Path of the playbook, relative to this file.
        vars: Variables for templates; merged key by key.
        simulate: A simulated host in place of a real one; merged key by key. `false` takes back
            what defaults and groups say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    winrm: Annotated[WinRMSettings, BeforeValidator(empty_mapping)] = WinRMSettings()
    ssh: Annotated[SSHSettings, BeforeValidator(empty_mapping)] | None = None
    playbook: str | None = Field(default=None, min_length=1)
    vars: Variables = {}
    simulate: SimulateSettings | bool | None = None


class HostWritten(SettingsWritten):
    """One host of an inventory.

    Args:
        groups: Names of groups, widest first; later groups win.
    """

    groups: Words = ()


class HostFileWritten(SettingsWritten):
    """One host, or an inventory of several hosts.

    Args:
        name: The host's name; the file's name without its ending when left out.
        hosts: Several hosts by name, in place of the settings of one.
        groups: Settings that hosts share by naming the group; they win over `defaults`.
        defaults: Settings of all hosts; everything else wins over them.
    """

    name: str | None = Field(default=None, min_length=1)
    hosts: (
        Annotated[
            dict[str, Annotated[HostWritten, BeforeValidator(empty_mapping)]],
            BeforeValidator(empty_mapping),
        ]
        | None
    ) = None
    groups: Annotated[
        dict[str, Annotated[SettingsWritten, BeforeValidator(empty_mapping)]],
        BeforeValidator(empty_mapping),
    ] = {}
    defaults: Annotated[SettingsWritten, BeforeValidator(empty_mapping)] = SettingsWritten()


SINGLE_KEYS = ("name", *SettingsWritten.model_fields)
"""Keys that describe one host, which `hosts` cannot stand beside."""
