"""One VM's rebuild, walked through the table of `phase`.

The old green snapshot stays until a new one is there. Each phase is written down before it begins,
so that a night that was cut off goes on in the phase in which it was.
"""

from __future__ import annotations

from datetime import UTC, datetime

from provision.lab.hands import Hands
from provision.lab.hypervisor import Hypervisor
from provision.lab.lab import Vm
from provision.lab.night import Kind, PlaybookRun, Rebuild
from provision.lab.nights import Nights
from provision.lab.phase import ENDS, RESUMED_AT, Phase, Signal, advance
from provision.lab.snapshots import next_name, to_prune
from provision.model.errors import ProvisionError


class Stopped(ProvisionError):
    """Somebody asked to stop; the night goes on with this phase when it is taken up again."""


class VmRebuild:
    """Rebuilds one VM in one night.

    Args:
        earlier: What had become of it before an interruption.
    """

    def __init__(
        self,
        night: str,
        vm: Vm,
        hypervisor: Hypervisor,
        hands: Hands,
        nights: Nights,
        earlier: Rebuild,
    ) -> None:
        self._night = night
        self._vm = vm
        self._hypervisor = hypervisor
        self._hands = hands
        self._nights = nights
        self._earlier = earlier
        self._begun = any(phase is Phase.BUILDING for phase, _ in earlier.phases)
        self._snapshot = earlier.snapshot
        self._message = ""

    def run(self, blocked: Signal | None = None, message: str = "") -> Phase:
        """Go on to the VM's end; gives that.

        Args:
            blocked: Why it is not begun at all.

        Raises:
            Stopped: Somebody asked to stop.
        """
        phase = self._earlier.phase
        if phase is Phase.WAITING:
            self._message = message
            phase = advance(phase, blocked or Signal.DONE)
        else:
            phase = RESUMED_AT.get(phase, phase)
        while True:
            self._write(phase)
            if phase in ENDS:
                return phase
            if self._hands.asked_to_stop():
                raise Stopped(f"{self._vm.name}: stopped before {phase.value}")
            phase = advance(phase, self._carry_out(phase))

    def _carry_out(self, phase: Phase) -> Signal:
        work = {
            Phase.REVERTING: self._revert,
            Phase.STARTING: self._start,
            Phase.AWAITING: self._await,
            Phase.BUILDING: self._build,
            Phase.VERIFYING: self._verify,
            Phase.KEEPING: self._keep,
            Phase.PRUNING: self._prune,
        }[phase]
        try:
            work()
        except Stopped:
            raise
        except ProvisionError as error:
            self._message = "\n".join(
                part for part in (error.brief, error.details, error.resolution) if part
            )
            return Signal.FAILED
        return Signal.DONE

    def _revert(self) -> None:
        self._hypervisor.revert(self._vm.vm, self._vm.snapshot)
        self._hands.reverted(self._vm)

    def _start(self) -> None:
        self._hypervisor.start(self._vm.vm)

    def _await(self) -> None:
        self._hands.await_usable(self._vm, self._vm.usable_seconds)

    def _build(self) -> None:
        for playbook in self._hands.playbooks(self._vm)[0]:
            self._play("up", playbook)

    def _verify(self) -> None:
        for playbook in self._hands.playbooks(self._vm)[0]:
            self._play("verify", playbook)

    def _play(self, work: str, playbook: str) -> None:
        fresh = not self._begun and work == "up"
        done = self._hands.run(self._vm, work, playbook, fresh=fresh)
        if done.outcome == "interrupted":
            raise Stopped(f"{self._vm.name}: stopped in {work} {playbook}")
        self._nights.ran(self._night, self._vm.name, done)
        if done.exit_code:
            raise ProvisionError(_failure(done))

    def _keep(self) -> None:
        vm, hypervisor = self._vm, self._hypervisor
        there = [one.name for one in hypervisor.status(vm.vm).snapshots]
        if not (self._snapshot and self._snapshot in there):
            sha256 = self._hands.playbooks(vm)[1]
            date = f"{datetime.now(UTC):%Y-%m-%d}"
            self._snapshot = self._snapshot or str(next_name(date, sha256, there))
            # Under this name it is found again if the end of this phase is never written.
            self._write(Phase.KEEPING)
            if not vm.running_snapshot:
                hypervisor.stop(vm.vm, vm.shutdown_seconds)
            hypervisor.take(vm.vm, self._snapshot, f"verified by provision, night {self._night}")
        if not vm.running_snapshot:
            hypervisor.start(vm.vm)
        if self._snapshot not in [one.name for one in hypervisor.status(vm.vm).snapshots]:
            raise ProvisionError(f"the snapshot {self._snapshot} was taken and is not there")

    def _prune(self) -> None:
        vm = self._vm
        there = [one.name for one in self._hypervisor.status(vm.vm).snapshots]
        failed = []
        for name in to_prune(there, vm.keep, (vm.snapshot, self._snapshot)):
            try:
                self._hypervisor.delete(vm.vm, name)
                self._note(f"deleted the snapshot {name}")
            except ProvisionError as error:
                failed.append(f"{name}: {error.brief}")
        if failed:
            self._note(f"not deleted, tried again next night: {'; '.join(failed)}")

    def _write(self, phase: Phase) -> None:
        data = {"phase": phase.value, "snapshot": self._snapshot, "message": self._message}
        self._nights.note(self._night, Kind.PHASE, self._vm.name, data)
        told = f"{phase.value}: {self._message.splitlines()[0]}" if self._message else phase.value
        self._hands.say(self._vm.name, told)

    def _note(self, text: str) -> None:
        self._nights.note(self._night, Kind.NOTE, self._vm.name, {"text": text})
        self._hands.say(self._vm.name, text)


def _failure(run: PlaybookRun) -> str:
    told = f": {run.message}" if run.message else ""
    return f"{run.work} {run.playbook} ended with {run.exit_code}{told}"
