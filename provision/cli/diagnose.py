"""`provision diagnose`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from provision.cli.options import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.cli.searched import Searched


@click.command(short_help="Find known issues in logs, or in a saved run.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--run", "run", metavar="RUN", help="Search a saved run in place of files.")
@click.option(
    "--generation",
    type=click.Choice(["tp4", "tp5", "rtm", "2016", "2019", "2022", "2025"]),
    help="Leave out what cannot occur on it.",
)
@click.option("--encoding", metavar="NAME", help="Code page of the files, such as cp932.")
@recorded
def diagnose(
    files: tuple[str, ...],
    run: str | None,
    generation: str | None,
    encoding: str | None,
    hostfile: str,
    as_json: bool,
) -> int:
    """Say which known issues are in a log, where, and what to do: causes before consequences.

    Reads standard input when no FILE is given, or for `-`. Logs of any length, in UTF-8, in UTF-16
    as PowerShell writes it, or in another code page with --encoding; times before the lines,
    colours and lines that a console has broken do not matter. RUN is the beginning of a saved run's
    id, or `last`; no host is asked.

    As with linters, the exit code is 1 when something was found, 0 when nothing was, and 2 when a
    file cannot be read. A finding is no failure of this tool.

    \b
    Example:
      provision diagnose C-build.log
      docker build . 2>&1 | provision diagnose
      provision diagnose --run last
    """
    from provision.cli.exit_codes import ExitCode
    from provision.cli.found_text import data, page
    from provision.cli.searched import search_file, search_run
    from provision.model.errors import InputError, Problem

    if run is not None and files:
        raise InputError([Problem("give either FILE or --run, not both")])
    if run is None and not files and sys.stdin.isatty():
        hint = "name a FILE, pipe a log into it, or give --run"
        raise InputError([Problem("there is nothing to search", hint=hint)])

    def searches() -> Iterator[Searched]:
        if run is not None:
            yield search_run(hostfile, run, generation)
        else:
            yield from (search_file(f, generation or "", encoding) for f in files or ("-",))

    any_found = False
    for searched in searches():
        any_found |= bool(searched.findings)
        if as_json:
            for finding in searched.findings:
                click.echo(json.dumps(data(searched, finding), ensure_ascii=False))
        else:
            for line in page(searched):
                click.echo(line)
    return ExitCode.FAILED if any_found else ExitCode.DONE
