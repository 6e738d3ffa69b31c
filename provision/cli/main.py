"""The command line's entry: finds the command, runs it, and turns every end into an exit code.

Nothing heavy is imported here or at the top of a command's module, so that help is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from provision import __version__
from provision.cli.exit_codes import ExitCode, exit_code_for
from provision.cli.lazy_group import LazyGroup
from provision.cli.streams import forgive_encodings

_HERE = "provision.cli"
COMMANDS = {
    "up": f"{_HERE}.up:up",
    "plan": f"{_HERE}.plan:plan",
    "validate": f"{_HERE}.validate:validate",
    "verify": f"{_HERE}.verify:verify",
    "status": f"{_HERE}.status:status",
    "history": f"{_HERE}.history:history",
    "show": f"{_HERE}.show:show",
    "logs": f"{_HERE}.logs:logs",
    "cancel": f"{_HERE}.cancel:cancel",
    "diagnose": f"{_HERE}.diagnose:diagnose",
    "explain": f"{_HERE}.explain:explain",
    "facts": f"{_HERE}.facts:facts",
    "doctor": f"{_HERE}.doctor:doctor",
    "lint-dockerfile": f"{_HERE}.lint_dockerfile:lint_dockerfile",
    "steps": f"{_HERE}.steps:steps",
    "schema": f"{_HERE}.schema:schema",
    "lab": f"{_HERE}.lab:lab",
    "simulate": f"{_HERE}.simulate:simulate",
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="provision")
def cli() -> None:
    """Build a Windows host from a script, over the network, with nobody watching.

    \b
    Example:
      provision up host.yml
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; gives its exit code and never raises.

    Args:
        arguments: Without the program's name; the process's own when left out.
    """
    forgive_encodings()
    try:
        return _run(arguments)
    except BrokenPipeError:
        _silence_stdout()
        return ExitCode.DONE


def main() -> NoReturn:
    """Run the process's command line, and exit."""
    sys.exit(run())


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments),
            prog_name="provision",
            standalone_mode=False,
        )
        sys.stdout.flush()
        return int(code or ExitCode.DONE)
    except click.ClickException as error:
        error.show()
        return ExitCode.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        raise
    except SystemExit:  # What click makes of a closed pipe.
        raise BrokenPipeError from None
    except Exception as error:
        from provision.cli.complaint import complain

        complain(error)
        return exit_code_for(error)


def _silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere: the reader is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
