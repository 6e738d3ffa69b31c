"""All rules, by id."""

from __future__ import annotations

from provision.dockerfile.rule import Rule
from provision.dockerfile.rules.instructions import INSTRUCTIONS

RULES: dict[str, Rule] = {rule.id: rule for rule in (*INSTRUCTIONS,)}
