"""The step `image_search`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from provision.model.outcome import Json
from provision.steps.docker.client import rows
from provision.steps.docker.shapes import SearchTerm
from provision.steps.effect import StepProcedure
from provision.steps.ending import ended, failed
from provision.steps.names import Strings
from provision.steps.step import Step, StepContext

SEARCH_SECONDS = 180.0
SHOWN = 25


class ImageSearch(Step):
    """Ask the registry which images it has. Changes nothing.

    The result's `images` is a list of `name`, `description`, `stars` and `official`.

    Args:
        term: What is sought, as in `docker search`.
        wanted: Names that must be among what is found; the task fails otherwise.
        at_least: How many must be found.
    """

    name: ClassVar[str] = "image_search"
    short: ClassVar[str | None] = "term"
    example: ClassVar[str] = """\
name: The registry has images for Windows
image_search:
  term: microsoft
  wanted: microsoft/iis
register: found
"""

    term: SearchTerm
    wanted: Strings = ()
    at_least: int = Field(default=0, ge=0)

    def intent(self) -> str:
        """Say what is sought."""
        return f"images that match {self.term} are found in the registry"

    def run(self, _context: StepContext) -> StepProcedure:
        """Search, also in check mode."""
        found = yield from rows("search", self.term, timeout=SEARCH_SECONDS)
        images: list[Json] = [
            {
                "name": row.get("Name", ""),
                "description": row.get("Description", ""),
                "stars": _number(row.get("StarCount", "")),
                "official": row.get("IsOfficial", "").lower() in ("[ok]", "true"),
            }
            for row in found
        ]
        names = [row.get("Name", "") for row in found]
        evidence = [f"{len(names)} images", *names[:SHOWN]]
        missing = [name for name in self.wanted if name not in names]
        if missing or len(names) < self.at_least:
            few = f"{len(names)} images found, and {self.at_least} are wanted"
            return failed(
                f"not found: {', '.join(missing)}" if missing else few,
                remedy="Look for another name, or ask the registry itself: a search shows only so "
                "many.",
                evidence=evidence,
                value={"images": images},
            )
        return ended((), evidence=evidence, value={"images": images})


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
