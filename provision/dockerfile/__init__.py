"""Checks Dockerfiles for Windows before they are built: `lint`, and the words it speaks in."""

from provision.dockerfile.finding import Finding, Severity
from provision.dockerfile.linting import lint
from provision.dockerfile.target import Target

__all__ = ["Finding", "Severity", "Target", "lint"]
