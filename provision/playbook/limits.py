"""Refuse a YAML file that would become too big, before anything is built from it.

An alias stands for everything that its anchor holds, so a short file can describe an endless tree.
The events of the parser are counted in one pass: an anchor's size and depth are known at its end,
and an alias may only follow it, so each alias adds two numbers and nothing is ever expanded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import yaml

MAX_DEPTH = 64
MAX_NODES = 50_000
MAX_ALIASES = 1_000


class LimitExceeded(Exception):
    """A file goes beyond a limit.

    Args:
        message: What is too much.
        event: Where it became so.
        hint: What to do about it.
    """

    def __init__(self, message: str, event: yaml.Event, hint: str = "") -> None:
        super().__init__(message)
        mark = event.start_mark
        self.message = message
        self.place = (mark.line, mark.column) if mark else (0, 0)
        self.hint = hint


@dataclass(slots=True)
class _Open:
    anchor: str | None
    nodes: int = 1
    depth: int = 0


class _Counter:
    """Sizes of what is open and of what anchors hold; None for an anchor that is still open."""

    def __init__(self) -> None:
        self._total = 0
        self._open: list[_Open] = [_Open(None, nodes=0)]
        self._anchors: dict[str, tuple[int, int] | None] = {}
        self._aliases = 0

    def start(self, event: yaml.NodeEvent) -> None:
        self._open.append(_Open(event.anchor))
        if event.anchor:
            self._anchors[event.anchor] = None
        self._check_depth(0, event)
        self._count(1, event)

    def end(self) -> None:
        closed = self._open.pop()
        depth = closed.depth + 1
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.nodes, depth)
        self._grow(closed.nodes, depth)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor:
            self._anchors[event.anchor] = (1, 0)
        self._grow(1, 0)
        self._count(1, event)

    def alias(self, event: yaml.AliasEvent) -> None:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise LimitExceeded(f"more than {MAX_ALIASES:,} aliases", event)
        if event.anchor not in self._anchors:
            return  # the composer says so, with its own words
        size = self._anchors[event.anchor]
        if size is None:
            raise LimitExceeded(f"'*{event.anchor}' stands inside of itself", event)
        nodes, depth = size
        self._check_depth(depth, event)
        self._grow(nodes, depth)
        self._count(nodes, event)

    def _grow(self, nodes: int, depth: int) -> None:
        parent = self._open[-1]
        parent.nodes += nodes
        parent.depth = max(parent.depth, depth)

    def _count(self, nodes: int, event: yaml.Event) -> None:
        self._total += nodes
        if self._total > MAX_NODES:
            hint = "aliases count with all that they stand for"
            raise LimitExceeded(f"more than {MAX_NODES:,} values and keys", event, hint)

    def _check_depth(self, further: int, event: yaml.Event) -> None:
        if len(self._open) - 1 + further > MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise LimitExceeded(message, event)


def check_limits(events: Iterable[yaml.Event]) -> None:
    """Read all events of a file and refuse what is too much.

    Raises:
        LimitExceeded: Too deep, too many values, too many aliases, an alias within its own anchor,
            or a second document.
        yaml.YAMLError: From the parser itself.
    """
    counter = _Counter()
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                hint = "write each document into a file of its own"
                raise LimitExceeded("a second document begins here", event, hint)
        elif isinstance(event, yaml.ScalarEvent):
            counter.scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            counter.alias(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            counter.start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            counter.end()
