"""Reads a lab file; every error has its place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from graphlib import CycleError
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from provision.lab.hypervisors.settings import based, files
from provision.lab.lab import Lab, Vm
from provision.lab.lab_written import LabWritten, VmWritten
from provision.model.errors import InputError, Problem
from provision.playbook.complaints import problems_of
from provision.playbook.document import Document, load_yaml
from provision.playbook.suggestion import did_you_mean

_VM_DEFAULTS = Vm(name="", vm="", hypervisor="", host="", snapshot="base")


def load_lab(path: Path, shown: str) -> Lab:
    """Read a lab file.

    Args:
        path: The file.
        shown: Its path as messages show it.

    Raises:
        InputError: With every problem that was found.
    """
    document = load_yaml(path, shown)
    written = _written(document)
    vms = {name: _vm(name, written, document, path.parent) for name in written.vms}
    lab = Lab(
        name=written.name or path.stem,
        file=shown,
        folder=path.parent,
        hosts=path.parent / written.hosts,
        hypervisors={key: based(one, path.parent) for key, one in written.hypervisors.items()},
        vms=vms,
        forks=written.forks,
        budget=written.budget,
        notify=written.notify,
    )
    if problems := list(_problems(lab, document)):
        raise InputError(problems)
    return lab


def _written(document: Document) -> LabWritten:
    data, places = document.data, document.places
    if not isinstance(data, dict):
        hint = "it begins with 'hosts:', 'hypervisors:' and 'vms:'"
        raise InputError([Problem("the lab file is not a mapping", places.of(), hint)])
    try:
        written = LabWritten.model_validate(data)
    except ValidationError as error:
        raise InputError(
            [*document.doubled, *problems_of(error, LabWritten, data, places)]
        ) from None
    if document.doubled:
        raise InputError(document.doubled)
    return written


def _vm(name: str, written: LabWritten, document: Document, folder: Path) -> Vm:
    layers = (written.vms[name], written.defaults)
    only = next(iter(written.hypervisors)) if len(written.hypervisors) == 1 else ""
    playbooks = _first(layers, "playbooks", ())
    return Vm(
        name=name,
        vm=_first(layers, "vm", name),
        hypervisor=_first(layers, "hypervisor", only),
        host=_first(layers, "host", name),
        snapshot=_first(layers, "snapshot", _VM_DEFAULTS.snapshot),
        playbooks=tuple(os.path.normpath(folder / one) for one in playbooks),
        after=tuple(_first(layers, "after", ())),
        keep=_first(layers, "keep", _VM_DEFAULTS.keep),
        running_snapshot=_first(layers, "running_snapshot", _VM_DEFAULTS.running_snapshot),
        shutdown_seconds=_first(layers, "shutdown", _VM_DEFAULTS.shutdown_seconds),
        usable_seconds=_first(layers, "usable", _VM_DEFAULTS.usable_seconds),
        strict=_first(layers, "strict", _VM_DEFAULTS.strict),
        position=document.places.of_key(("vms", name)),
    )


def _first(layers: tuple[VmWritten, ...], key: str, otherwise: Any) -> Any:
    given = (getattr(layer, key) for layer in layers)
    return next((value for value in given if value is not None), otherwise)


def _problems(lab: Lab, document: Document) -> Iterator[Problem]:
    places = document.places
    for name, settings in lab.hypervisors.items():
        for section, file, needed in files(settings):
            if needed and not Path(file).is_file():
                at = places.of(("hypervisors", name, *section))
                yield Problem(f"the file {file} is not there", at, "check the path")
    for name, vm in lab.vms.items():
        if vm.hypervisor not in lab.hypervisors:
            at = _where(document, name, "hypervisor")
            if not vm.hypervisor:
                hint = f"name one of {', '.join(lab.hypervisors)}"
                yield Problem(f"it is not said which hypervisor '{name}' runs on", at, hint)
            else:
                hint = did_you_mean(vm.hypervisor, lab.hypervisors)
                yield Problem(f"there is no hypervisor '{vm.hypervisor}'", at, hint)
        for index, need in enumerate(vm.after):
            if need not in lab.vms:
                at = places.of(("vms", name, "after", index))
                yield Problem(f"there is no VM '{need}'", at, did_you_mean(need, lab.vms))
        for index, playbook in enumerate(vm.playbooks):
            if not Path(playbook).is_file():
                at = places.of(("vms", name, "playbooks", index))
                yield Problem(f"the file {playbook} is not there", at, "check the path")
    if not lab.hosts.is_file():
        yield Problem(f"the file {lab.hosts} is not there", places.of(("hosts",)), "check the path")
    yield from _shared(lab)
    try:
        lab.order()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        first = lab.vms[error.args[1][0]]
        hint = "take one of them out of 'after'"
        yield Problem(f"VMs wait for each other: {circle}", first.position, hint)


def _shared(lab: Lab) -> Iterator[Problem]:
    """Two VMs of one lab must not be the same one, nor the same host."""
    seen: dict[tuple[str, ...], str] = {}
    for name, vm in lab.vms.items():
        for what, key in (("VM", (vm.hypervisor, vm.vm)), ("host", (vm.host,))):
            other = seen.setdefault((what, *key), name)
            if other != name:
                message = f"'{name}' and '{other}' are the same {what} '{key[-1]}'"
                yield Problem(message, vm.position, f"give each its own '{what.lower()}'")


def _where(document: Document, name: str, key: str) -> Any:
    vms: Mapping[str, Any] = document.data["vms"]
    if isinstance(vms.get(name), dict) and key in vms[name]:
        return document.places.of(("vms", name, key))
    return document.places.of_key(("vms", name))
