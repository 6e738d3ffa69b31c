"""Each number is carried out at most once, and the last answers can be had again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.powershell

ENGINES = ("7", "5.1")

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def fresh(host: Any, frames: Ask) -> Ask:
    host.start()
    return frames


def append(target: Path) -> dict[str, Any]:
    return {
        "program": "sh",
        "arguments": ["-c", f"echo x >> '{target}'"],
        "environment": {},
        "timeout": 60,
        "directory": None,
    }


def test_a_number_is_carried_out_once(fresh: Ask, place: Path) -> None:
    target = place / "effects"
    first = fresh(1, "exec", **append(target))
    again = fresh(1, "exec", **append(target))
    assert first["ok"] is True
    assert again == first
    assert target.read_text() == "x\n"


def test_old_answers_are_forgotten_and_never_carried_out_again(fresh: Ask, place: Path) -> None:
    target = place / "effects"
    fresh(1, "exec", **append(target))
    for number in range(2, 66):
        fresh(number, "file.stat", path=str(place), hash=False)
    answer = fresh(1, "exec", **append(target))
    assert answer["ok"] is False
    assert answer["error"]["id"] == "AnswerForgotten"
    assert target.read_text() == "x\n"
    assert fresh(2, "file.stat", path="elsewhere", hash=False)["result"]["kind"] == "folder"


def test_big_answers_push_out_older_ones_and_the_last_stays(fresh: Ask, place: Path) -> None:
    big = place / "big"
    big.write_bytes(b"\0" * 1_048_576)
    for number in range(1, 11):
        fresh(number, "file.read", path=str(big), offset=0, limit=1_048_576)
    assert fresh(1, "boot")["error"]["id"] == "AnswerForgotten"
    assert fresh(10, "boot")["result"]["bytes"] == 1_048_576


def test_what_is_no_request_is_answered_or_passed_over(fresh: Ask) -> None:
    assert fresh(1, raw=b"@pv 1 bm90IGpzb24=\n")["error"]["id"] == "BadRequest"
    assert fresh(2, raw=b"garbage\n\n@pv 2 !!\n@pv 2 e30=\r\n")["error"]["id"] == "BadRequest"
    assert fresh(3, "no.such.operation")["error"]["id"] == "UnknownOperation"
    assert fresh(4, "boot")["ok"] is True


def test_text_of_any_language_passes(fresh: Ask, place: Path) -> None:
    name = "r\u00e9sum\u00e9 \u65e5\u672c\u8a9e \U0001f600 '\u2019 $(x) `.txt"
    content = base64.b64encode(b"x").decode()
    path = str(place / name)
    assert fresh(1, "file.ensure", path=path, state="file", content=content)["ok"] is True
    assert (place / name).read_bytes() == b"x"
