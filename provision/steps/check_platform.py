"""Checks of the machine below Windows: can it carry what is to run on it?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from provision.agent.operations.base import Answer, Operation, OperationError
from provision.agent.operations.features import FeatureList, FeatureListAnswer
from provision.agent.operations.host import FactsAnswer, GetFacts, GetPlatform, PlatformAnswer
from provision.dockerfile.tags import TAGS
from provision.steps.check_kinds import CheckKind, Judgement, expect
from provision.steps.docker.revision import Fit, Isolation, judge_fit

GIB = 1024**3
HYPER_V = "Hyper-V"

_NESTED = {
    "vmware": "In VMware: power the VM off, expose hardware assisted virtualization to it "
    '(vhv.enable = "TRUE").',
    "microsoft": "On the Hyper-V host: stop the VM, then Set-VMProcessor -VMName NAME "
    "-ExposeVirtualizationExtensions $true.",
    "innotek": "In VirtualBox: VBoxManage modifyvm NAME --nested-hw-virt on.",
    "qemu": "In QEMU: give the VM `-cpu host`, with nested=1 of the kernel's kvm module.",
}


class VirtualizationCheck(CheckKind):
    """Hyper-V can run here: the processor's virtualization is there for this Windows.

    Holds too when Hyper-V is installed and its hypervisor runs, which hides the processor's own
    virtualization. In a virtual machine it means nested virtualization.

    Args:
        processors: At least so many; Microsoft asks for two.
        memory_gib: At least so much; Microsoft asks for four.
    """

    processors: int = Field(default=2, ge=1)
    memory_gib: float = Field(default=4, gt=0)

    def title(self) -> str:
        """Name all three demands."""
        return (
            f"Hyper-V can run: virtualization, {self.processors} processors, "
            f"{self.memory_gib:g} GiB of memory"
        )

    def questions(self) -> tuple[Operation[Any], ...]:
        """The machine, and whether Hyper-V is there already."""
        return (GetPlatform(), FeatureList(names=(HYPER_V,)))

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Each of the three must be so."""
        machine = expect(answers[0], PlatformAnswer)
        told = [
            f"virtualization {'there' if self._virtualizes(answers) else 'missing'}",
            f"{machine.processors} processors",
            f"{machine.memory_bytes / GIB:.1f} GiB",
            f"{machine.manufacturer} {machine.model}".strip(),
        ]
        return not self._missing(answers), ", ".join(told)

    def remedy(self, answers: Sequence[Answer | OperationError]) -> str:
        """Say for each demand that does not hold what to change, and where."""
        machine = expect(answers[0], PlatformAnswer)
        missing = self._missing(answers)
        told = []
        if "virtualization" in missing:
            maker = machine.manufacturer.lower()
            known = [text for name, text in _NESTED.items() if name in maker]
            told += known or ["Switch virtualization on in the firmware, or nested in the VM."]
        if "processors" in missing or "memory" in missing:
            told.append(
                f"Give it {self.processors} processors and {self.memory_gib:g} GiB of memory."
            )
        told.append("Or do without Hyper-V containers.")
        return " ".join(told)

    def issue(self, answers: Sequence[Answer | OperationError]) -> str:
        """What Windows would say."""
        missing = self._missing(answers)
        if "virtualization" in missing:
            return "hyperv-inside-hypervisor"
        return "too-few-processors" if "processors" in missing else ""

    def _missing(self, answers: Sequence[Answer | OperationError]) -> list[str]:
        machine = expect(answers[0], PlatformAnswer)
        there = {
            "virtualization": self._virtualizes(answers),
            "processors": machine.processors >= self.processors,
            # What the firmware keeps for itself does not count against it.
            "memory": machine.memory_bytes >= self.memory_gib * GIB * 0.98,
        }
        return [name for name, holds in there.items() if not holds]

    def _virtualizes(self, answers: Sequence[Answer | OperationError]) -> bool:
        machine = expect(answers[0], PlatformAnswer)
        features = expect(answers[1], FeatureListAnswer).features
        own = machine.hypervisor and any(feature.installed for feature in features)
        return own or (machine.firmware_virtualization and machine.second_level_translation)


class ResourcesCheck(CheckKind):
    """The machine has enough processors, memory and disk.

    Args:
        processors: Logical ones.
        memory_gib: Physical memory.
        disk_gib: Free on the system drive.
    """

    processors: int = Field(default=1, ge=1)
    memory_gib: float = Field(default=0, ge=0)
    disk_gib: float = Field(default=0, ge=0)

    def title(self) -> str:
        """Name the demands."""
        parts = [f"{self.processors} processor{'s' if self.processors > 1 else ''}"]
        if self.memory_gib:
            parts.append(f"{self.memory_gib:g} GiB of memory")
        if self.disk_gib:
            parts.append(f"{self.disk_gib:g} GiB free on the disk")
        return f"the host has {', '.join(parts)}"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The host's facts."""
        return (GetFacts(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Compare each."""
        facts = _facts(answers)
        enough = (
            facts.processors >= self.processors
            and facts.memory_bytes >= self.memory_gib * GIB * 0.98
            and facts.free_disk_bytes >= self.disk_gib * GIB
        )
        many = "" if facts.processors == 1 else "s"
        told = (
            f"{facts.processors} processor{many}, {facts.memory_bytes / GIB:.1f} GiB, "
            f"{facts.free_disk_bytes / GIB:.1f} GiB free"
        )
        return enough, told

    def remedy(self, answers: Sequence[Answer | OperationError]) -> str:
        """Say what comes of too few processors, where it is known."""
        facts = _facts(answers)
        if facts.processors < self.processors:
            return (
                f"Give the VM {self.processors} processors: with fewer, containers do not start "
                "in time (0x800705B4)."
            )
        return "Give the machine more of what is short."

    def issue(self, answers: Sequence[Answer | OperationError]) -> str:
        """What a container would end in."""
        facts = _facts(answers)
        if facts.processors < self.processors:
            return "too-few-processors"
        return "disk-full" if facts.free_disk_bytes < self.disk_gib * GIB else ""


class ImageFitsCheck(CheckKind):
    """The host can run an image, as far as the image's tag tells its Windows version.

    Args:
        image: Such as `mcr.microsoft.com/windows/servercore:ltsc2022`, or with the tag
            `10.0.14393.206`; any other tag holds.
        isolation: `default`, `process` or `hyperv`.
    """

    short: ClassVar[str | None] = "image"

    image: str
    isolation: Isolation = Isolation.DEFAULT

    def title(self) -> str:
        """Name the image and the isolation."""
        with_ = "" if self.isolation is Isolation.DEFAULT else f" with {self.isolation.value}"
        return f"this host can run {self.image}{with_}"

    def questions(self) -> tuple[Operation[Any], ...]:
        """The host's version, to the revision."""
        return (GetPlatform(),)

    def judge(self, answers: Sequence[Answer | OperationError]) -> Judgement:
        """Compare the versions."""
        fit = self._fit(answers)
        return not fit.why, fit.why or f"host {_version(answers)}, image {self._version()}"

    def remedy(self, answers: Sequence[Answer | OperationError]) -> str:
        """Say which image, or which isolation, would do."""
        return self._fit(answers).advice

    def issue(self, answers: Sequence[Answer | OperationError]) -> str:
        """What a container would end in."""
        return self._fit(answers).issue

    def _fit(self, answers: Sequence[Answer | OperationError]) -> Fit:
        return judge_fit(_version(answers), self._version(), self.isolation)

    def _version(self) -> str:
        tag = self.image.rpartition("/")[2].partition(":")[2]
        if re.match(r"10\.0\.\d+", tag):
            return tag
        build = next((TAGS[part] for part in tag.split("-") if part in TAGS), None)
        return f"10.0.{build}" if build else "of a version that its tag does not tell"


def _version(answers: Sequence[Answer | OperationError]) -> str:
    machine = expect(answers[0], PlatformAnswer)
    revision = f".{machine.revision}" if machine.revision else ""
    return f"10.0.{machine.build}{revision}"


def _facts(answers: Sequence[Answer | OperationError]) -> FactsAnswer:
    return expect(answers[0], FactsAnswer)
