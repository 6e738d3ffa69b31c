"""One run of the installer: what every part of it needs to know."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass

from provision.model.host import Generation
from provision.simulator.world import paths, windows
from provision.simulator.world.effects import Put, Remove
from provision.simulator.world.files import File, file
from provision.simulator.world.installer.parameters import Parameters
from provision.simulator.world.installer.scripts import (
    MARKER_NAME,
    MARKERS,
    SCRIPT_NAME,
    Kind,
    Today,
)
from provision.simulator.world.installer.story import Story
from provision.simulator.world.model import World
from provision.simulator.world.paths import normal


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Args:
        world: As it was when the script began; nobody else changes what the script looks at.
        kind: What the script is.
        generation: The script's, which may not be the host's; one of today's has the host's.
        directory: The current directory.
        calling_line: The text of the line that calls the script. It lands in the at-logon task,
            whatever it is.
        source: The script's own file.
    """

    world: World
    story: Story
    kind: Kind
    generation: Generation
    parameters: Parameters
    directory: str
    calling_line: str
    source: File

    @property
    def marker(self) -> str:
        """Path of the file that says that the script did not finish."""
        name = MARKERS.get(self.kind, MARKER_NAME) if isinstance(self.kind, Today) else MARKER_NAME
        return normal(name, self.directory)

    @property
    def copy(self) -> str:
        """Path to which the script copies itself before it restarts the host."""
        name = ntpath.basename(self.source.path) if isinstance(self.kind, Today) else SCRIPT_NAME
        return normal(name, self.directory)

    def put_marker(self) -> None:
        """Write the marker."""
        self.story.do(Put(thing=file(self.marker, b"")))

    def complete(self) -> None:
        """Come to the script's last line."""
        self.story.do(Remove(noun="file", key=self.marker.lower()))
        self.story.say("Script complete!")
        self.story.leave()

    def copy_from(self, source: str) -> None:
        """Copy a file of the host, or fetch it when the source is an address."""
        if "://" in source:
            self.need(source)
        elif self.world.find(File, paths.key(source)) is None:
            self.story.fail(f"Cannot copy from {source}")

    def need(self, url: str, failure: str | None = None) -> None:
        """Fetch from an address; fails when the knob `download_fails` says so.

        Args:
            failure: What the script throws itself; None lets the cmdlet's error through.
        """
        unreachable = self.world.knobs.download_fails
        if unreachable and unreachable in url:
            text = f"Unable to download from URI '{url}' to ''."
            self.story.say(text, kind="warning")
            self.story.fail(failure or windows.TLS_FAILED)
