"""What `provision lint-dockerfile` prints: for people, as JSON, as SARIF."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from provision import __version__
from provision.dockerfile.checked import Checked
from provision.dockerfile.finding import Severity
from provision.dockerfile.sarif import sarif
from provision.report.text import clean, plural

JSON_VERSION = 1
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def human(checked: Sequence[Checked]) -> str:
    """Write findings one below the other, and their number at the end."""
    lines = [line for one in checked for line in _file(one)]
    counts = Counter(finding.severity for one in checked for finding in one.findings)
    files = plural(len(checked), "file")
    if not counts:
        return "\n".join([*lines, f"{files}: no findings"])
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    said = f"{files}: {plural(errors, 'error')}, {plural(warnings, 'warning')}"
    return "\n".join([*lines, said])


def as_json(checked: Sequence[Checked]) -> str:
    """Write findings as one JSON object; lines and columns count from 1, columns in characters."""
    files = [
        {
            "file": one.name,
            "target": one.target.value,
            "target_reason": one.reason,
            "mended": one.mended,
            "findings": [asdict(finding) for finding in one.findings],
        }
        for one in checked
    ]
    return _dump({"version": JSON_VERSION, "files": files})


def as_sarif(checked: Sequence[Checked]) -> str:
    """Write findings as SARIF 2.1.0."""
    return _dump(sarif(checked, __version__))


def diff(name: str, before: str, after: str) -> str:
    """Write what mending changes as a unified diff; control characters are made visible."""
    shown = difflib.unified_diff(
        before.split("\n"), after.split("\n"), f"a/{name}", f"b/{name}", lineterm=""
    )
    return "\n".join(clean(line.rstrip("\r")) for line in shown)


def _file(checked: Checked) -> Iterator[str]:
    yield clean(f"{checked.name}: checked for {checked.target.server}, {checked.reason}")
    if checked.mended:
        yield clean(f"{checked.name}: {plural(checked.mended, 'mend')} made")
    for finding in checked.findings:
        place = clean(f"{checked.name}:{finding.line}:{finding.column}")
        severity = click.style(finding.severity.value, fg=_COLORS[finding.severity], bold=True)
        yield f"{place}: {severity}: {clean(finding.message)} [{finding.rule}]"
        yield f"  why: {clean(finding.why)}"
        yield f"  fix: {clean(finding.fix)}"


def _dump(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
