"""The names that users give to variables and results."""

from __future__ import annotations

import re
from collections.abc import Iterable

from provision.model.errors import Problem
from provision.playbook.places import Places

GIVEN = frozenset(("facts", "host"))
"""Variables that every template has."""

RESERVED = GIVEN | {"item", "loop", "range", "dict", "namespace"}
_LANGUAGE = re.compile(
    r"and|or|not|in|is|if|else|elif|for|set|block|[Tt]rue|[Ff]alse|[Nn]one",
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def name_problem(name: str) -> tuple[str, str] | None:
    """Say why a name cannot be a variable's; None when it can."""
    if not _NAME.fullmatch(name):
        return f"'{name}' cannot be a variable's name", "use letters, digits and underscores"
    if name in RESERVED or _LANGUAGE.fullmatch(name):
        return f"the name '{name}' is taken", "choose another name"
    return None


def variable_problems(names: Iterable[str], places: Places) -> list[Problem]:
    """Check the names of variables; places are those of the mapping that holds them."""
    problems = []
    for name in names:
        if wrong := name_problem(name):
            problems.append(Problem(wrong[0], places.of_key((name,)), wrong[1]))
    return problems
