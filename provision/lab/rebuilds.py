"""A whole night: VMs in their order, several at a time, each with its own end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from provision.lab.hands import Hands
from provision.lab.hypervisor import Hypervisor
from provision.lab.lab import Lab
from provision.lab.night import Kind, NightStory
from provision.lab.nights import Nights
from provision.lab.phase import ENDS, Phase, Signal
from provision.lab.rebuild import Stopped, VmRebuild


class NightRebuild:
    """Rebuilds a lab's VMs in one night. A VM's failure is its own: the others go on.

    Args:
        story: The night, with what had become of it before an interruption.
        seconds: A clock of real seconds, for the night's budget.
    """

    def __init__(
        self,
        lab: Lab,
        story: NightStory,
        hypervisors: Mapping[str, Hypervisor],
        hands: Hands,
        nights: Nights,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lab = lab
        self._story = story
        self._hypervisors = hypervisors
        self._hands = hands
        self._nights = nights
        self._seconds = seconds

    def run(self) -> Mapping[str, Phase]:
        """Rebuild what is not at its end yet; gives the ends, also of those that were stopped."""
        night = self._story.night
        ends = {name: one.phase for name, one in self._story.rebuilds.items() if one.phase in ENDS}
        waiting = [name for name in self._lab.order(frozenset(night.vms)) if name not in ends]
        began, running = self._seconds(), dict[Future[Phase], str]()
        with ThreadPoolExecutor(self._lab.forks) as pool:
            while waiting or running:
                for name in self._ready(waiting, ends, len(running)):
                    waiting.remove(name)
                    late = self._lab.budget is not None and (
                        self._seconds() - began >= self._lab.budget
                    )
                    running[pool.submit(self._rebuild, name, dict(ends), late)] = name
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    try:
                        ends[name] = future.result()
                    except Stopped as stopped:
                        self._hands.say(name, stopped.brief)
                        waiting.clear()
        stopped_by_us = self._hands.asked_to_stop()
        self._nights.note(night.id, Kind.ENDED, data={"interrupted": stopped_by_us})
        return ends

    def _ready(self, waiting: list[str], ends: Mapping[str, Phase], running: int) -> list[str]:
        """Those whose needs have come to an end, and for whom there is a place."""
        free = self._lab.forks - running
        if self._hands.asked_to_stop():
            return []
        return [name for name in waiting if self._needs(name) <= ends.keys()][:free]

    def _needs(self, name: str) -> set[str]:
        return set(self._lab.vms[name].after) & set(self._story.night.vms)

    def _rebuild(self, name: str, ends: Mapping[str, Phase], late: bool) -> Phase:
        vm = self._lab.vms[name]
        red = [need for need in sorted(self._needs(name)) if ends[need] is not Phase.GREEN]
        rebuild = VmRebuild(
            self._story.night.id,
            vm,
            self._hypervisors[vm.hypervisor],
            self._hands,
            self._nights,
            self._story.rebuilds[name],
        )
        if red:
            return rebuild.run(Signal.NOT_BUILT, f"{', '.join(red)}: not green")
        if late:
            return rebuild.run(Signal.LATE, "the night's budget of time was used up")
        return rebuild.run()
