"""`--tags` and `--start-at` against the playbooks, before any host is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provision.engine.run import RunOptions
from provision.model.errors import InputError, Problem
from provision.model.playbook import Playbook
from provision.playbook.suggestion import did_you_mean

LISTED = 30


def check_choice(playbooks: Sequence[Playbook], options: RunOptions) -> None:
    """Refuse names that mean nothing.

    A tag must be that of a task in one of the playbooks; in the others it selects no task. A task
    to start at must be in each of them.

    Args:
        playbooks: Of the selected hosts.

    Raises:
        InputError: With all names that are wrong.
    """
    different = list({playbook.file: playbook for playbook in playbooks}.values())
    problems = [*_unknown_tasks(different, options), *_unknown_tags(different, options)]
    if problems:
        raise InputError(problems)


def _unknown_tasks(playbooks: Sequence[Playbook], options: RunOptions) -> Iterator[Problem]:
    if options.start_at is None:
        return
    for playbook in playbooks:
        names = [task.name for task in playbook.tasks]
        if options.start_at not in names:
            told = f"--start-at: no task of {playbook.file} is called '{options.start_at}'"
            yield Problem(told, hint=_hint(options.start_at, names) or "the playbook has no tasks")


def _unknown_tags(playbooks: Sequence[Playbook], options: RunOptions) -> Iterator[Problem]:
    tags = {tag for playbook in playbooks for task in playbook.tasks for tag in task.tags}
    where = playbooks[0].file if len(playbooks) == 1 else "the playbooks"
    for tag in sorted(options.tags - tags):
        told = f"--tags: no task of {where} has the tag '{tag}'"
        yield Problem(told, hint=_hint(tag, sorted(tags)) or f"no task of {where} has any tags")


def _hint(word: str, known: Sequence[str]) -> str:
    near = did_you_mean(word, known, listed=0)
    return near or (f"there are: {'; '.join(known[:LISTED])}" if known else "")
