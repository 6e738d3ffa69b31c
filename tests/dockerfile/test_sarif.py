"""SARIF as readers expect it: every rule's bad example in one log."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from provision.dockerfile.checked import check
from provision.dockerfile.rules import RULES
from provision.dockerfile.sarif import sarif
from provision.dockerfile.source import Source

SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))


def test_all_rules_in_one_valid_log() -> None:
    files = [check(rule.bad, f"{rule.id}/Docker file", rule.example, "") for rule in RULES.values()]
    log = sarif(files, "1.0")
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in run["results"]] == names
    for result in run["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][location["index"]]["location"]["uri"] == location["uri"]
        assert location["uri"] == f"{result['ruleId']}/Docker%20file"


def test_its_fixes_mend_the_file() -> None:
    rule = RULES["maintainer-deprecated"]
    log = sarif([check(rule.bad, "Dockerfile", rule.example, "")], "1.0")
    (change,) = log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"]
    lines = list(Source(rule.bad).lines)
    for one in change["replacements"]:
        region = one["deletedRegion"]
        line = lines[region["startLine"] - 1]
        before, after = line[: region["startColumn"] - 1], line[region["endColumn"] - 1 :]
        lines[region["startLine"] - 1] = before + one["insertedContent"]["text"] + after
    assert "".join(lines) == rule.good


def test_where_the_file_is() -> None:
    rule = RULES["maintainer-deprecated"]
    names = {"-": "stdin", "/build/Dockerfile": "file:///build/Dockerfile", "a/b": "a/b"}
    for name, uri in names.items():
        (run,) = sarif([check(rule.bad, name, rule.example, "")], "1.0")["runs"]
        assert run["artifacts"][0]["location"]["uri"] == uri
