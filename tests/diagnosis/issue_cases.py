"""The cases of all known issues: what each looks like, and what only resembles it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from provision.diagnosis.catalogue import FAMILIES
from provision.diagnosis.matching import Sighting

HERE = Path(__file__).parent


def cases(family: str) -> dict[str, dict[str, list[Sighting]]]:
    """Read a family's cases: by the issue's id, those to be `seen` and those `near` to it."""
    text = (HERE / "cases" / f"{family}.yml").read_text(encoding="utf-8")
    written: dict[str, dict[str, list[Any]]] = yaml.safe_load(text)
    return {
        issue: {kind: [_sighting(one) for one in some] for kind, some in kinds.items()}
        for issue, kinds in written.items()
    }


def _sighting(written: str | dict[str, Any]) -> Sighting:
    return Sighting(**({"text": written} if isinstance(written, str) else {"text": "", **written}))


CASES = {family: cases(family) for family in FAMILIES}
SEEN = [
    (issue, seen)
    for family in CASES.values()
    for issue, kinds in family.items()
    for seen in kinds["seen"]
]
NEAR = [
    (issue, seen)
    for family in CASES.values()
    for issue, kinds in family.items()
    for seen in kinds["near"]
]
