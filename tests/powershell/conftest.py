"""The real agent in a PowerShell engine that pretends to be 5.1, and where it is quick as it is."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provision.agent.frame import Answer, FrameReader, Request, encode_request
from provision.model.host import SimulateSettings
from provision.simulator.world.generations import starting_world
from provision.simulator.world.model import World

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))


@pytest.fixture(scope="session")
def world() -> World:
    return starting_world(SimulateSettings())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a module once for each of its `ENGINES`: as 7, or pretending to be 5.1."""
    if "host" in metafunc.fixturenames:
        engines = getattr(metafunc.module, "ENGINES", ("5.1",))
        metafunc.parametrize("host", engines, indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A running agent; tests of a module share it, each with folders of its own."""
    if not shutil.which("powershell"):
        pytest.skip("needs a PowerShell engine named `powershell` on PATH")
    from engine_host import EngineHost

    host = EngineHost(
        tmp_path_factory.mktemp("host"), pretend=request.param if request.param != "7" else ""
    )
    host.reset(world)
    host.start()
    yield host
    host.end_jobs()
    host.close()


@pytest.fixture
def place(host: Any, request: pytest.FixtureRequest) -> Path:
    """An empty folder on the host."""
    folder = Path(host.root) / str(abs(hash(request.node.name)))
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def frames(host: Any) -> Callable[..., dict[str, Any]]:
    """Send one request under a number of one's own choice; gives the answer's payload."""

    def ask(number: int, op: str = "", raw: bytes | None = None, **params: Any) -> dict[str, Any]:
        line = raw if raw is not None else encode_request(Request(number, op, params))
        host.channel.send(line)
        reader = FrameReader()
        while True:
            output = host.channel.receive()
            assert output.exit_code is None, output
            for found in reader.feed(output.stdout):
                if isinstance(found, Answer) and found.number == number:
                    return found.payload

    return ask


@pytest.fixture
def finish(host: Any) -> Callable[[str], dict[str, Any]]:
    """Poll a job to its end; gives the last answer with all records."""

    def poll(job: str) -> dict[str, Any]:
        records: list[Any] = []
        offset = 0
        while True:
            answer: dict[str, Any] = host.perform(
                "job.poll", {"id": job, "offset": offset, "wait": 10}
            )
            assert "error" not in answer, json.dumps(answer)
            records += answer["records"]
            offset = answer["next_offset"]
            if answer["state"] not in ("started", "running") and not answer["more"]:
                return {**answer, "records": records}

    return poll
