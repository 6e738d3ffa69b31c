"""The options that commands share, and what they hold once they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Selection:
    """Which hosts, which playbook, which variables.

    Args:
        hostfile: Path of the host file.
        limit: Names of hosts or groups; all hosts when empty.
        playbook: In place of the one that the host file names.
        var: As written, `name=value`.
        var_file: Paths of files of variables; `-` is standard input.
    """

    hostfile: str
    limit: tuple[str, ...] = ()
    playbook: str | None = None
    var: tuple[str, ...] = ()
    var_file: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a run is reported.

    Args:
        events: Where JSON lines go: a path, or `-` for standard output.
        verbose: Say more.
        color: False never colours.
        diff: Show changes as diffs.
    """

    events: str | None = None
    verbose: bool = False
    color: bool = True
    diff: bool = False


_HOSTS: tuple[Callable[[Any], Any], ...] = (
    click.argument("hostfile", default="host.yml"),
    click.option(
        "--limit", multiple=True, metavar="HOST", help="Only this host or group; repeatable."
    ),
)


def hosts(command: F) -> F:
    """Add `HOSTFILE` and `--limit`; gives `selection`."""
    return _gathered(command, "selection", Selection, *_HOSTS)


def selection(command: F) -> F:
    """Add `HOSTFILE`, `--limit`, `--playbook`, `--var`, `--var-file`; gives `selection`."""
    return _gathered(
        command,
        "selection",
        Selection,
        *_HOSTS,
        click.option("--playbook", metavar="FILE", help="Another playbook than the host file's."),
        click.option(
            "--var", multiple=True, metavar="NAME=VALUE", help="Set a variable; repeatable."
        ),
        click.option(
            "--var-file",
            multiple=True,
            metavar="FILE",
            help="Set the variables of a YAML or JSON file; - is stdin.",
        ),
    )


def recorded(command: F) -> F:
    """Add `-f HOSTFILE` and `--json`, for what reads the journal; gives `hostfile`, `as_json`."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object a line."),
        click.option(
            "-f",
            "--hostfile",
            default="host.yml",
            metavar="HOSTFILE",
            help="Whose journal; host.yml unless given.",
        ),
    ):
        command = option(command)
    return command


def reporting(command: F) -> F:
    """Add `--events`, `-v` and `--no-color`; gives `reporting`."""
    return _gathered(
        command,
        "reporting",
        Reporting,
        click.option("--events", metavar="FILE", help="Write events as JSON lines; - is stdout."),
        click.option(
            "-v", "--verbose", is_flag=True, help="Say more: also what short commands wrote."
        ),
        click.option(
            "--no-color", "color", flag_value=False, default=True, help="Never colour the output."
        ),
        click.option("--diff", is_flag=True, help="Show changes as diffs."),
    )


def tasks(command: F) -> F:
    """Add `--tags` and `--start-at`."""
    for option in (
        click.option("--start-at", metavar="TASK", help="Skip the tasks before this one."),
        click.option(
            "--tags", metavar="A,B", default="", help="Only tasks with one of these tags."
        ),
    ):
        command = option(command)
    return command


def split_tags(written: str) -> frozenset[str]:
    """Read `--tags a,b`."""
    return frozenset(tag.strip() for tag in written.split(",") if tag.strip())


def _gathered(command: F, name: str, kind: type[Any], *options: Callable[[F], F]) -> F:
    """Add options to a command that wants them as one frozen object."""
    import functools

    fields = kind.__dataclass_fields__

    @functools.wraps(command)
    def gather(**given: Any) -> Any:
        mine = {field: given.pop(field) for field in fields if field in given}
        return command(**given, **{name: kind(**mine)})

    wrapped: Any = gather
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
