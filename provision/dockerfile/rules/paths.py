"""Paths: backslashes that docker takes away, and drives that it does not accept."""

from __future__ import annotations

from collections.abc import Iterator

from provision.dockerfile.finding import Severity
from provision.dockerfile.paths import drive, unquoted
from provision.dockerfile.rule import Edit, Hit, Rule
from provision.dockerfile.syntax import Document, Instruction
from provision.dockerfile.target import Target
from provision.dockerfile.words import Word, vanishing, words

_PATHS = frozenset({"workdir", "copy", "add", "volume"})
_PROCESSED = _PATHS | {"env", "label", "arg", "user"}
_FILES = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"
_TP4 = "FROM windowsservercore\n"


def _lost(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    if document.escape != "\\":
        return
    for one in document.instructions:
        if one.name not in _PROCESSED:
            continue
        for word in words(one, "\\"):
            gone = [i for i in vanishing(word, "\\") if not word.text[:i].endswith("://")]
            if not gone:
                continue
            shown = unquoted(word.text)[:60]
            left = "".join(c for i, c in enumerate(word.text) if i not in gone)[:60]
            message = f"Docker makes `{left}` of `{shown}`"
            if word.json:
                yield Hit(one.place(word.offset), message)
                continue
            new = "/" if one.name in _PATHS else "\\\\"
            edits = tuple(Edit(one.place(word.offset + i), 1, new) for i in gone)
            fix = (
                ""
                if one.name in _PATHS
                else "Write `\\\\` or `/`, or put the value in double quotes."
            )
            yield Hit(edits[0].place, message, edits, fix)


def _tp4_drives(document: Document, target: Target) -> Iterator[Hit]:  # noqa: ARG001
    for one, word in _path_words(document, {"workdir", "copy", "add"}):
        letter = drive(word.text)
        if not letter:
            continue
        skip = len(word.text) - len(word.text.lstrip("'\""))
        at = one.place(word.offset + skip)
        plain = not word.json and letter == "C" and word.text[skip + 2 :] != ""
        edits = (Edit(at, 2, ""),) if plain else ()
        yield Hit(at, f"{one.name.upper()} does not take a drive letter on TP4", edits)


def _source_drives(document: Document, target: Target) -> Iterator[Hit]:
    if target is Target.TP4:
        return
    for one in document.instructions:
        if one.name not in ("copy", "add") or any(f.startswith("--from") for f in one.flags):
            continue
        for word in words(one, document.escape)[:-1]:
            if drive(word.text):
                message = f"`{unquoted(word.text)[:60]}` is not in the build context"
                yield Hit(one.place(word.offset), message)


def _other_drives(document: Document, target: Target) -> Iterator[Hit]:
    if target is Target.TP4:
        return
    for one in document.instructions:
        if one.name not in ("copy", "add"):
            continue
        for word in words(one, document.escape)[-1:]:
            letter = drive(word.text)
            if letter not in ("", "C"):
                yield Hit(one.place(word.offset), f"The destination is on drive {letter}:")


def _bare_drives(document: Document, target: Target) -> Iterator[Hit]:
    if target is Target.TP4:
        return
    for one, word in _path_words(document, {"workdir"}):
        if drive(word.text) and len(unquoted(word.text)) == 2:
            at = one.place(word.offset + word.text.index(":"))
            yield Hit(at, f"`{unquoted(word.text)}` is no folder", (Edit(at, 1, ":/"),))


def _path_words(document: Document, which: set[str]) -> Iterator[tuple[Instruction, Word]]:
    for one in document.instructions:
        if one.name in which:
            for word in words(one, document.escape):
                yield one, word


PATHS: tuple[Rule, ...] = (
    Rule(
        id="lost-backslash",
        title="A single backslash disappears",
        severity=Severity.ERROR,
        check=_lost,
        why="Backslash is docker's escape character unless a directive says otherwise: in WORKDIR, "
        "COPY, ADD, VOLUME, ENV, ARG and LABEL it is taken away, and `C:\\app` becomes `C:app`.",
        fix="Write `/` or `\\\\`; from Server 2016 on, or put `# escape=`` in the first line.",
        bad=f"{_FILES}WORKDIR C:\\app\n",
        good=f"{_FILES}WORKDIR C:/app\n",
        source="buildkit, frontend/dockerfile/shell/lex.go; for TP4 the first user's report",
    ),
    Rule(
        id="drive-letter-path",
        title="TP4 rejects a drive letter in WORKDIR, COPY and ADD",
        severity=Severity.ERROR,
        check=_tp4_drives,
        why="The build fails with `GetFileAttributesEx ... The filename, directory name, or volume "
        "label syntax is incorrect.`: TP4 joins the path to the volume as it is.",
        fix="Leave the drive out: `/app`.",
        bad=f"{_TP4}WORKDIR C:/app\n",
        good=f"{_TP4}WORKDIR /app\n",
        source="first user's report",
        until=Target.TP4,
        example=Target.TP4,
    ),
    Rule(
        id="source-outside-context",
        title="The source of COPY or ADD has a drive letter",
        severity=Severity.ERROR,
        check=_source_drives,
        why="Docker copies only what is in the build context, and takes the path for one inside "
        "of it: the build fails because there is no such file.",
        fix="Copy the file beside the Dockerfile and write a relative path.",
        bad=f"{_FILES}COPY C:/build/app.exe /app/\n",
        good=f"{_FILES}COPY build/app.exe /app/\n",
        source="docker's reference of COPY",
        since=Target.TP5,
    ),
    Rule(
        id="destination-not-on-system-drive",
        title="The destination of COPY or ADD is not on drive C:",
        severity=Severity.ERROR,
        check=_other_drives,
        why="The build fails with `Windows does not support destinations not on the system drive "
        "(C:)`: a container has no other drive while it is built.",
        fix="Copy to a folder on C:.",
        bad=f"{_FILES}COPY app.exe D:/app/\n",
        good=f"{_FILES}COPY app.exe C:/app/\n",
        source="moby, builder/dockerfile/copy_windows.go",
        since=Target.TP5,
    ),
    Rule(
        id="drive-without-folder",
        title="WORKDIR names a drive and no folder",
        severity=Severity.ERROR,
        check=_bare_drives,
        why="`C:` means the current folder of the drive, so docker refuses it: `C:. is not a "
        "directory`.",
        fix="Write `C:/`.",
        bad=f"{_FILES}WORKDIR C:\n",
        good=f"{_FILES}WORKDIR C:/\n",
        source="moby, builder/dockerfile/dispatchers_windows.go",
        since=Target.TP5,
    ),
)
