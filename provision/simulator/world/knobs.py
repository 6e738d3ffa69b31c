"""The knobs of `simulate:` that act while the host lives; the others shape its first world."""

from __future__ import annotations

from provision.model.host import Generation, SimulateSettings, SwitchError
from provision.simulator.world.thing import Frozen


class Knobs(Frozen):
    """See `SimulateSettings`, whose fields these are."""

    generation: Generation
    switch_error: SwitchError
    restarts: int
    restart_seconds: float
    answers_between: float
    answers_401_for: float
    settles_after: float
    silent_for: float
    hangs: bool
    download_fails: str | None
    image_missing: bool
    docker_fails: bool
    network_lost: bool = False
    known_scripts: tuple[str, ...]


def knobs(settings: SimulateSettings) -> Knobs:
    """Take the knobs out of a host's settings."""
    return Knobs(**{name: getattr(settings, name) for name in Knobs.model_fields})
