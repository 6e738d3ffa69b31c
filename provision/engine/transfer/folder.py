"""Sending a folder: only what differs goes over the wire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pybase64

from provision.agent.operations.base import Operation, OperationError
from provision.agent.operations.files import FileEnsure, FileEntry, FileList, FileStat, Kind
from provision.engine.transfer.asking import Asking
from provision.engine.transfer.several import AT_ONCE, SMALL, A, ask, below, runs, told
from provision.engine.transfer.source import open_file
from provision.engine.transfer.tree import LocalEntry, read_tree
from provision.engine.transfer.upload import upload
from provision.engine.transfer.watch import Watch
from provision.model.errors import TaskError
from provision.model.outcome import Change, Json
from provision.steps.transfer import FolderSent


class FolderUpload:
    """Brings a folder of the host to the content of one of the controller.

    Args:
        path: The folder on the host, made if needed.
        check: Say what would change, and change nothing.
    """

    def __init__(self, connection: Asking, path: str, watch: Watch, *, check: bool) -> None:
        self._connection = connection
        self._path = path.rstrip("\\/")
        self._watch = watch
        self._check = check
        self._changes: list[Change] = []
        self._bytes = self._files = 0

    def run(self, here: Path, name: str, *, remove_extra: bool) -> FolderSent:
        """Look at both sides, and do what makes them equal.

        Args:
            remove_extra: Remove what the host's folder has beyond the controller's.

        Raises:
            TaskError: The folder cannot be read or sent, or a file stands in a folder's place.
            OperationError: The host refuses something.
        """
        local = read_tree(here, name)
        remote = self._remote()
        wanted = {entry.path.lower(): entry for entry in local}
        extra = list(_extra(remote, wanted)) if remove_extra else []
        gone = {entry.path.lower() for entry in extra}
        self._refuse_conflicts(local, remote, gone)
        self._remove(extra)
        left = {key: entry for key, entry in remote.items() if not below(key, gone)}
        self._make_folders(
            [e for e in local if e.kind is Kind.FOLDER and e.path.lower() not in left]
        )
        files = [entry for entry in local if entry.kind is Kind.FILE]
        self._send(list(self._differing(files, left)))
        return FolderSent(
            changes=tuple(told(self._changes, self._path, self._bytes)),
            files=len(files),
            sent=self._files,
            bytes=self._bytes,
            removed=len(extra),
        )

    def _remote(self) -> dict[str, FileEntry]:
        try:
            answer = self._connection.call(FileList(path=self._path, recurse=True))
        except OperationError as error:
            if not error.record.id.startswith("NotFound"):
                raise
            self._make_folders([LocalEntry("", Kind.FOLDER, 0, Path())])
            return {}
        return {entry.path.lower(): entry for entry in answer.entries}

    def _refuse_conflicts(
        self, local: Sequence[LocalEntry], remote: dict[str, FileEntry], gone: set[str]
    ) -> None:
        for entry in local:
            there = remote.get(entry.path.lower())
            if there and there.kind is not entry.kind and entry.path.lower() not in gone:
                raise TaskError(
                    f"{self._at(entry.path)} is a {there.kind.value} on the host, and a "
                    f"{entry.kind.value} here",
                    resolution="Remove one of them, or say `remove_extra: true`.",
                )

    def _differing(
        self, files: Sequence[LocalEntry], remote: dict[str, FileEntry]
    ) -> Iterator[tuple[LocalEntry, Json]]:
        """Give the files to send, each with its state on the host; equal lengths are hashed."""
        alike = []
        for entry in files:
            there = remote.get(entry.path.lower())
            if there is None:
                yield entry, {"kind": "absent"}
            elif there.bytes != entry.size:
                yield entry, {"kind": "file"}
            else:
                alike.append(entry)
        for some in runs(alike, AT_ONCE):
            stats = [FileStat(path=self._at(entry.path), hash=True) for entry in some]
            for entry, stat in zip(some, ask(self._connection, stats), strict=True):
                with open_file(entry.here, entry.path) as source:
                    if stat.sha256 != source.sha256():
                        yield entry, {"kind": stat.kind.value, "sha256": stat.sha256}

    def _remove(self, extra: Sequence[FileEntry]) -> None:
        for entry in extra:
            self._change(entry.path, {"kind": entry.kind.value}, {"kind": "absent"})
        requests = [FileEnsure(path=self._at(e.path), state=Kind.ABSENT) for e in extra]
        self._do(requests)

    def _make_folders(self, folders: Sequence[LocalEntry]) -> None:
        for entry in folders:
            self._change(entry.path, {"kind": "absent"}, {"kind": "folder"})
        requests = [FileEnsure(path=self._at(e.path), state=Kind.FOLDER) for e in folders]
        self._do(requests)

    def _send(self, differing: Sequence[tuple[LocalEntry, Json]]) -> None:
        total = sum(entry.size for entry, _ in differing)
        self._watch.begin()
        for some in runs([each for each in differing if each[0].size <= SMALL], AT_ONCE):
            requests = []
            for entry, before in some:
                with open_file(entry.here, entry.path) as source:
                    content, sha256 = source.read(0, source.size), source.sha256()
                text = pybase64.b64encode_as_string(content)
                path = self._at(entry.path)
                requests.append(FileEnsure(path=path, state=Kind.FILE, content=text))
                self._sent(entry, before, sha256)
            self._do(requests)
            self._watch.moved(self._path, self._bytes, total)
        for entry, before in differing:
            if entry.size > SMALL:
                with open_file(entry.here, entry.path) as source:
                    path = self._at(entry.path)
                    sent = upload(self._connection, source, path, self._watch, check=self._check)
                self._sent(entry, before, sent.sha256)
                self._watch.moved(self._path, self._bytes, total)

    def _sent(self, entry: LocalEntry, before: Json, sha256: str) -> None:
        self._files += 1
        self._bytes += entry.size
        self._change(entry.path, before, {"kind": "file", "sha256": sha256})

    def _do(self, requests: Sequence[Operation[A]]) -> None:
        if not self._check:
            for some in runs(requests, AT_ONCE):
                ask(self._connection, some)

    def _change(self, path: str, before: Json, after: Json) -> None:
        self._changes.append(Change(what=self._at(path), before=before, after=after))

    def _at(self, path: str) -> str:
        return f"{self._path}\\{path}" if path else self._path


def _extra(remote: dict[str, FileEntry], wanted: dict[str, LocalEntry]) -> Iterator[FileEntry]:
    """Give what is too much, topmost only; parts that a transfer left behind are not."""
    gone: set[str] = set()
    for key, entry in sorted(remote.items()):
        if below(key, gone):
            continue
        same = wanted.get(key)
        part_of = wanted.get(key.removesuffix(".part")) if key.endswith(".part") else None
        if (same is None and part_of is None) or (same is not None and same.kind is not entry.kind):
            gone.add(key)
            yield entry
