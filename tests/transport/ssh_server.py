"""A real sshd on loopback: own keys, own port, one user who is whoever runs the tests.

What it starts as `powershell.exe` is the PowerShell engine, in the environment that a test gives;
as root it can also have a password, in a copy of /etc/shadow that no other process sees.
"""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

SSHD = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
SFTP = next(
    (
        p
        for p in ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server")
        if Path(p).exists()
    ),
    "internal-sftp",
)
USER = getpass.getuser()
NO_SSHD = "" if SSHD and shutil.which("ssh-keygen") else "needs sshd and ssh-keygen"


def make_key(path: Path, passphrase: str = "", kind: str = "ed25519") -> Path:
    """Make a key pair; gives the private key's file."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


class Sshd:
    """One server; its keys and its port stay the same when it is stopped and started again.

    Args:
        options: Further lines of its configuration.
        program: What `powershell.exe` is; the engine on PATH unless given.
    """

    def __init__(
        self, folder: Path, options: str = "", program: str | None = None, password: str = ""
    ) -> None:
        self.folder = folder
        self.password = password
        folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self.key = make_key(folder / "key")
        self.host_key = make_key(folder / "host_key")
        self.known_hosts = folder / "known_hosts"
        self.authorized = folder / "authorized_keys"
        self.authorized.write_text(self.key.with_suffix(".pub").read_text())
        public = self.host_key.with_suffix(".pub").read_text()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {public}")
        self.environment({})
        self.program(program or shutil.which("powershell") or "/bin/false")
        self._config = folder / "config"
        self._config.write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {self.host_key}\nPidFile none\n"
            f"AuthorizedKeysFile {self.authorized}\nStrictModes no\nUsePAM no\n"
            f"PermitRootLogin yes\nKbdInteractiveAuthentication no\nMaxStartups 100\n"
            f"PasswordAuthentication {'yes' if password else 'no'}\n"
            f"Subsystem sftp {SFTP}\nSetEnv PATH={folder}/bin:{os.environ['PATH']}\n{options}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def environment(self, values: Mapping[str, str]) -> None:
        """Say in which environment programs are started from now on."""
        lines = (f"export {name}={shlex.quote(value)}" for name, value in values.items())
        (self.folder / "environment").write_text("\n".join(lines) + "\n")

    def program(self, line: str) -> None:
        """Say what `powershell.exe` is from now on."""
        script = self.folder / "bin" / "powershell.exe"
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\n. {self.folder}/environment\nexec {line} "$@"\n')
        script.chmod(0o755)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        command = [str(SSHD), "-D", "-e", "-f", str(self._config)]
        if self.password:
            command = self._with_password(command)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        limit = time.monotonic() + 20
        while True:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < limit, self.log()
            time.sleep(0.02)

    def _with_password(self, command: list[str]) -> list[str]:
        """Give sshd a view of /etc/shadow of its own, in which the user has a password."""
        hashed = (
            subprocess.run(
                ["openssl", "passwd", "-6", "-stdin"],
                input=self.password.encode(),
                capture_output=True,
                check=True,
            )
            .stdout.decode()
            .strip()
        )
        shadow = self.folder / "shadow"
        lines = Path("/etc/shadow").read_text().splitlines()
        lines = [
            ":".join([USER, hashed, *line.split(":")[2:]]) if line.startswith(f"{USER}:") else line
            for line in lines
        ]
        shadow.write_text("\n".join(lines) + "\n")
        shadow.chmod(0o600)
        script = (
            f"mount --bind {shlex.quote(str(shadow))} /etc/shadow && exec {shlex.join(command)}"
        )
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]

    def sessions(self) -> list[int]:
        """Give the processes of sshd that serve one connection each."""
        assert self._process
        return _children(self._process.pid)

    def kill_sessions(self) -> int:
        """Break every connection, as a host does whose power fails; gives how many."""
        killed = 0
        for pid in self.sessions():
            for each in (*_children(pid), pid):
                if _name(each).startswith("sshd"):
                    with suppress(OSError):
                        os.kill(each, signal.SIGKILL)
            killed += 1
        return killed

    def signal_sessions(self, number: int) -> None:
        for pid in self.sessions():
            os.kill(pid, number)

    def stop(self) -> None:
        """End the server and every connection."""
        process, self._process = self._process, None
        if process is None:
            return
        self._process = process
        self.kill_sessions()
        process.kill()
        process.wait()
        self._process = None

    def log(self) -> str:
        return (self.folder / "log").read_text()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text()
    return ""
