"""A host as the user describes it: how it is reached, what it should become."""

from __future__ import annotations

import ipaddress
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from provision.model.position import Position
from provision.model.secret import SecretReference
from provision.model.ssh import SSHSettings

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class Scheme(Enum):
    """How WinRM's HTTP is carried."""

    HTTP = "http"
    HTTPS = "https"


class Authentication(Enum):
    """Which proof of identity is offered to the host."""

    BASIC = "basic"
    NTLM = "ntlm"
    NEGOTIATE = "negotiate"
    KERBEROS = "kerberos"
    CREDSSP = "credssp"
    CERTIFICATE = "certificate"


class WinRMSettings(BaseModel):
    """How to reach a host over WinRM.

    Args:
        address: Host name or address; may be left out on a simulated host.
        port: 5985 for http and 5986 for https when left out.
        scheme: `https` unless given.
        auth: `ntlm` unless given: messages are encrypted even over http.
        user: `Administrator`, `DOMAIN\\user` or `user@domain`.
        password: A reference to the secret; a literal works, with a loud warning.
        ca: A file of certificates to trust, PEM; the system's own when left out.
        verify: False accepts any certificate: for a first look only.
        certificate: Client certificate for `auth: certificate`, PEM.
        key: Its private key, PEM.
        proxy: An HTTP proxy; the environment's proxies are never used.
        operation_timeout: Seconds that one request may wait on the host for output.
        connect_timeout: Seconds for the host to give its first authenticated answer.
    """

    model_config = _FROZEN

    address: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    scheme: Scheme = Scheme.HTTPS
    auth: Authentication = Authentication.NTLM
    user: str = "Administrator"
    password: SecretReference | str | None = None
    ca: str | None = None
    verify: bool = True
    certificate: str | None = None
    key: str | None = None
    proxy: str | None = None
    operation_timeout: int = Field(default=20, ge=1, le=600)
    connect_timeout: int = Field(default=30, ge=1)


class Generation(Enum):
    """The Windows Server builds whose installers we know: 2016 and its previews, and later ones."""

    TP4 = "tp4"
    TP5 = "tp5"
    RTM = "rtm"
    SERVER_2019 = "2019"
    SERVER_2022 = "2022"
    SERVER_2025 = "2025"


class SwitchError(Enum):
    """What a simulated host's installer meets when it adds the virtual switch."""

    NONE = "none"
    HARMLESS = "harmless"
    FATAL = "fatal"


class PullError(Enum):
    """How the registry fails a simulated host's pulls."""

    DROPPED = "dropped"
    UNREACHABLE = "unreachable"
    RATE_LIMIT = "rate-limit"
    NOT_FOUND = "not-found"


class ContainerHttps(Enum):
    """How far HTTPS works in a simulated host's containers."""

    WORKS = "works"
    LIMITED = "limited"
    FAILS = "fails"


class SimulateSettings(BaseModel):
    """A simulated host in place of a real one: for rehearsals, with faults.

    Args:
        generation: Which Windows Server the host is.
        speed: Host seconds per real second.
        scenario: A named set of these knobs; the knobs given here win over it.
        switch_error: What happens when the installer adds the switch.
        restarts: How many restarts in a row each restart becomes ("configuring updates").
        restart_seconds: Host seconds from the connection's end to the first open port.
        answers_between: Host seconds that logins are accepted between two restarts in a row.
        answers_401_for: Host seconds after a boot during which every login is refused.
        settles_after: Host seconds after a boot until Windows has settled.
        silent_for: Host seconds that the installer says nothing, on top of its usual silence.
        hangs: The installer stops for good in the middle of its image.
        download_fails: Addresses that contain this text cannot be fetched by the host.
        image_missing: The installer ends without an image.
        docker_fails: The docker service does not start within the installer's minute.
        container_start_seconds: Host seconds until a container runs; 34 on TP4 and 4 later when
            left out.
        container_https: `works`; `limited`, where what asks through .NET, such as PowerShell, fails
            and programs with a TLS of their own do not; `fails`. On TP4 `limited` unless given.
        pulls_fail: How many pulls the registry fails before one succeeds.
        pull_error: How it fails them: `dropped` in the middle of a layer, `unreachable`,
            `rate-limit`, `not-found`.
        image_revision: The fourth part of the Windows version of the registry's images; the host's
            own when left out. On Windows Server 2016 another one does not start.
        layer_silent_for: Host seconds that a build says nothing after a step that installed much;
            half an hour on TP4 and 20 s later when left out.
        build_hangs: A build stops for good after such a step.
        docker_stays_down: The docker service does not come up by itself after a restart.
        disk_free_bytes: Free space on the system drive.
        culture: The language that Windows speaks.
        feature_installed: The Containers feature is there already, so no restart is needed.
        processors: Logical ones; as many as the generation's usual host has when left out.
        memory_bytes: Physical memory; likewise.
        virtualization: Windows can use the processor's virtualization, as Hyper-V needs it.
        address: The host's own address, with prefix length; the network's first is the gateway.
        routes: Destinations beside the default that are reached through that gateway.
        second_adapter: A second adapter is up, on a network that has DHCP, as the first has not.
        network_lost: After a restart docker does not make its NAT network again, as can be on
            Windows Server 2019 and later.
        known_scripts: SHA-256 of further files that behave as this generation's installer.
        served: Another process serves it, at `winrm.address`: of these knobs only `speed` is used.
    """

    model_config = _FROZEN

    generation: Generation = Generation.TP4
    speed: float = Field(default=600.0, gt=0, le=1_000_000)
    scenario: str | None = None
    switch_error: SwitchError = SwitchError.HARMLESS
    restarts: int = Field(default=1, ge=1, le=20)
    restart_seconds: float = Field(default=95.0, ge=0)
    answers_between: float = Field(default=40.0, ge=0)
    answers_401_for: float = Field(default=20.0, ge=0)
    settles_after: float = Field(default=60.0, ge=0)
    silent_for: float = Field(default=0.0, ge=0)
    hangs: bool = False
    download_fails: str | None = None
    image_missing: bool = False
    docker_fails: bool = False
    container_start_seconds: float | None = Field(default=None, ge=0)
    container_https: ContainerHttps | None = None
    pulls_fail: int = Field(default=0, ge=0)
    pull_error: PullError = PullError.DROPPED
    image_revision: int | None = Field(default=None, ge=0)
    layer_silent_for: float | None = Field(default=None, ge=0)
    build_hangs: bool = False
    docker_stays_down: bool = False
    disk_free_bytes: int = Field(default=40 * 1024**3, ge=0)
    culture: str = "en-US"
    feature_installed: bool = False
    processors: int | None = Field(default=None, ge=1, le=1024)
    memory_bytes: int | None = Field(default=None, ge=512 * 1024**2)
    virtualization: bool = True
    address: str = "192.0.2.10/24"
    routes: tuple[str, ...] = ()
    second_adapter: bool = False
    network_lost: bool = False
    known_scripts: tuple[str, ...] = ()
    served: bool = False

    @field_validator("generation", mode="before")
    @classmethod
    def _year(cls, written: Any) -> Any:
        return str(written) if isinstance(written, int) else written

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        if "/" not in written:
            raise ValueError("write the address with its prefix length, such as 192.0.2.10/24")
        ipaddress.IPv4Interface(written)
        return written

    @field_validator("routes")
    @classmethod
    def _are_networks(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.IPv4Network(one)) for one in written)


class Host(BaseModel):
    """One host, with everything that groups and defaults gave it.

    Args:
        name: The name by which people and the journal know it.
        ssh: How it is reached in place of `winrm`; not used while it is simulated.
        playbook: Path of the playbook, relative to the working directory.
        vars: Variables for templates.
        groups: Names of the groups it is in, widest first.
        simulate: Settings of the simulated host that stands in; None for a real one.
        position: Where it is described.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str
    winrm: WinRMSettings = WinRMSettings()
    ssh: SSHSettings | None = None
    playbook: str | None = None
    vars: dict[str, Any] = {}
    groups: tuple[str, ...] = ()
    simulate: SimulateSettings | None = None
    position: Position | None = None

    @property
    def connect_timeout(self) -> int:
        """Seconds for the host to give its first authenticated answer."""
        if self.ssh is not None and self.simulate is None:
            return self.ssh.connect_timeout
        return self.winrm.connect_timeout
