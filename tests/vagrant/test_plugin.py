"""The plugin in a real `vagrant`, with a simulated host in another process."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from vagrant_project import PASSWORD, PLUGIN, SERVED_SPEED, Vagrant

SERVED = f"host: {{ simulate: {{ served: true, speed: {SERVED_SPEED} }} }}"
FOLDER = """
name: A folder
tasks:
  - name: the folder
    file: {path: "C:\\\\{{ name }}", state: folder}
"""
FAILS = """
name: It fails
tasks:
  - name: good
    file: {path: 'C:\\good', state: folder}
  - name: bad
    command: "cmd.exe /c exit 3"
"""
WAITS = """
name: It waits
tasks:
  - name: first
    file: {path: 'C:\\first', state: folder}
  - name: second
    wait_for: {path: 'C:\\never'}
    timeout: 100d
"""


def test_up_and_provision_again(vagrant: Vagrant) -> None:
    playbook = PLUGIN.parent / "playbooks" / "container-host.yml"
    vagrant.write(f'playbook: "{playbook}", vars: {{ generation: "tp4" }}, {SERVED}')
    done = vagrant.run("up", "--provider", "null")
    assert done.returncode == 0, done.stdout
    assert "==> build-01: WARNING vswitch-add-failed" in done.stdout
    assert "==> build-01: restarted as asked" in done.stdout
    assert "==> build-01: changed: 4 ok, 2 changed; 1 warnings" in done.stdout
    again = vagrant.run("provision")
    assert again.returncode == 0, again.stdout
    assert "==> build-01: ok: 6 ok; 0 warnings" in again.stdout

    kept = [path for path in vagrant.folder.rglob("*") if path.is_file()]
    assert any(path.name == "host.yml" for path in kept)
    assert not [path for path in kept if PASSWORD.encode() in path.read_bytes()]

    assert vagrant.run("destroy", "-f").returncode == 0
    assert not list(vagrant.folder.rglob("host.yml"))


def test_a_failure_is_vagrants_own_and_is_gone_on_with(vagrant: Vagrant) -> None:
    vagrant.write(f'playbook: "fails.yml", {SERVED}', fails=FAILS)
    done = vagrant.run("up", "--provider", "null")
    assert done.returncode == 1, done.stdout
    assert "provision ended with 1." in done.stdout
    assert "what is done already is not done again" in done.stdout
    vagrant.write(f'playbook: "fails.yml", {SERVED}', fails=FAILS.replace("exit 3", "exit 0"))
    again = vagrant.run("provision")
    assert again.returncode == 0, again.stdout
    assert "1 ok, 1 changed" in again.stdout


def test_once_always_never_and_variables_that_reach_no_disk(vagrant: Vagrant) -> None:
    one, two, three = (
        f'playbook: "folder.yml", vars: {{ name: "{name}" }}, run: "{when}", {SERVED}'
        for name, when in (("a", "once"), ("kept from the disk", "always"), ("c", "never"))
    )
    vagrant.write(one, two, three, folder=FOLDER)
    first = vagrant.run("up", "--provider", "null")
    assert first.stdout.count("Running provisioner") == 2, first.stdout
    second = vagrant.run("up")
    assert second.stdout.count("Running provisioner") == 1, second.stdout
    assert (first.returncode, second.returncode) == (0, 0)
    written = next(vagrant.folder.rglob("host.yml")).read_text()
    assert "kept from the disk" not in written


def test_interrupted_and_gone_on_with(vagrant: Vagrant) -> None:
    vagrant.write(f'playbook: "waits.yml", {SERVED}', waits=WAITS)
    process = vagrant.start("up", "--provider", "null")
    assert process.stdout is not None
    said = []
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    for line in process.stdout:
        said.append(line)
        if "[2/2] second" in line:
            assert not [one for one in _command_lines() if PASSWORD in one]
            process.send_signal(signal.SIGINT)
            break
    rest, _ = process.communicate(timeout=60)
    watchdog.cancel()
    told = "".join(said) + rest
    assert process.returncode == 130, told
    assert "Run `vagrant provision` to go on." in told
    assert "Traceback" not in told

    vagrant.write(f'playbook: "waits.yml", {SERVED}', waits=WAITS.replace("never", "first"))
    again = vagrant.run("provision")
    assert again.returncode == 0, again.stdout


WRONG = {
    "strict: true": "`playbook` is needed",
    'playbook: "nowhere.yml"': "`playbook`: there is no file",
    'playbook: "folder.yml", strict: "yes"': "`strict` must be true or false",
    'playbook: "folder.yml", vars: ["x"]': "`vars` must be a Hash",
    'playbook: "folder.yml", vars: { "1x" => 2 }': "1x cannot be a variable's name",
    'playbook: "folder.yml", tags: [1]': "`tags` must be an Array",
    'playbook: "folder.yml", stricter: true': "stricter",
}


def test_wrong_options_are_told_all_at_once(vagrant: Vagrant) -> None:
    vagrant.write(*WRONG, folder=FOLDER)
    done = vagrant.run("validate")
    assert done.returncode == 1
    assert [told for told in WRONG.values() if told not in done.stdout] == []


def test_bad_input_and_a_tool_that_is_not_there(vagrant: Vagrant) -> None:
    vagrant.write(f'playbook: "folder.yml", {SERVED}', folder="name: x\ntasks: [{unknown: 1}]\n")
    done = vagrant.run("up", "--provider", "null")
    assert done.returncode == 2, done.stdout
    assert "folder.yml:2:" in done.stdout
    vagrant.write('playbook: "folder.yml", tool: "/nowhere/provision"', folder=FOLDER)
    missing = vagrant.run("provision")
    assert missing.returncode == 1
    assert "pip install" in missing.stdout


@pytest.mark.skipif(shutil.which("rspec") is None, reason="no rspec on PATH")
def test_the_plugins_own_tests() -> None:
    done = subprocess.run(
        ["rspec", "spec"], cwd=PLUGIN, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("gem") is None, reason="no gem on PATH")
def test_the_gem_can_be_built(tmp_path: Path) -> None:
    command = ["gem", "build", "vagrant-provision.gemspec", "-o", str(tmp_path / "plugin.gem")]
    done = subprocess.run(command, cwd=PLUGIN, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "plugin.gem").stat().st_size > 4000


def _command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found
