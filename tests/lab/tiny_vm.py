"""A real VM of 512 bytes: it counts its boots on its own disk, and halts."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

BOOT_SECTOR = (
    bytes.fromhex(
        "31c0 8ed8 8ec0"  # xor ax, ax; mov ds, ax; mov es, ax
        "bb007e b80102 b90200 ba8000 cd13"  # read the disk's second sector to 0x7e00
        "66ff06007e"  # inc dword [0x7e00]
        "bb007e b80103 b90200 ba8000 cd13"  # write it back
        "f4 ebfd"  # halt, for ever
    ).ljust(510, b"\0")
    + b"\x55\xaa"
)

DOMAIN = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>16</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='{disk}'/>
      <target dev='hda' bus='ide'/>
    </disk>
  </devices>
</domain>
"""

WRAPPER = """#!/bin/sh
exec setpriv --reuid={user} --regid={group} --clear-groups env -u DBUS_SESSION_BUS_ADDRESS \
  HOME={home} XDG_RUNTIME_DIR={home}/run XDG_CONFIG_HOME={home}/config XDG_CACHE_HOME={home}/cache \
  {virsh} "$@"
"""


class TinyVms:
    """VMs of a libvirt session. Libvirt refuses such a session to root, so `nobody` has it then.

    Args:
        folder: Readable for `nobody`.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        for name in ("run", "config", "cache", "disks"):
            (self.home / name).mkdir(parents=True)
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.names: list[str] = []
        virsh = shutil.which("virsh")
        assert virsh is not None
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            text = WRAPPER.format(
                user=nobody.pw_uid, group=nobody.pw_gid, home=self.home, virsh=virsh
            )
            (self.bin / "virsh").write_text(text)
            (self.bin / "virsh").chmod(0o755)
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            folder.chmod(0o755)

    @property
    def path(self) -> str:
        """A PATH whose `virsh` is the session's."""
        return f"{self.bin}{os.pathsep}{os.environ['PATH']}"

    def virsh(self, *words: str) -> str:
        """Ask the session something beside the driver."""
        done = subprocess.run(
            ["virsh", "--connect", "qemu:///session", *words],
            env={**os.environ, "PATH": self.path},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def define(self, name: str) -> None:
        """Make a VM that is off, never booted, with the snapshot `base`."""
        raw, disk = self.home / "disks" / f"{name}.raw", self._disk(name)
        raw.write_bytes(BOOT_SECTOR.ljust(1 << 20, b"\0"))
        subprocess.run(["qemu-img", "convert", "-O", "qcow2", str(raw), str(disk)], check=True)
        raw.unlink()
        if os.geteuid() == 0:
            shutil.chown(disk, "nobody")
        described = self.home / f"{name}.xml"
        described.write_text(DOMAIN.format(name=name, disk=disk))
        described.chmod(0o644)
        self.virsh("define", str(described))
        self.names.append(name)
        self.virsh("snapshot-create-as", name, "base")

    def boots(self, name: str) -> int:
        """Read how often the VM has booted, from its disk."""
        raw = self.home / f"{name}.look"
        command = ["qemu-img", "convert", "-U", "-O", "raw", str(self._disk(name)), str(raw)]
        subprocess.run(command, check=True)
        return int.from_bytes(raw.read_bytes()[512:516], "little")

    def close(self) -> None:
        """End all VMs; libvirt's own processes end by themselves when they have none."""
        for name in self.names:
            subprocess.run(
                ["virsh", "--connect", "qemu:///session", "destroy", name],
                env={**os.environ, "PATH": self.path},
                capture_output=True,
                check=False,
            )
            self.virsh("undefine", name, "--snapshots-metadata")

    def _disk(self, name: str) -> Path:
        return self.home / "disks" / f"{name}.qcow2"
