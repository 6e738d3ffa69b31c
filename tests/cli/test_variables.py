from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from provision.cli.options import Selection
from provision.cli.variables import given_variables, parse_variables
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


def test_files_of_variables_and_what_wins(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yml", tmp_path / "two.json"
    one.write_text("x: 1\ny: 1\nz: 1\n")
    two.write_text('{"y": 2, "z": [2, "two"]}')
    selection = Selection("host.yml", var=("z=3",), var_file=(str(one), str(two)))
    assert given_variables(selection) == {"x": 1, "y": 2, "z": 3}


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b'{"x": "secret"}')))
    selection = Selection("host.yml", var_file=("-",))
    assert given_variables(selection) == given_variables(selection) == {"x": "secret"}


def test_mistakes_in_files_are_told_with_their_place(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    one.write_text("- x\n")
    two.write_text("x: 1\nfacts: 2\nx: 3\n")
    selection = Selection("host.yml", var=("1x=2",), var_file=(str(one), str(two), "nowhere"))
    with pytest.raises(InputError) as raised:
        given_variables(selection)
    found = raised.value.problems
    places = {f"{Path(p.position.file).name}:{p.position.line}" for p in found if p.position}
    assert places == {"one.yml:1", "two.yml:2", "two.yml:3", "nowhere:1"}
    assert len(found) == 5
