"""Names of images."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from provision.steps.names import Names

_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?"
_REFERENCE = re.compile(
    rf"(?P<repository>{_HOST}{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """An image's name in its parts: `example.com/team/app`, `1.0`, `sha256:…`."""

    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}" if self.digest else self.full

    @property
    def full(self) -> str:
        """Repository and tag."""
        return f"{self.repository}:{self.tag}"


def parse_reference(written: str) -> Reference:
    """Read `[registry/]repository[:tag][@digest]`; the tag is `latest` unless given.

    Raises:
        ValueError: It is no image's name.
    """
    found = _REFERENCE.fullmatch(written)
    if found is None:
        raise ValueError(
            f"{written!r} is no image's name: repositories are lower case, as in "
            "example.com/team/app:1.0"
        )
    return Reference(found["repository"], found["tag"] or "latest", found["digest"] or "")


def _checked(written: str) -> str:
    parse_reference(written)
    return written


def _all_checked(written: tuple[str, ...]) -> tuple[str, ...]:
    for each in written:
        parse_reference(each)
    return written


ImageName = Annotated[str, AfterValidator(_checked)]
"""An image's name as a user writes it."""

ImageNames = Annotated[Names, AfterValidator(_all_checked)]
"""At least one; one may stand alone."""
