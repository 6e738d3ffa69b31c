"""Every rule finds its own bad example and nothing in its good one."""

from __future__ import annotations

import re

import pytest

from provision.dockerfile.finding import Severity
from provision.dockerfile.linting import lint
from provision.dockerfile.rule import Rule
from provision.dockerfile.rules import RULES
from provision.dockerfile.target import Target

ALL = [pytest.param(rule, id=rule.id) for rule in RULES.values()]


@pytest.mark.parametrize("rule", ALL)
def test_the_bad_example_gives_exactly_that_finding(rule: Rule) -> None:
    found = lint(rule.bad, rule.example, "Dockerfile")
    assert [(one.rule, one.severity) for one in found] == [(rule.id, rule.severity)]


@pytest.mark.parametrize("rule", ALL)
def test_the_good_example_gives_none(rule: Rule) -> None:
    assert lint(rule.good, rule.example, "Dockerfile") == ()


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_is_silent_outside_its_generations(rule: Rule) -> None:
    for target in Target:
        if not target.between(rule.since, rule.until):
            assert rule.id not in {one.rule for one in lint(rule.bad, target, "Dockerfile")}


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_says_all_that_a_reader_needs(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id)
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.source
    assert rule.title
    assert rule.severity in Severity
    assert rule.example.between(rule.since, rule.until)
