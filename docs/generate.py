"""Writes the parts of the documentation that are made from the code.

python docs/generate.py            write them
python docs/generate.py --check    say which are not up to date; exit code 1 when any is
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from provision.cli import rule_text
from provision.cli.exit_codes import table
from provision.cli.issue_text import markdown
from provision.cli.main import cli
from provision.cli.model_text import describe, field_texts
from provision.engine.boot import diagram
from provision.lab.lab_written import LabWritten
from provision.lab.phase import diagram as lab_diagram
from provision.model.event import EVENTS_VERSION, Event
from provision.model.host import SimulateSettings, WinRMSettings
from provision.model.ssh import SSHSettings
from provision.playbook.host_written import HostFileWritten, HostWritten
from provision.playbook.written import TaskWritten
from provision.simulator.world.scenarios import SCENARIOS
from provision.steps.registry import STEPS
from provision.steps.step import Step

ROOT = Path(__file__).resolve().parent.parent
_NOTE = "<!-- Made by `make docs` from the code; do not edit. -->"


def generated() -> dict[Path, str]:
    """Give every generated file with what it should hold."""
    readme = ROOT / "README.md"
    return {
        ROOT / "docs" / "steps.md": _steps(),
        ROOT / "docs" / "events.md": _events(),
        ROOT / "docs" / "host-file.md": _host_file(),
        ROOT / "docs" / "boot.md": _boot(),
        ROOT / "docs" / "lab-file.md": _lab_file(),
        ROOT / "docs" / "known-issues.md": _known_issues(),
        ROOT / "docs" / "dockerfile-rules.md": rule_text.markdown(_NOTE),
        readme: _between(readme.read_text(encoding="utf-8")),
    }


def _known_issues() -> str:
    return "\n".join(["# Known issues", "", _NOTE, "", *markdown()]) + "\n"


def _steps() -> str:
    lines = [
        "# Steps",
        "",
        _NOTE,
        "",
        "A task names exactly one of these. `provision steps NAME` shows the same in a terminal.",
        "",
    ]
    lines += [
        f"- [`{step.name}`](#{step.name}): {describe(step).summary}" for step in STEPS.values()
    ]
    for step in STEPS.values():
        lines += ["", *_step(step)]
    return "\n".join(lines) + "\n"


def _step(step: type[Step]) -> Iterator[str]:
    text = describe(step)
    yield f"## {step.name}"
    yield ""
    yield text.summary
    if text.body:
        yield ""
        yield text.body
    yield ""
    yield from _table(step)
    for model in _nested(step):
        yield ""
        yield from _section(model, "###")
    if step.short:
        yield ""
        yield f"A value in place of a mapping stands for `{step.short}`."
    yield ""
    yield f"Time limit unless the task has a `timeout`: {step.default_timeout:g} s of host time."
    if step.example:
        yield ""
        yield "```yaml"
        yield _as_list_item(step.example)
        yield "```"


def _as_list_item(example: str) -> str:
    text = textwrap.dedent(example).strip()
    if text.startswith("- "):
        return text
    return "- " + textwrap.indent(text, "  ").lstrip()


def _events() -> str:
    lines = [
        "# Events",
        "",
        _NOTE,
        "",
        f"`--events FILE` writes one JSON object a line (`-` is standard output). This is version "
        f"{EVENTS_VERSION}",
        "of the format: it rises when a field changes its meaning or goes away. New fields and new",
        "events may appear within one version, so readers pass over what they do not know.",
        "Seconds have three decimals at most.",
        "",
        "Every event begins with these:",
        "",
        *_table(Event, written=False),
    ]
    shared: dict[type[BaseModel], None] = {}
    for kind in Event.__subclasses__():
        text = describe(kind, inherited=False)
        lines += ["", f"## `{kind.model_fields['event'].default}`", "", text.summary]
        if text.body:
            lines += ["", text.body]
        lines += ["", *_table(kind, leave_out=("time", "event", "host"), written=False)]
        shared.update(dict.fromkeys(_nested(kind)))
    for model in shared:
        lines += ["", *_section(model, "##", written=False)]
    return "\n".join(lines) + "\n"


def _host_file() -> str:
    lines = [
        "# Host files",
        "",
        _NOTE,
        "",
        "`provision schema host` gives the JSON Schema. A file holds one host, or `hosts:` with",
        "`groups:` and `defaults:`.",
    ]
    for title, model in (
        ("The file", HostFileWritten),
        ("A host under `hosts`", HostWritten),
        ("`winrm`", WinRMSettings),
        ("`ssh`", SSHSettings),
        ("`simulate`", SimulateSettings),
    ):
        text = describe(model)
        body = [text.body, ""] if text.body else []
        lines += ["", f"## {title}", "", text.summary, "", *body, *_table(model)]
    lines += ["", "## Scenarios", "", "Named sets of knobs for `simulate: {scenario: NAME}`.", ""]
    lines += ["| name | what it rehearses |", "|---|---|"]
    lines += [f"| `{one.name}` | {one.description} |" for one in SCENARIOS.values()]
    for nested in _nested(WinRMSettings):
        lines += ["", *_section(nested, "##")]
    return "\n".join(lines) + "\n"


def _lab_file() -> str:
    lines = [
        "# Lab files",
        "",
        _NOTE,
        "",
        "What `provision lab` reads: hypervisors, the VMs on them, and who is told.",
    ]
    text = describe(LabWritten)
    lines += ["", "## The file", "", text.summary, "", *_table(LabWritten)]
    for nested in _nested(LabWritten):
        lines += ["", *_section(nested, "##")]
    lines += ["", "## Phases of a rebuild", "", "```mermaid", lab_diagram(), "```"]
    return "\n".join(lines) + "\n"


def _boot() -> str:
    return textwrap.dedent(
        """\
        # Losing a host and finding it again

        {note}

        A broken connection is no restart, and an open port is no usable host. Which boot of the
        host answers is told by its boot identity: a token in a volatile registry key, which cannot
        outlive a boot, and the time of the last boot.

        ```mermaid
        {diagram}
        ```
        """
    ).format(note=_NOTE, diagram=diagram())


def _between(readme: str) -> str:
    made = {"exit-codes": table(), "commands": _commands(), "task-keys": _task_keys()}
    for name, text in made.items():
        before, start, rest = readme.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not end:
            raise SystemExit(f"README.md has no place for {name}")
        readme = f"{before}{start}{text}\n{end}{after}"
    return readme


def _commands() -> str:
    rows = ["| command | what it does |", "|---|---|"]
    rows += [f"| `provision {name}` | {text} |" for name, text in _command_rows(cli, "")]
    return "\n".join(rows)


def _task_keys() -> str:
    rows = ["| key | meaning |", "|---|---|"]
    texts = field_texts(TaskWritten)
    for name, field in TaskWritten.model_fields.items():
        rows.append(f"| `{field.alias or name}` | {texts.get(field.alias or name, '')} |")
    return "\n".join(rows)


def _command_rows(group: click.Group, prefix: str) -> Iterator[tuple[str, str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _command_rows(command, f"{prefix}{name} ")
        elif command is not None:
            places = [
                p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)
            ]
            shown = " ".join([f"{prefix}{name}", *places]).replace("|", "\\|")
            yield shown, command.get_short_help_str(100)


def _section(model: type[BaseModel], level: str, *, written: bool = True) -> Iterator[str]:
    text = describe(model)
    yield f"{level} {text.name}"
    yield ""
    yield text.summary
    if text.body:
        yield ""
        yield text.body
    yield ""
    yield from _table(model, written=written)


_ELSEWHERE = {
    "WinRMSettings": "[below](#winrm)",
    "SSHSettings": "[below](#ssh)",
    "SimulateSettings": "[below](#simulate)",
    "HostWritten": "[below](#a-host-under-hosts)",
    "SettingsWritten": "the same keys as a host",
}


def _table(
    model: type[BaseModel], leave_out: tuple[str, ...] = (), *, written: bool = True
) -> Iterator[str]:
    """Draw a model's fields; with their defaults where people write them."""
    yield "| name | value | unless given | |" if written else "| name | value | |"
    yield "|---|---|---|---|" if written else "|---|---|---|"
    for field in describe(model).fields:
        if field.name in leave_out:
            continue
        kind = field.type
        for name, place in _ELSEWHERE.items():
            kind = kind.replace(f"[{name}](#{name.lower()})", place)
        default = "must be given" if field.default is None else field.default
        shown = f" `{default}` |" if field.default else f" {default} |"
        middle = shown.replace("|  |", "| |") if written else ""
        yield f"| `{field.name}` | {kind} |{middle} {field.text} |".replace("  |", " |")


def _nested(model: type[BaseModel]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {}
    todo = list(describe(model).nested)
    while todo:
        one = todo.pop(0)
        if one not in found:
            found[one] = None
            todo += describe(one).nested
    return list(found)


def main() -> int:
    """Write the files, or with `--check` only compare them."""
    stale = []
    for path, text in generated().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{'not up to date' if '--check' in sys.argv else 'written'}: {name}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
