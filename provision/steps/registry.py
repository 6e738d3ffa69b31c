"""All kinds of step, by the names that tasks use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provision.steps.assertion import Assert
from provision.steps.command import Command
from provision.steps.copy import Copy
from provision.steps.docker.container import Container
from provision.steps.docker.docker_daemon import DockerDaemon
from provision.steps.docker.docker_network import DockerNetwork
from provision.steps.docker.image_build import ImageBuild
from provision.steps.docker.image_load import ImageLoad
from provision.steps.docker.image_pull import ImagePull
from provision.steps.docker.image_save import ImageSave
from provision.steps.docker.image_search import ImageSearch
from provision.steps.docker.image_tag import ImageTag
from provision.steps.fetch import Fetch
from provision.steps.file import File
from provision.steps.installer.step import Installer
from provision.steps.powershell import PowerShell
from provision.steps.restart import Restart
from provision.steps.retrieve import Retrieve
from provision.steps.service import Service
from provision.steps.step import Step
from provision.steps.template import Template
from provision.steps.verify import Verify
from provision.steps.wait_for import WaitFor
from provision.steps.windows_feature import WindowsFeature

STEPS: Mapping[str, type[Step]] = MappingProxyType(
    {
        step.name: step
        for step in (
            Fetch, Installer, Verify, WindowsFeature, Service, File, Copy, Template, Retrieve,
            Command, PowerShell, Restart, WaitFor, Assert,
            ImagePull, ImageBuild, ImageTag, ImageSave, ImageLoad, ImageSearch,
            Container, DockerNetwork, DockerDaemon,
        )
    }
)  # fmt: skip
"""Read only; in the order in which they are documented."""
