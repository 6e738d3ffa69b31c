from __future__ import annotations

import pytest

from provision.cli.variables import parse_variables
from provision.model.errors import InputError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x=1", 1),
        ("x=tp5", "tp5"),
        ("x=", ""),
        ("x=true", True),
        ("x='true'", "true"),
        ("x=C:\\Windows", "C:\\Windows"),
        ("x=a=b", "a=b"),
        ("x=[1, two]", [1, "two"]),
        ("x={a: {b: 2}}", {"a": {"b": 2}}),
        ("x=2016-10-26", "2016-10-26"),
        ("x={{ facts.os_build }}", "{{ facts.os_build }}"),
        ("x=null", None),
    ],
)
def test_a_value_is_read_as_in_a_file(written: str, value: object) -> None:
    assert parse_variables([written]) == {"x": value}


def test_the_last_one_wins() -> None:
    assert parse_variables(["x=1", "y=2", "x=3"]) == {"x": 3, "y": 2}


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        parse_variables(["x", "1x=2", "y=0644", "z=a: b: c", "=1"])
    assert len(raised.value.problems) == 5


def test_a_bomb_is_refused() -> None:
    bomb = "x=[&a [1,1,1,1,1,1,1,1,1,1]" + "".join(
        f", &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]" for n in range(9)
    )
    with pytest.raises(InputError):
        parse_variables([bomb + "]"])
