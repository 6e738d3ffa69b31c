"""Whether a host can run an image of a Windows version.

A Windows container shares the host's kernel. With process isolation the image's build must be the
host's, and on Windows Server 2016 the revision as well; from build 20348 (Server 2022) on, a newer
host also runs older images, down to that build. With Hyper-V isolation any image runs that is not
newer than the host. Sources: Microsoft's page "Windows container version compatibility"; moby
issues 35462 and 39328; error 0xc0370101 when it is not so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from provision.model.outcome import StepResult, Warning
from provision.steps.ending import failed

SERVER_2016 = 14393
STABLE_SINCE = 20348

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?")


class Isolation(Enum):
    """How a container is kept apart from its host."""

    DEFAULT = "default"
    PROCESS = "process"
    HYPERV = "hyperv"


class Mismatch(Enum):
    """What becomes of an image that this host cannot run."""

    FAIL = "fail"
    WARN = "warn"
    IGNORE = "ignore"


class Verdict(Enum):
    """What is to be expected of an image on a host."""

    FITS = "fits"
    UNSURE = "unsure"
    NEEDS_HYPERV = "needs hyperv"
    TOO_NEW = "too new"


@dataclass(frozen=True, slots=True)
class Fit:
    """A verdict, why, and what to do; the texts are empty when it fits."""

    verdict: Verdict
    why: str = ""
    advice: str = ""

    @property
    def issue(self) -> str:
        """The known issue's id."""
        too_new = self.verdict is Verdict.TOO_NEW
        return "image-newer-than-host" if too_new else "container-os-mismatch"

    @property
    def hopeless(self) -> bool:
        """No container of it can start as it is asked for."""
        return self.verdict in (Verdict.NEEDS_HYPERV, Verdict.TOO_NEW)


def judge_fit(host: str, image: str, isolation: Isolation = Isolation.DEFAULT) -> Fit:
    """Compare two versions, such as `10.0.14393` and `10.0.14393.5850`.

    Args:
        host: The host's version, with or without its revision.
        image: The image's `os.version`; one that is not known fits.
        isolation: `default` counts as process isolation, as on every Windows Server.
    """
    here, there = _VERSION.match(host), _VERSION.match(image)
    if here is None or there is None:
        return Fit(Verdict.FITS)
    build, wanted = int(here[3]), int(there[3])
    told = f"the image is made for Windows build {wanted}, and the host is build {build}"
    if wanted > build:
        return Fit(
            Verdict.TOO_NEW,
            told,
            f"Take an image of build {build} or earlier, or a newer host: a newer image starts in "
            "no isolation.",
        )
    if isolation is Isolation.HYPERV:
        return Fit(Verdict.FITS)
    if wanted < build and not wanted >= STABLE_SINCE:
        return Fit(
            Verdict.NEEDS_HYPERV,
            told,
            f"Take the image's variant for build {build}; or say `isolation: hyperv`, on a host "
            "with the feature Hyper-V (in a virtual machine: nested virtualization).",
        )
    if wanted == build <= SERVER_2016 and here[4] and there[4] and here[4] != there[4]:
        return Fit(
            Verdict.UNSURE,
            f"the image has revision {there[4]}, and the host {here[4]}: on Windows Server 2016 "
            "they must be equal",
            "Update the host, or take the image of the host's revision.",
        )
    return Fit(Verdict.FITS)


def best_fit(host: str, images: tuple[str, ...], isolation: Isolation = Isolation.DEFAULT) -> Fit:
    """Of an image with variants docker takes the one that fits best; none known fits."""
    order = list(Verdict)
    fits = [judge_fit(host, image, isolation) for image in images]
    return min(fits, key=lambda fit: order.index(fit.verdict), default=Fit(Verdict.FITS))


def misfit(image: str, fit: Fit) -> StepResult:
    """End a step badly since the image cannot start on this host."""
    result = failed(
        f"image {image} cannot run on this host: {fit.why}",
        remedy=fit.advice,
        value={"issue": fit.issue},
    )
    return result.model_copy(update={"issue": fit.issue})


def warned_of(result: StepResult, fit: Fit) -> StepResult:
    """Add a warning when the image does not fit, or is not known to."""
    if fit.verdict is Verdict.FITS:
        return result
    warning = Warning(issue=fit.issue, brief=fit.why, evidence=fit.verdict.value, remedy=fit.advice)
    return result.model_copy(update={"warnings": (*result.warnings, warning)})
