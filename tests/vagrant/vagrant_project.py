"""One Vagrant project whose machine is a simulated host."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "vagrant"
PASSWORD = "rehearsal-3141"
SERVED_SPEED = 12_000

VAGRANTFILE = f"""
require "{PLUGIN}/examples/no-hypervisor/null_provider"
require "{PLUGIN}/examples/no-hypervisor/winrm_shim"
require "{PLUGIN}/lib/vagrant-provision"

Vagrant.configure("2") do |config|
  config.vm.define "build-01"
  config.vm.communicator = "winrm"
  config.vm.guest = :windows
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.winrm.password = ENV.fetch("SIMULATED_HOST_PASSWORD")
  OPTIONS
end
"""


@dataclass
class Vagrant:
    """One Vagrant project.

    Args:
        folder: The project's.
        environment: Of every process.
    """

    folder: Path
    environment: dict[str, str]

    def write(self, *options: str, **files: str) -> None:
        """Write the Vagrantfile with the options of one or more provisioners, and playbooks."""
        calls = "\n  ".join(f'config.vm.provision "provision", {one}' for one in options)
        (self.folder / "Vagrantfile").write_text(VAGRANTFILE.replace("OPTIONS", calls))
        for name, text in files.items():
            (self.folder / f"{name}.yml").write_text(text)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `vagrant`; gives what it said, standard error included."""
        return subprocess.run(
            ["vagrant", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=100,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `vagrant` in a process group of its own."""
        return subprocess.Popen(
            ["vagrant", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
