"""Waiting until a host that was just switched on can be worked with.

An open port proves nothing: what counts is an authenticated answer, and a boot that has settled at
two looks in a row.
"""

from __future__ import annotations

from provision.agent.client import AgentClient
from provision.agent.operations.host import GetBoot
from provision.engine import retry
from provision.engine.interruption import Interruption
from provision.model.boot import BootIdentity
from provision.model.clock import Clock
from provision.model.errors import ErrorClass, ProvisionError, UnreachableError
from provision.transport.channel import Connector
from provision.transport.errors import LoginRefused, TransportError


def await_usable(
    connector: Connector, clock: Clock, interruption: Interruption, seconds: float
) -> None:
    """Wait until the host is usable. Changes nothing on it.

    Args:
        seconds: Host seconds until it must be.

    Raises:
        UnreachableError: It was not; says what was seen last.
        TransportError: It never will be, as with an untrusted certificate.
    """
    last: list[str] = ["it was not looked at"]
    quiet: list[BootIdentity] = []

    def look() -> bool | None:
        interruption.check()
        try:
            client = AgentClient(
                connector.channel(), retrying=lambda: retry.in_place(clock), clock=clock
            )
        except TransportError as error:
            note(error)
            return None
        try:
            client.start()
            answer = client.call(GetBoot())
        except TransportError as error:
            note(error)
            return None
        finally:
            client.close()
        if not answer.settled:
            last[0] = f"it is still waiting for {', '.join(answer.waiting_for)}"
            quiet.clear()
            return None
        last[0] = "it has settled, but not for long"
        twice = bool(quiet) and quiet[-1].same_boot(answer.boot)
        quiet.append(answer.boot)
        return True if twice else None

    def note(error: ProvisionError) -> None:
        if error.error_class is ErrorClass.PERMANENT and not isinstance(error, LoginRefused):
            raise error
        last[0] = error.brief
        quiet.clear()

    if retry.probing(clock, retry.patient(clock, seconds), interruption.sleep)(look) is None:
        raise UnreachableError(
            f"the host was not usable after {seconds:.0f} s",
            details=last[0],
            resolution="Look at the VM's console; give it more time with `usable`.",
        )
