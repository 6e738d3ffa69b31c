"""The settings of one host, put together from defaults, groups and the host itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provision.model.errors import Problem
from provision.model.host import Authentication, Host, Scheme, SimulateSettings, WinRMSettings
from provision.model.position import Position
from provision.model.ssh import SSHSettings
from provision.playbook import ssh_checks
from provision.playbook.addresses import address_hint, is_loopback
from provision.playbook.places import Places

_FILES = ("ca", "certificate", "key")
_WITH_PASSWORD = (Authentication.BASIC, Authentication.NTLM, Authentication.CREDSSP)


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings of one section of the file, as written and already checked by its model."""

    data: Mapping[str, Any]
    places: Places


@dataclass(slots=True)
class Merged:
    """One host's settings while the layers are laid over each other.

    Args:
        name: The host's name.
        position: Where the host is described.
        over: Which of `winrm` and `ssh` the strongest layer that has one of them has.
        places: For each key of both, the places of the layer that set it last.
    """

    name: str
    position: Position | None
    groups: tuple[str, ...] = ()
    over: str = "winrm"
    winrm: dict[str, Any] = field(default_factory=dict)
    ssh: dict[str, Any] = field(default_factory=dict)
    vars: dict[str, Any] = field(default_factory=dict)
    simulate: dict[str, Any] | None = None
    playbook: str | None = None
    places: dict[tuple[str, str], Places] = field(default_factory=dict)

    def add(self, layer: Layer) -> None:
        """Lay a stronger layer over what is there."""
        for section, known in (("winrm", self.winrm), ("ssh", self.ssh)):
            if section in layer.data:
                self.over = section
            for key, value in (layer.data.get(section) or {}).items():
                known[key] = value
                self.places[section, key] = layer.places.under(section, key)
        self.vars |= layer.data.get("vars") or {}
        self.playbook = layer.data.get("playbook") or self.playbook
        if "simulate" in layer.data:
            given = layer.data["simulate"]
            knobs = given if isinstance(given, dict) else {}
            self.simulate = None if given is False else {**(self.simulate or {}), **knobs}

    def host(self, base: Path) -> Host:
        """Make the host; paths become usable from the working directory.

        Args:
            base: The host file's folder.
        """
        winrm = {**self.winrm, **_based(base, self.winrm, _FILES)}
        ssh = {**self.ssh, **_based(base, self.ssh, ssh_checks.FILES)}
        return Host(
            name=self.name,
            winrm=WinRMSettings.model_validate(winrm),
            ssh=SSHSettings.model_validate(ssh) if self.over == "ssh" else None,
            playbook=os.path.normpath(base / self.playbook) if self.playbook else None,
            vars=self.vars,
            groups=self.groups,
            simulate=None
            if self.simulate is None
            else SimulateSettings.model_validate(self.simulate),
            position=self.position,
        )

    def problems(self, host: Host) -> Iterator[Problem]:
        """Find what a real host needs and does not have."""
        if host.simulate is not None:
            return
        if host.ssh is not None:
            yield from ssh_checks.problems(self.name, host.ssh, self._at)
            return
        name, winrm = f"the host '{self.name}'", host.winrm
        if not winrm.address:
            hint = "give winrm.address, or a simulate block for a simulated host"
            yield Problem(f"{name} has no address", self.position, hint)
        elif hint := address_hint(winrm.address):
            yield Problem(f"'{winrm.address}' is no address", self._at("address"), hint)
        if winrm.password == "" and winrm.auth in _WITH_PASSWORD:
            hint = "give a reference, for instance: password: {env: WINRM_PASSWORD}"
            yield Problem(f"{name} has an empty password", self.password_position(), hint)
        if winrm.password is None and winrm.auth in _WITH_PASSWORD:
            hint = "give winrm.password, for instance: password: {env: WINRM_PASSWORD}"
            yield Problem(f"{name} has no password", self.position, hint)
        if winrm.auth is Authentication.CERTIFICATE and not (winrm.certificate and winrm.key):
            hint = "give winrm.certificate and winrm.key, both PEM files"
            message = f"{name} has no certificate for auth: certificate"
            yield Problem(message, self._at("auth"), hint)

    def notices(self, host: Host) -> Iterator[Problem]:
        """Find what works and should not be left so; never holds a secret."""
        if host.ssh is not None and host.simulate is None:
            yield from ssh_checks.notices(host.ssh, self._at)
            return
        winrm = host.winrm
        if isinstance(winrm.password, str) and winrm.password:
            hint = "use a reference: password: {env: NAME}, {file: path} or {command: …}"
            message = "the password stands in the file, readable to all who can read it"
            yield Problem(message, _without_text(self._at("password")), hint)
        if host.simulate is not None or not winrm.address:
            return
        plain = winrm.scheme is Scheme.HTTP and winrm.auth is Authentication.BASIC
        if plain and not is_loopback(winrm.address):
            hint = "use scheme: https, or auth: ntlm, which encrypts its messages"
            message = f"the password of '{self.name}' would go unencrypted over the network"
            yield Problem(message, _without_text(self._at("auth")), hint)
        if winrm.scheme is Scheme.HTTPS and not winrm.verify:
            hint = "give the host's certificate as winrm.ca, and leave verify out"
            message = f"anybody could pose as '{self.name}': its certificate is not checked"
            yield Problem(message, _without_text(self._at("verify")), hint)

    def password_position(self) -> Position | None:
        """Where the password is described."""
        return _without_text(self._at("password"))

    def passphrase_position(self) -> Position | None:
        """Where the passphrase of a key is described."""
        return _without_text(self._at("passphrase"))

    def _at(self, key: str) -> Position | None:
        places = self.places.get((self.over, key))
        return places.of() if places else self.position


def _without_text(position: Position | None) -> Position | None:
    return Position(position.file, position.line, position.column) if position else None


def _based(base: Path, section: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Give the files of a section as they are found from the working directory."""
    return {
        key: os.path.normpath(base / Path(value).expanduser())
        for key, value in section.items()
        if key in names and isinstance(value, str) and value
    }
