"""What the agent asks of Windows beyond answers: restarts, its own folder, an administrator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from provision.simulator.world.model import World

pytestmark = pytest.mark.powershell


@pytest.fixture(autouse=True)
def _reset(host: Any, world: World) -> Iterator[None]:
    yield
    host.extra = {}
    host.write_world(world)
    host.start()


def test_a_restart_goes_to_windows_with_its_reason(host: Any) -> None:
    calls = host.world_file.with_name("world.json.shutdown")
    calls.unlink(missing_ok=True)
    host.perform("restart", {"reason": 'an "update"\nof two lines', "delay": 3}, check=True)
    assert not calls.exists()
    host.perform("restart", {"reason": 'an "update"\nof two lines', "delay": 3})
    reason = "an  update of two lines"
    assert json.loads(calls.read_text()) == ["/r", "/f", "/t", "3", "/d", "p:4:1", "/c", reason]


def test_a_folder_that_a_user_made_is_not_used(host: Any) -> None:
    host.data.mkdir(exist_ok=True)
    host.extra = {"PROVISION_OWNER": "S-1-5-21-1-2-3-1001"}
    host.start()
    answer = host.perform("job.start", {"id": "planted", "script": "'x'"})
    assert answer["error"]["id"] == "DataFolderNotOurs"
    assert not (host.data / "jobs" / "planted").exists()
    checks = {each["check"]: each for each in host.perform("selftest", {})["checks"]}
    assert checks["data_folder"]["passed"] is False
    assert "S-1-5-21-1-2-3-1001" in checks["data_folder"]["found"]


def test_without_an_administrators_rights(host: Any, world: World) -> None:
    host.world_file.with_name("world.json.volatile").unlink(missing_ok=True)
    account = world.account.model_copy(update={"elevated": False})
    host.write_world(world.with_(account=account))
    ready = host.start()
    assert ready.boot.token == f"boot-time-{ready.boot.boot_time}"
    passed = {each["check"]: each["passed"] for each in host.perform("selftest", {})["checks"]}
    assert (passed["elevated"], passed["volatile_key"], passed["powershell"]) == (
        False,
        False,
        True,
    )


def test_the_token_stays_within_a_boot(host: Any, world: World) -> None:
    tokens = {host.start().boot.token for _ in range(2)}
    assert len(tokens) == 1
    host.write_world(world.with_(boot=world.boot.model_copy(update={"number": 2})))
    assert host.start().boot.token not in tokens
