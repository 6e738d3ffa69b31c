"""Docker: its files, its service, and the minute that the script gives it."""

from __future__ import annotations

import ipaddress

from provision.model.host import Generation, SwitchError
from provision.simulator.world.docker.daemon import Docker
from provision.simulator.world.effects import InstallDocker, Put, UseDisk
from provision.simulator.world.files import folder, opaque
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.story import WAITING
from provision.simulator.world.network import Adapter, Nat, Switch
from provision.simulator.world.restarts import rebinding
from provision.simulator.world.system import Service

SERVICE = "docker"
CLIENT_PATH = "C:\\Windows\\System32\\docker.exe"
NOT_STARTED = "Docker Daemon did not start successfully within 1 minute."

DOCKERS = {
    Generation.TP4: Docker(client="1.10.0-dev", server="1.10.0-dev", json_format=False),
    Generation.TP5: Docker(client="1.12.0-dev", server="1.12.0-dev"),
    Generation.RTM: Docker(client="1.12.2-cs2-ws-beta", server="1.12.2-cs2-ws-beta"),
}
_OWN_SWITCH = {
    Generation.TP5: ("nat", "172.16.0.1/12", "172.16.0.0/12"),
    Generation.RTM: ("nat", "172.22.16.1/20", "172.22.16.0/20"),
}
_ADDRESSES = {
    Generation.TP4: "https://aka.ms/tp4/docker",
    Generation.TP5: "https://aka.ms/tp5/b/docker",
    Generation.RTM: "https://download.docker.com/components/engine/windows-server",
}
_NSSM = "https://nssm.cc/release/nssm-2.24.zip"
_FAKE_HASH = "0" * 64


def service_there(run: Run) -> bool:
    """Tell whether a docker service is registered."""
    return run.world.find(Service, SERVICE) is not None


def install(run: Run, *, nssm: bool, lines: tuple[str, ...]) -> None:
    """Fetch docker and register its service.

    Args:
        nssm: The service is kept by NSSM.
        lines: What the script says on the way.
    """
    story = run.story
    story.say(lines[0])
    story.wait(38)
    run.copy_from(run.parameters.value("DockerPath") or _ADDRESSES[run.generation])
    if daemon := run.parameters.value("DockerDPath"):
        run.copy_from(daemon)
    story.do(
        Put(thing=opaque(CLIENT_PATH, _FAKE_HASH, 28_000_000)),
        InstallDocker(docker=DOCKERS[run.generation]),
        UseDisk(bytes=60_000_000),
    )
    story.say(*lines[1:])
    story.wait(4)
    story.do(Put(thing=folder("C:\\ProgramData\\docker")))
    if nssm:
        story.say(
            "This script uses a third party tool: NSSM. For more information, see "
            "https://nssm.cc/usage",
            "Downloading NSSM...",
        )
        story.wait(9)
        run.need(_NSSM)
        story.say("Extracting NSSM from archive...")
        story.wait(3)
        story.say("Configuring NSSM for Docker service...")
        story.wait(3)


def start(run: Run) -> None:
    """Start the daemon and wait for it; on TP5 and later it makes the switch."""
    story, knobs = run.story, run.world.knobs
    own_switch = _OWN_SWITCH.get(run.generation)
    fails = knobs.docker_fails or bool(own_switch and knobs.switch_error is SwitchError.FATAL)
    story.do(
        Put(
            thing=Service(
                name=SERVICE,
                display_name="Docker",
                state="stopped" if fails else "running",
                start="automatic",
                starts=not fails,
            )
        )
    )
    story.say("Waiting for Docker daemon...")
    if fails:
        story.wait(60, WAITING)
        story.fail(NOT_STARTED)
    story.wait(17, WAITING)
    if own_switch and run.world.find(Switch, own_switch[0]) is None:
        name, address, prefix = own_switch
        if asked := run.parameters.value("NatNet"):
            network = ipaddress.ip_network(asked, strict=False)
            address, prefix = f"{network[1]}/{network.prefixlen}", str(network)
        story.do(
            rebinding(),
            Put(thing=Switch(name=name, type="Internal")),
            Put(
                thing=Adapter(
                    name="vEthernet (HNS Internal NIC)",
                    description="Hyper-V Virtual Ethernet Adapter",
                    index=max(each.index for each in run.world.adapters) + 5,
                    addresses=(address,),
                    switch=name,
                )
            ),
            Put(thing=Nat(name="H0f7f2a4c-8a4e-4c4f-9f0e-6b1d0a7c5e21", prefix=prefix)),
        )
    story.say("Successfully connected to Docker Daemon.")
    story.wait(2)
