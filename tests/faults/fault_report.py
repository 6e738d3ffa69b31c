"""What `make faults` writes: docs/reliability.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine_cases import EngineVerdict
from fault_cases import TITLES, Kind
from fault_judge import Reference, Verdict

HEAD = """\
# Reliability

<!-- Written by `make faults`; do not edit. -->

Killing any part at any moment may cost time, never work: no effect is carried out twice, nothing is
called done that is not, no line of the installer is lost. The fault matrix tries that out.

It drives the real command line, `provision up` with `playbooks/container-host.yml`, in one process
against the simulator in another, over real sockets, NTLM and message encryption included. Each case
is one run with one fault at one numbered exchange: one SOAP request of the run. A case has survived
when the end is that of the undisturbed run: the same host (files, features, services, tasks,
network, images, registry), the installer launched as often (once more for a launch that the fault
itself ended), the journal's lines exactly those that the host wrote, exit code 0 and the same
warnings.

Where a fault rightly ends the run (a host that never comes back, a full disk, a killed job, a login
refused at the first contact, a controller that is killed), its exit code and what it says are
checked, and the next `provision up` must reach that same end.
"""

HOW = """\
A sample of the matrix is part of `make test`; all of it is `make faults`. One command plays a
single case again:

    python tests/faults/replay.py reset_after 41
    python tests/faults/replay.py controller_killed 2+5 --seed 3

`41` counts from the beginning of the run, `2+5` from the end of the second of the installer's jobs:
how often a run polls in between depends on the machine that it runs on.
"""

ENGINE = """\
## The agent's own code

The simulator answers for the agent and does not run it. So the same is tried with the real agent in
a PowerShell engine: recorded calls and jobs in random order, while the agent's process, and now and
then that of a call or a job, is killed at random moments. Every script ran at most once, every
answer is that of the one time that it ran, a job's log has each line once, and what was lost is
said to be lost.
"""

BOUNDS = """\
## Bounds

Stated here and tested in `tests/faults/test_bounds.py`:

| bound | limit |
|---|---|
| memory of the controller for one host, whatever a job writes | 80 MB |
| growth of the journal by a two-hour install | 1 MB |
| requests while nothing happens | one for each operation timeout, and one for each poll of a job, \
every 30 s |
"""


@dataclass(frozen=True)
class Results:
    """All verdicts of one run of the matrix."""

    reference: Reference
    seed: int
    verdicts: Sequence[Verdict]
    engine: Sequence[EngineVerdict]

    @property
    def failures(self) -> int:
        return sum(bool(one.problems) for one in (*self.verdicts, *self.engine))


def report(results: Results) -> str:
    """Write the whole page."""
    reached = [one for one in results.verdicts if one.struck or one.problems]
    missed = len(results.verdicts) - len(reached)
    parts = [
        HEAD,
        f"The undisturbed run took {results.reference.exchanges} exchanges, "
        f"{results.reference.installed} of them until the installer's second job had ended. "
        f"Seed {results.seed}.\n",
        _table(reached),
    ]
    if missed:
        parts.append(
            f"\n{missed} more cases were played whose exchange the run did not come to, since it "
            "polled less often; they are not counted.\n"
        )
    parts += ["", HOW]
    if results.engine:
        parts += [ENGINE, _engine_table(results.engine)]
    parts.append(BOUNDS)
    if results.failures:
        parts.append("## Failures\n\n" + "\n".join(_failures(results)) + "\n")
    return "\n".join(parts)


def _table(verdicts: Sequence[Verdict]) -> str:
    rows = ["| what goes wrong | cases | survived | of these by another run | failures |"]
    rows.append("|---|---:|---:|---:|---:|")
    for kind in Kind:
        rows.append(_row(TITLES[kind], [one for one in verdicts if one.case.kind is kind]))
    return "\n".join([*rows, _row("**all**", verdicts), ""])


def _row(title: str, verdicts: Sequence[Verdict]) -> str:
    survived = [one for one in verdicts if not one.problems]
    again = sum(one.codes[0] != 0 for one in survived)
    failed = len(verdicts) - len(survived)
    return f"| {title} | {len(verdicts)} | {len(survived)} | {again} | {failed} |"


def _engine_table(verdicts: Sequence[EngineVerdict]) -> str:
    failed = sum(bool(one.problems) for one in verdicts)
    kills = sum(one.kills for one in verdicts)
    return (
        "| what goes wrong | cases | processes killed | survived | failures |\n"
        "|---|---:|---:|---:|---:|\n"
        f"| processes killed at random moments | {len(verdicts)} | {kills} "
        f"| {len(verdicts) - failed} | {failed} |\n"
    )


def _failures(results: Results) -> Iterator[str]:
    for one in (*results.verdicts, *results.engine):
        if one.problems:
            replay = one.case.replay if isinstance(one, Verdict) else one.replay
            yield f"- `{replay}`: {one.problems[0][:300]}"
