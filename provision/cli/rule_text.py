"""The rules of `provision lint-dockerfile` as a page of the documentation."""

from __future__ import annotations

import re

from provision.dockerfile.rule import Rule
from provision.dockerfile.rules import RULES


def markdown(note: str) -> str:
    """Write the page of all rules.

    Args:
        note: That the page is made from the code.
    """
    lines = [
        "# Rules for Dockerfiles",
        "",
        note,
        "",
        "`provision lint-dockerfile FILE...` applies these. `--ignore RULE` leaves a rule out; in",
        "the file, a comment does so for the instruction that follows it, or for the one that it",
        "stands in:",
        "",
        "```dockerfile",
        "# provision: ignore=add-url-unchecked",
        "ADD https://example.com/app.zip /app.zip",
        "```",
        "",
        "| rule | severity | targets | |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {_targets(rule)} | {rule.title} |"
        for rule in RULES.values()
    ]
    for rule in RULES.values():
        lines += ["", f"## {rule.id}", "", f"{rule.title}. {_spans(rule.why)}", ""]
        lines += [_spans(rule.fix), ""]
        lines += [f"Severity: {rule.severity}. Targets: {_targets(rule)}. Source: {rule.source}."]
        for title, text in (("Bad", rule.bad), ("Good", rule.good)):
            lines += ["", f"{title}, for `--target {rule.example}`:", ""]
            lines += ["```dockerfile", text.rstrip("\n"), "```"]
    return "\n".join(lines) + "\n"


def _spans(text: str) -> str:
    """Give a code span that ends in a backtick the two backticks that Markdown wants."""
    return re.sub(r"`([^`]+`)`", r"``\1 ``", text)


def _targets(rule: Rule) -> str:
    if rule.since is rule.until:
        return rule.since.value
    return f"{rule.since.value} to {rule.until.value}"
