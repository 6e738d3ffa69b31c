from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.cli.complaint import explain
from provision.model.errors import InputError, Problem, ProvisionError
from provision.model.position import Position


def plain(error: BaseException) -> str:
    return click.unstyle(explain(error))


def test_a_problem_shows_its_line_and_the_way_out() -> None:
    at = Position("site.yml", 12, 5, "    instaler:")
    error = InputError([Problem("unknown step 'instaler'", at, "did you mean 'installer'?")])
    assert plain(error) == (
        "error: unknown step 'instaler'\n"
        "  --> site.yml:12:5\n"
        "   |\n"
        "12 |     instaler:\n"
        "   |     ^\n"
        "  hint: did you mean 'installer'?"
    )


def test_all_problems_are_shown_in_the_order_of_the_file() -> None:
    problems = [Problem(f"p{n}", Position("a.yml", n, 1)) for n in (3, 1, 2)]
    text = plain(InputError(problems))
    assert text.index("p1") < text.index("p2") < text.index("p3")
    assert text.endswith("error: 3 problems found; nothing was done")


@pytest.mark.parametrize(
    ("line", "column", "shown", "blank"),
    [
        ("\tkey: x", 2, "    key: x", 4),
        ("名前: x", 5, "名前: x", 6),
        ("a\x1b[31m: x", 8, "a\\x1b[31m: x", 10),
    ],
)
def test_the_caret_stands_below_its_column(line: str, column: int, shown: str, blank: int) -> None:
    text = plain(InputError([Problem("p", Position("f", 1, column, line))]))
    assert f"1 | {shown}\n" in text
    assert f"\n  | {' ' * blank}^" in text


@given(st.integers(min_value=1, max_value=5000))
def test_a_long_line_is_cut_around_its_column(column: int) -> None:
    line = "".join(chr(ord("a") + n % 26) for n in range(5000))
    *_, excerpt, caret = plain(InputError([Problem("p", Position("f", 1, column, line))])).split(
        "\n"
    )
    assert len(excerpt) < 120
    assert excerpt[caret.index("^")] == line[column - 1]


def test_other_errors_have_evidence_and_a_remedy() -> None:
    error = ProvisionError("it broke", details="one\ntwo\x1b[2J", resolution="mend it\nor not")
    assert plain(error) == (
        "error: it broke\n  one\n  two\\x1b[2J\n  what to do: mend it\n              or not"
    )


def test_a_mistake_of_ours_shows_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROVISION_DEBUG", raising=False)
    with pytest.raises(KeyError) as raised:
        {"password": 1}["hunter2"]
    text = plain(raised.value)
    assert "hunter2" not in text
    assert "internal error" in text
    assert "test_complaint.py:" in text
    monkeypatch.setenv("PROVISION_DEBUG", "1")
    assert "Traceback" in plain(raised.value)
