"""Java in a container, and the programs of Pcap4J that list network interfaces."""

from __future__ import annotations

import ntpath

from provision.simulator.world.docker.shell import capture
from provision.simulator.world.docker.shell.session import Session

_TAKE_VALUE = ("-cp", "-classpath", "--class-path")


def java(session: Session, arguments: list[str]) -> int:
    """`java`."""
    if arguments[:1] in (["-version"], ["--version"]):
        session.complain('java version "1.7.0_79"' if session.tp4 else 'openjdk version "17.0.9"')
        return 0
    jars: list[LayerName] = []
    rest = iter(arguments)
    for each in rest:
        if each in _TAKE_VALUE:
            jars = _class_path(session, next(rest, ""))
        elif each == "-jar":
            name = next(rest, "")
            jars = _class_path(session, name)
            if not jars:
                session.complain(f"Error: Unable to access jarfile {name}")
                return 1
            return _main(session, jars, ntpath.basename(name))
        elif not each.startswith("-"):
            return _main(session, jars, each)
    session.complain("Usage: java [-options] class [args...]")
    return 1


def javac(session: Session, arguments: list[str]) -> int:
    """`javac -version`."""
    session.complain("javac 1.7.0_79" if session.tp4 else "javac 17.0.9")
    return 0 if arguments[:1] == ["-version"] else 1


LayerName = str


def _class_path(session: Session, written: str) -> list[LayerName]:
    found: list[LayerName] = []
    for each in written.strip('"').split(";"):
        pattern = f"{each}.jar" if each.endswith("*") else each
        found += [file.path for file in session.tree.match(session.path(pattern))]
    return found


def _main(session: Session, jars: list[LayerName], main: str) -> int:
    of_pcap4j = [each for each in jars if "pcap4j" in ntpath.basename(each).lower()]
    if "pcap4j" not in main.lower() or not of_pcap4j:
        session.complain(f"Error: Could not find or load main class {main}")
        return 1
    needed = {"jna": "com.sun.jna.Library", "slf4j": "org.slf4j.LoggerFactory"}
    for name, class_ in needed.items():
        if not any(name in ntpath.basename(each).lower() for each in jars):
            session.complain(
                'Exception in thread "main" java.lang.NoClassDefFoundError: '
                + class_.replace(".", "/")
            )
            return 1
    session.play.wait(3)
    return capture.pcap4j(session)
