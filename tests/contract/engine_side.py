"""The real agent, driven as the contract suite drives the simulator."""

from __future__ import annotations

import hashlib
from typing import Any

import normal_form
from contract_cases import Case
from engine_host import EngineHost

from provision.simulator.world import restarts
from provision.simulator.world.timeline import advance


class EngineSide:
    """One agent for all cases; a restart makes another."""

    separator = "/"

    def __init__(self, host: EngineHost) -> None:
        self.host = host
        self.root = str(self.host.root)

    def begin(self, case: Case) -> None:
        self.host.reset(case.world())
        for name, content in case.files.items():
            path = self.host.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.mkdir(exist_ok=True)
            else:
                path.write_bytes(content)
        if self.host.client is None:
            self.host.start()

    def perform(self, op: str, params: dict[str, Any], check: bool = False) -> dict[str, Any]:
        return self.host.perform(op, params, check)

    def restart(self) -> None:
        """End what a restart ends, and let the world come up again."""
        self.host.close()
        self.host.end_jobs()
        world = restarts.ask(self.host.world(), 0)
        self.host.write_world(advance(world, world.host_time + 3600))
        self.host.start()

    def left(self) -> dict[str, Any]:
        files = normal_form.real_files(self.host.root, hashlib.sha256)
        return normal_form.world(self.host.world(), files)

    def close(self) -> None:
        self.host.end_jobs()
        self.host.close()
