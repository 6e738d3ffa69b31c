"""A host file: one host, or several with groups and defaults, in one format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from provision.model.errors import InputError, Problem
from provision.model.host import Host
from provision.model.position import Position
from provision.playbook.complaints import misread_booleans, problems_of
from provision.playbook.document import Document, load_yaml
from provision.playbook.host_written import SINGLE_KEYS, HostFileWritten
from provision.playbook.names import variable_problems
from provision.playbook.places import Places, walk
from provision.playbook.settings import Layer, Merged
from provision.playbook.suggestion import did_you_mean
from provision.playbook.template import has_template

_NAME = re.compile(r"[^\W_][\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class HostFile:
    """What a host file says.

    Args:
        file: The path as the user gave it.
        base: The file's folder, to which a secret's `file` and `command` are relative.
        hosts: In the order of the file.
        notices: What works and should not be left so, such as a literal password; to be shown
            loudly. They never hold a secret.
        passwords: Where each host's password is described, by the host's name.
        passphrases: Likewise the passphrase of its key.
    """

    file: str
    base: Path
    hosts: tuple[Host, ...]
    notices: tuple[Problem, ...]
    passwords: Mapping[str, Position]
    passphrases: Mapping[str, Position]


def load_hosts(path: Path, shown: str) -> HostFile:
    """Read a host file.

    Precedence, weakest first: `defaults`, the host's groups in their order, the host. `winrm`,
    `ssh`, `vars` and `simulate` are merged key by key; a password reference is replaced as a whole.

    Args:
        path: The file.
        shown: Its path as messages show it.

    Raises:
        InputError: With every problem that was found.
    """
    document = load_yaml(path, shown)
    _check_shape(document)
    merged = tuple(_merge(document, path))
    hosts = tuple(one.host(path.parent) for one in merged)
    pairs = tuple(zip(merged, hosts, strict=True))
    problems = [problem for one, host in pairs for problem in one.problems(host)]
    if problems:
        raise InputError(problems)
    notices = dict.fromkeys(notice for one, host in pairs for notice in one.notices(host))
    passwords = {one.name: one.password_position() for one in merged}
    passphrases = {one.name: one.passphrase_position() for one in merged}
    return HostFile(
        file=shown,
        base=path.parent,
        hosts=hosts,
        notices=tuple(notices),
        passwords={name: at for name, at in passwords.items() if at},
        passphrases={name: at for name, at in passphrases.items() if at},
    )


def _check_shape(document: Document) -> None:
    data, places = document.data, document.places
    if not isinstance(data, dict):
        hint = "it begins with 'name:' and 'winrm:', or with 'hosts:'"
        raise InputError([Problem("the host file is not a mapping", places.of(), hint)])
    if "tasks" in data:
        hint = "it is a playbook: name it in a host file as 'playbook:', or with --playbook"
        raise InputError([Problem("a host file has no 'tasks'", places.of_key(("tasks",)), hint)])
    problems = list(document.doubled)
    try:
        written = HostFileWritten.model_validate(data)
    except ValidationError as error:
        problems += problems_of(error, HostFileWritten, data, places)
    else:
        problems += misread_booleans(written, data, places)
    problems += _form_problems(data, places)
    for section, at in _sections(data, places):
        variables = section.get("vars")
        if isinstance(variables, dict):
            problems += variable_problems(variables, at.under("vars"))
        problems += _template_problems(section, at)
        problems += _group_problems(section, data, at)
        if "winrm" in section and "ssh" in section:
            hint = "keep the one by which the host is reached"
            problems.append(Problem("'ssh' cannot stand beside 'winrm'", at.of_key(("ssh",)), hint))
    if problems:
        raise InputError(problems)


def _form_problems(data: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    if "hosts" in data:
        for key in SINGLE_KEYS:
            if key in data:
                hint = "put it under 'defaults', or under one of the hosts"
                yield Problem(f"'{key}' cannot stand beside 'hosts'", places.of_key((key,)), hint)
        if not data["hosts"]:
            yield Problem("there are no hosts", places.of_key(("hosts",)), "give one by its name")
    else:
        for key in ("groups", "defaults"):
            if key in data:
                message = f"'{key}' needs 'hosts' beside it"
                yield Problem(message, places.of_key((key,)), "put the host under 'hosts'")


def _sections(data: Mapping[str, Any], places: Places) -> Iterator[tuple[dict[str, Any], Places]]:
    """Every mapping of the file that holds settings."""
    if "hosts" not in data:
        yield {key: data[key] for key in SINGLE_KEYS if key in data}, places
    if isinstance(data.get("defaults"), dict):
        yield data["defaults"], places.under("defaults")
    for kind in ("groups", "hosts"):
        named = data.get(kind)
        for name, section in named.items() if isinstance(named, dict) else ():
            if isinstance(section, dict):
                yield section, places.under(kind, name)


def _template_problems(section: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    for key in ("name", "winrm", "ssh", "playbook", "simulate"):
        for place, value in walk(section.get(key), (key,)):
            if has_template(value):
                hint = "in a host file only 'vars' may hold templates"
                yield Problem(f"'{key}' cannot hold a template", places.of(place), hint)


def _group_problems(
    section: Mapping[str, Any], data: Mapping[str, Any], places: Places
) -> Iterator[Problem]:
    known = data.get("groups")
    known = known if isinstance(known, dict) else {}
    for index, name in enumerate(_names(section.get("groups"))):
        if name not in known:
            hint = did_you_mean(name, known) or "there are no groups"
            yield Problem(f"there is no group '{name}'", places.of(("groups", index)), hint)


def _merge(document: Document, path: Path) -> Iterator[Merged]:
    data, places = document.data, document.places
    if "hosts" not in data:
        name = data.get("name") or path.stem
        one = Merged(_checked(name, places.of(("name",)), "name"), places.of())
        one.add(Layer(data, places))
        yield one
        return
    for name, section in data["hosts"].items():
        section = section or {}
        groups = _names(section.get("groups"))
        at = places.of_key(("hosts", name))
        one = Merged(_checked(name, at, "hosts"), at, groups=groups)
        one.add(Layer(data.get("defaults") or {}, places.under("defaults")))
        for group in groups:
            one.add(Layer(data["groups"][group] or {}, places.under("groups", group)))
        one.add(Layer(section, places.under("hosts", name)))
        yield one


def _checked(name: str, position: Position | None, key: str) -> str:
    if not _NAME.fullmatch(name):
        hint = "use letters, digits, '-', '.' and '_'"
        if key == "name":
            hint += "; give it with 'name:'"
        raise InputError([Problem(f"'{name}' cannot be a host's name", position, hint)])
    return name


def _names(written: Any) -> tuple[str, ...]:
    if isinstance(written, str):
        return (written,)
    return tuple(str(one) for one in written) if isinstance(written, list) else ()
