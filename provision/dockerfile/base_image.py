"""What the tag of a base image says about its Windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provision.dockerfile.joining import Place
from provision.dockerfile.syntax import Document
from provision.dockerfile.tags import TAGS
from provision.dockerfile.target import Target
from provision.dockerfile.words import words

_VERSION = re.compile(r"(?<![\d.])10\.0\.(\d{5})(?!\d)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_WINDOWS = re.compile(r"(?i)windows|nanoserver|servercore|\.microsoft\.com/")


@dataclass(frozen=True, slots=True)
class BaseImage:
    """The image that a FROM names.

    Args:
        reference: With the defaults of ARG put in.
        written: As it stands in the file.
        place: Where it stands.
    """

    reference: str
    written: str
    place: Place

    @property
    def repository(self) -> str:
        """Without tag and digest."""
        plain = self.reference.partition("@")[0]
        head, colon, tag = plain.rpartition(":")
        return head if colon and "/" not in tag else plain

    @property
    def tag(self) -> str:
        """The tag, or nothing."""
        plain = self.reference.partition("@")[0]
        return plain[len(self.repository) + 1 :]

    @property
    def pinned(self) -> bool:
        """Whether a digest says which image it is."""
        return "@" in self.reference

    @property
    def build(self) -> int | None:
        """The build of its Windows, where the tag says it."""
        if not _WINDOWS.search(self.reference):
            return None
        version = _VERSION.search(self.tag)
        if version:
            return int(version[1])
        builds = [TAGS[part] for part in re.split(r"[-_]", self.tag.lower()) if part in TAGS]
        return builds[-1] if builds else None


def base_images(document: Document) -> Iterator[BaseImage]:
    """Find the images that a Dockerfile begins with; its own earlier stages are none."""
    defaults: dict[str, str] = {}
    stages: set[str] = set()
    seen = False
    for one in document.instructions:
        if one.name == "arg" and not seen:
            defaults |= {word.name: word.text.strip("'\"") for word in words(one, document.escape)}
        if one.name != "from":
            continue
        seen = True
        parts = words(one, document.escape)
        if not parts:
            continue
        written = parts[0].text
        image = BaseImage(_fill(written, defaults), written, one.place(parts[0].offset))
        if image.reference.lower() not in stages and "$" not in image.reference:
            yield image
        if len(parts) == 3 and parts[1].text.lower() == "as":
            stages.add(parts[2].text.lower())


def guess_target(document: Document) -> Target | None:
    """Tell from the tags of the base images which generation a Dockerfile is for.

    Returns:
        The oldest generation that can run the newest of them; nothing when no tag says it.
    """
    builds = [image.build for image in base_images(document) if image.build is not None]
    if not builds:
        return None
    return next((target for target in Target if target.build >= max(builds)), None)


def _fill(text: str, defaults: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return defaults.get(found[1] or found[3]) or found[2] or found[0]

    return _VARIABLE.sub(value, text)
