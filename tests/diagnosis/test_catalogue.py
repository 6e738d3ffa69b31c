"""Each known issue is told from what it looks like, and from what only resembles it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from issue_cases import CASES, NEAR, SEEN

from provision.diagnosis.catalogue import CATALOGUE, FAMILIES
from provision.diagnosis.generation import GENERATIONS, between, canonical, generation_of
from provision.diagnosis.matching import Sighting, find_issues, issue_by_id
from provision.diagnosis.squeeze import anchor

INNOCENT = sorted((Path(__file__).parent / "innocent").glob("*.log"))
THREAD = re.compile(r"[\w.-]+/[\w.-]+#\d+")
OURS = ("Install-ContainerHost.ps1", "the first user's report", "Hyper-V VMMS networking log")


def ids(seen: Sighting) -> list[str]:
    return [finding.issue.id for finding in find_issues([seen])]


def test_there_are_many_issues_each_with_an_id_of_its_own() -> None:
    assert len(CATALOGUE) >= 60
    assert len({issue.id for issue in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_issue_has_a_positive_and_a_near_miss(family: str) -> None:
    assert set(CASES[family]) == {issue.id for issue in FAMILIES[family][1]}
    assert all(kinds["seen"] and kinds["near"] for kinds in CASES[family].values())


@pytest.mark.parametrize(("issue", "seen"), SEEN)
def test_positive(issue: str, seen: Sighting) -> None:
    assert issue in ids(seen)


@pytest.mark.parametrize(("issue", "seen"), NEAR)
def test_near_miss(issue: str, seen: Sighting) -> None:
    assert issue not in ids(seen)


@pytest.mark.parametrize("issue", CATALOGUE, ids=lambda issue: issue.id)
def test_entries_are_complete(issue) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", issue.id)
    assert issue.patterns
    for text in (issue.title, issue.cause, issue.remedy, issue.source):
        assert text.strip()
    assert issue.cause.endswith(".")
    assert issue.remedy.endswith((".", ")"))
    assert not issue.title.endswith(".")
    assert {issue.since, issue.until} <= {"", *GENERATIONS}
    assert between(issue.since, issue.until)
    known = {one.id for one in CATALOGUE}
    assert set(issue.follows) <= known - {issue.id}


@pytest.mark.parametrize("issue", CATALOGUE, ids=lambda issue: issue.id)
def test_sources_can_be_looked_up(issue) -> None:
    for source in issue.source.split("; "):
        ours = source.startswith(OURS)
        assert THREAD.fullmatch(source) or source.startswith("https://") or ours, source


@pytest.mark.parametrize("issue", CATALOGUE, ids=lambda issue: issue.id)
def test_patterns_are_quick_and_in_order(issue) -> None:
    kinds = []
    for pattern in issue.patterns:
        parts = (pattern.id, pattern.hresult, pattern.exit_code is not None, pattern.text)
        assert any(parts)
        kinds.append(next(n for n, part in enumerate(parts) if part))
        if pattern.hresult:
            assert re.fullmatch(r"0x[0-9A-F]{8}", pattern.hresult)
        if pattern.text:
            assert len(anchor(pattern.text)) >= (0 if pattern.id else 4)
            assert not re.search(r"(?<!\\)\.[*+]", pattern.text), "gaps are bounded"
    assert kinds == sorted(kinds), "ids first, then HRESULTs, exit codes, texts"


@pytest.mark.parametrize("log", INNOCENT, ids=lambda path: path.stem)
def test_innocent_lines_have_no_finding(log: Path) -> None:
    text = log.read_text(encoding="utf-8")
    seen = [Sighting(line, kind="output") for line in text.splitlines()]
    assert [f.issue.id for f in find_issues([*seen, Sighting(text)])] == []


def test_an_issue_by_its_id() -> None:
    assert issue_by_id("vswitch-add-failed").warning_if == ("switch", "adapter")
    with pytest.raises(KeyError):
        issue_by_id("nope")


def test_generations() -> None:
    assert generation_of(10586) == "tp4"
    assert generation_of(17763) == "2019"
    assert generation_of(1) == ""
    assert canonical("2016") == "rtm"
    assert canonical("TP5") == "tp5"
    assert canonical("windows 3") == ""
    assert between("tp5", "2019") == ("tp5", "rtm", "2019")
    assert not issue_by_id("nat-left-over").occurs_on("tp5")
    assert issue_by_id("nat-left-over").occurs_on("")
