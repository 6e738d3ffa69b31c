"""Telling people how a night ended, when they want to be told."""
