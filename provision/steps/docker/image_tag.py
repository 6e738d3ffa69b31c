"""The step `image_tag`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from provision.model.outcome import Change
from provision.steps.docker.client import DockerRefused, act, gave_up, inspect
from provision.steps.docker.reading import short_id
from provision.steps.docker.reference import ImageName, ImageNames, parse_reference
from provision.steps.effect import Procedure, StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.names import listing
from provision.steps.step import Step, StepContext


class ImageTag(Step):
    """Give an image of the host further names.

    A name that another image has is taken from it.

    Args:
        image: The image, by a name that it has or by its id.
        tags: One name or several, `repository[:tag]`; the tag is `latest` unless given.
    """

    name: ClassVar[str] = "image_tag"
    example: ClassVar[str] = """\
name: The image has our name
image_tag:
  image: windowsservercore
  tags: example.com/lab/windowsservercore:10.0.10586.0
"""

    image: ImageName
    tags: ImageNames

    def intent(self) -> str:
        """Name both."""
        return f"image {self.image} is also {listing(self.tags)}"

    def run(self, context: StepContext) -> StepProcedure:
        """Look at all of them in one exchange; then tag what differs."""
        source, *present = yield from inspect("image", self.image, *full_names(self.tags))
        if source is None and context.check:
            # An earlier task, which check mode left out, may bring it.
            return ended(
                [
                    Change(what=f"image {name}", after=f"that of {self.image}")
                    for name in full_names(self.tags)
                ],
                evidence=[f"there is no image {self.image} yet"],
            )
        if source is None:
            return failed(
                f"there is no image {self.image} on the host",
                remedy="Bring it with `image_pull`, `image_load` or `image_build` before.",
            )
        changes: list[Change] = []
        try:
            yield from tag(source, self.tags, present, changes, check=context.check)
        except DockerRefused as error:
            return gave_up(error, changes)
        image = str(source.get("Id"))
        return ended(changes, evidence=[f"id {short_id(image)}"], value={"id": image})


def full_names(tags: Sequence[str]) -> tuple[str, ...]:
    """The names with their tags written out."""
    return tuple(parse_reference(each).full for each in tags)


def tag(
    source: dict[str, Any],
    tags: Sequence[str],
    present: Sequence[dict[str, Any] | None],
    changes: list[Change],
    *,
    check: bool,
) -> Procedure[None]:
    """Give an image the names that it has not.

    Args:
        source: The image, inspected.
        present: What has each of the names now.
        changes: Grows by one for each name that was given.

    Raises:
        DockerRefused: Docker said no.
    """
    image = str(source.get("Id"))
    for name, found in zip(full_names(tags), present, strict=True):
        before = str(found.get("Id")) if found is not None else ""
        if before == image:
            continue
        if not check:
            yield from _tag_one(image, name)
        changes.append(
            Change(
                what=f"image {name}",
                before={"id": short_id(before)} if before else None,
                after={"id": short_id(image)},
            )
        )


def _tag_one(image: str, name: str) -> Procedure[None]:
    try:
        yield from act("tag", image, name)
    except DockerRefused as error:
        # Clients before 1.10 take a name from another image only when told to.
        if "Conflict: Tag" not in f"{error.brief}{error.details}":
            raise
        yield from act("tag", "-f", image, name)
