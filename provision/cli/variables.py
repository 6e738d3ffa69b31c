"""`--var name=value`: a value is what the same words would mean in a host file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from provision.model.errors import InputError, Problem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parse_variables(written: Sequence[str]) -> dict[str, Any]:
    """Read all `--var` options; the last one wins when a name comes twice.

    Raises:
        InputError: With every option that cannot be read.
    """
    found: dict[str, Any] = {}
    problems = []
    for one in written:
        name, equals, text = one.partition("=")
        if not equals or not _NAME.fullmatch(name):
            hint = "write --var name=value; a name is letters, digits and _"
            problems.append(Problem(f"--var: {one!r} is no variable", hint=hint))
            continue
        try:
            found[name] = _value(text)
        except InputError as error:
            problems += [Problem(f"--var {name}: {p.message}", hint=p.hint) for p in error.problems]
    if problems:
        raise InputError(problems)
    return found


def _value(text: str) -> Any:
    import yaml

    from provision.playbook.limits import LimitExceeded, check_limits

    if text.lstrip().startswith("{{"):
        return text
    try:
        check_limits(yaml.parse(text, Loader=yaml.SafeLoader))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except LimitExceeded as error:
        raise InputError([Problem(error.message, hint=error.hint)]) from None
    except yaml.YAMLError:
        hint = "quote it twice, for the shell and for YAML: --var 'name=\"a: b\"'"
        raise InputError([Problem(f"{text!r} is not valid YAML", hint=hint)]) from None
    return "" if node is None else _plain(node)


def _plain(node: Any) -> Any:
    import yaml

    from provision.playbook.scalars import ScalarRefused, scalar

    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    try:
        return scalar(node.tag, node.value)
    except ScalarRefused as refused:
        raise InputError([Problem(refused.message, hint=refused.hint)]) from None
