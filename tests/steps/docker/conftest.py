"""A docker client for scripted hosts: it answers by the command, and writes down what was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from provision.agent.operations.docker import DockerRun, DockerRunAnswer
from provision.agent.operations.jobs import JobPoll, JobStart

TIME = "2016-01-16T09:00:00.000Z"


class Docker:
    """Answers `docker.run` and the jobs of a `Player` from a small store.

    Args:
        objects: What `inspect` finds, by `(kind, name)`.
        answers: For other commands, by their beginning: an answer, or a function that gives one.
        job: What the next jobs bring: `(exit code, records)`; and what they leave behind.
    """

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.answers: dict[str, Any] = {}
        self.done: list[tuple[str, ...]] = []
        self.jobs: list[tuple[str, ...]] = []
        self.ends: list[tuple[int, list[tuple[str, str]], Callable[[], Any] | None]] = []
        self.present = False
        self.run_of_job = ""

    def image(self, name: str, image_id: str, **more: Any) -> None:
        self.objects["image", name] = {"Id": image_id, **more}

    def script(self, **more: Any) -> dict[str, Any]:
        return {
            "docker.run": self.answer,
            "job.start": self.start,
            "job.poll": self.poll,
            "job.remove": self.remove,
            **more,
        }

    def answer(self, operation: DockerRun) -> DockerRunAnswer:
        words = operation.arguments
        if not operation.reads:
            self.done.append(words)
        for beginning, given in self.answers.items():
            if " ".join(words).startswith(beginning):
                return given(words) if callable(given) else given
        match words:
            case ("network", "inspect", name):
                return self._inspected("network", name)
            case ("inspect", "--type", kind, name):
                return self._inspected(kind, name)
        return refused(f"docker: '{words[0]}' is not a docker command.")

    def _inspected(self, kind: str, name: str) -> DockerRunAnswer:
        found = self.objects.get((kind, name))
        if found is None:
            return refused(f"Error: No such {kind}: {name}", stdout="[]\n")
        return said(json.dumps([found]))

    def start(self, operation: JobStart) -> dict[str, Any]:
        self.jobs.append(operation.arguments)
        self.present, self.run_of_job = True, operation.run
        return {"started": True, "state": "started"}

    def remove(self, _operation: Any) -> dict[str, Any]:
        self.present = False
        return {"changed": True}

    def poll(self, _operation: JobPoll) -> dict[str, Any]:
        if not self.present:
            return {"state": "absent", "records": [], "next_offset": 0, "time": TIME}
        code, lines, leave = self.ends.pop(0)
        if leave is not None:
            leave()
        records = [
            {"number": n, "time": TIME, "kind": kind, "text": text}
            for n, (kind, text) in enumerate(lines, 1)
        ]
        return {
            "state": "finished", "records": records, "next_offset": 9, "time": TIME,
            "run": self.run_of_job, "exit": {"exit_code": code, "threw": False, "time": TIME},
        }  # fmt: skip


def said(stdout: str) -> DockerRunAnswer:
    return DockerRunAnswer(exit_code=0, stdout=stdout, stderr="")


def refused(stderr: str, code: int = 1, stdout: str = "") -> DockerRunAnswer:
    return DockerRunAnswer(exit_code=code, stdout=stdout, stderr=stderr)


@pytest.fixture
def docker() -> Docker:
    return Docker()


@pytest.fixture
def say() -> Callable[[str], DockerRunAnswer]:
    return said


@pytest.fixture
def refuse() -> Callable[..., DockerRunAnswer]:
    return refused
