"""What is mended, letter by letter."""

from __future__ import annotations

import pytest

from provision.dockerfile.fixing import fix
from provision.dockerfile.linting import lint
from provision.dockerfile.rule import Rule
from provision.dockerfile.rules import RULES
from provision.dockerfile.target import Target

SERVER = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("lost-backslash", "WORKDIR C:\\app\\bin", "WORKDIR C:/app/bin"),
        ("backslash-at-line-end", "COPY a C:\\app\\\nRUN dir", "COPY a C:/app/\nRUN dir"),
        (
            "lost-backslash",
            "ENV A=C:\\x B='C:\\y' C=\"C:\\z\"",
            "ENV A=C:\\\\x B='C:\\y' C=\"C:\\z\"",
        ),
        ("lost-backslash", "ENV HOME C:\\my app", "ENV HOME C:\\\\my app"),
        ("drive-without-folder", "WORKDIR C:", "WORKDIR C:/"),
        ("maintainer-deprecated", "MAINTAINER A  B <b@example.com>", None),
        ("choco-without-yes", "RUN choco install git && choco install -y jq", None),
        ("percent-variable", "ARG V=1\nENV A %V%/%TMP%", "ARG V=1\nENV A ${V}/%TMP%"),
        ("powershell-variable", "ENV V=1\nWORKDIR C:/$env:V", "ENV V=1\nWORKDIR C:/${V}"),
    ],
)
def test_one_line(rule: str, bad: str, good: str | None) -> None:
    good = (
        good
        or {
            "maintainer-deprecated": 'LABEL maintainer="A  B <b@example.com>"',
            "choco-without-yes": "RUN choco install -y git && choco install -y jq",
        }[rule]
    )
    assert rule in {one.rule for one in lint(SERVER + bad, Target.WS2022)}
    assert fix(SERVER + bad, Target.WS2022)[0] == SERVER + good


def test_tp4_takes_several_rounds() -> None:
    bad = "FROM windowsservercore\nWORKDIR C:\\app\nRUN mvn -B package\n"
    good = "FROM windowsservercore\nWORKDIR /app\nRUN mvn -Dmaven.repo.local=C:/m2 -B package\n"
    assert fix(bad, Target.TP4)[0] == good


def test_an_escape_directive_comes_with_all_that_belongs_to_it() -> None:
    bad = f"# An image\n{SERVER}ENV A=C:\\\\x\nRUN dir C:\\y && \\\n  # so\n  cd \\\n  \\x\n"
    good = f"# An image\n{SERVER}ENV A=C:\\x\nRUN dir C:\\y && `\n  # so\n  cd `\n  \\x\n"
    mended, _ = fix("\ufeff" + bad.replace("\n", "\r\n"), Target.WS2022)
    assert mended == "\ufeff# escape=`\r\n" + good.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "rest",
    [
        "RUN dir C:\\x & echo `\\\n  y\n",
        "ENV A=a`b\nRUN dir C:\\x\n",
        "ENV A=a\\$b\nRUN dir C:\\x\n",
        "RUN <<EOF\ndir\nEOF\nRUN dir C:\\x\n",
        'COPY ["C:\\\\\\\\x", "y"]\nRUN dir C:\\x\n',
    ],
)
def test_no_escape_directive_where_it_would_change_the_meaning(rest: str) -> None:
    text = SERVER + rest
    assert "escape-directive-missing" in {one.rule for one in lint(text, Target.WS2022)}
    assert fix(text, Target.WS2022) == (text, 0)


def test_lines_that_end_with_the_wrong_character() -> None:
    bad = f"# escape=`\n{SERVER}RUN dir && \\\n    cd && \\\n    dir\n"
    good = f"# escape=`\n{SERVER}RUN dir && `\n    cd && `\n    dir\n"
    assert fix(bad, Target.WS2022)[0] == good


def test_an_ignored_finding_is_not_mended() -> None:
    text = f"{SERVER}# provision: ignore=lost-backslash\nWORKDIR C:\\app\n"
    assert fix(text, Target.WS2022) == (text, 0)
    text = f"{SERVER}WORKDIR C:\\app\n"
    assert fix(text, Target.WS2022, ignore=["lost-backslash"]) == (text, 0)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES.values()])
def test_mending_leaves_the_good_examples_alone(rule: Rule) -> None:
    assert fix(rule.good, rule.example) == (rule.good, 0)
