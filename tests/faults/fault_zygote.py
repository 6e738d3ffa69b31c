"""A process that has imported the whole tool, and forks command lines off itself.

Starting Python and importing everything takes longer than a whole run on a fast simulated host. A
forked command line is a process of its own all the same: its own sockets, its own files, its own
death. Run as a script, it reads one JSON object a line (`argv`, `cwd`, `env`, `out`, `err`) and
writes one for each start (`pid`) and each end (`pid`, `code`; negative for a signal).
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
from typing import NoReturn

NOT_IMPORTED = ("provision.__main__",)


def import_all() -> None:
    """Import every module of the tool, and what they import late."""
    import provision

    for module in pkgutil.walk_packages(provision.__path__, "provision."):
        if module.name not in NOT_IMPORTED:
            # One that cannot be imported is another test's finding.
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    for name in ("concurrent.futures.thread", "encodings.idna", "uuid", "yaml", "spnego.ntlm"):
        importlib.import_module(name)


def become(order: dict[str, object]) -> NoReturn:
    """Carry out one command line in this process."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setpgid(0, 0)
    os.chdir(str(order["cwd"]))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(str(order[name]), flags, 0o644)
        os.dup2(file, number)
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.environ.update(dict(order["env"]))  # type: ignore[call-overload]
    argv = [str(word) for word in list(order["argv"])]  # type: ignore[call-overload]
    sys.argv = ["provision", *argv]
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    from provision.cli.main import main

    code = 1
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Fork for every line until the input ends; then end what is left."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children: set[int] = set()
    rest = b""
    say({"ready": True})
    while True:
        ready, _, _ = select.select([0, reader], [], [])
        if reader in ready:
            os.read(reader, 4096)
            for pid, status in ended():
                children.discard(pid)
                say({"pid": pid, "code": os.waitstatus_to_exitcode(status)})
        if 0 in ready:
            piece = os.read(0, 65536)
            if not piece:
                break
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                pid = os.fork()
                if pid == 0:
                    become(json.loads(line))
                children.add(pid)
                say({"pid": pid})
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def ended() -> list[tuple[int, int]]:
    """Collect the children that have ended."""
    found = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        found.append((pid, status))


def say(answer: dict[str, object]) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    import_all()
    gc.collect()
    gc.freeze()
    serve()
