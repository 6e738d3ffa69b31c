"""The agent's far side, reached through pywinrm."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from provision.agent.bootstrap import Bootstrap, bootstrap_arguments
from provision.agent.frame import Request, encode_request
from provision.agent.source import AgentSource, agent_source


def exec_request(number: int, program: str, *, check: bool = False) -> bytes:
    return encode_request(Request(number, "exec", {"program": program}, check))


def test_requests_are_answered_in_order(agent: Callable[..., Any], machine: Any) -> None:
    client = agent()
    machine.delay = 0.05
    client.send(b"".join(exec_request(number, f"p{number}") for number in range(1, 6)))
    answers = client.answers(5)
    assert [answer.number for answer in answers] == [1, 2, 3, 4, 5]
    assert [answer.payload["result"]["stdout"] for answer in answers] == machine.performed
