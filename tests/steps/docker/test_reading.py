"""Reading docker's output: any table and any JSON comes back as what it was made of."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.steps.docker.reading import (
    at,
    knows_no_option,
    read_objects,
    read_rows,
    read_table,
    says_missing,
    short_id,
)

TP4 = """\
REPOSITORY          TAG                 IMAGE ID            CREATED             VIRTUAL SIZE
windowsservercore   10.0.10586.0        6801d964fda5        11 weeks ago        0 B
<none>              <none>              0123456789ab        2 days ago          1.2 GB
"""

WORD = st.text("abcXYZ019/._-<>:", min_size=1, max_size=24)
CELL = st.one_of(st.just(""), st.lists(WORD, min_size=1, max_size=3).map(" ".join))
NAMES = st.lists(
    st.sampled_from(["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "VIRTUAL SIZE", "NAME", "STARS"]),
    min_size=1,
    max_size=6,
    unique=True,
)
KEYS = {
    "REPOSITORY": "Repository", "TAG": "Tag", "IMAGE ID": "ID", "CREATED": "CreatedSince",
    "VIRTUAL SIZE": "Size", "NAME": "Name", "STARS": "StarCount",
}  # fmt: skip


def table(rows, minimum):
    """Lay a table out as docker's client does: left-aligned, three spaces between columns."""
    widths = [max(minimum, *(len(row[i]) + 3 for row in rows)) for i in range(len(rows[0]))]
    return "\n".join(
        "".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


@settings(max_examples=40)
@given(st.data())
def test_a_table_comes_back_as_its_cells(data):
    names = data.draw(NAMES)
    rows = data.draw(st.lists(st.tuples(*(CELL for _ in names)).filter(any), max_size=5))
    text = table([tuple(names), *rows], data.draw(st.sampled_from([1, 20])))
    read = read_table(text.replace("\n", data.draw(st.sampled_from(["\n", "\r\n"]))))
    keys = [KEYS[name] for name in names]
    assert [tuple(row[key] for key in keys) for row in read] == rows


VALUE = st.one_of(st.text('ab "\\{}\n\x85é', max_size=8), st.booleans(), st.none())


@settings(max_examples=40)
@given(st.lists(st.dictionaries(WORD, VALUE, max_size=4), min_size=1, max_size=4))
def test_json_lines_come_back_as_text(rows):
    read = read_rows("\r\n".join(json.dumps(row) for row in rows))
    for one, row in zip(read, rows, strict=True):
        assert one == {
            k: "" if v is None else v if isinstance(v, str) else json.dumps(v)
            for k, v in row.items()
        }


@settings(max_examples=40)
@given(st.text('{}[]":, \n\rNAME1\x85', max_size=60))
def test_nothing_that_docker_may_print_breaks_the_reading(text):
    read_rows(text)
    assert isinstance(read_objects(text), tuple)
    says_missing(text)
    knows_no_option(125, text)


def test_the_table_of_tp4():
    first, second = read_rows(TP4)
    assert (first["Repository"], first["Tag"], first["ID"]) == (
        "windowsservercore", "10.0.10586.0", "6801d964fda5",
    )  # fmt: skip
    assert (second["CreatedSince"], second["Size"]) == ("2 days ago", "1.2 GB")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Error: No such image: x", True),
        ("Error: No such image or container: x", True),
        ("Error response from daemon: network x not found", True),
        ("Error response from daemon: no such container: x", True),
        ("An error occurred trying to connect: Get http://127.0.0.1:2375/v1.22", False),
        ("open //./pipe/docker_engine: The system cannot find the file specified.", False),
    ],
)
def test_what_says_that_something_is_missing(text, missing):
    assert says_missing(text) is missing


def test_what_a_client_is_too_old_for():
    assert knows_no_option(125, "flag provided but not defined: --format\r\n")
    assert knows_no_option(125, "unknown flag: --format")
    assert not knows_no_option(1, "Cannot connect to the Docker daemon")
    assert not knows_no_option(0, "flag provided but not defined")


def test_objects():
    assert read_objects('[{"Id": "x"}, 1]') == ({"Id": "x"},)
    assert read_objects('{"Id": "x"}') == read_objects("[") == ()
    assert at({"a": {"b": 1}}, "a", "b") == 1
    assert at({"a": None}, "a", "b") is None
    assert short_id("sha256:" + "ab" * 32) == "ab" * 6
