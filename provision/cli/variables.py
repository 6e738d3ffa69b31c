"""Variables of the command line: `--var name=value` and `--var-file FILE`.

A value is what the same words would mean in a host file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from provision.cli.options import Selection
from provision.model.errors import InputError, Problem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def given_variables(selection: Selection) -> dict[str, Any]:
    """Read all variables that the command line gives; `--var` wins over a file's.

    Raises:
        InputError: With everything that cannot be read.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for written in selection.var_file:
        try:
            found.update(_of_file(written))
        except InputError as error:
            problems += error.problems
    try:
        found.update(parse_variables(selection.var))
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return found


@cache
def _of_file(written: str) -> dict[str, Any]:
    """Read a file of variables, once: standard input cannot be read again."""
    from provision.playbook.document import load_yaml
    from provision.playbook.names import variable_problems

    stdin = written == "-"
    shown = "standard input" if stdin else written
    document = load_yaml(sys.stdin.buffer if stdin else Path(written), shown)
    problems = list(document.doubled)
    if not isinstance(document.data, dict):
        hint = "write `name: value` lines, or a JSON object"
        problems.append(Problem("not a mapping of variables", document.positions[()], hint))
    else:
        problems += variable_problems(document.data, document.places)
    if problems:
        raise InputError(problems)
    variables: dict[str, Any] = document.data
    return variables


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
