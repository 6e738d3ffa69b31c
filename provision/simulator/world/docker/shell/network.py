"""The network as a container sees it: its one adapter, names, the web.

Sources: what a first user's container on TP4 showed; the message of .NET for HTTPS in a TP4
container, a documented limitation of that preview.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from provision.model.host import ContainerHttps
from provision.simulator.world.docker import ids, networking
from provision.simulator.world.docker.shell.session import TLS_FAILED, Session
from provision.simulator.world.network import Resource
from provision.simulator.world.windows import not_resolved

SPEED = 12_500_000.0
_UNKNOWN_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a request to the web went.

    Args:
        error: What .NET says; empty when it went well.
    """

    size: int = 0
    error: str = ""


def fetch(session: Session, url: str, *, dotnet: bool) -> Fetched:
    """Fetch something from the container.

    Args:
        dotnet: By .NET, whose HTTPS a TP4 container has not; other programs bring their own.
    """
    parts = urlsplit(url)
    world = session.play.world
    failing = world.knobs.download_fails
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Fetched(error="Invalid URI: The format of the URI could not be determined.")
    if not session.address or (failing and failing in url):
        session.play.wait(3)
        return Fetched(error=not_resolved(world.windows.culture, parts.hostname))
    if parts.scheme == "https":
        fails = session.https is ContainerHttps.FAILS
        if fails or (dotnet and session.https is ContainerHttps.LIMITED):
            session.play.wait(2)
            return Fetched(error=TLS_FAILED)
    known = world.find(Resource, url)
    if known is not None and known.error:
        return Fetched(error=known.error)
    size = known.size if known is not None else _UNKNOWN_BYTES
    session.play.wait(1 + size / SPEED)
    return Fetched(size=size)


def ipconfig(session: Session, arguments: list[str]) -> int:
    """`ipconfig` and `ipconfig /all`."""
    session.say("", "Windows IP Configuration", "")
    detailed = any(each.lower() == "/all" for each in arguments)
    if not session.address:
        return 0
    world = session.play.world
    interface = ipaddress.IPv4Interface(session.address)
    name = networking.adapter_name(world, session.container)
    session.say(f"Ethernet adapter {name}:", "")
    session.say("   Connection-specific DNS Suffix  . : ")
    if detailed:
        hardware = ids.mac(session.container).upper().replace(":", "-")
        session.say("   Description . . . . . . . . . . . : Hyper-V Virtual Ethernet Adapter")
        session.say(f"   Physical Address. . . . . . . . . : {hardware}")
        session.say("   DHCP Enabled. . . . . . . . . . . : No")
    session.say(f"   IPv4 Address. . . . . . . . . . . : {interface.ip}")
    session.say(f"   Subnet Mask . . . . . . . . . . . : {interface.netmask}")
    gateway = networking.gateway(world, session.network)
    session.say(f"   Default Gateway . . . . . . . . . : {gateway}")
    return 0


def ping(session: Session, arguments: list[str]) -> int:
    """`ping`: the gateway and whatever has a name answer, if the container has a network."""
    count, targets = 4, []
    rest = iter(arguments)
    for each in rest:
        if each.lower() in ("-n", "/n"):
            count = int(next(rest, "4"))
        elif each.lower() in ("-w", "/w"):
            next(rest, None)
        elif not each.startswith(("-", "/")):
            targets.append(each)
    if not targets:
        session.complain("IP address must be specified.")
        return 1
    target = targets[-1]
    failing = session.play.world.knobs.download_fails
    if not session.address or (failing and failing in target):
        session.complain(
            f"Ping request could not find host {target}. Please check the name and try again."
        )
        return 1
    session.say("", f"Pinging {target} with 32 bytes of data:")
    for _ in range(count):
        session.play.wait(1)
        session.say(f"Reply from {target}: bytes=32 time<1ms TTL=128")
    session.say("", f"Ping statistics for {target}:")
    session.say(f"    Packets: Sent = {count}, Received = {count}, Lost = 0 (0% loss),")
    return 0


def nslookup(session: Session, arguments: list[str]) -> int:
    """`nslookup`: every name has the same documentation address."""
    if not arguments or not session.address:
        session.complain("*** UnKnown can't find the name: No response from server")
        return 1
    session.say(f"Name:    {arguments[0]}", "Address:  192.0.2.80")
    return 0
