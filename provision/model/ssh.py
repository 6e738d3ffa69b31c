"""How a host is reached over SSH, as the user describes it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from provision.model.secret import SecretReference


class HostKeyPolicy(Enum):
    """What becomes of a host whose key is not known yet; one that changed is always refused."""

    STRICT = "strict"
    ACCEPT_NEW = "accept-new"


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class SSHSettings(BaseModel):
    """How to reach a host over SSH, in place of WinRM.

    From `~/.ssh/config` come HostName, Port, User, IdentityFile, IdentitiesOnly, ProxyJump,
    ProxyCommand, HostKeyAlias, UserKnownHostsFile and GlobalKnownHostsFile; what is given here
    wins.

    Args:
        address: Host name, address, or a name that `~/.ssh/config` knows.
        port: 22 when neither this nor `~/.ssh/config` says otherwise.
        user: `Administrator` when neither this nor `~/.ssh/config` says otherwise.
        password: A reference to the secret; tried when no key is accepted. Jump hosts never get it.
        key: A private key's file; no other key is offered then.
        passphrase: A reference to the secret that opens the key's file.
        agent: Offer the keys of the SSH agent.
        jump: Hosts to go through, the first one first: `[user@]host[:port]`, one or a list.
        config: False does not read `~/.ssh/config`; a path is read in its place.
        known_hosts: A file of host keys; `~/.ssh/known_hosts` and the system's when left out.
        host_key: `accept-new` believes a host whose key is not known yet, and notes the key.
        connect_timeout: Seconds for the host to give its first authenticated answer.
        keepalive: Seconds between signs of life; a host that misses three is lost. 0 for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str | None = Field(default=None, min_length=1)
    password: SecretReference | str | None = None
    key: str | None = None
    passphrase: SecretReference | str | None = None
    agent: bool = True
    jump: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    config: bool | str = True
    known_hosts: str | None = None
    host_key: HostKeyPolicy = HostKeyPolicy.STRICT
    connect_timeout: int = Field(default=30, ge=1)
    keepalive: int = Field(default=15, ge=0, le=3600)
