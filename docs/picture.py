"""Makes `docs/run.svg` from a real run of `provision up` on the simulated host.

    python docs/picture.py

The run is that of `host.yml` with a new simulated host; the picture refers to nothing outside
itself.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.terminal_theme import MONOKAI

from provision.cli.compose import Project, load_projects, make_runner
from provision.cli.exit_codes import ExitCode, exit_code_for
from provision.cli.link import open_link
from provision.cli.notebook import open_memory
from provision.cli.options import Selection
from provision.cli.run_hosts import finish
from provision.engine.run import RunOptions
from provision.model.event import Observer
from provision.report.console import ConsoleReport
from provision.report.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
_WIDTH = 112
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_FONT = re.compile(r"\s*@font-face\s*\{.*?\}", re.DOTALL)


def main() -> int:
    """Run, draw, write."""
    terminal = Terminal(io.StringIO(), color=True, record=True, width=_WIDTH)
    with (
        contextlib.chdir(ROOT),
        tempfile.TemporaryDirectory() as folder,
    ):
        (project,) = load_projects(Selection("host.yml"))
        code = _run(project, Path(folder), terminal)
    text = terminal.export_svg(title="provision up host.yml", theme=MONOKAI, unique_id="run")
    text = _COMMENT.sub("", _FONT.sub("", text)).replace("Fira Code", "monospace")
    if "url(http" in text or "@import" in text:
        raise SystemExit("the picture refers to something outside itself")
    (ROOT / "docs" / "run.svg").write_text(text, encoding="utf-8")
    return code


def _run(project: Project, folder: Path, terminal: Terminal) -> ExitCode:
    options = RunOptions()
    with (
        open_memory(project, options, "picture", fresh=True, journaled=False) as (memory, _),
        open_link(replace(project.located, folder=folder)) as link,
    ):
        told: list[Observer] = [ConsoleReport(terminal, link.clock, live=False)]
        result = make_runner(project, options, link, told, memory).run()
        code = exit_code_for(result)
        finish(project.host.name, told, result, code)
    return code


if __name__ == "__main__":
    sys.exit(main())
