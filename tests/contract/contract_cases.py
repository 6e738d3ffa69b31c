"""The contract as data: `cases/*.yaml`, each case a world, requests, and what both must answer.

A step is one of: `op` (with `params`, `check`), `finish` (poll a job to its end), `running` (wait
until a job runs), `restart`. `expect` is a part of the answer that both sides must give; beyond it
their whole answers must be equal, but for the places in `varies`, each with its reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from provision.model.host import SimulateSettings
from provision.simulator.world.containerd import Containerd
from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.effects import AnyThing
from provision.simulator.world.generations import starting_world
from provision.simulator.world.model import World
from provision.simulator.world.system import Account

HERE = Path(__file__).parent
SPEED = 600.0
_THING: TypeAdapter[Any] = TypeAdapter(AnyThing)
_FIELDS: dict[str, type[Any]] = {"docker": Docker, "containerd": Containerd, "account": Account}


@dataclass(frozen=True)
class Step:
    op: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    check: bool = False
    expect: dict[str, Any] = field(default_factory=dict)
    varies: dict[str, str] = field(default_factory=dict)
    finish: str = ""
    running: str = ""
    restart: bool = False
    unordered: bool = False
    keep: str = ""
    differs: str = ""


@dataclass(frozen=True)
class Case:
    name: str
    steps: tuple[Step, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    put: tuple[dict[str, Any], ...] = ()
    remove: tuple[dict[str, str], ...] = ()
    set: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes | None] = field(default_factory=dict)
    internet: dict[str, str] | None = None
    engine: bool = False

    def world_settings(self) -> SimulateSettings:
        known = tuple(
            hashlib.sha256(content).hexdigest()
            for name, content in self.files.items()
            if content is not None and name.endswith(".ps1")
        )
        return SimulateSettings(speed=SPEED, known_scripts=known, **self.settings)

    def world(self) -> World:
        world = starting_world(self.world_settings())
        for name, value in self.set.items():
            world = world.with_(**{name: _FIELDS[name].model_validate(value)})
        for thing in self.put:
            world = world.put(_THING.validate_python(thing))
        for thing in self.remove:
            world = world.remove(thing["noun"], thing["key"])
        return world

    def fill_in(self, value: Any, root: str, separator: str, internet: str) -> Any:
        """Put this side's root folder and the test's server in the place of their names."""
        if isinstance(value, dict):
            return {
                key: self.fill_in(each, root, separator, internet) for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.fill_in(each, root, separator, internet) for each in value]
        if not isinstance(value, str):
            return value
        for name, content in (self.internet or {}).items():
            sha256 = hashlib.sha256(content.encode()).hexdigest()
            value = value.replace(f"{{sha256:{name}}}", sha256)
        if "{root}" in value:
            value = value.replace("\\", separator).replace("{root}", root)
        return value.replace("{internet}", internet)


class _Loader(yaml.SafeLoader):
    """YAML in which `!script NAME` is the content of a script beside the stubs."""


def _script(loader: _Loader, node: yaml.ScalarNode) -> bytes:
    return (HERE / "windows" / "scripts" / loader.construct_scalar(node)).read_bytes()


_Loader.add_constructor("!script", _script)


def _case(data: dict[str, Any]) -> Case:
    steps = tuple(Step(**step) for step in data.pop("steps"))
    files = {
        name: content.encode() if isinstance(content, str) else content
        for name, content in data.pop("files", {}).items()
    }
    return Case(steps=steps, files=files, **data)


CASES = tuple(
    _case(data)
    for path in sorted((HERE / "cases").glob("*.yaml"))
    for data in yaml.load(path.read_text(), _Loader)
)
