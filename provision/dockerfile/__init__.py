"""Checks Dockerfiles for Windows before they are built: `linting.lint`, and what it speaks in."""
