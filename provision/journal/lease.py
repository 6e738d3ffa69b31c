"""Who works on a host, as far as the controllers that share this journal know.

A holder is gone when its process is seen to be gone, or, where that cannot be seen (another
machine, another container), when its lease has run out. A process that is seen to live holds its
lease however late it is: its clock, or ours, may have jumped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from provision.journal.database import Row
from provision.journal.process import Process
from provision.journal.store import Journal, now

_QUERY = "SELECT * FROM leases WHERE host = ?"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a host.

    Args:
        owner: Unique to the run's process.
        description: In words: user, machine, process.
        since: When it was taken, ISO 8601 UTC.
        expires: When it runs out, in seconds since 1970 by the holder's clock.
        process: None when an older version took it.
    """

    owner: str
    description: str
    since: str
    expires: float
    process: Process | None = None

    def gone(self, at: float) -> bool:
        """Tell whether it may be passed over.

        Args:
            at: Seconds since 1970 by our clock.
        """
        lives = self.process.lives() if self.process is not None else None
        return self.expires <= at if lives is None else not lives


class Lease:
    """One owner's claim on one host.

    Args:
        owner: Unique to the run's process.
        description: Who that is, for others.
        clock: The controller's wall clock, in seconds since 1970.
    """

    def __init__(
        self,
        journal: Journal,
        host: str,
        owner: str,
        description: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = journal.database
        self._host = host
        self._owner = owner
        self._description = description
        self._clock = clock
        self._seconds = 0.0

    def take(self, seconds: float, *, take_over: bool = False) -> Holder | None:
        """Take the host, if nobody has it or its holder is gone.

        Asking again is the same as renewing.

        Args:
            seconds: Until it runs out, unless it is renewed.
            take_over: Take it from whoever has it.

        Returns:
            None when it is ours, else who has it.

        Raises:
            JournalError: The journal cannot be written.
        """
        self._seconds = seconds
        at = self._clock()
        with self._database.transaction() as connection:
            holder = _first(self._database.read(_QUERY, (self._host,)))
            ours = holder is not None and holder.owner == self._owner
            if holder is not None and not (ours or take_over or holder.gone(at)):
                return holder
            since = holder.since if holder is not None and ours else now()
            connection.execute(
                "INSERT OR REPLACE INTO leases (host, owner, description, since, expires, process)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self._host,
                    self._owner,
                    self._description,
                    since,
                    at + seconds,
                    str(Process.own()),
                ),
            )
        return None

    def renew(self) -> bool:
        """Let it last as long again; False when somebody else took it.

        Raises:
            JournalError: The journal cannot be written.
        """
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE leases SET expires = ? WHERE host = ? AND owner = ?",
                (self._clock() + self._seconds, self._host, self._owner),
            )
            return changed.rowcount == 1

    def release(self) -> None:
        """Give it back; somebody else's is left alone.

        Raises:
            JournalError: The journal cannot be written.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM leases WHERE host = ? AND owner = ?", (self._host, self._owner)
            )


def holder_of(journal: Journal, host: str) -> Holder | None:
    """Say who took a host and has not given it back, whether it is gone or not."""
    if not journal.database.has_table("leases"):
        return None
    return _first(journal.database.read(_QUERY, (host,)))


def _first(rows: list[Row]) -> Holder | None:
    if not rows:
        return None
    row = {**rows[0], "process": Process.parse(rows[0].get("process") or "")}
    row.pop("host")
    return Holder(**row)
