"""Runs the hosts of a host file one after another, and gives one exit code for all.

A host's failure is its own: the others are still run. Only an interruption ends the whole.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

import click

from provision.cli.complaint import complain
from provision.cli.compose import Project, load_projects, make_runner
from provision.cli.exit_codes import ExitCode, exit_code_for, worst
from provision.cli.interrupts import interrupts
from provision.cli.link import open_link
from provision.cli.notebook import open_memory
from provision.cli.observers import Observers
from provision.cli.options import Reporting, Selection
from provision.cli.task_choice import check_choice
from provision.engine.emitter import Emitter
from provision.engine.host_runner import HostRunner
from provision.engine.run import RunOptions, RunResult
from provision.journal.observer import JournalObserver
from provision.model.errors import InputError, ProvisionError
from provision.model.event import Observer, RunFinished
from provision.model.playbook import Playbook

Narrow = Callable[[Playbook], Playbook]


def run_hosts(
    selection: Selection,
    reporting: Reporting,
    options: RunOptions,
    *,
    work: Literal["run", "plan"] = "run",
    strict: bool = False,
    fresh: bool = False,
    narrow: Narrow | None = None,
) -> ExitCode:
    """Run or plan every selected host.

    Args:
        strict: Warnings that no task expects are worth an exit code.
        fresh: Never go on with an earlier run.
        narrow: Takes away all tasks that change anything; such a run is not journaled.

    Raises:
        InputError: A file or an option is wrong; nothing was done.
    """
    observers = Observers(reporting)
    try:
        codes = []
        projects = load_projects(selection, narrow)
        check_choice([project.playbook for project in projects], options)
        for project in projects:
            code = _run_one(
                project,
                options,
                observers,
                work=work,
                strict=strict,
                fresh=fresh,
                journaled=work == "run" and not options.check and narrow is None,
            )
            codes.append(code)
            if code is ExitCode.INTERRUPTED:
                break
        return worst(codes)
    finally:
        observers.close()


def _run_one(
    project: Project,
    options: RunOptions,
    observers: Observers,
    *,
    work: str,
    strict: bool,
    fresh: bool,
    journaled: bool,
) -> ExitCode:
    name = project.host.name
    remembering = open_memory(project, options, _run_id(), fresh=fresh, journaled=journaled)
    try:
        with remembering as (memory, journal), open_link(project.located) as link:
            told = observers.for_host(link.clock)
            notes = JournalObserver(journal, memory.id) if journal is not None else None
            if notes is not None:
                told.append(notes)
            runner = make_runner(project, options, link, told, memory)
            try:
                with interrupts(runner.interrupt, lambda text: click.echo(text, err=True)):
                    result = _result(runner, work)
                code = exit_code_for(result, strict=strict)
                if notes is not None and not memory.began:
                    notes.belongs_to(memory.never_began())
                finish(name, told, result, code)
            finally:
                for observer in told:
                    if observer is not observers.json_lines:
                        observer.close()
    except ProvisionError as error:
        complain(error)
        return exit_code_for(error)
    if isinstance(result.error, InputError):
        complain(result.error)
    return code


def finish(host: str, observers: Sequence[Observer], result: RunResult, code: ExitCode) -> None:
    """Tell the observers how a host's run ended."""
    message, remedy = _message(result)
    Emitter(host, observers).emit(
        RunFinished,
        outcome=result.outcome,
        exit_code=int(code),
        warnings=len(result.warnings),
        seconds=result.seconds,
        real_seconds=result.real_seconds,
        counts=dict(result.counts),
        message=message,
        remedy=remedy,
    )


def _result(runner: HostRunner, work: str) -> RunResult:
    try:
        return runner.run() if work == "run" else runner.plan()
    except InputError as error:
        return RunResult("failed", {}, error=error)
    except KeyboardInterrupt:
        return RunResult("interrupted", {}, left_running=runner.running_jobs)
    except Exception as error:
        complain(error)
        told = ProvisionError(f"internal error: {type(error).__name__}")
        return RunResult("failed", {}, error=told, left_running=runner.running_jobs)


def _message(result: RunResult) -> tuple[str, str]:
    running = ", ".join(result.left_running)
    if result.outcome == "interrupted":
        if running:
            return (
                f"This goes on on the host: {running}",
                "Run the same command again: it finds that work and goes on from there.",
            )
        return "Nothing goes on on the host.", "Run the same command again to go on."
    error = result.error
    if error is None:
        return "", ""
    if isinstance(error, InputError):
        places = [f"{p.position}: {p.message}" if p.position else p.message for p in error.problems]
        return "\n".join(places), "\n".join(p.hint for p in error.problems if p.hint)
    parts = [error.brief, error.details, f"This goes on on the host: {running}" if running else ""]
    return "\n".join(part for part in parts if part), error.resolution


def _run_id() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
