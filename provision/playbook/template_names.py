"""Which variables a template uses, without running it."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import meta, nodes

from provision.playbook.environment import GLOBALS


@dataclass(frozen=True, slots=True)
class Names:
    """The variables of one template.

    Args:
        used: All that it reads.
        guarded: Those whose absence it deals with itself (`is defined`, `default`).
        attributes: Pairs of a variable and the attribute that is read of it.
    """

    used: frozenset[str]
    guarded: frozenset[str]
    attributes: frozenset[tuple[str, str]]


def names_in(tree: nodes.Template) -> Names:
    """Collect the variables of a parsed template."""
    guarded: set[str] = set()
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined"):
            guarded |= _root(test.node)
    for one in tree.find_all(nodes.Filter):
        if one.name in ("default", "d") and one.node is not None:
            guarded |= _root(one.node)
    attributes = {
        (get.node.name, get.attr)
        for get in tree.find_all(nodes.Getattr)
        if isinstance(get.node, nodes.Name)
    }
    used = meta.find_undeclared_variables(tree) - set(GLOBALS)
    return Names(frozenset(used), frozenset(guarded), frozenset(attributes))


def _root(node: nodes.Node) -> set[str]:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return {node.name} if isinstance(node, nodes.Name) else set()
