"""What only the container host of TP4 does to an image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provision.dockerfile.commands import commands
from provision.dockerfile.finding import Severity
from provision.dockerfile.paths import absolute, names
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.syntax import Document, Instruction
from provision.dockerfile.target import Target
from provision.dockerfile.words import words

_DOT_IN_ROOT = re.compile(r"(?i)(?<![\w.])(?:c:[\\/]+|>\s*[\\/])(\.\w[\w.-]*)")
_DOT_FILE = re.compile(r">\s*(?:[^\s>|&;\"']*[\\/])?(\.\w[\w.-]*)")
_MAVEN = re.compile(
    r"(?i)(?:^|[\s;&|(\"'\\/])mvn(?:w)?(?:\.cmd|\.bat)?(?=\s+[\w-])(?!\s+(?:-v|--version)\b)"
)
_LOCAL = "maven.repo.local"
_HTTPS = re.compile(
    r"(?i)https://|(?<![\w.-])(?:choco(?:\.exe)?\s+(?:install|upgrade)|cinst|npm\s+(?:i|install|ci)|"
    r"pip3?\s+install|gem\s+install|nuget(?:\.exe)?\s+(?:install|restore)|Install-(?:Package|Module))\b"
)
_CAPTURE = re.compile(r"(?i)(?<![\w])(?:nmap|npcap|winpcap|wireshark|windump|tshark)(?![\w])")
_TP4 = "FROM windowsservercore\n"


def _dots(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for one in document.instructions:
        yield from _dot_words(document, one)
    for command in commands(document):
        if not command.run:
            continue
        found = _DOT_IN_ROOT.search(command.text) or _DOT_FILE.search(command.text)
        if found:
            yield Hit(command.place(found.start(1)), f"`{found[1]}` is gone in the next layer")


def _dot_words(document: Document, one: Instruction) -> Iterator[Hit]:
    if one.name not in ("workdir", "volume", "copy", "add"):
        return
    for word in words(one, document.escape):
        parts = names(word.text)
        lost = parts[:1] if absolute(word.text) else []
        lost += parts[-1:] if one.name in ("copy", "add") else []
        for name in lost:
            if name.startswith(".") and name.strip("."):
                message = f"`{name}` is gone in the next layer"
                yield Hit(one.place(word.offset), message)
                break


def _maven(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    if any(
        _LOCAL in word.text
        for one in document.instructions
        if one.name == "env"
        for word in words(one, document.escape)
    ):
        return
    for command in commands(document):
        found = _MAVEN.search(command.text)
        if command.run and found and _LOCAL not in command.text:
            plain = not command.instruction.json and not command.instruction.heredocs
            at = command.place(found.end())
            edits = (Edit(at, 0, f" -D{_LOCAL}=C:/m2"),) if plain else ()
            start = found.start() + len(found[0]) - len(found[0].lstrip(" \t;&|(\"'\\/"))
            yield Hit(command.place(start), "Maven's repository C:\\.m2 is lost", edits)


def _https(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for command in commands(document):
        found = _HTTPS.search(command.text)
        if command.run and found:
            yield Hit(command.place(found.start()), "This needs HTTPS in the container")


def _capture(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for command in commands(document):
        found = _CAPTURE.search(command.text)
        if command.run and found:
            yield Hit(command.place(found.start()), f"`{found[0]}` will find no network adapter")
            return


PREVIEWS: tuple[Rule, ...] = (
    Rule(
        id="dot-name-lost",
        title="Names that begin with a dot do not survive their layer",
        severity=Severity.ERROR,
        check=_dots,
        why="TP4 loses every folder right under C:\\ and every file anywhere whose name begins "
        "with a dot, when the next layer begins.",
        fix="Take another name, or make and use it within one RUN.",
        bad=f"{_TP4}WORKDIR /.cache\n",
        good=f"{_TP4}WORKDIR /cache\n",
        source="first user's report",
        until=Target.TP4,
        example=Target.TP4,
    ),
    Rule(
        id="maven-repository-lost",
        title="Maven's local repository is lost with its layer",
        severity=Severity.ERROR,
        check=_maven,
        why="Maven keeps what it fetched in C:\\.m2, and TP4 loses folders whose name begins with "
        "a dot: the next step fetches everything again, or fails.",
        fix="Write `mvn -Dmaven.repo.local=C:/m2`.",
        bad=f"{_TP4}RUN mvn -B package\n",
        good=f"{_TP4}RUN mvn -Dmaven.repo.local=C:/m2 -B package\n",
        source="first user's report",
        until=Target.TP4,
        example=Target.TP4,
    ),
    Rule(
        id="https-in-container",
        title="HTTPS does not work in a TP4 container",
        severity=Severity.WARNING,
        check=_https,
        why="Containers of TP4 support neither HTTPS nor TLS: `The request was aborted: Could not "
        "create SSL/TLS secure channel.` Chocolatey and other installers use HTTPS by themselves.",
        fix="Fetch on the host and COPY into the image; plain HTTP helps where a server offers it.",
        bad=f"{_TP4}RUN git clone https://example.com/app.git\n",
        good=f"{_TP4}COPY app /app/\n",
        source="Microsoft, work in progress of Windows containers, TP4; first user's report",
        until=Target.TP4,
        example=Target.TP4,
    ),
    Rule(
        id="capture-in-container",
        title="Packet capture does not work in a TP4 container",
        severity=Severity.WARNING,
        check=_capture,
        why="The container's adapter has a name that is too long for libpcap: "
        "`PacketGetAdapterNames: The data area passed to a system call is too small. (122)`.",
        fix="Install it when something must be built with it; capture on the host.",
        bad=f"{_TP4}RUN /setup/nmap-setup.exe /S\n",
        good=f"{_TP4}RUN /setup/app-setup.exe /S\n",
        source="first user's report",
        until=Target.TP4,
        example=Target.TP4,
    ),
)
