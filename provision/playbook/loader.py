"""A playbook with all that it includes, read and checked as far as that goes without a host."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from provision.model.errors import InputError, Problem
from provision.model.playbook import Place, Playbook, Task
from provision.model.position import Position
from provision.playbook.complaints import problems_of
from provision.playbook.document import Document, load_yaml
from provision.playbook.names import variable_problems
from provision.playbook.places import Places
from provision.playbook.suggestion import did_you_mean
from provision.playbook.task_reader import Inherited, TaskReader
from provision.playbook.template import Renderer
from provision.playbook.written import IncludeWritten, PlaybookWritten

__all__ = ["Document", "load_playbook", "load_yaml"]

MAX_INCLUDE_DEPTH = 16
MAX_INCLUDES = 200
MAX_TASKS = 5_000
_OF_HOSTS = ("winrm", "ssh", "hosts", "simulate")


def load_playbook(path: Path, shown: str, steps: Mapping[str, type[BaseModel]]) -> Playbook:
    """Read a playbook and everything that it includes.

    Checks all that can be told without variables: keys, values without a template, the syntax of
    templates, handlers. Whether variables exist is told by `variables.check_variables`.

    Args:
        path: The file.
        shown: Its path as messages show it.
        steps: The known kinds of step (`provision.steps.step.Step`), by name.

    Raises:
        InputError: With every problem of all files.
    """
    loading = _Loading(steps)
    name = loading.file(path, shown, Inherited(), ())
    loading.check_notify()
    if loading.problems:
        raise InputError(tuple(dict.fromkeys(loading.problems)))
    return Playbook(
        name=name or path.stem,
        file=shown,
        sha256=loading.sha256(),
        vars=loading.vars,
        tasks=tuple(loading.tasks),
        handlers=tuple(loading.handlers.values()),
        positions=loading.positions,
    )


class _Loading:
    """What has been read so far."""

    def __init__(self, steps: Mapping[str, type[BaseModel]]) -> None:
        self._reader = TaskReader(steps, Renderer())
        self._documents: dict[Path, Document | None] = {}
        self._includes = 0
        self.problems = self._reader.problems
        self.tasks: list[Task] = []
        self.handlers: dict[str, Task] = {}
        self.vars: dict[str, Any] = {}
        self.positions: dict[Place, Position] = {}

    def sha256(self) -> str:
        """The file's hash, or with includes the hash of the files' hashes."""
        hashes = [one.sha256 for one in self._documents.values() if one]
        if len(hashes) == 1:
            return hashes[0]
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def file(
        self, path: Path, shown: str, inherited: Inherited, around: tuple[Path, ...]
    ) -> str | None:
        """Read one file's tasks and handlers; gives the name that it has."""
        document = self._document(path, shown)
        if document is None:
            return None
        places = document.places
        if not isinstance(document.data, dict):
            hint = "a playbook is a mapping: put the tasks under 'tasks:'"
            self.problems.append(Problem("the playbook is not a mapping", places.of(), hint))
            return None
        if foreign := next((key for key in _OF_HOSTS if key in document.data), None):
            hint = "it is a host file: name the playbook in it, or with --playbook"
            where = places.of_key((foreign,))
            self.problems.append(Problem(f"a playbook has no '{foreign}'", where, hint))
            return None
        try:
            written = PlaybookWritten.model_validate(document.data)
        except ValidationError as error:
            self.problems += problems_of(error, PlaybookWritten, document.data, places)
            written = PlaybookWritten.model_construct(
                name=None,
                vars=_of_kind(document.data.get("vars"), {}),
                tasks=_of_kind(document.data.get("tasks"), []),
                handlers=_of_kind(document.data.get("handlers"), []),
            )
        self._take_vars(written.vars, places.under("vars"))
        for index, entry in enumerate(written.handlers):
            self._handler(entry, places.under("handlers", index), inherited)
        for index, entry in enumerate(written.tasks):
            at = places.under("tasks", index)
            if isinstance(entry, dict) and "include" in entry:
                self._include(entry, at, inherited, path, shown, (*around, path.resolve()))
            elif (task := self._reader.read(entry, at, inherited)) is not None:
                self.tasks.append(task)
            if len(self.tasks) > MAX_TASKS:
                raise InputError([Problem(f"more than {MAX_TASKS:,} tasks", at.of())])
        return written.name

    def check_notify(self) -> None:
        """Find handlers that are notified and do not exist."""
        for task in (*self.tasks, *self.handlers.values()):
            for index, name in enumerate(task.notify):
                if name not in self.handlers:
                    at = task.settings.get(("notify", index), task.position)
                    hint = did_you_mean(name, self.handlers) or "there are no handlers"
                    self.problems.append(Problem(f"there is no handler '{name}'", at, hint))

    def _document(self, path: Path, shown: str) -> Document | None:
        key = path.resolve()
        if key not in self._documents:
            try:
                self._documents[key] = document = load_yaml(path, shown)
                self.problems += document.doubled
            except InputError as error:
                self.problems += error.problems
                self._documents[key] = None
        return self._documents[key]

    def _take_vars(self, variables: Mapping[str, Any], places: Places) -> None:
        """Add a file's variables; what includes a file may have set them already."""
        self.problems += variable_problems(variables, places)
        self._reader.check_templates(dict(variables), places)
        for name, value in variables.items():
            if name not in self.vars:
                self.vars[name] = value
                for place, at in places.under(name).part(value).items():
                    self.positions["vars", name, *place] = at

    def _handler(self, entry: Any, places: Places, inherited: Inherited) -> None:
        task = self._reader.read(entry, places, Inherited(vars=inherited.vars))
        if task is None:
            return
        if not entry.get("name"):
            hint = "tasks notify it by its name"
            self.problems.append(Problem("a handler needs a name", task.position, hint))
            return
        known = self.handlers.setdefault(task.name, task)
        if known.position != task.position:
            at = places.of(("name",))
            hint = f"the first is at {known.position}"
            self.problems.append(Problem(f"there are two handlers named '{task.name}'", at, hint))

    def _include(
        self,
        entry: dict[str, Any],
        places: Places,
        inherited: Inherited,
        path: Path,
        shown: str,
        around: tuple[Path, ...],
    ) -> None:
        try:
            written = IncludeWritten.model_validate(entry)
        except ValidationError as error:
            self.problems += problems_of(error, IncludeWritten, entry, places)
            return
        self._reader.check_plain(entry, ("include", "tags"), places)
        self._reader.check_conditions(written.when, places)
        self._reader.check_templates(written.vars, places.under("vars"))
        self.problems += variable_problems(written.vars, places.under("vars"))
        self._includes += 1
        other = path.parent / written.include
        at = places.of(("include",))
        if other.resolve() in around:
            chain = " → ".join(one.name for one in (*around, other))
            self.problems.append(Problem("the include comes back to itself", at, chain))
        elif len(around) > MAX_INCLUDE_DEPTH or self._includes > MAX_INCLUDES:
            limit = f"{MAX_INCLUDE_DEPTH} levels and {MAX_INCLUDES} in all"
            raise InputError([*self.problems, Problem("too many includes", at, f"at most {limit}")])
        elif not other.is_file():
            self.problems.append(
                Problem(f"the file {written.include} is not there", at, f"sought as {other}")
            )
        else:
            further = inherited.add(written.when, written.tags, written.vars, places)
            self.file(
                other, os.path.normpath(Path(shown).parent / written.include), further, around
            )


def _of_kind(value: Any, default: Any) -> Any:
    return value if isinstance(value, type(default)) else default
