"""Environment variables in instructions that a shell never sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provision.dockerfile.finding import Severity
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.syntax import Document
from provision.dockerfile.target import Target
from provision.dockerfile.words import PAIRS, words

_INSTRUCTIONS = frozenset({"workdir", "env", "arg", "copy", "add", "volume", "user", "expose"})
_PERCENT = re.compile(r"%([A-Za-z_][\w()]*)%")
_POWERSHELL = re.compile(r"(?i)\$(?:\{env:(\w+)\}|env:(\w+))")
_FILES = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"


def _percent(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    yield from _found(document, _PERCENT, "no variable to docker, only text")


def _powershell(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    yield from _found(document, _POWERSHELL, "no variable to docker, which sees `$env`")


def _found(document: Document, pattern: re.Pattern[str], what: str) -> Iterator[Hit]:
    """Find variables of a shell; where the file itself sets one, docker's own way is known."""
    known: set[str] = set()
    for one in document.instructions:
        if one.name == "from":
            known.clear()
        if one.name in _INSTRUCTIONS:
            for word in words(one, document.escape):
                for found in pattern.finditer("" if "://" in word.text else word.text):
                    name = next(group for group in found.groups() if group)
                    at = one.place(word.offset + (0 if word.json else found.start()))
                    edits: tuple[Edit, ...] = ()
                    if name in known and not word.json and "'" not in word.text:
                        edits = (Edit(at, len(found[0]), f"${{{name}}}"),)
                    yield Hit(at, f"`{found[0]}` is {what}", edits)
        if one.name in PAIRS - {"label"}:
            known.update(word.name for word in words(one, document.escape))


VARIABLES: tuple[Rule, ...] = (
    Rule(
        id="percent-variable",
        title="`%NAME%` outside of a command is not expanded",
        severity=Severity.ERROR,
        check=_percent,
        why="Docker knows only `$NAME` and `${NAME}`, of ENV and ARG in the Dockerfile and of the "
        "base image. `ENV HOGE %TMP%` keeps the text `%TMP%`, and so do WORKDIR and COPY.",
        fix="Write the value, or `${NAME}` when ENV or ARG sets it; a variable of Windows itself "
        'can be used in RUN only, for example `RUN setx PATH "%PATH%;C:/app"`.',
        bad=f"{_FILES}ENV WORK %TMP%/work\n",
        good=f"{_FILES}ENV WORK C:/work\n",
        source="first user's report; docker's reference, environment replacement",
    ),
    Rule(
        id="powershell-variable",
        title="`$env:NAME` outside of a command is not expanded",
        severity=Severity.ERROR,
        check=_powershell,
        why="Docker takes `$env` for its own variable `env`, which is empty: `$env:TEMP` becomes "
        "`:TEMP`.",
        fix="Write the value, or `${NAME}` when ENV or ARG sets it.",
        bad=f"{_FILES}WORKDIR $env:TEMP/work\n",
        good=f"{_FILES}WORKDIR C:/work\n",
        source="buildkit, frontend/dockerfile/shell/lex.go",
    ),
)
