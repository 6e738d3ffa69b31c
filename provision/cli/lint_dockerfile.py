"""`provision lint-dockerfile`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from provision.dockerfile.target import Target

if TYPE_CHECKING:
    from provision.dockerfile.checked import Checked


@click.command("lint-dockerfile", short_help="Find the traps in Dockerfiles for Windows.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--target",
    type=click.Choice([target.value for target in Target]),
    help="The Windows Server that builds and runs the image. Unless given, the tag of the base "
    "image says it, else 2022.",
)
@click.option("--ignore", "ignore", multiple=True, metavar="RULE", help="Leave out a rule.")
@click.option("--fix", "mend", is_flag=True, help="Mend in the files what needs no person.")
@click.option("--diff", "show", is_flag=True, help="Show what --fix changes, or would change.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["human", "json", "sarif"]),
    default="human",
    show_default=True,
    help="How to write the findings.",
)
def lint_dockerfile(
    files: tuple[str, ...],
    target: str | None,
    ignore: tuple[str, ...],
    mend: bool,
    show: bool,
    shape: str,
) -> int:
    """Find the traps in Dockerfiles for Windows, before they are built.

    FILE is a path, or - for standard input. The rules are in docs/dockerfile-rules.md; a comment
    `# provision: ignore=RULE` turns rules off for the instruction that follows it. With --fix, the
    findings that are left are shown; what comes from standard input goes mended to standard
    output, and the findings to standard error.

    Exit code 0 without findings, 1 with errors or warnings, 2 when a file is no Dockerfile.

    \b
    Example:
      provision lint-dockerfile --target 2019 Dockerfile
      provision lint-dockerfile --fix --diff Dockerfile
    """
    from provision.cli.complaint import complain
    from provision.cli.exit_codes import ExitCode
    from provision.cli.lint_files import STDIN
    from provision.cli.lint_output import as_json, as_sarif, human
    from provision.model.errors import InputError

    _check_usage(files, ignore, mend, show, shape)
    wanted = Target(target) if target else None
    checked: list[Checked] = []
    refused = False
    for name in files:
        try:
            checked.append(_one(name, wanted, ignore, mend, show))
        except InputError as error:
            complain(error)
            refused = True
    writers: dict[str, Callable[[Sequence[Checked]], str]] = {
        "human": human,
        "json": as_json,
        "sarif": as_sarif,
    }
    written = writers[shape](checked)
    if checked or shape != "human":
        click.echo(written, err=mend and STDIN in files)
    if refused:
        return ExitCode.BAD_INPUT
    return ExitCode.FAILED if any(one.found for one in checked) else ExitCode.DONE


def _one(
    name: str, wanted: Target | None, ignore: Sequence[str], mend: bool, show: bool
) -> Checked:
    from provision.cli.lint_files import STDIN, read_file, write_file
    from provision.cli.lint_output import diff
    from provision.dockerfile.checked import check, choose_target
    from provision.dockerfile.fixing import fix

    text = read_file(name)
    target, reason = choose_target(text, name, wanted)
    if not mend and not show:
        return check(text, name, target, reason, ignore)
    mended, count = fix(text, target, name, ignore)
    if show and mended != text:
        click.echo(diff(name, text, mended), err=mend and name == STDIN)
    if not mend:
        return check(text, name, target, reason, ignore)
    if name == STDIN:
        sys.stdout.buffer.write(mended.encode("utf-8"))
    elif mended != text:
        write_file(name, mended)
    return check(mended, name, target, reason, ignore, count)


def _check_usage(
    files: Sequence[str], ignore: Sequence[str], mend: bool, show: bool, shape: str
) -> None:
    from difflib import get_close_matches

    from provision.cli.lint_files import STDIN
    from provision.dockerfile.rules import RULES

    for rule in ignore:
        if rule not in RULES:
            close = get_close_matches(rule, RULES, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"There is no rule '{rule}'.{hint}")
    if show and shape != "human":
        raise click.UsageError("--diff goes with --format human only.")
    if mend and STDIN in files and shape != "human":
        raise click.UsageError("--fix of standard input goes with --format human only.")
    if files.count(STDIN) > 1 or (mend and STDIN in files and len(files) > 1):
        raise click.UsageError("- stands for one file, and with --fix for the only one.")
