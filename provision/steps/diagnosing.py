"""From what the host reported to what is known about it."""

from __future__ import annotations

from collections.abc import Sequence

from provision.agent.operations.base import ErrorRecord
from provision.agent.operations.execution import Record
from provision.diagnosis.matching import Finding, Sighting, deepest, find_issues


def sighting(record: Record | ErrorRecord) -> Sighting:
    """What the diagnosis needs of a record."""
    if isinstance(record, ErrorRecord):
        return Sighting(text=record.message, id=record.id, hresult=record.hresult, kind="error")
    error = record.error
    return Sighting(
        text=record.text if error is None else f"{record.text}\n{error.message}",
        id=error.id if error else "",
        hresult=error.hresult if error else "",
        kind=record.kind,
    )


def findings(records: Sequence[Record | ErrorRecord], generation: str = "") -> tuple[Finding, ...]:
    """All known issues in some records, in the records' order."""
    return find_issues([sighting(record) for record in records], generation)


def explain(records: Sequence[Record | ErrorRecord], generation: str = "") -> Finding | None:
    """The known issue that says most about why these records came, or None."""
    return deepest(findings(records, generation))


def explain_failure(records: Sequence[Record], generation: str = "") -> Finding | None:
    """The known issue that says most about why a script failed, or None.

    The last error is nearest to the reason. A script that caught an error and wrote it again has
    lost the error's id; the caught record with the same text still has it. Earlier errors come
    next, if they give a reason: a script may go on after one and fail on its consequences.
    """
    errors = [record for record in reversed(records) if record.kind == "error"]
    caught = [record for record in reversed(records) if record.kind == "caught"]
    first = errors[:1]
    again = [c for c in caught if first and c.text.strip() == first[0].text.strip()]
    others = [record for record in reversed(records) if record.kind in ("warning", "output")]
    if finding := explain([*first, *again], generation):
        return finding
    for group in (errors[1:], [c for c in caught if c not in again], others):
        finding = explain(group, generation)
        if finding and not finding.issue.superficial:
            return finding
    return None


def last_error(records: Sequence[Record]) -> Record | None:
    """The last error record that was not caught."""
    return next((r for r in reversed(records) if r.kind == "error"), None)


def shown(record: Record) -> str:
    """One record on one line, with the parts that no locale translates."""
    text = " / ".join(line.strip() for line in record.text.splitlines() if line.strip())
    if record.error is None:
        return f"{record.kind}: {text}"
    typed = ", ".join(part for part in (record.error.id, record.error.hresult) if part)
    return f"{record.kind}: {text} [{typed}]" if typed else f"{record.kind}: {text}"
