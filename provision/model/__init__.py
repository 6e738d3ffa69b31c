"""Frozen types that every room shares. No input or output, and no import of another room."""
