"""The Jinja2 sandbox in which all templates of playbooks run.

A parsed template is rewritten before it is compiled: the source of each `for` goes through a filter
that counts, and `~` becomes a filter that measures first; see `bounds`.
"""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import do_join
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from provision.playbook.bounds import (
    check_call,
    check_operation,
    counted,
    guarded,
    joined,
    replaced,
    tick,
)
from provision.playbook.filters import FILTERS

_OTHER_FILES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block)
_REMOVED_FILTERS = ("center", "format", "pprint", "random", "xmlattr", "urlize")
GLOBALS = ("range", "dict", "namespace")
RESULT = "_result_of_expression"


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox that comes to an end, whatever a template does."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
        self.globals = {name: self.globals[name] for name in GLOBALS}
        known = {**self.filters, **FILTERS, "replace": replaced}
        self.filters = {
            name: guarded(known[name]) for name in known if name not in _REMOVED_FILTERS
        }
        self.filters |= {"join": _join, "counted": counted, "joined": joined}

    def text_tree(self, source: str) -> nodes.Template:
        """Parse a text with templates in it.

        Raises:
            TemplateSyntaxError: It cannot be parsed, or takes in another file.
        """
        tree = self.parse(source)
        for node in tree.find_all(_OTHER_FILES):
            raise TemplateSyntaxError("a template cannot take in other files", node.lineno)
        return self._bounded(tree)

    def expression_tree(self, source: str) -> nodes.Template:
        """Parse an expression without braces, to be assigned to `RESULT`.

        Raises:
            TemplateSyntaxError: It cannot be parsed.
        """
        parser = Parser(self, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            found = parser.stream.current
            raise TemplateSyntaxError(f"'{found.value}' is not expected here", found.lineno)
        return self._bounded(_assigning(expression))

    def single_expression(self, tree: nodes.Template) -> nodes.Template | None:
        """Give the tree that assigns to `RESULT`, if the text is one `{{ … }}` and nothing else."""
        match tree.body:
            case [nodes.Output(nodes=[only])] if not isinstance(only, nodes.TemplateData):
                return self._bounded(_assigning(only))
        return None

    def _bounded(self, tree: nodes.Template) -> nodes.Template:
        bounded: nodes.Template = _Bounding().visit(tree)
        bounded.set_environment(self)
        return bounded

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call something within a template, if its result is of a sensible size."""
        tick()
        check_call(obj, args)
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Work out `+`, `*`, `**` or `%`, if the result is of a sensible size."""
        if operator == "%" and isinstance(left, str):
            raise SecurityError("'%' on text is not available; use ~ to join texts")
        if operator != "%":
            check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)


class _Bounding(NodeTransformer):
    """Puts the filters of `bounds` where a template could grow."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        """Count the iterations of a loop."""
        self.generic_visit(node)
        source = node.iter
        if isinstance(source, nodes.Expr):
            node.iter = _filter(source, "counted")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Measure what `~` would make."""
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "joined")


def _join(value: Any, d: str = "", attribute: str | int | None = None) -> str:
    """Jinja2's `join` within limits; with an attribute only its result is measured."""
    if attribute is None:
        return joined(value, str(d))
    return str(guarded(do_join)(value, d, attribute))


def _filter(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _assigning(expression: nodes.Expr) -> nodes.Template:
    body: list[nodes.Node] = [nodes.Assign(nodes.Name(RESULT, "store"), expression, lineno=1)]
    return nodes.Template(body, lineno=1)
