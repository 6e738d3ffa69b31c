"""A secret, with a word to the person who waits for it."""

from __future__ import annotations

from pathlib import Path

import click

from provision.model.position import Position
from provision.model.secret import Secret, SecretReference
from provision.playbook.secrets import resolve


def secret_of(
    reference: SecretReference | str, folder: Path, position: Position | None = None
) -> Secret:
    """Get a secret; a command that takes its time is named on standard error, and nothing else.

    Raises:
        SecretError: It cannot be had.
    """
    return resolve(reference, folder, position, waiting=lambda told: click.echo(told, err=True))
