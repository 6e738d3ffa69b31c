"""Names of images, as docker reads them."""

from __future__ import annotations

from dataclasses import dataclass

HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class Reference:
    """An image's name taken apart.

    Args:
        repository: With its registry, unless that is Docker Hub.
        digest: `sha256:…`, or nothing.
    """

    repository: str
    tag: str = "latest"
    digest: str = ""
    tagged: bool = False

    @property
    def registry(self) -> str:
        """The registry's host name."""
        first, slash, _ = self.repository.partition("/")
        return first if slash and ("." in first or ":" in first) else HUB

    @property
    def path(self) -> str:
        """The repository as its registry calls it."""
        if self.registry == HUB:
            return self.repository if "/" in self.repository else f"library/{self.repository}"
        return self.repository.partition("/")[2]

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


def parse(name: str) -> Reference:
    """Take a name apart."""
    rest, _, digest = name.partition("@")
    head, slash, last = rest.rpartition("/")
    last, colon, tag = last.partition(":")
    repository = f"{head}{slash}{last}".removeprefix("docker.io/").removeprefix("library/")
    return Reference(repository, tag or "latest", digest, bool(colon))
