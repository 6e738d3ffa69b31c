"""What is fetched while the image is built."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provision.dockerfile.commands import commands
from provision.dockerfile.finding import Severity
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.syntax import Document
from provision.dockerfile.target import Target
from provision.dockerfile.words import words

_URL = re.compile(r"(?i)^['\"]?(?:https?|ftp)://")
_DOTNET = re.compile(
    r"(?i)\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm|wget(?!\.exe)|curl(?!\.exe)|DownloadFile|DownloadString|"
    r"Start-BitsTransfer)\b[^;|]*?https://"
)
_POWERSHELL_TEXT = re.compile(r"(?i)\b(?:powershell|pwsh)\b")
_TLS = re.compile(r"(?i)SecurityProtocol|Tls12|SystemDefaultTlsVersions|SchUseStrongCrypto")
_CHOCO = re.compile(
    r"(?i)(?<![\w.-])(?:choco(?:\.exe)?\s+(?:install|upgrade|uninstall)|cinst|cup)(?=\s)"
)
_YES = re.compile(r"(?i)\s(?:-y|/y|--yes|--confirm|--force-yes|-[a-z]*y[a-z]*)(?=[\s\"';&|)]|\Z)")
_CONFIRMED = re.compile(r"(?i)allowGlobalConfirmation")
_WINPCAP = re.compile(
    r"(?i)(?<![\w.-])(?:choco(?:\.exe)?\s+(?:install|upgrade)|cinst)\s[^&|;]*?\bwinpcap\b"
)
_SERVER = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"
_2016 = "FROM mcr.microsoft.com/windows/servercore:ltsc2016\n"
_SHELL = 'SHELL ["powershell", "-Command"]\n'


def _unchecked(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for one in document.instructions:
        if one.name != "add" or any(flag.startswith("--checksum=") for flag in one.flags):
            continue
        for word in words(one, document.escape)[:-1]:
            if _URL.match(word.text) and not word.text.rstrip("'\"").endswith(".git"):
                yield Hit(one.place(word.offset), "ADD fetches a file that nothing checks")


def _tls(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for command in commands(document):
        found = _DOTNET.search(command.text)
        windows = "pwsh" not in command.shell[0].lower()
        powershell = command.powershell or _POWERSHELL_TEXT.search(command.text)
        prepared = _TLS.search(command.text) or any(_TLS.search(word) for word in command.shell)
        if command.run and found and powershell and windows and not prepared:
            yield Hit(command.place(found.start()), "An HTTPS download without TLS 1.2")


def _unconfirmed(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    confirmed = False
    for command in commands(document):
        confirmed = confirmed or bool(_CONFIRMED.search(command.text))
        if confirmed or not command.run:
            continue
        for found in _CHOCO.finditer(command.text):
            rest = re.split(r"[;&|]", command.text[found.end() :], maxsplit=1)[0]
            if not _YES.search(rest):
                at = command.place(found.end())
                plain = not command.instruction.json and not command.instruction.heredocs
                edits = (Edit(at, 0, " -y"),) if plain else ()
                yield Hit(command.place(found.start()), f"`{found[0]}` asks before it acts", edits)


def _winpcap(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for command in commands(document):
        found = _WINPCAP.search(command.text)
        if command.run and found:
            yield Hit(command.place(found.start()), "The package winpcap has no silent install")


DOWNLOADS: tuple[Rule, ...] = (
    Rule(
        id="add-url-unchecked",
        title="ADD of an URL without a check",
        severity=Severity.WARNING,
        check=_unchecked,
        why="Whatever the server sends becomes a part of the image, and an error page too. ADD "
        "also fetches anew at every build, and its layer keeps the file for ever.",
        fix="Fetch in RUN, compare Get-FileHash with the known value, and remove the file in the "
        "same RUN; or `ADD --checksum=sha256:...` where BuildKit builds.",
        bad=f"{_SERVER}ADD https://example.com/app.zip /app.zip\n",
        good=f"{_SERVER}COPY app.zip /app.zip\n",
        source="docker's reference of ADD, and its best practices",
    ),
    Rule(
        id="tls12-not-set",
        title="PowerShell downloads over HTTPS without TLS 1.2",
        severity=Severity.WARNING,
        check=_tls,
        why="Windows PowerShell of Server 2016 offers TLS 1.0 only, unless told otherwise; most "
        "servers refuse with `Could not create SSL/TLS secure channel`.",
        fix="Begin the command, or SHELL's, with `[Net.ServicePointManager]::SecurityProtocol = "
        "'Tls12';`.",
        bad=f"{_2016}{_SHELL}RUN Invoke-WebRequest https://example.com/a.zip -OutFile a.zip\n",
        good=f"{_2016}{_SHELL}RUN [Net.ServicePointManager]::SecurityProtocol = 'Tls12'; "
        "Invoke-WebRequest https://example.com/a.zip -OutFile a.zip\n",
        source="Microsoft, TLS best practices with the .NET Framework",
        since=Target.TP5,
        until=Target.WS2016,
        example=Target.WS2016,
    ),
    Rule(
        id="choco-without-yes",
        title="Chocolatey asks, and nobody answers",
        severity=Severity.WARNING,
        check=_unconfirmed,
        why="Without `-y` Chocolatey asks before it runs a package's script. A build has nobody "
        "who answers: it waits, or installs nothing.",
        fix="Write `choco install -y NAME`.",
        bad=f"{_SERVER}RUN choco install git\n",
        good=f"{_SERVER}RUN choco install -y git\n",
        source="Chocolatey's reference of choco install",
    ),
    Rule(
        id="winpcap-not-silent",
        title="The package winpcap does not install silently",
        severity=Severity.ERROR,
        check=_winpcap,
        why="WinPcap's free installer has no silent mode: it shows a window that nobody sees, and "
        "the build stands still.",
        fix="Install nmap, which brings WinPcap with it silently.",
        bad=f"{_SERVER}RUN choco install -y winpcap\n",
        good=f"{_SERVER}RUN choco install -y nmap\n",
        source="first user's report",
    ),
)
