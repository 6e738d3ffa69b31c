"""A run of the journal as files: HTML for people, JUnit XML for CIs."""

from __future__ import annotations

from collections.abc import Mapping

from provision.cli.records import Standing
from provision.cli.written import write_file, written_where
from provision.report.html.content import Log
from provision.report.html.rendering import render
from provision.report.html.single_run import run_content
from provision.report.junit import run_junit


def write_run(
    found: Standing, logs: Mapping[int, Log], *, html: str | None, junit: str | None
) -> None:
    """Write what was asked for.

    Raises:
        InputError: A file cannot be written.
        UsageError: Both should go to standard output.
    """
    with written_where(html, junit):
        if html:
            page = render(run_content(found.story, found.state, logs))
            write_file(html, page.encode("utf-8", "replace"))
        if junit:
            write_file(junit, run_junit(found.story, logs))
