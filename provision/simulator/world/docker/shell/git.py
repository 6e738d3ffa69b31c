"""git, as far as a build needs it: `clone`. One repository is known in its parts, Pcap4J."""

from __future__ import annotations

from urllib.parse import urlsplit

from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.play import FETCHING
from provision.simulator.world.docker.shell import network
from provision.simulator.world.docker.shell.session import Session

_MODULES = (
    "pcap4j-core",
    "pcap4j-packetfactory-propertiesbased",
    "pcap4j-packetfactory-static",
    "pcap4j-packettest",
    "pcap4j-sample",
)
_VERSION = "1.6.2-SNAPSHOT"
_TAKE_VALUE = ("-b", "--branch", "--depth", "-c", "-C")


def run(session: Session, arguments: list[str]) -> int:
    """`git`."""
    if arguments[:1] == ["--version"]:
        session.say("git version 2.7.0.windows.1")
        return 0
    words, rest = [], iter(arguments)
    for each in rest:
        if each in _TAKE_VALUE:
            next(rest, None)
        elif not each.startswith("-"):
            words.append(each)
    if words[:1] == ["clone"] and len(words) >= 2:
        return _clone(session, words[1], words[2] if len(words) > 2 else "")
    if words[:1] in (["config"], ["checkout"], ["submodule"], ["init"]):
        return 0
    session.complain(f"git: the simulated container knows no 'git {' '.join(words[:1])}'")
    return 1


def _clone(session: Session, url: str, into: str) -> int:
    name = urlsplit(url).path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder = session.path(into or name)
    if session.tree.children(folder):
        session.complain(
            f"fatal: destination path '{into or name}' already exists and is not an empty "
            "directory."
        )
        return 128
    session.complain(f"Cloning into '{into or name}'...")
    fetched = network.fetch(session, url.replace("git://", "http://"), dotnet=False)
    if fetched.error:
        session.complain(f"fatal: unable to access '{url}': {fetched.error}")
        return 128
    session.play.wait(25, FETCHING)
    files = {".git\\config": "[core]\n", ".gitignore": "target\n", "README.md": f"# {name}\n"}
    if name.lower() == "pcap4j":
        files["pom.xml"] = pom("pcap4j", _VERSION)
        for module in _MODULES:
            files[f"{module}\\pom.xml"] = pom(module, _VERSION)
            files[f"{module}\\src\\main\\java\\org\\pcap4j\\package-info.java"] = "package org;\n"
    for path, text in files.items():
        full = session.path(f"{folder}\\{path}")
        session.tree.put(LayerFile(path=full, size=len(text), text=text))
    return 0


def pom(artifact: str, version: str) -> str:
    """Give the least that is a project file for Maven."""
    return f"<project><artifactId>{artifact}</artifactId><version>{version}</version></project>\n"
