"""`provision lab rebuild`: real VMs in QEMU for the snapshots, simulated Windows hosts in them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LAB = """
hosts: hosts.yml
hypervisors:
  here: {kind: libvirt, uri: 'qemu:///session'}
defaults: {shutdown: 0.5, keep: 2}
vms:
  app: {vm: lab-app, after: [base-host]}
  base-host: {vm: lab-base}
"""
HOSTS = """
defaults: {playbook: site.yml, simulate: {generation: rtm, speed: 6000}}
hosts: {app: {}, base-host: {}}
"""
SITE = """
name: Site
tasks:
  - name: a folder
    file: {path: 'C:\\site', state: folder}
  - name: another restart
    restart: pending
  - name: it is there
    verify: [file: {path: 'C:\\site'}]
"""


class Project:
    """A lab's folder, and the command in it."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PATH": path}
        for name, text in (("lab", LAB), ("hosts", HOSTS), ("site", SITE)):
            (folder / f"{name}.yml").write_text(text)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "provision", "lab", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=100)
        assert "Traceback" not in out
        return process.returncode, out


@pytest.fixture
def project(vms: Any, tmp_path: Path) -> Project:
    for name in ("lab-app", "lab-base"):
        if name not in vms.names:
            vms.define(name)
    return Project(tmp_path, vms.path)


def greens(vms: Any, name: str) -> list[str]:
    listed = vms.virsh("snapshot-list", name, "--name").split()
    return [one for one in listed if one.startswith("green-")]


@pytest.mark.timeout(300)
def test_a_night_green_a_night_red_and_one_cut_off(vms: Any, project: Project) -> None:
    code, said = project.run("rebuild")
    assert code == 0, said
    assert "2 of 2 green" in said
    assert len(greens(vms, "lab-app")) == len(greens(vms, "lab-base")) == 1
    assert said.index("base-host: green") < said.index("app: reverting")

    (project.folder / "site.yml").write_text(SITE.replace("C:\\site'}]", "C:\\elsewhere'}]"))
    code, said = project.run("rebuild")
    assert code == 4, said
    assert "app        skipped   base-host: not green" in said
    assert len(greens(vms, "lab-base")) == 1

    (project.folder / "site.yml").write_text(SITE)
    process = project.start("rebuild")
    assert process.stdout is not None
    for line in process.stdout:
        if "base-host: up 2/3" in line:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate(timeout=60)
    code, said = project.run("rebuild")
    assert code == 0, said
    assert "going on with the night" in said
    assert "base-host: reverting" not in said
    assert len(greens(vms, "lab-base")) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("after: [base-host]", "after: [base-hots]"), "there is no VM 'base-hots'"),
        (("after: [base-host]", "after: [app]"), "wait for each other"),
        (("kind: libvirt", "kind: libvert"), "lab.yml:4:"),
        (("hosts: hosts.yml", "hosts: nowhere.yml"), "nowhere.yml is not there"),
        (("{vm: lab-base}", "{vm: lab-app}"), "are the same VM"),
        (("{vm: lab-base}", "{vm: lab-base, host: nobody}"), "there is no host 'nobody'"),
    ],
)
def test_bad_labs(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    project = Project(tmp_path, os.environ["PATH"])
    (tmp_path / "lab.yml").write_text(LAB.replace(*change))
    code, said = project.run("rebuild")
    assert code == 2, said
    assert told in said
    assert "lab.yml:" in said
