"""Which value a variable has for a task.

From weakest to strongest: the playbook's, the host's, the task's own (`vars`, or an include's),
`--var`. Results of earlier tasks, `facts` and `host` cannot be overridden.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provision.model.facts import Facts
from provision.model.host import Host
from provision.model.playbook import Playbook, Task
from provision.playbook.template import Renderer
from provision.playbook.variables import settle


class Scope:
    """All variables of one host's run.

    Args:
        forced: From `--var`.
    """

    def __init__(
        self, playbook: Playbook, host: Host, forced: Mapping[str, Any], renderer: Renderer
    ) -> None:
        self._written = {**playbook.vars, **host.vars}
        self._forced = dict(forced)
        self._host = host.name
        self._renderer = renderer
        self._results: dict[str, Any] = {}

    def keep(self, name: str, result: Mapping[str, Any]) -> None:
        """Remember a task's result under the name that it registers."""
        self._results[name] = dict(result)

    def variables(self, facts: Facts, task: Task | None = None) -> dict[str, Any]:
        """Give all variables, templates filled in.

        Raises:
            InputError: A variable's template fails, or variables need each other in a circle.
        """
        fixed = {
            **self._results,
            "facts": facts.model_dump(mode="json"),
            "host": self._host,
        }
        written = {**self._written, **(task.vars if task else {})}
        position = task.position if task else None
        return settle(written, {**self._forced, **fixed}, self._renderer, position)
