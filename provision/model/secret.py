"""Secrets as references, and values that cannot be printed by accident."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator


class KeyringEntry(BaseModel):
    """An entry of the operating system's keyring."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    user: str


class SecretReference(BaseModel):
    """Where a secret can be had; never the secret itself. Exactly one field is given.

    Args:
        env: Name of an environment variable.
        file: Path of a file whose first line is the secret; relative to the host file.
        command: A command line whose first line of output is the secret.
        keyring: An entry of the operating system's keyring.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: str | None = None
    command: str | None = None
    keyring: KeyringEntry | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        given = [name for name in ("env", "file", "command", "keyring") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("give exactly one of env, file, command, keyring")
        return self

    def __str__(self) -> str:
        for name in ("env", "file", "command"):
            if value := getattr(self, name):
                return f"{name}: {value}"
        return f"keyring: {self.keyring.service}" if self.keyring else ""


Secret = SecretStr
"""A resolved secret: shows as asterisks wherever it is printed."""
