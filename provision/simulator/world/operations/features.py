"""Windows features. One that waits for a restart counts as what it will be."""

from __future__ import annotations

from provision.agent.operations.features import (
    Feature as FeatureRow,
)
from provision.agent.operations.features import (
    FeatureAnswer,
    FeatureEnsure,
    FeatureList,
    FeatureListAnswer,
    FeatureState,
)
from provision.simulator.world import windows
from provision.simulator.world.model import World
from provision.simulator.world.refusal import refuse
from provision.simulator.world.system import Feature, RegistryKey

CHANGE_SECONDS = 90.0
"""Host seconds that installing or removing a feature takes: our guess."""


def list_(world: World, request: FeatureList, _check: bool) -> tuple[World, FeatureListAnswer]:
    """Answer `feature.list`."""
    found = (world.find(Feature, name) for name in request.names)
    return world, FeatureListAnswer(
        features=tuple(
            FeatureRow(name=feature.name, installed=feature.installed)
            for feature in found
            if feature is not None
        )
    )


def ensure(world: World, request: FeatureEnsure, check: bool) -> tuple[World, FeatureAnswer]:
    """Answer `feature.ensure`."""
    feature = world.find(Feature, request.feature)
    if feature is None:
        raise refuse("NotFound", f"there is no feature {request.feature}")
    wanted = request.state is FeatureState.PRESENT
    changed = feature.installed != wanted
    restart = feature.pending
    if changed and not check:
        world = _change(world, feature, wanted)
        restart = feature.needs_restart
    return world, FeatureAnswer(
        changed=changed,
        before={"installed": feature.installed},
        after={"installed": wanted},
        restart_needed=restart,
    )


def takes(world: World, request: FeatureEnsure) -> float:
    """Give the host seconds that a request takes."""
    feature = world.find(Feature, request.feature)
    wanted = request.state is FeatureState.PRESENT
    return CHANGE_SECONDS if feature and feature.installed != wanted else 0.0


def _change(world: World, feature: Feature, wanted: bool) -> World:
    needs = feature.needs_restart
    world = world.put(feature.model_copy(update={"installed": wanted, "pending": needs}))
    if needs:
        return world.put(RegistryKey(path=windows.SERVICING_PENDING))
    for service in windows.FEATURE_SERVICES.get(feature.key, ()):
        world = world.put(service) if wanted else world.remove("service", service.key)
    return world
