"""Nightly rebuilds: snapshots reverted, hosts built and verified, new snapshots kept."""
