"""A YAML file as plain data in which the place of everything is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from provision.model.errors import InputError, Problem
from provision.model.playbook import Place
from provision.model.position import Position
from provision.playbook.limits import LimitExceeded, check_limits
from provision.playbook.places import Places
from provision.playbook.scalars import ScalarRefused, scalar
from provision.playbook.source import Source, read_source
from provision.playbook.syntax import syntax_problem

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)+(?=\S)")


@dataclass(frozen=True, slots=True)
class Document:
    """What one YAML file says.

    Args:
        file: The path as the user gave it.
        data: Dicts with text keys, lists, text, whole numbers, floats, booleans and None.
        positions: Where each value begins; what came through an alias or a merge key is found
            where it was written.
        key_positions: Where each key begins, by the place of its value.
        sha256: Of the file's bytes, in lower-case hex.
        doubled: Keys that are given twice, the first of which counts here. To be raised by whoever
            checks the rest, so that all problems are told at once.
    """

    file: str
    data: Any
    positions: Mapping[Place, Position]
    key_positions: Mapping[Place, Position]
    sha256: str
    doubled: tuple[Problem, ...] = ()

    @property
    def places(self) -> Places:
        """Both kinds of position together."""
        return Places(self.positions, self.key_positions)


def load_yaml(path: Path | BinaryIO, shown: str) -> Document:
    """Read a YAML file, within limits, and refuse what is doubtful.

    Never runs anything that the file names, and never expands aliases before their size is known.
    What unquoted words mean is said in `scalars`.

    Args:
        path: The file, or what gives its bytes.
        shown: Its path as messages show it.

    Raises:
        InputError: With every problem that was found, each with its position.
    """
    source = read_source(path, shown)
    try:
        check_limits(yaml.parse(source.text, Loader=_Loader))
        root = yaml.compose(source.text, Loader=_Loader)
    except LimitExceeded as error:
        at = source.position(*error.place)
        raise InputError([Problem(error.message, at, error.hint)]) from None
    except yaml.YAMLError as error:
        raise InputError([syntax_problem(error, source)]) from None
    if root is None:
        raise InputError([Problem("the file holds only comments", Position(shown, 1, 1))])
    builder = _Builder(source)
    data = builder.build(root, ())
    doubled = tuple(dict.fromkeys(builder.doubled))
    if builder.problems:
        raise InputError((*dict.fromkeys(builder.problems), *doubled))
    return Document(shown, data, builder.positions, builder.key_positions, source.sha256, doubled)


class _Builder:
    """Makes plain data from composed nodes, and goes on after a problem."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.problems: list[Problem] = []
        self.doubled: list[Problem] = []
        self.positions: dict[Place, Position] = {}
        self.key_positions: dict[Place, Position] = {}

    def build(self, node: yaml.Node, place: Place) -> Any:
        """Give the node's value and note its positions."""
        at = self._at(node)
        self.positions[place] = at
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.build(item, (*place, index)) for index, item in enumerate(node.value)]
        try:
            return scalar(node.tag, node.value if isinstance(node, yaml.ScalarNode) else "")
        except ScalarRefused as refused:
            self.problems.append(Problem(refused.message, at, refused.hint))
            return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        written: dict[str, yaml.Node] = {}
        merged: dict[str, tuple[yaml.Node, Position]] = {}
        for key_node, value_node in node.value:
            at = self._at(key_node)
            if key_node.tag == _MERGE:
                for mapping in self._merge_sources(value_node):
                    for key, value, key_at in self._entries(mapping):
                        merged.setdefault(key, (value, key_at))
                continue
            name = self._key(key_node)
            if name is None:
                continue
            if name in written:
                first = self.key_positions[(*place, name)]
                hint = f"it is there already in line {first.line}; remove one"
                self.doubled.append(Problem(f"the key '{name}' is given twice", at, hint))
                continue
            written[name] = value_node
            self.key_positions[(*place, name)] = at
        data: dict[str, Any] = {}
        for key, (value_node, key_at) in merged.items():
            if key not in written:
                self.key_positions[(*place, key)] = key_at
                data[key] = self.build(value_node, (*place, key))
        for key, value_node in written.items():
            data[key] = self.build(value_node, (*place, key))
        return data

    def _entries(self, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node, Position]]:
        """A mapping's own entries, then those that it merges itself."""
        for key_node, value_node in node.value:
            if key_node.tag != _MERGE and (key := self._key(key_node)) is not None:
                yield key, value_node, self._at(key_node)
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for mapping in self._merge_sources(value_node):
                    yield from self._entries(mapping)

    def _merge_sources(self, node: yaml.Node) -> Iterator[yaml.MappingNode]:
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            if isinstance(part, yaml.MappingNode):
                yield part
            else:
                message = "'<<' takes a mapping, or a list of mappings"
                self.problems.append(Problem(message, self._at(part)))

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.value != "":
            return str(node.value)
        empty = isinstance(node, yaml.ScalarNode)
        message = "a key is empty" if empty else "a key must be plain text"
        hint = "" if empty else 'a template is quoted as a whole: "{{ name }}"'
        self.problems.append(Problem(message, self._at(node), hint))
        return None

    def _at(self, node: yaml.Node) -> Position:
        line, column = node.start_mark.line, node.start_mark.column
        text = self._source.lines[line] if line < len(self._source.lines) else ""
        if skipped := _PROPERTIES.match(text, column):
            column = skipped.end()
        return self._source.position(line, column)
