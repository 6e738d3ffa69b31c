"""The installer's parameters, bound to what was typed as PowerShell binds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from provision.agent.operations.base import ErrorRecord
from provision.model.host import Generation
from provision.simulator.world.installer.scripts import Kind, Today
from provision.simulator.world.windows import RUNTIME_HRESULT

DEFAULT_SUBNET = "172.16.0.0/12"

_SWITCHES: dict[Kind, tuple[str, ...]] = {
    Generation.TP4: ("HyperV", "NoRestart", "SkipDocker", "SkipImageImport", "UseDHCP"),
    Generation.TP5: ("Force", "HyperV", "NoRestart", "SkipImageImport", "TransparentNetwork"),
    Generation.RTM: (
        "Force",
        "HyperV",
        "IgnoreClient",
        "NoRestart",
        "SkipImageImport",
        "TransparentNetwork",
    ),
    Today.DOCKER_CE: (
        "Force",
        "HyperV",
        "NoRestart",
        "SkipDefaultHost",
        "Staging",
        "TransparentNetwork",
    ),
    Today.CONTAINERD: ("Force", "HyperV", "NoRestart", "Staging", "TransparentNetwork"),
}
_VALUES: dict[Kind, tuple[str, ...]] = {
    Generation.TP4: ("DockerPath", "ExternalNetAdapter", "NATSubnetPrefix", "WimPath"),
    Generation.TP5: ("DockerPath", "DockerDPath", "ExternalNetAdapter", "WimPath"),
    Generation.RTM: ("DockerPath", "DockerDPath", "ExternalNetAdapter", "WimPath", "NatNet"),
    Today.DOCKER_CE: (
        "DockerPath",
        "DockerDPath",
        "DockerVersion",
        "ExternalNetAdapter",
        "NATSubnet",
        "ContainerBaseImage",
        "TarPath",
    ),
    Today.CONTAINERD: (
        "ContainerDVersion",
        "NerdCTLVersion",
        "WinCNIVersion",
        "ExternalNetAdapter",
        "ContainerBaseImage",
    ),
}
_ALIASES = {"usedhcp": "TransparentNetwork"}


class BindingError(Exception):
    """What was typed does not fit the script's parameters."""

    def __init__(self, record: ErrorRecord) -> None:
        super().__init__(record.message)
        self.record = record


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the installer was told.

    Args:
        switches: Names of the switches that are on.
        values: The others, by name.
    """

    switches: frozenset[str] = frozenset()
    values: dict[str, str] = field(default_factory=dict)

    def on(self, *names: str) -> bool:
        """Tell whether one of these switches is on."""
        return bool(self.switches.intersection(names))

    def value(self, name: str, default: str = "") -> str:
        """Give a parameter's value."""
        return self.values.get(name, default)


def bind(kind: Kind, typed: Sequence[str], script: str) -> Parameters:
    """Bind what was typed.

    Raises:
        BindingError: As PowerShell would complain.
    """
    switches: set[str] = set()
    values: dict[str, str] = {}
    words = list(typed)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            free = [name for name in _VALUES[kind] if name not in values]
            if not free:
                raise BindingError(
                    _record(
                        f"A positional parameter cannot be found that accepts argument '{word}'.",
                        "PositionalParameterNotFound",
                        script,
                    )
                )
            values[free[0]] = word
            continue
        written, colon, attached = word[1:].partition(":")
        name = _find(kind, written, script)
        if name in _SWITCHES[kind]:
            if not colon or attached.lower() not in ("$false", "0"):
                switches.add(name)
        elif colon:
            values[name] = attached
        elif words:
            values[name] = words.pop(0)
        else:
            raise BindingError(
                _record(
                    f"Missing an argument for parameter '{name}'. Specify a parameter of type "
                    "'System.String' and try again.",
                    "MissingArgument",
                    script,
                )
            )
    return Parameters(frozenset(switches), values)


def _find(kind: Kind, written: str, script: str) -> str:
    names = _SWITCHES[kind] + _VALUES[kind]
    wanted = written.lower()
    if kind is not Generation.TP4:
        wanted = _ALIASES.get(wanted, wanted).lower()
    found = [name for name in names if name.lower() == wanted] or [
        name for name in names if wanted and name.lower().startswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise BindingError(
            _record(
                f"Parameter cannot be processed because the parameter name '{written}' is "
                f"ambiguous. Possible matches include: {' '.join(f'-{name}' for name in found)}.",
                "AmbiguousParameter",
                script,
            )
        )
    raise BindingError(
        _record(
            f"A parameter cannot be found that matches parameter name '{written}'.",
            "NamedParameterNotFound",
            script,
        )
    )


def _record(message: str, id: str, script: str) -> ErrorRecord:
    return ErrorRecord(
        message=message,
        id=f"{id},{script}",
        hresult=RUNTIME_HRESULT,
        category="InvalidArgument",
        exception="System.Management.Automation.ParameterBindingException",
    )
