"""Instructions that the target's docker does not know, or no longer wants."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from provision.dockerfile.finding import Severity
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.rules.escapes import wrong_ends
from provision.dockerfile.syntax import KNOWN, Document
from provision.dockerfile.target import Target

_REFUSED = {
    Target.TP4: frozenset({"arg", "expose", "healthcheck", "shell", "stopsignal", "user"}),
    Target.TP5: frozenset({"arg", "healthcheck", "shell", "stopsignal", "user"}),
}


def _syntax(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for place, message in document.broken:
        yield Hit(place, message[:1].upper() + message[1:])


def _unknown(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    wrong = wrong_ends(document)
    previous_known = True
    for one in document.instructions:
        follows, previous_known = not previous_known, one.known
        if one.known or follows or one.line - 1 in wrong:
            continue
        close = get_close_matches(one.name, sorted(KNOWN), n=1)
        meant = f"; {close[0].upper()} was probably meant" if close else ""
        if one.name:
            yield Hit(one.head, f"There is no instruction {one.name.upper()[:40]}{meant}")
        else:
            yield Hit(one.head, "A line with nothing but the escape character")


def _unsupported(document: Document, target: Target) -> Iterator[Hit]:
    for one in document.instructions:
        if one.name in _REFUSED.get(target, ()):
            yield Hit(one.head, f"The docker of {target.server} has no {one.name.upper()}")
        parts = one.arguments.lower().split() if one.name == "from" else []
        if target.preview and parts[-2:-1] == ["as"]:
            yield Hit(one.head, f"The docker of {target.server} has no stages")


def _buildkit(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for one in document.instructions:
        if one.heredocs:
            yield Hit(one.head, "A heredoc needs BuildKit")
        for flag in one.flags:
            name = flag.partition("=")[0]
            if one.name == "run" or (one.name in ("copy", "add") and name == "--chmod"):
                yield Hit(one.head, f"{one.name.upper()} {name} needs BuildKit")
                break


def _maintainer(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for one in document.instructions:
        if one.name != "maintainer" or one.onbuild:
            continue
        who = one.arguments.strip()
        start, end = one.head, one.joined.places[-1]
        edits: tuple[Edit, ...] = ()
        if start.line == end.line and who and not set(who) & {'"', "$", document.escape}:
            length = end.column - start.column + 1
            edits = (Edit(start, length, f'LABEL maintainer="{who}"'),)
        yield Hit(start, "MAINTAINER is deprecated", edits)


INSTRUCTIONS: tuple[Rule, ...] = (
    Rule(
        id="syntax-error",
        title="Docker's parser cannot read an instruction",
        severity=Severity.ERROR,
        check=_syntax,
        why="The build ends before its first step.",
        fix="Write the instruction as docker's reference says.",
        bad="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nENV JAVA_HOME\n",
        good="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nENV JAVA_HOME=C:/jdk\n",
        source="buildkit's parser, frontend/dockerfile/parser",
    ),
    Rule(
        id="unknown-instruction",
        title="A line begins with a word that is no instruction",
        severity=Severity.ERROR,
        check=_unknown,
        why="The build ends before its first step. Most often the line before should have gone on, "
        "and ends with another character than the escape character.",
        fix="Correct the word, or end the line before with the escape character.",
        bad="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUNN dir\n",
        good="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir\n",
        source="buildkit's parser, frontend/dockerfile/instructions",
    ),
    Rule(
        id="instruction-not-supported",
        title="The target's docker does not support an instruction on Windows",
        severity=Severity.ERROR,
        check=_unsupported,
        why="The build ends with `The daemon on this platform does not support the command`, or "
        "with `Unknown instruction`: EXPOSE came with TP5, ARG, SHELL and HEALTHCHECK with "
        "docker 1.12, USER with docker 1.13, stages (`FROM ... AS`) with docker 17.05.",
        fix="Leave it out, or build for a later generation. In place of ARG use ENV, in place of "
        "SHELL write `RUN powershell -Command ...`, in place of EXPOSE use `docker run -p`.",
        bad="FROM windowsservercore\nEXPOSE 80\nCMD ping -t localhost\n",
        good="FROM windowsservercore\nCMD ping -t localhost\n",
        source="moby, builder/dockerfile/evaluator_windows.go: commits 4982a732f3, 6b5c83bf18, "
        "a3c4ab9b65, b18ae8c9cc, b6c7becbfe",
        until=Target.TP5,
        example=Target.TP4,
    ),
    Rule(
        id="buildkit-needed",
        title="Only BuildKit can build this",
        severity=Severity.WARNING,
        check=_buildkit,
        why="On Windows docker builds with its classic builder unless told otherwise. It ends with "
        "`the --mount option requires BuildKit`, and gives a heredoc's first line to cmd.",
        fix="Write it without: commands joined by `&&`, files beside the Dockerfile; or build with "
        "BuildKit on containerd.",
        bad="FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"
        "RUN --mount=type=cache,target=/cache dir\n",
        good="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir\n",
        source="moby, builder/dockerfile/dispatchers.go",
    ),
    Rule(
        id="maintainer-deprecated",
        title="MAINTAINER is deprecated",
        severity=Severity.WARNING,
        check=_maintainer,
        why="Docker has deprecated it since 1.13; tools that read labels do not see it.",
        fix='Write `LABEL maintainer="NAME"`.',
        bad="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nMAINTAINER build@example.com\n",
        good="FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"
        'LABEL maintainer="build@example.com"\n',
        source="docker's list of deprecated features",
        since=Target.WS2016,
    ),
)
