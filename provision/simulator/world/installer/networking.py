"""TP4's own part of the network: it makes the virtual switch itself."""

from __future__ import annotations

import ipaddress

from provision.agent.operations.base import ErrorRecord
from provision.model.host import Generation, SwitchError
from provision.simulator.world import windows
from provision.simulator.world.effects import Disconnect, Put
from provision.simulator.world.installer.parameters import DEFAULT_SUBNET
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.story import WAITING
from provision.simulator.world.network import Adapter, Nat, Switch
from provision.simulator.world.restarts import rebinding

SWITCH_NAME = "Virtual Switch"
NAT_NAME = "ContainerNAT"
TRANSPARENT = "Transparent"
FOR_GOOD = 10 * 365 * 86_400.0
"""Host seconds after which nobody waits any more."""

_FIRST_VIRTUAL_INDEX = 16


def networking(run: Run) -> None:
    """Make the switch, or confirm the one that is there."""
    run.story.say("Waiting for Hyper-V Management...")
    run.story.wait(14, WAITING)
    if run.world.switches:
        _confirm(run)
        return
    run.story.say("Enabling container networking...")
    run.story.wait(4)
    if run.parameters.on("UseDHCP"):
        _external(run)
    else:
        _nat(run)


def _confirm(run: Run) -> None:
    run.story.say("Networking is already configured.  Confirming configuration...")
    run.story.wait(5)
    switch = run.world.switches[0]
    if run.parameters.on("UseDHCP"):
        _confirm_external(run)
        return
    prefixes = [nat.prefix for nat in run.world.nats]
    if switch.type == "NAT" and prefixes and switch.nat_subnet not in prefixes:
        run.story.fail(
            f"Unexpected NAT configuration.  Switch subnet ({switch.nat_subnet}) does not match "
            f"NAT subnet ({prefixes[0]})"
        )


def _confirm_external(run: Run) -> None:
    wanted = run.parameters.value("ExternalNetAdapter")
    external = [switch for switch in run.world.switches if switch.type == "External"]
    if not external:
        run.story.say("We didn't find a configured external switch; configuring now...")
        _external(run)
        return
    if wanted and not any(each.name.lower() == wanted.lower() for each in run.world.adapters):
        run.story.fail(f"No adapters found that match the name {wanted}")
    fitting = [
        switch
        for switch in external
        if (switch.adapter.lower() == wanted.lower() if wanted else switch.name == SWITCH_NAME)
    ]
    if not fitting:
        run.story.fail(
            "One or more external switches are configured, but none match the expected switch name "
            f"({SWITCH_NAME})"
        )
    if wanted:
        run.story.say(f"Configured DHCP switch found: {fitting[0].name}")


def transparent(run: Run) -> None:
    """Make the network that containers share with the host's own, as TP5 and RTM do.

    That its cmdlet makes an external switch of the same name is a GUESS.
    """
    story, world = run.story, run.world
    story.say("Waiting for Hyper-V Management...")
    story.wait(14, WAITING)
    if any(switch.name == TRANSPARENT for switch in world.switches):
        story.say("Networking is already configured.  Confirming configuration...")
        story.wait(5)
        story.say(f"Configured transparent network found: {TRANSPARENT}")
        return
    story.say("Enabling container networking...")
    story.wait(4)
    story.say("Creating container network (Transparent)...")
    _bind_external(run, TRANSPARENT)


def _nat(run: Run) -> None:
    story, world = run.story, run.world
    prefix = run.parameters.value("NATSubnetPrefix", DEFAULT_SUBNET)
    story.say("Creating container switch (NAT)...")
    story.wait(9)
    if world.knobs.generation is not Generation.TP4:
        story.fail(_no_nat_type(run.story.script))
    if world.knobs.switch_error is SwitchError.FATAL:
        story.fail(_bind_error(run, _physical(run)))
    try:
        network = ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        story.fail(_bad_subnet(prefix, story.script))
    story.do(
        rebinding(),
        Put(thing=Switch(name=SWITCH_NAME, type="NAT", nat_subnet=prefix)),
        Put(thing=_host_adapter(run, (f"{network[1]}/{network.prefixlen}",), "")),
    )
    if world.knobs.switch_error is SwitchError.HARMLESS:
        story.error(windows.switch_error(world.windows.culture, story.script))
    story.wait(6)
    story.say(f"Creating NAT for {prefix}...")
    story.wait(3)
    if world.nats or _overlaps(run, prefix):
        story.error(windows.NAT_REFUSED)
    else:
        story.do(Put(thing=Nat(name=NAT_NAME, prefix=prefix)))


def _external(run: Run) -> None:
    run.story.say("Creating container switch (DHCP)...")
    _bind_external(run, SWITCH_NAME)


def _bind_external(run: Run, name: str) -> None:
    story, world = run.story, run.world
    wanted = run.parameters.value("ExternalNetAdapter")
    story.wait(9)
    up = [each for each in world.adapters if each.status == "Up" and not each.switch]
    if wanted:
        up = [each for each in world.adapters if each.name.lower() == wanted.lower()]
    if not up:
        # The script takes the first of none.
        story.fail(_nothing_to_index(run.story.script))
    physical = up[0]
    ours = physical is _physical(run)
    cut_off = ours and len([each for each in world.adapters if not each.switch]) > 1
    if world.knobs.switch_error is SwitchError.FATAL:
        story.fail(_bind_error(run, physical))
    # Its network has no DHCP when there are two: the address that WinRM comes to is gone.
    addresses = ("169.254.11.23/16",) if cut_off else physical.addresses
    moved = _host_adapter(run, addresses, "" if cut_off else physical.gateway, name)
    story.do(
        *((rebinding(),) if ours and not cut_off else ()),
        Put(thing=Switch(name=name, type="External", adapter=physical.name)),
        Put(thing=moved.model_copy(update={"routes": () if cut_off else physical.routes})),
        Put(
            thing=physical.model_copy(update={"addresses": (), "gateway": "", "routes": ()}),
        ),
        *((Disconnect(seconds=FOR_GOOD),) if cut_off else ()),
    )
    if world.knobs.switch_error is SwitchError.HARMLESS:
        story.error(windows.switch_error(world.windows.culture, story.script))
    story.wait(6)


def _host_adapter(
    run: Run, addresses: tuple[str, ...], gateway: str, switch: str = SWITCH_NAME
) -> Adapter:
    index = max([_FIRST_VIRTUAL_INDEX, *(each.index + 1 for each in run.world.adapters)])
    return Adapter(
        name=f"vEthernet ({switch})",
        description="Hyper-V Virtual Ethernet Adapter",
        index=index,
        addresses=addresses,
        gateway=gateway,
        switch=switch,
    )


def _physical(run: Run) -> Adapter:
    return next(each for each in run.world.adapters if not each.switch)


def _bind_error(run: Run, adapter: Adapter) -> ErrorRecord:
    culture = run.world.windows.culture
    return windows.bind_error(culture, run.story.script, adapter.description)


def _bad_subnet(prefix: str, script: str) -> ErrorRecord:
    return ErrorRecord(
        message=f"The NAT subnet address '{prefix}' is not valid.",
        id="InvalidParameter,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch",
        hresult=windows.SWITCH_ERROR_HRESULT,
        category="InvalidArgument",
        exception="Microsoft.HyperV.PowerShell.VirtualizationException",
        script=script,
    )


def _overlaps(run: Run, prefix: str) -> bool:
    network = ipaddress.ip_network(prefix, strict=False)
    return any(
        ipaddress.ip_interface(address).network.overlaps(network)
        for adapter in run.world.adapters
        for address in adapter.addresses
        if ":" not in address
    )


def _nothing_to_index(script: str) -> ErrorRecord:
    """Give the error of `@()[0]` in Windows PowerShell."""
    return ErrorRecord(
        message="Cannot index into a null array.",
        id="NullArray",
        hresult=windows.RUNTIME_HRESULT,
        category="InvalidOperation",
        exception="System.Management.Automation.RuntimeException",
        script=script,
    )


def _no_nat_type(script: str) -> ErrorRecord:
    """Give the error of a cmdlet whose `-SwitchType` has no NAT: it left after TP4."""
    return ErrorRecord(
        message="Cannot bind parameter 'SwitchType'. Cannot convert value \"NAT\" to type "
        '"Microsoft.HyperV.PowerShell.VMSwitchType".',
        id="CannotConvertArgumentNoMessage,Microsoft.HyperV.PowerShell.Commands.NewVMSwitch",
        hresult=windows.RUNTIME_HRESULT,
        category="InvalidArgument",
        exception="System.Management.Automation.ParameterBindingException",
        script=script,
    )
