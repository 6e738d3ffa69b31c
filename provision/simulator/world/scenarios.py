"""Named sets of the knobs of `simulate:`, each with the rehearsal that it is for."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from provision.model.errors import InputError, Problem
from provision.model.host import (
    ContainerHttps,
    Generation,
    PullError,
    SimulateSettings,
    SwitchError,
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A rehearsal by name.

    Args:
        description: One line.
        knobs: Fields of `SimulateSettings`.
    """

    name: str
    description: str
    knobs: dict[str, Any] = field(default_factory=dict)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "tp4",
            "Technical Preview 4: one restart, two hours, and the harmless switch error.",
            {"generation": Generation.TP4},
        ),
        Scenario(
            "tp5",
            "Technical Preview 5: docker makes the switch.",
            {"generation": Generation.TP5},
        ),
        Scenario("rtm", "Windows Server 2016 as released.", {"generation": Generation.RTM}),
        Scenario("2019", "Windows Server 2019.", {"generation": Generation.SERVER_2019}),
        Scenario("2022", "Windows Server 2022.", {"generation": Generation.SERVER_2022}),
        Scenario("2025", "Windows Server 2025.", {"generation": Generation.SERVER_2025}),
        Scenario(
            "tp4-clean",
            "TP4 without any switch error.",
            {"generation": Generation.TP4, "switch_error": SwitchError.NONE},
        ),
        Scenario(
            "tp4-fatal-switch",
            "TP4 whose adapter cannot be bound: the installer ends at the switch.",
            {"generation": Generation.TP4, "switch_error": SwitchError.FATAL},
        ),
        Scenario(
            "slow-silence",
            "The image says nothing for three hours more, and is alive all the same.",
            {"silent_for": 10_800.0},
        ),
        Scenario(
            "double-restart",
            'Each restart becomes two ("configuring updates").',
            {"restarts": 2},
        ),
        Scenario(
            "endless-restarts",
            "Each restart becomes twelve, a quarter of an hour apart: more than a run's budget.",
            {"restarts": 12, "answers_between": 900.0},
        ),
        Scenario(
            "slow-accounts",
            "After a boot every login is refused for five minutes.",
            {"answers_401_for": 300.0, "settles_after": 420.0},
        ),
        Scenario(
            "hangs",
            "The installer stops for good in the middle of its image, without using CPU.",
            {"hangs": True},
        ),
        Scenario(
            "no-image",
            "The installer claims to be complete and there is no image.",
            {"image_missing": True},
        ),
        Scenario(
            "docker-fails",
            "The docker service does not start within the installer's minute.",
            {"docker_fails": True},
        ),
        Scenario(
            "docker-down",
            "After a restart the docker service is down.",
            {"docker_stays_down": True},
        ),
        Scenario(
            "pull-drops",
            "The registry drops two pulls in the middle of a layer.",
            {"pulls_fail": 2},
        ),
        Scenario(
            "rate-limit",
            "The registry lets this address pull no more.",
            {"pulls_fail": 1000, "pull_error": PullError.RATE_LIMIT},
        ),
        Scenario(
            "image-mismatch",
            "Windows Server 2016, and images of another revision than the host.",
            {"generation": Generation.RTM, "image_revision": 7428},
        ),
        Scenario(
            "build-hangs",
            "A docker build stops for good after its largest step, without using CPU.",
            {"build_hangs": True},
        ),
        Scenario(
            "no-https",
            "HTTPS fails for every program in a container.",
            {"container_https": ContainerHttps.FAILS},
        ),
        Scenario(
            "download-fails",
            "The host can fetch nothing from GitHub: the controller must send the script.",
            {"download_fails": "raw.githubusercontent.com"},
        ),
        Scenario(
            "gallery-fails",
            "The installer cannot reach the package gallery.",
            {"download_fails": "go.microsoft.com"},
        ),
        Scenario(
            "disk-full",
            "There is no room for the image.",
            {"disk_free_bytes": 2 * 1024**3},
        ),
        Scenario(
            "two-adapters",
            "Two adapters are up, and -UseDHCP alone takes the one that WinRM comes through.",
            {"second_adapter": True},
        ),
        Scenario(
            "inside-the-prefix",
            "The host's own address is inside 172.16.0.0/12, the NAT's default.",
            {"address": "172.20.1.10/24"},
        ),
        Scenario(
            "route-into-the-prefix",
            "A route into 172.16.0.0/12 leads through the gateway.",
            {"routes": ("172.18.0.0/16",)},
        ),
        Scenario(
            "no-nested-virtualization",
            "A virtual machine that cannot have Hyper-V in it.",
            {"virtualization": False, "memory_bytes": 8 * 1024**3},
        ),
        Scenario("one-processor", "A virtual machine with one processor.", {"processors": 1}),
        Scenario(
            "network-lost",
            "Windows Server 2022 whose container network does not come back after a restart.",
            {"generation": Generation.SERVER_2022, "network_lost": True},
        ),
        Scenario("japanese", "A host that speaks Japanese.", {"culture": "ja-JP"}),
        Scenario(
            "feature-there",
            "The Containers feature is there already: no restart.",
            {"feature_installed": True},
        ),
        Scenario("already-built", "Everything is there already.", {"feature_installed": True}),
    )
}


def apply(settings: SimulateSettings) -> SimulateSettings:
    """Fill in the knobs of the scenario that the settings name; knobs given with it win.

    Raises:
        InputError: There is no such scenario.
    """
    if settings.scenario is None:
        return settings
    scenario = SCENARIOS.get(settings.scenario)
    if scenario is None:
        near = difflib.get_close_matches(settings.scenario, SCENARIOS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(SCENARIOS)}"
        raise InputError([Problem(f"unknown scenario {settings.scenario!r}", hint=hint)])
    missing = {
        name: value
        for name, value in scenario.knobs.items()
        if name not in settings.model_fields_set
    }
    return settings.model_copy(update=missing)
