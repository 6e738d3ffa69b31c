"""The step `docker_network`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from pydantic import IPvAnyAddress, IPvAnyNetwork

from provision.model.outcome import Change, Json
from provision.steps.docker.client import DockerRefused, act, gave_up, inspect
from provision.steps.docker.reading import at, short_id
from provision.steps.docker.shapes import Driver, NetworkName
from provision.steps.effect import Procedure, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.step import Step, StepContext


class NetworkState(Enum):
    """Whether a network is wanted."""

    PRESENT = "present"
    ABSENT = "absent"


class DockerNetwork(Step):
    """Make or remove a network of docker.

    A network whose settings differ from those that are given is removed and made anew, unless
    containers are in it. The docker of Technical Preview 4 has no networks to make: it uses the
    switch that the installer made.

    Args:
        network: The network's name.
        state: `present` or `absent`.
        driver: `nat`, `transparent`, `l2bridge`, `l2tunnel`, `overlay` or `ics`.
        subnet: Its addresses, such as 172.20.0.0/16; docker chooses when left out.
        gateway: The address of its gateway; docker chooses when left out.
        options: Options of the driver, such as `com.docker.network.windowsshim.interface`.
    """

    name: ClassVar[str] = "docker_network"
    short: ClassVar[str | None] = "network"
    example: ClassVar[str] = """\
name: A network of our own
docker_network:
  network: lab
  driver: nat
  subnet: 172.20.0.0/16
  gateway: 172.20.0.1
"""

    network: NetworkName
    state: NetworkState = NetworkState.PRESENT
    driver: Driver = "nat"
    subnet: IPvAnyNetwork | None = None
    gateway: IPvAnyAddress | None = None
    options: dict[str, str] = {}

    def intent(self) -> str:
        """Name it, and what it is to be."""
        if self.state is NetworkState.ABSENT:
            return f"docker network {self.network} is absent"
        of = f", {self.subnet}" if self.subnet else ""
        return f"docker network {self.network} is present ({self.driver}{of})"

    def run(self, context: StepContext) -> StepProcedure:
        """Look; remove and make what needs it; look again."""
        (found,) = yield from inspect("network", self.network)
        before = network_settings(found)
        after = self._after(found)
        users = at(found, "Containers")
        changes = [Change(what=f"docker network {self.network}", before=before, after=after)]
        if before == after:
            return ended((), value={"network": self.network, "id": str(at(found, "Id") or "")})
        if isinstance(users, Mapping) and users:
            names = ", ".join(sorted(str(at(one, "Name")) for one in users.values()))
            return failed(
                f"docker network {self.network} is in use by {names}",
                remedy="Remove these containers before, with `container` and `state: absent`.",
                evidence=[f"it is {before}, and is to be {after}"],
            )
        if context.check:
            return ended(changes)
        try:
            if found is not None:
                yield from act("network", "rm", self.network)
            if self.state is NetworkState.PRESENT:
                yield from self._create()
        except DockerRefused as error:
            gone = [Change(what=f"docker network {self.network}", before=before)]
            now = yield from inspect("network", self.network)
            return gave_up(error, gone if found is not None and now == (None,) else ())
        (made,) = yield from inspect("network", self.network)
        now_is = network_settings(made)
        if (made is None) is not (self.state is NetworkState.ABSENT) or self._after(made) != now_is:
            return failed(
                f"docker network {self.network} is not as it was asked for",
                evidence=[f"it is {now_is}, and was to be {self._after(made)}"],
                changes=changes,
            )
        changes = [Change(what=f"docker network {self.network}", before=before, after=now_is)]
        made_id = str(at(made, "Id") or "")
        evidence = [short_id(made_id)] if made_id else []
        return ended(changes, evidence=evidence, value={"network": self.network, "id": made_id})

    def _after(self, found: dict[str, Any] | None) -> Json:
        """What it is to be: as found, but for what the task gives."""
        if self.state is NetworkState.ABSENT:
            return None
        now = network_settings(found)
        here: dict[str, Json] = {**now} if isinstance(now, dict) else {}
        here["driver"] = self.driver
        if self.subnet is not None:
            here["subnet"] = str(self.subnet)
        if self.gateway is not None:
            here["gateway"] = str(self.gateway)
        if self.options:
            options = here.get("options")
            known = options if isinstance(options, dict) else {}
            here["options"] = {**known, **self.options}
        return here

    def _create(self) -> Procedure[None]:
        words = ["network", "create", "-d", self.driver]
        if self.subnet is not None:
            words.append(f"--subnet={self.subnet}")
        if self.gateway is not None:
            words.append(f"--gateway={self.gateway}")
        for name, value in self.options.items():
            words += ["-o", f"{name}={value}"]
        yield from act(*words, self.network)


def network_settings(found: dict[str, Any] | None) -> Json:
    """The settings of an inspected network that can be asked for; None when there is none."""
    if found is None:
        return None
    settings: dict[str, Json] = {"driver": str(found.get("Driver") or "")}
    configs = at(found, "IPAM", "Config")
    for config in configs if isinstance(configs, list) else []:
        for key, name in (("Subnet", "subnet"), ("Gateway", "gateway")):
            if value := at(config, key):
                settings.setdefault(name, str(value))
    options = found.get("Options")
    if isinstance(options, dict) and options:
        settings["options"] = {str(k): str(v) for k, v in options.items()}
    return settings
