"""Findings as SARIF 2.1.0, which code review tools read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from provision.dockerfile.checked import Checked
from provision.dockerfile.rule import Hit, Rule
from provision.dockerfile.rules import RULES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(checked: Iterable[Checked], version: str) -> dict[str, Any]:
    """Make a SARIF log of one run.

    Args:
        checked: The files.
        version: Of provision.
    """
    files = list(checked)
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "provision lint-dockerfile",
                        "version": version,
                        "rules": [_rule(rule) for rule in RULES.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "artifacts": [_artifact(one) for one in files],
                "results": [result for i, one in enumerate(files) for result in _results(one, i)],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"since": rule.since.value, "until": rule.until.value},
    }


def _artifact(checked: Checked) -> dict[str, Any]:
    return {
        "location": {"uri": _uri(checked.name)},
        "properties": {"target": checked.target.value, "targetReason": checked.reason},
    }


def _results(checked: Checked, index: int) -> Iterator[dict[str, Any]]:
    location = {"uri": _uri(checked.name), "index": index}
    order = list(RULES)
    for rule, hit in checked.found:
        result: dict[str, Any] = {
            "ruleId": rule.id,
            "ruleIndex": order.index(rule.id),
            "level": rule.severity.value,
            "message": {"text": f"{hit.message}. {rule.why} {hit.fix or rule.fix}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": location,
                        "region": {
                            "startLine": hit.place.line,
                            "startColumn": hit.place.column,
                        },
                    }
                }
            ],
        }
        if hit.edits:
            result["fixes"] = [_fix(rule, hit, location)]
        yield result


def _fix(rule: Rule, hit: Hit, location: dict[str, Any]) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {
                "startLine": edit.place.line,
                "startColumn": edit.place.column,
                "endLine": edit.place.line,
                "endColumn": edit.place.column + edit.length,
            },
            "insertedContent": {"text": edit.text},
        }
        for edit in hit.edits
    ]
    return {
        "description": {"text": hit.fix or rule.fix},
        "artifactChanges": [{"artifactLocation": location, "replacements": replacements}],
    }


def _uri(name: str) -> str:
    if name == "-":
        return "stdin"
    path = PurePath(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
