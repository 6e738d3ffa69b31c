"""What a simulated host remembers."""

from __future__ import annotations

import asyncio
import json

import pytest

from provision.model.errors import ProvisionError
from provision.simulator.world import store
from provision.simulator.world.store import StoreError

SCRIPT = "C:\\work\\Install-ContainerHost.ps1"


def test_a_host_goes_on_where_it_stopped(simulate, tmp_path):
    path = tmp_path / "deep" / "host.json"
    first = simulate(path=path, speed=1.0)
    first.fetch_script()
    first.do("job.start", id="a", path=SCRIPT, arguments=["-NoRestart"])
    first.pass_time(20)
    asyncio.run(first.host.close())
    stopped = first.world
    second = simulate(path=path, speed=1.0)
    assert second.world == stopped
    assert second.do("job.poll", id="a").state.value == "running"
    second.pass_time(1000)
    assert second.do("job.poll", id="a").state.value == "finished"


def test_every_change_is_kept_even_without_a_proper_end(simulate, tmp_path):
    path = tmp_path / "host.json"
    simulate(path=path).do("file.ensure", path="C:\\x", state="folder")
    assert simulate(path=path).do("file.stat", path="C:\\x").kind.value == "folder"


def test_a_request_that_changes_nothing_writes_nothing(simulate, tmp_path):
    path = tmp_path / "host.json"
    driver = simulate(path=path)
    driver.do("facts")
    before = path.stat().st_mtime_ns
    driver.pass_time(60)
    driver.do("facts")
    assert path.stat().st_mtime_ns == before
    assert [each.name for each in tmp_path.iterdir()] == ["host.json"]


def test_knobs_may_change_between_two_runs(simulate, tmp_path):
    path = tmp_path / "host.json"
    simulate(path=path, hangs=True).do("facts")
    assert not simulate(path=path).world.knobs.hangs


def test_another_generation_is_refused(simulate, tmp_path):
    path = tmp_path / "host.json"
    simulate(path=path).do("facts")
    with pytest.raises(ProvisionError, match="tp4") as caught:
        simulate(path=path, generation="rtm")
    assert "Reset" in caught.value.resolution


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\x00\xff", b'{"format": 1, "world": {}}', b"[" * 5000],
    ids=["empty", "object", "binary", "no world", "deep"],
)
def test_a_file_that_is_something_else(tmp_path, content):
    path = tmp_path / "host.json"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        store.load(path)
    assert caught.value.resolution


def test_another_format(simulate, tmp_path):
    path = tmp_path / "host.json"
    simulate(path=path).do("facts")
    data = json.loads(path.read_text()) | {"format": 99}
    path.write_text(json.dumps(data))
    with pytest.raises(StoreError, match="99"):
        store.load(path)


def test_reset(simulate, tmp_path):
    path = tmp_path / "host.json"
    simulate(path=path).do("facts")
    assert store.reset(path)
    assert not store.reset(path)
    assert store.load(path) is None


def test_a_folder_in_the_files_place(tmp_path, simulate):
    with pytest.raises(StoreError):
        simulate(path=tmp_path)
