"""The YAML parser's complaints in plain words."""

from __future__ import annotations

import re

import yaml

from provision.model.errors import Problem
from provision.model.position import Position
from provision.playbook.source import Source

_INDENT = "lines of one mapping or list begin in the same column; use spaces"
_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        r"mapping values are not allowed",
        "a ':' is not expected here",
        "check the indentation of this line and the one before; quote a text that holds ': '",
    ),
    (
        r"expected '-' indicator",
        "the indentation fits neither this list nor what is around it",
        _INDENT,
    ),
    (
        r"expected key|<block end>|<document start>",
        "the indentation or the end of a value is wrong",
        _INDENT,
    ),
    (
        r"could not find expected ':'",
        "a ':' is missing after a key",
        "write 'key: value', with a space after the colon",
    ),
    (
        r"sequence entries are not allowed",
        "a list cannot begin here",
        "put '- ' on a line of its own",
    ),
    (
        r"expected node content",
        "a value is missing, or a '[' or '{' is not closed",
        'a template is quoted as a whole: "{{ name }}"',
    ),
    (
        r"unexpected end of stream",
        "a quoted text is not closed",
        "look for the missing quote above",
    ),
    (
        r"expected ',' or '[\]}]'",
        "a '[' or '{' is not closed, or a ',' is missing",
        'a template is quoted as a whole: "{{ name }}"',
    ),
    (
        r"unknown escape",
        "this \\ is not allowed between double quotes",
        "use single quotes for paths",
    ),
    (
        r"hexa?decimal",
        "this \\ is not allowed between double quotes",
        "use single quotes for paths",
    ),
    (r"undefined alias", "an alias without its anchor", "quote a text that begins with '*'"),
    (r"undefined tag handle|tag", "a tag that cannot be read", "quote a text that begins with '!'"),
    (
        r"duplicate anchor|second occurrence",
        "an anchor that exists already",
        "quote a text that begins with '&'",
    ),
    (
        r"alias|anchor",
        "an anchor or alias without a name",
        "quote a text that begins with '&' or '*'",
    ),
    (
        r"block scalar|expected comment or line break|chomping|indentation indicator",
        "'|' or '>' begins a text of several lines",
        "the text begins on the next line",
    ),
    (r"maximum nesting depth", "nested too deep", "quote a text that begins with '[' or '{'"),
    (r"directive", "a line that begins with '%' is a directive to YAML", "quote it"),
    (
        r"special characters are not allowed|control characters",
        "an unprintable character",
        "remove it",
    ),
)


def syntax_problem(error: yaml.YAMLError, source: Source) -> Problem:
    """Turn a parser's error into a problem with the place where it was noticed."""
    if not isinstance(error, yaml.MarkedYAMLError):
        text = str(getattr(error, "reason", None) or error).splitlines()[0]
        return Problem(f"not valid YAML: {text}", Position(source.file, 1, 1))
    said = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if "unexpected end of stream" in said:
        mark = error.context_mark or mark
    at = source.position(mark.line, mark.column) if mark else Position(source.file, 1, 1)
    if at.text[at.column - 1 : at.column] == "\t" or (
        "\t" in at.text[: len(at.text) - len(at.text.lstrip())]
    ):
        return Problem("a tab cannot be used for indentation", at, "use spaces")
    if "cannot start any token" in said:
        letter = at.text[at.column - 1 : at.column]
        return Problem(
            f"a value cannot begin with {letter!r}", at, f"quote a text that begins with '{letter}'"
        )
    for pattern, message, hint in _WORDS:
        if re.search(pattern, said):
            return Problem(message, at, hint)
    return Problem(f"not valid YAML: {said}", at)
