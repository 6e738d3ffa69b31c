"""All kinds of step, by the names that tasks use; each is imported when it is first wanted."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from provision.steps.step import Step

_PLACES = {
    "fetch": "fetch:Fetch",
    "installer": "installer.step:Installer",
    "verify": "verify:Verify",
    "windows_feature": "windows_feature:WindowsFeature",
    "service": "service:Service",
    "file": "file:File",
    "copy": "copy:Copy",
    "template": "template:Template",
    "retrieve": "retrieve:Retrieve",
    "command": "command:Command",
    "powershell": "powershell:PowerShell",
    "restart": "restart:Restart",
    "wait_for": "wait_for:WaitFor",
    "assert": "assertion:Assert",
    "image_pull": "docker.image_pull:ImagePull",
    "image_build": "docker.image_build:ImageBuild",
    "image_tag": "docker.image_tag:ImageTag",
    "image_save": "docker.image_save:ImageSave",
    "image_load": "docker.image_load:ImageLoad",
    "image_search": "docker.image_search:ImageSearch",
    "container": "docker.container:Container",
    "docker_network": "docker.docker_network:DockerNetwork",
    "docker_daemon": "docker.docker_daemon:DockerDaemon",
}
"""Module below `provision.steps`, and class."""


class _Steps(Mapping[str, type[Step]]):
    """Imports a kind of step when it is asked for: a run needs few of them."""

    def __getitem__(self, name: str) -> type[Step]:
        module, kind = _PLACES[name].split(":")
        step: type[Step] = getattr(importlib.import_module(f"provision.steps.{module}"), kind)
        return step

    def __contains__(self, name: object) -> bool:
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


STEPS: Mapping[str, type[Step]] = _Steps()
"""Read only; in the order in which they are documented."""
