"""The docker steps on a simulated container host: check mode, a run, and a second run."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.engine.run import RunOptions

SMOKE = Path(__file__).parents[2] / "playbooks" / "smoke.yml"

PLAYBOOK = """\
name: Images and containers
tasks:
  - name: Build
    image_build: {context: app, tags: [example.com/lab/app:1.0, app]}
  - name: Tag
    image_tag: {image: app, tags: app:tagged}
  - name: Save
    image_save: {images: app, dest: 'C:\\provision\\app.tar'}
  - name: Load
    image_load: {src: 'C:\\provision\\app.tar', images: app}
  - name: Container
    container:
      container: web
      image: app
      command: ping -t localhost
      ports: 8080:80
      volumes: C:\\provision:C:\\data:ro
      environment: {MODE: lab}
      restart: always
  - name: Network
    when: facts.os_build > 14300
    docker_network: {network: lab, driver: transparent}
  - name: Daemon
    when: facts.os_build > 14300
    docker_daemon: {settings: {debug: true}}
"""


def outcomes(recorder):
    return {event.task: event.outcome for event in recorder.of("task_finished")}


@pytest.mark.parametrize("generation", ["tp4", "rtm"])
def test_a_second_run_changes_nothing(lab, generation):
    host = lab(generation=generation, scenario="already-built")
    (host.folder / "app").mkdir()
    (host.folder / "app" / "Dockerfile").write_text(
        "FROM windowsservercore\nRUN echo hello\nCOPY a.txt /app/a.txt\n"
    )
    (host.folder / "app" / "a.txt").write_text("hi\n")
    modern = "skipped" if generation == "tp4" else "changed"
    expected = {
        "Build": "changed", "Tag": "changed", "Save": "changed", "Load": "ok",
        "Container": "changed", "Network": modern, "Daemon": modern,
    }  # fmt: skip

    _, checked = host.run(PLAYBOOK, RunOptions(check=True))
    # Nothing is there yet, so the load would be one as well.
    assert outcomes(checked) == {**expected, "Load": "changed"}

    _, first = host.run(PLAYBOOK)
    assert outcomes(first) == expected
    assert "layer 3" in first.said()

    _, second = host.run(PLAYBOOK)
    assert set(outcomes(second).values()) <= {"ok", "skipped"}


@pytest.mark.parametrize("generation", ["tp4", "rtm"])
def test_the_smoke_test_passes(lab, generation):
    host = lab(generation=generation, scenario="already-built")
    _, run = host.run(SMOKE, variables={"generation": generation})
    assert not {"failed"} & set(outcomes(run).values()), outcomes(run)
    warned = {event.issue: event.expected for event in run.of("warning")}
    assert warned == ({"container-https-tp4": True} if generation == "tp4" else {})
    told = {event.task: event.reason for event in run.of("task_finished")}
    assert told["A container starts"].startswith("started in ")
    assert ("half a minute" in told["A container starts"]) is (generation == "tp4")
