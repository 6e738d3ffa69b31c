"""Build a Windows host from a script, over the network, with nobody watching."""

__version__ = "0.1.0"
