"""Get the secret behind a reference, and let it be seen nowhere.

A secret is wrapped as soon as it is read. No error carries what was read, nor an exception whose
arguments might.
"""

from __future__ import annotations

import importlib
import os
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from provision.model.errors import SecretError
from provision.model.position import Position
from provision.model.secret import KeyringEntry, Secret, SecretReference

COMMAND_TIMEOUT = 60.0
PATIENCE = 2.0
"""Seconds of silence that nobody wonders about."""

MAX_SECRET_BYTES = 65_536

Waiting = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Limits:
    """How long a command may take, and who is told when it does."""

    timeout: float
    patience: float
    waiting: Waiting | None


def resolve(
    reference: SecretReference | str,
    base: Path,
    position: Position | None = None,
    *,
    timeout: float = COMMAND_TIMEOUT,
    waiting: Waiting | None = None,
    patience: float = PATIENCE,
) -> Secret:
    """Get a secret.

    Args:
        reference: Where it can be had, or the secret itself.
        base: Folder to which a file's path is relative, and in which a command runs.
        position: Where the reference is written.
        timeout: Seconds that a command may take.
        waiting: Told, in a line without any secret, of a command that takes longer than `patience`.
        patience: Seconds.

    Raises:
        SecretError: It cannot be had, or it is empty.
    """
    if isinstance(reference, str):
        return Secret(reference)
    if reference.env is not None:
        return _from_environment(reference.env, position)
    if reference.file is not None:
        return _from_file(base / reference.file, position)
    if reference.command is not None:
        limits = _Limits(timeout, patience, waiting)
        return _from_command(reference.command, base, position, limits)
    assert reference.keyring is not None
    return _from_keyring(reference.keyring, position)


def _from_environment(name: str, position: Position | None) -> Secret:
    value = os.environ.get(name)
    if not value:
        state = "is empty" if value == "" else "is not set"
        brief = f"the environment variable {name} {state}"
        raise _error(brief, position, resolution=f"set it in this shell: export {name}=…")
    return Secret(value)


def _from_file(path: Path, position: Position | None) -> Secret:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_SECRET_BYTES)
        problem = ""
    except OSError as error:
        content, problem = b"", error.strerror or type(error).__name__
    if problem:
        brief = f"the secret's file {path} cannot be read"
        raise _error(brief, position, problem, "its path is relative to the host file")
    secret = _first_line(content)
    content = b""  # a traceback that shows locals must not show it
    if secret is None:
        brief = f"the secret's file {path} begins with no line of UTF-8 text"
        raise _error(brief, position, resolution="put the secret into its first line")
    return secret


def _from_command(command: str, base: Path, position: Position | None, limits: _Limits) -> Secret:
    try:
        arguments = shlex.split(command)
    except ValueError:
        arguments = []
    if not arguments:
        resolution = "check the quotes; it runs without a shell"
        raise _error("the secret's command cannot be read", position, command, resolution)
    program = arguments[0]
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=base,
        )
        problem = ""
    except OSError as error:
        problem = error.strerror or type(error).__name__
    if problem:
        brief = f"the secret's command {program} cannot be started"
        raise _error(brief, position, problem, "it runs without a shell, beside the host file")
    output, said, timed_out = _communicate(process, program, limits)
    if timed_out:
        brief = f"the secret's command {program} gave no answer in {limits.timeout:g} s"
        raise _error(brief, position, resolution="does it wait for input? It gets none")
    evidence = _harmless(said, output)
    secret = _first_line(output) if process.returncode == 0 else None
    output = said = b""
    if secret is not None:
        return secret
    brief = f"the secret's command {program} wrote no first line of UTF-8 text"
    if process.returncode != 0:
        brief = f"the secret's command {program} failed with exit code {process.returncode}"
    raise _error(brief, position, evidence, "run it by hand to see why")


def _from_keyring(entry: KeyringEntry, position: Position | None) -> Secret:
    where = f"service {entry.service}, user {entry.user}"
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        keyring = None
    if keyring is None:
        brief = "the secret is in the keyring, which this installation cannot read"
        raise _error(brief, position, where, "pip install 'provision[keyring]'")
    try:
        value, problem = keyring.get_password(entry.service, entry.user), ""
    except Exception as error:  # each of keyring's backends has errors of its own
        value, problem = None, type(error).__name__
    if problem:
        brief = "the keyring gave no answer"
        raise _error(brief, position, f"{where}: {problem}", "is it unlocked? keyring diagnose")
    if not value:
        command = f"keyring set {entry.service} {entry.user}"
        raise _error("the keyring has no such secret", position, where, f"store it: {command}")
    return Secret(value)


def _communicate(
    process: subprocess.Popen[bytes], program: str, limits: _Limits
) -> tuple[bytes, bytes, bool]:
    """Read all output; after the timeout, go on although a grandchild may hold the pipes open."""
    with process:
        try:
            output, said = _patiently(process, program, limits)
        except subprocess.TimeoutExpired:
            process.kill()
            return b"", b"", True
        except BaseException:
            process.kill()
            raise
    return output, said, False


def _patiently(
    process: subprocess.Popen[bytes], program: str, limits: _Limits
) -> tuple[bytes, bytes]:
    """Read all output, and tell once what is waited for."""
    first = min(limits.patience, limits.timeout)
    try:
        return process.communicate(timeout=first)
    except subprocess.TimeoutExpired:
        if first == limits.timeout:
            raise
    if limits.waiting is not None:
        limits.waiting(f"waiting for the secret's command {program}, up to {limits.timeout:g} s")
    return process.communicate(timeout=limits.timeout - first)


def _first_line(content: bytes) -> Secret | None:
    try:
        line = content.decode("utf-8-sig").split("\n", 1)[0].removesuffix("\r")
    except UnicodeDecodeError:
        return None
    return Secret(line) if line else None


def _harmless(said: bytes, output: bytes) -> str:
    """The end of what a command said, with every line that it also put out taken away."""
    text = said.decode("utf-8", "replace")
    for line in output.decode("utf-8", "replace").splitlines():
        if line.strip():
            text = text.replace(line.strip(), "********")
    return "\n".join(text.strip().splitlines()[-5:])


def _error(
    brief: str, position: Position | None, details: str = "", resolution: str = ""
) -> SecretError:
    where = f"written at {position}" if position else ""
    together = "\n".join(part for part in (where, details) if part)
    return SecretError(brief, details=together, resolution=resolution)
