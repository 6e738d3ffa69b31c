"""Random trees and random bytes through the YAML loader."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.model.errors import InputError
from provision.model.position import Position
from provision.playbook.document import load_yaml
from provision.playbook.places import walk

LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t"),
    max_size=12,
)
KEYS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS.map(lambda key: f"k{key}"), inner, max_size=4)
    ),
    max_leaves=15,
)


def load(content: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yml"
        path.write_bytes(content)
        return load_yaml(path, "x.yml")


@settings(max_examples=300, deadline=None)
@given(tree=TREES, flow=st.booleans(), style=st.sampled_from([None, '"', "'"]))
def test_what_was_dumped_comes_back_with_positions(tree, flow, style):
    text = yaml.safe_dump(
        {"root": tree}, allow_unicode=True, default_flow_style=flow, default_style=style, width=1000
    )
    document = load(text.encode())
    assert document.data == yaml.safe_load(text) == {"root": tree}
    for place, value in walk(document.data):
        at = document.positions[place]
        if not isinstance(value, dict | list):
            lines = isinstance(value, str) and LINE_END.search(value) is not None
            assert means(written_at(text, at, flow=flow, lines=lines), value)
        if place and isinstance(place[-1], str):
            key = document.key_positions[place]
            assert written_at(text, key, flow=flow, lines=False) == place[-1]


def written_at(text: str, at: Position, *, flow: bool, lines: bool) -> str:
    """The first scalar that YAML's own scanner finds from a position on."""
    written = LINE_END.split(text)
    rest = written[at.line - 1][at.column - 1 :]
    if lines:
        rest = "\n".join([rest, *written[at.line :]])
    tokens = yaml.scan(("[\n" if flow else "") + rest)
    return next(token.value for token in tokens if isinstance(token, yaml.ScalarToken))


def means(written: str, value: object) -> bool:
    if value is None or isinstance(value, bool):
        return written == {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return type(value)(written) == value
    return written == value


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(content):
    refuses_or_reads(content)


@settings(max_examples=600, deadline=None)
@given(st.text("ab:-{}[],&*!|>'\"%@#?<~0189._=x \n\t\r\x85\u2028é", max_size=60))
def test_random_yaml_is_read_or_refused(text):
    refuses_or_reads(text.encode())


def refuses_or_reads(content: bytes) -> None:
    try:
        document = load(content)
    except InputError as error:
        problems = error.problems
    else:
        problems = ()
        check(document)
    assert all(one.message and one.position and one.position.line >= 1 for one in problems)


def check(document) -> None:
    for place, value in walk(document.data):
        assert value is None or isinstance(value, dict | list | str | int | float)
        at = document.positions[place]
        assert 1 <= at.column <= len(at.text) + 1
