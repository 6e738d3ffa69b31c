"""Maven in a container: builds the modules that have a project file, and keeps a repository.

Where that repository is matters: on TP4 `C:\\.m2`, which is lost with the layer.
"""

from __future__ import annotations

import ntpath
import re

from provision.simulator.world import paths
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.play import BUSY
from provision.simulator.world.docker.shell import network
from provision.simulator.world.docker.shell.session import Session

CENTRAL = "https://repo.maven.apache.org/maven2"
DEPENDENCIES = {
    "net\\java\\dev\\jna\\jna\\4.2.1\\jna-4.2.1.jar": 1_020_000,
    "org\\slf4j\\slf4j-api\\1.7.12\\slf4j-api-1.7.12.jar": 32_000,
    "ch\\qos\\logback\\logback-classic\\1.0.0\\logback-classic-1.0.0.jar": 250_000,
    "ch\\qos\\logback\\logback-core\\1.0.0\\logback-core-1.0.0.jar": 360_000,
}
_PLUGINS = {"org\\apache\\maven\\plugins\\maven-plugins-27.jar": 24_000_000}
_ARTIFACT = re.compile(r"<artifactId>(.+?)</artifactId>.*?<version>(.+?)</version>", re.S)


def run(session: Session, arguments: list[str]) -> int:
    """`mvn`."""
    if arguments[:1] in (["-v"], ["-version"], ["--version"]):
        session.say("Apache Maven 3.3.9")
        return 0
    home = session.variable("JAVA_HOME")
    if not home or session.tree.find(f"{home}\\bin\\java.exe") is None:
        session.complain("Error: JAVA_HOME not found in your environment.")
        session.complain("Please set the JAVA_HOME variable in your environment to match the")
        session.complain("location of your Java installation.")
        return 1
    properties, goals, folder = _read(session, arguments)
    pom = session.tree.find(f"{folder}\\pom.xml") if not paths.is_root(folder) else None
    session.say("[INFO] Scanning for projects...")
    if pom is None or pom.text is None:
        session.say(
            "[ERROR] The goal you specified requires a project to execute but there is no POM in "
            f"this directory ({folder}). Please verify you invoked Maven from the correct "
            "directory."
        )
        return 1
    repository = session.path(
        properties.get("maven.repo.local") or ntpath.join(session.home, ".m2\\repository")
    )
    if not _fill(session, repository, offline="-o" in arguments or "--offline" in arguments):
        return 1
    for module in _modules(session, folder):
        _build(session, module, goals, properties, repository)
    session.say("[INFO] BUILD SUCCESS")
    return 0


def _read(session: Session, arguments: list[str]) -> tuple[dict[str, str], list[str], str]:
    properties: dict[str, str] = {}
    goals: list[str] = []
    folder = session.directory
    options = (session.variable("MAVEN_OPTS") or "").split()
    rest = iter([*options, *arguments])
    for each in rest:
        if each.startswith("-D"):
            name, _, value = each[2:].partition("=")
            properties[name] = value.strip('"')
        elif each in ("-f", "--file"):
            written = session.path(next(rest, ""))
            folder = paths.parent(written) if written.lower().endswith(".xml") else written
        elif each in ("-pl", "--projects", "-P", "-s", "-T", "-rf"):
            next(rest, None)
        elif not each.startswith("-"):
            goals.append(each)
    return properties, goals, folder


def _fill(session: Session, repository: str, *, offline: bool) -> bool:
    """Download what is not in the repository; false when that cannot be."""
    wanted = {**DEPENDENCIES, **_PLUGINS}
    missing = {
        path: size
        for path, size in wanted.items()
        if session.tree.find(f"{repository}\\{path}") is None
    }
    if missing and offline:
        name = ntpath.basename(next(iter(missing)))
        session.say(
            f"[ERROR] Cannot access central ({CENTRAL}) in offline mode and the artifact {name} "
            "has not been downloaded from it before."
        )
        return False
    if missing:
        fetched = network.fetch(session, CENTRAL, dotnet=False)
        if fetched.error:
            session.say(f"[ERROR] Could not transfer artifacts from central: {fetched.error}")
            return False
    for path, size in missing.items():
        session.say(f"Downloading: {CENTRAL}/{path.replace(chr(92), '/')}")
        session.play.wait(6 + size / 500_000, BUSY)
        session.tree.put(LayerFile(path=f"{repository}\\{path}", size=size))
    return True


def _modules(session: Session, folder: str) -> list[str]:
    inner = [
        each.path
        for each in session.tree.children(folder)
        if each.folder and session.tree.find(f"{each.path}\\pom.xml")
    ]
    return inner or [folder]


def _build(
    session: Session, folder: str, goals: list[str], properties: dict[str, str], repository: str
) -> None:
    pom = session.tree.find(f"{folder}\\pom.xml")
    found = _ARTIFACT.search((pom.text if pom else None) or "")
    artifact, version = found.groups() if found else (ntpath.basename(folder), "1.0")
    session.say(f"[INFO] Building {artifact} {version}")
    session.play.wait(45, BUSY)
    jar = f"{artifact}-{version}.jar"
    for goal in goals:
        if goal == "clean":
            session.tree.remove(f"{folder}\\target")
        if goal in ("package", "verify", "install"):
            made = LayerFile(path=f"{folder}\\target\\{jar}", size=350_000)
            session.tree.put(made)
            session.say(f"[INFO] Building jar: {made.path}")
            if goal == "install":
                group = f"{repository}\\org\\pcap4j\\{artifact}\\{version}"
                session.tree.put(made.model_copy(update={"path": f"{group}\\{jar}"}))
        if goal.endswith(":copy-dependencies"):
            written = properties.get("outputDirectory") or "target\\dependency"
            into = paths.normal(written.replace("/", "\\"), folder)
            for path, size in DEPENDENCIES.items():
                name = ntpath.basename(path)
                session.tree.put(LayerFile(path=f"{into}\\{name}", size=size))
