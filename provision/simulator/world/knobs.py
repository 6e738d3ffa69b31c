"""The knobs of `simulate:` that act while the host lives; the others shape its first world."""

from __future__ import annotations

from provision.model.host import (
    ContainerHttps,
    Generation,
    PullError,
    SimulateSettings,
    SwitchError,
)
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
    container_start_seconds: float | None
    container_https: ContainerHttps | None
    pulls_fail: int
    pull_error: PullError
    image_revision: int | None
    layer_silent_for: float | None
    build_hangs: bool
    docker_stays_down: bool
    known_scripts: tuple[str, ...]


def knobs(settings: SimulateSettings) -> Knobs:
    """Take the knobs out of a host's settings."""
    return Knobs(**{name: getattr(settings, name) for name in Knobs.model_fields})
