"""One process in a container: its files, its environment, where it stands, and its output."""

from __future__ import annotations

from dataclasses import dataclass, field

from provision.model.host import ContainerHttps
from provision.simulator.world import paths
from provision.simulator.world.docker.play import Play
from provision.simulator.world.docker.shell.tree import Tree

BEGINNING = {
    "ALLUSERSPROFILE": "C:\\ProgramData",
    "ComSpec": "C:\\Windows\\system32\\cmd.exe",
    "Path": "C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\Wbem;"
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\",
    "ProgramData": "C:\\ProgramData",
    "ProgramFiles": "C:\\Program Files",
    "SystemDrive": "C:",
    "SystemRoot": "C:\\Windows",
    "TEMP": "C:\\Windows\\Temp",
    "TMP": "C:\\Windows\\Temp",
    "windir": "C:\\Windows",
}
TLS_FAILED = "The request was aborted: Could not create SSL/TLS secure channel."


@dataclass(slots=True)
class Session:
    """A process and what it sees.

    Args:
        play: Where its output and its time go.
        container: The container's id: its adapter is named after it.
        network: The network's name.
        address: With prefix length; empty without a network.
        caught: Output that is redirected, while it is.
        piped: What a program reads from the one before it in a pipe.
        depth: How many batch files are at work in one another.
    """

    play: Play
    tree: Tree
    env: dict[str, str]
    directory: str = "C:\\"
    container: str = ""
    network: str = ""
    address: str = ""
    hostname: str = ""
    caught: list[str] | None = None
    piped: list[str] = field(default_factory=list)
    depth: int = 0

    @property
    def tp4(self) -> bool:
        """The container is one of Technical Preview 4."""
        return self.play.world.windows.build <= 10586

    @property
    def https(self) -> ContainerHttps:
        """How far HTTPS works in it."""
        asked = self.play.world.knobs.container_https
        usual = ContainerHttps.LIMITED if self.tp4 else ContainerHttps.WORKS
        return usual if asked is None else asked

    @property
    def home(self) -> str:
        """The user's folder: on TP4 it was the root of the drive."""
        return "C:\\" if self.tp4 else "C:\\Users\\ContainerAdministrator"

    def say(self, *lines: str) -> None:
        """Write to standard output, wherever that goes."""
        if self.caught is not None:
            self.caught.extend(lines)
        else:
            self.play.say(*lines)

    def complain(self, *lines: str) -> None:
        """Write to standard error."""
        self.play.complain(*lines)

    def variable(self, name: str) -> str | None:
        """Give an environment variable, in whatever case it is written."""
        found = next((key for key in self.env if key.lower() == name.lower()), None)
        if found is None:
            return {"CD": self.directory}.get(name.upper())
        return self.env[found]

    def set(self, name: str, value: str) -> None:
        """Set an environment variable; an empty one is taken away."""
        key = next((key for key in self.env if key.lower() == name.lower()), name)
        if value:
            self.env[key] = value
        else:
            self.env.pop(key, None)

    def path(self, written: str) -> str:
        """Give the absolute path of what somebody wrote."""
        return paths.normal(written.strip('"').replace("/", "\\"), self.directory)
