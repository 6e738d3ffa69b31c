"""Fetching a folder: only what differs comes over the wire."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from provision.agent.operations.base import Operation
from provision.agent.operations.files import (
    FileEntry,
    FileList,
    FileRead,
    FileStat,
    FileStatAnswer,
    Kind,
)
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.download import download, unwritable
from provision.engine.transfer.several import AT_ONCE, SMALL, ask, below, runs, told
from provision.engine.transfer.source import open_file
from provision.engine.transfer.squeeze import unpack
from provision.engine.transfer.watch import Watch
from provision.model.errors import TaskError
from provision.model.outcome import Change, Json
from provision.steps.transfer import FolderSent

_LEADS_OUT = re.compile(r"\.{0,2}\Z|.*[/:\x00]", re.DOTALL)
"""What no name in a folder of Windows is, and would lead out of ours."""


class FolderDownload:
    """Brings a folder of the controller to the content of one of the host.

    A link to a folder is listed by the host and not followed, so it comes as an empty folder.

    Args:
        path: The folder on the host.
        dest: The controller's; made if needed.
        name: The controller's folder as the playbook calls it.
        check: Say what would change, and change nothing.
    """

    def __init__(
        self, connection: Asking, path: str, dest: Path, name: str, watch: Watch, *, check: bool
    ) -> None:
        self._connection = connection
        self._path = path.rstrip("\\/")
        self._dest = dest
        self._name = name.rstrip("/")
        self._watch = watch
        self._check = check
        self._changes: list[Change] = []
        self._bytes = self._files = 0

    def run(self, *, remove_extra: bool) -> FolderSent:
        """Look at both sides, and do what makes them equal.

        Args:
            remove_extra: Remove what the controller's folder has beyond the host's.

        Raises:
            TaskError: Something cannot be written here, or a file stands in a folder's place.
            OperationError: The host refuses something.
        """
        there = self._connection.call(FileList(path=self._path, recurse=True)).entries
        for entry in there:
            if any(_LEADS_OUT.match(part) for part in entry.path.split("\\")):
                raise TaskError(f"the host names a file {entry.path!r}, which is no name")
        files = [entry for entry in there if entry.kind is Kind.FILE]
        folders = [entry.path for entry in there if entry.kind is Kind.FOLDER]
        try:
            extra = list(self._extra(there)) if remove_extra else []
            self._refuse_conflicts(there, set(extra))
            self._remove(extra)
            for folder in ("", *folders):
                self._make_folder(folder, set(extra))
            differing = list(self._differing(files, set(extra)))
            differing.sort(key=lambda each: each[0].bytes > SMALL)
            (self._tell if self._check else self._fetch)(differing)
        except OSError as error:
            raise unwritable(self._name, error) from None
        return FolderSent(
            changes=tuple(told(self._changes, self._name, self._bytes)),
            files=len(files),
            sent=self._files,
            bytes=self._bytes,
            removed=len(extra),
        )

    def _extra(self, there: Iterable[FileEntry]) -> Iterator[str]:
        """Give what is too much here, topmost only; parts of an earlier try are not."""
        wanted = {entry.path: entry.kind for entry in there}
        gone: set[str] = set()
        for path in sorted(self._here()):
            if below(path, gone):
                continue
            kind = wanted.get(path, wanted.get(path.removesuffix(".part")))
            if kind is None or (path in wanted and kind is not self._kind(path)):
                gone.add(path)
                yield path

    def _here(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._dest):
            for name in (*folders, *files):
                yield "\\".join(Path(folder, name).relative_to(self._dest).parts)

    def _refuse_conflicts(self, there: Iterable[FileEntry], gone: set[str]) -> None:
        if self._dest.exists() and not self._dest.is_dir():
            raise TaskError(f"{self._name} is a file here, and a folder on the host")
        for entry in there:
            kind = self._kind(entry.path)
            if kind not in (Kind.ABSENT, entry.kind) and not below(entry.path, gone):
                raise TaskError(
                    f"{self._told(entry.path)} is a {kind.value} here, and a {entry.kind.value} "
                    "on the host",
                    resolution="Remove one of them, or say `remove_extra: true`.",
                )

    def _remove(self, extra: Sequence[str]) -> None:
        for path in extra:
            place, kind = self._at(path), self._kind(path)
            self._change(path, {"kind": kind.value}, {"kind": "absent"})
            if self._check:
                continue
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink()

    def _make_folder(self, path: str, gone: set[str]) -> None:
        if self._at(path).is_dir() and not below(path, gone):
            return
        self._change(path, {"kind": "absent"}, {"kind": "folder"})
        if not self._check:
            self._at(path).mkdir(parents=True, exist_ok=True)

    def _differing(
        self, files: Sequence[FileEntry], gone: set[str]
    ) -> Iterator[tuple[FileEntry, Json]]:
        """Give the files to fetch, each with its state here; equal lengths are hashed."""
        alike = []
        for entry in files:
            place = self._at(entry.path)
            if not place.exists() or below(entry.path, gone):
                yield entry, {"kind": "absent"}
            elif place.stat().st_size != entry.bytes:
                yield entry, {"kind": "file"}
            else:
                alike.append(entry)
        for some in runs(alike, AT_ONCE):
            for entry, stat in zip(some, self._hashes(some), strict=True):
                with open_file(self._at(entry.path), self._told(entry.path)) as source:
                    sha256 = source.sha256()
                if stat.sha256 != sha256:
                    yield entry, {"kind": "file", "sha256": sha256}

    def _tell(self, differing: Sequence[tuple[FileEntry, Json]]) -> None:
        """Say in check mode what would be fetched."""
        for some in runs(differing, AT_ONCE):
            stats = self._hashes([entry for entry, _ in some])
            for (entry, before), stat in zip(some, stats, strict=True):
                self._sent(entry.path, stat.bytes, before, stat.sha256 or "")

    def _fetch(self, differing: Sequence[tuple[FileEntry, Json]]) -> None:
        total = sum(entry.bytes for entry, _ in differing)
        small = [each for each in differing if each[0].bytes <= SMALL]
        large = [each for each in differing if each[0].bytes > SMALL]
        self._watch.begin()
        for some in runs(small, AT_ONCE // 2):
            for (entry, before), content in zip(some, self._contents(some), strict=True):
                if content is None:
                    large.append((entry, before))
                    continue
                _write(self._at(entry.path), content)
                sha256 = hashlib.sha256(content).hexdigest()
                self._sent(entry.path, len(content), before, sha256)
            self._watch.moved(self._path, self._bytes, total)
        for entry, before in large:
            path, place = self._there(entry.path), self._at(entry.path)
            sent = download(self._connection, path, place, self._watch)
            self._sent(entry.path, sent.bytes, before, sent.sha256)
            self._watch.moved(self._path, self._bytes, total)

    def _hashes(self, some: Sequence[FileEntry]) -> list[FileStatAnswer]:
        asked = [FileStat(path=self._there(entry.path), hash=True) for entry in some]
        return ask(self._connection, asked)

    def _contents(self, some: Sequence[tuple[FileEntry, Json]]) -> Iterator[bytes | None]:
        """Give small files whole; None for one that changed between its hash and its content."""
        paths = [self._there(entry.path) for entry, _ in some]
        stats = [FileStat(path=path, hash=True) for path in paths]
        reads = [FileRead(path=path, offset=0, limit=SMALL) for path in paths]
        asked: list[Operation[Any]] = [*stats, *reads]
        answers = ask(self._connection, asked)
        for stat, piece in zip(answers[: len(stats)], answers[len(stats) :], strict=True):
            content = unpack(piece)
            same = content is not None and stat.sha256 == hashlib.sha256(content).hexdigest()
            yield content if same else None

    def _sent(self, path: str, size: int, before: Json, sha256: str) -> None:
        self._files += 1
        self._bytes += size
        self._change(path, before, {"kind": "file", "sha256": sha256})

    def _change(self, path: str, before: Json, after: Json) -> None:
        self._changes.append(Change(what=self._told(path), before=before, after=after))

    def _kind(self, path: str) -> Kind:
        place = self._at(path)
        if place.is_dir():
            return Kind.FOLDER
        return Kind.FILE if place.exists() or place.is_symlink() else Kind.ABSENT

    def _at(self, path: str) -> Path:
        return self._dest.joinpath(*path.split("\\")) if path else self._dest

    def _there(self, path: str) -> str:
        return f"{self._path}\\{path}"

    def _told(self, path: str) -> str:
        return f"{self._name}/{path.replace(chr(92), '/')}" if path else self._name


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(f"{place.name}.part")
    part.write_bytes(content)
    part.replace(place)
