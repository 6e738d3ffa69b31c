"""A simulated host's memory: one JSON file, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from provision.model.errors import ProvisionError
from provision.simulator.world import spool
from provision.simulator.world.model import World

FORMAT = 1


class StoreError(ProvisionError):
    """The file cannot be read as a simulated host, or not be written."""


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    world: World


def load(path: Path) -> World | None:
    """Read a world; None when there is no file.

    Raises:
        StoreError: Something else is in the file.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read", details=str(error)) from None
    try:
        saved = _Saved.model_validate_json(text)
    except ValidationError as error:
        raise StoreError(
            f"{path} is not the state of a simulated host of this version",
            details=str(error).splitlines()[0],
            resolution="Reset the simulated host, or move the file away.",
        ) from None
    if saved.format != FORMAT:
        raise StoreError(
            f"{path} has the format {saved.format}, not {FORMAT}",
            resolution="Reset the simulated host.",
        )
    return saved.world


def save(path: Path, world: World) -> None:
    """Write a world in place of what the file held.

    Raises:
        StoreError: The file cannot be written.
    """
    data = _Saved(format=FORMAT, world=world).model_dump_json().encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StoreError(f"{path} cannot be written", details=str(error)) from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written", details=str(error)) from None


def reset(path: Path) -> bool:
    """Forget a simulated host; tells whether there was one."""
    spool.forget(path)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
