"""Capture programs in a container: what libpcap makes of the container's only adapter.

On TP4 the adapter's name is too long for libpcap's buffer, so the list of interfaces fails with
Windows' error 122. Later ones have short names, and no capture driver: a container cannot load one,
so the list is empty (a GUESS for each single program; that drivers cannot be installed in Windows
containers is Microsoft's word). Sources: the first user's record; Pcap4J's own messages.
"""

from __future__ import annotations

from provision.simulator.world.docker import networking
from provision.simulator.world.docker.shell.session import Session

TOO_SMALL = "PacketGetAdapterNames: The data area passed to a system call is too small. (122)"
LIBRARY = "C:\\Windows\\System32\\wpcap.dll"
_ROOM = 80


def fails(session: Session) -> bool:
    """Tell whether the adapter's name is too long for libpcap."""
    return len(networking.adapter_name(session.play.world, session.container)) > _ROOM


def pcap4j(session: Session) -> int:
    """Any of Pcap4J's samples that looks for an interface."""
    if session.tree.find(LIBRARY) is None:
        session.complain(
            'Exception in thread "main" java.lang.UnsatisfiedLinkError: Unable to load library '
            "'wpcap': Native library (win32-x86-64/wpcap.dll) not found in resource path"
        )
    elif fails(session):
        session.complain(
            f'Exception in thread "main" org.pcap4j.core.PcapNativeException: {TOO_SMALL}',
            "\tat org.pcap4j.core.Pcaps.findAllDevs(Pcaps.java)",
        )
    else:
        session.complain('Exception in thread "main" java.io.IOException: No NIF to capture.')
    return 1


def windump(session: Session, _arguments: list[str]) -> int:
    """`windump -D`."""
    session.complain(f"windump: {TOO_SMALL}" if fails(session) else "windump: no adapters found.")
    return 1


def nmap(session: Session, arguments: list[str]) -> int:
    """`nmap --iflist` and `nmap -V`."""
    version = "Starting Nmap 7.00 ( https://nmap.org )"
    if "--iflist" not in arguments:
        session.say(version)
        return 0
    session.say(version)
    if fails(session):
        session.complain(f"WARNING: {TOO_SMALL}")
    session.say("INTERFACES: NONE FOUND(!)")
    return 0
