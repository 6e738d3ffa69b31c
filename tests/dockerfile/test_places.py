"""Findings stand at the character that they are about, in the file as it is on the disk."""

from __future__ import annotations

import pytest

from provision.dockerfile.finding import Finding
from provision.dockerfile.linting import lint
from provision.dockerfile.target import Target
from provision.model.errors import InputError

FROM = "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n"


def found(text: str, rule: str, target: Target = Target.WS2022) -> list[Finding]:
    return [one for one in lint(text, target, "Dockerfile") if one.rule == rule]


def places(text: str, rule: str, target: Target = Target.WS2022) -> list[tuple[int, int]]:
    return [(one.line, one.column) for one in found(text, rule, target)]


def test_in_a_line_that_goes_on_with_a_comment_and_an_empty_line_between() -> None:
    text = f"{FROM}RUN dir \\\n  # a comment\n\n  && choco install git\n"
    assert places(text, "choco-without-yes") == [(5, 6)]


def test_behind_a_byte_order_mark_and_with_windows_line_ends() -> None:
    text = f"\ufeff{FROM}ENV A=b \\\r\n    WORK=C:\\work\r\n".replace("2022\n", "2022\r\n")
    assert places(text, "lost-backslash") == [(3, 12)]


def test_columns_count_characters_not_bytes() -> None:
    assert places(f"{FROM}ENV É=ü W=C:\\w\n", "lost-backslash") == [(2, 13)]


def test_with_a_tab_and_white_space_in_front() -> None:
    assert places(f"{FROM}\t  WORKDIR\tC:\\app\n", "lost-backslash") == [(2, 14)]


def test_behind_onbuild_and_behind_flags() -> None:
    text = f"{FROM}ONBUILD COPY --from=build --chown=x:y a C:\\app\n"
    assert places(text, "lost-backslash") == [(2, 43)]


def test_after_a_heredoc() -> None:
    text = f"{FROM}RUN <<EOF\nWORKDIR C:\\app\nchoco install git\nEOF\nWORKDIR C:\\app\n"
    assert places(text, "lost-backslash") == [(6, 11)]
    assert places(text, "choco-without-yes") == [(2, 1)]


def test_the_escape_directive_turns_backslashes_into_text() -> None:
    text = f"# syntax=docker/dockerfile:1\n#escape = `\n{FROM}WORKDIR C:\\app\nRUN dir `\n C:\\\n"
    assert lint(text, Target.WS2022, "Dockerfile") == ()


def test_a_json_list_is_unescaped_twice() -> None:
    assert places(f'{FROM}COPY ["a b", "C:\\\\app"]\n', "lost-backslash") == [(2, 15)]
    assert not places(f'{FROM}COPY ["a b", "C:\\\\\\\\app"]\n', "lost-backslash")


@pytest.mark.parametrize(
    "value",
    ['"C:\\app"', "'C:\\app'", "C:\\\\app", "C:/app", "a\\ b", '\\"x\\"', "\\$x", "C:\\\\a\\\\b"],
)
def test_backslashes_that_stay_or_are_meant_are_none_of_ours(value: str) -> None:
    assert not places(f"{FROM}ENV A={value}\n", "lost-backslash")


def test_one_mistake_does_not_hide_the_others() -> None:
    text = f"{FROM}ENV JAVA_HOME\nWORKDIR C:\\app\nLABEL a=b c\nRUNN dir\n"
    assert places(text, "syntax-error") == [(2, 1), (4, 1)]
    assert places(text, "lost-backslash") == [(3, 11)]
    assert places(text, "unknown-instruction") == [(5, 1)]


def test_an_unterminated_heredoc_is_a_syntax_error() -> None:
    assert places(f"{FROM}RUN <<EOF\ndir\n", "syntax-error") == [(2, 1)]


def test_an_impossible_escape_character_is_a_syntax_error() -> None:
    assert places(f"# escape=x\n{FROM}", "syntax-error") == [(1, 1)]


def test_a_line_too_long_for_docker_is_a_syntax_error() -> None:
    assert places(f"{FROM}RUN {'a' * 70_000}\n", "syntax-error") == [(2, 1)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("\ufeff \n\t\n", "is empty"),
        ("MZ\0\1", "is not a text file"),
        ("F\0R\0O\0M\0", "is not a text file"),
        ("\ud800", "is no UTF-8 text"),
        ("Dear reader,\nthis is a letter.\n", "is not a Dockerfile"),
    ],
)
def test_what_is_no_dockerfile_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        lint(text, Target.WS2022, "Dockerfile")


@pytest.mark.parametrize(
    "comment",
    [
        "# provision: ignore=lost-backslash",
        "#provision:ignore = other-rule, lost-backslash",
        "  # PROVISION: ignore=lost-backslash  ",
    ],
)
def test_a_comment_turns_a_rule_off_for_the_next_instruction(comment: str) -> None:
    text = f"{FROM}{comment}\n# why\nWORKDIR C:\\app\nWORKDIR C:\\app\n"
    assert places(text, "lost-backslash") == [(5, 11)]


def test_a_comment_within_an_instruction_is_good_for_it() -> None:
    text = f"{FROM}ENV A=b \\\n# provision: ignore=lost-backslash\n  C=C:\\d\n"
    assert not places(text, "lost-backslash")


def test_comments_of_a_heredoc_do_not_count() -> None:
    text = f"{FROM}RUN <<EOF\n# provision: ignore=lost-backslash\nEOF\nWORKDIR C:\\app\n"
    assert places(text, "lost-backslash") == [(5, 11)]
