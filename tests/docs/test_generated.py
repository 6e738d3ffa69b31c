"""The documentation that is made from the code is what the code says now."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from provision.lab.loader import load_lab
from provision.playbook.inventory import load_hosts
from provision.playbook.loader import load_playbook
from provision.playbook.variables import check_variables
from provision.steps.registry import STEPS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


def test_nothing_drifted(generate: ModuleType) -> None:
    stale = [
        path.name
        for path, text in generate.generated().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `make docs`"


def test_every_parameter_of_every_step_is_documented(generate: ModuleType) -> None:
    bare = [
        f"{step.name}.{field.name}"
        for step in generate.STEPS.values()
        for field in generate.describe(step).fields
        if not field.text
    ]
    assert not bare


def test_every_field_of_every_event_but_the_plain_ones_is_documented(generate: ModuleType) -> None:
    plain = {"task", "step", "event", "reason", "expected", "passed", "found", "check"}
    bare = [
        f"{kind.__name__}.{field.name}"
        for kind in generate.Event.__subclasses__()
        for field in generate.describe(kind).fields
        if not field.text and field.name not in plain
    ]
    assert set(bare) <= {
        "PlanMade.tasks",
        "WarningRaised.issue",
        "WarningRaised.brief",
        "WarningRaised.evidence",
        "WarningRaised.remedy",
        "TaskProgress.text",
    }


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/steps.md", "docs/host-file.md", "docs/boot.md", "docs/known-issues.md"],
)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        other = path.parent / name if name else path
        assert other.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}
            assert anchor in slugs, target


def test_the_examples_of_the_readme_are_accepted(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    kinds = []
    for number, example in enumerate(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)):
        path = tmp_path / f"example-{number}.yml"
        path.write_text(example, encoding="utf-8")
        if "tasks:" in example:
            playbook = load_playbook(path, path.name, STEPS)
            assert not check_variables(playbook, (), STEPS)
            kinds.append("playbook")
        elif "vms:" in example:
            for name in re.findall(r"[\w/.-]+\.yml", example):
                (tmp_path / name).parent.mkdir(exist_ok=True)
                (tmp_path / name).write_text("name: x")
            load_lab(path, path.name)
            kinds.append("lab file")
        else:
            load_hosts(path, path.name)
            kinds.append("host file")
    assert sorted(set(kinds)) == ["host file", "lab file", "playbook"]


def test_the_picture_refers_to_nothing_outside_itself() -> None:
    text = (ROOT / "docs" / "run.svg").read_text(encoding="utf-8")
    assert "@import" not in text
    assert "@font-face" not in text
    assert "url(http" not in text
