"""Known issues in logs, however a console or a logger has mangled them."""

from __future__ import annotations

import io
import random
import textwrap
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from issue_cases import SEEN

from provision.diagnosis import log_search, log_source
from provision.diagnosis.issue import KnownIssue, Pattern
from provision.diagnosis.log_search import LogFinding, search_log
from provision.diagnosis.log_source import blocks
from provision.diagnosis.matching import Sighting

INNOCENT = sorted((Path(__file__).parent / "innocent").glob("*.log"))
CHARACTERS = st.integers(1, 0x2FFF).map(chr)
CALM = "everything goes its way here, line {}"


def in_log(text: str | bytes, **more: str) -> tuple[LogFinding, ...]:
    raw = text if isinstance(text, bytes) else text.encode()
    return search_log(blocks(io.BytesIO(raw)), **more)


def ids(found: tuple[LogFinding, ...]) -> list[str]:
    return [one.issue.id for one in found]


def printed(seen: Sighting) -> str:
    """What a console shows of a sighting."""
    text = f"program : {seen.text}" if seen.text else "something failed"
    if seen.hresult and not seen.id:
        text += f" (Exception from HRESULT: {seen.hresult})"
    if seen.exit_code is not None:
        text += f" exit code {seen.exit_code}"
    if seen.id:
        text += f" {seen.hresult}\nAt C:\\x.ps1:1 char:1\n+ x\n+ ~\n"
        text += "    + CategoryInfo          : NotSpecified: (:) [], Exception\n"
        text += f"    + FullyQualifiedErrorId : {seen.id}\n \n"
    return text


def hard_wrap(text: str, width: int) -> str:
    """Break lines in mid word, as a console of so many columns does."""
    return "\n".join(
        "\n".join(line[n : n + width] for n in range(0, len(line), width)) or ""
        for line in text.split("\n")
    )


def soft_wrap(text: str, width: int) -> str:
    return "\n".join(
        "\n".join(textwrap.wrap(line, width, break_on_hyphens=False, subsequent_indent="   "))
        for line in text.split("\n")
    )


PREFIXES = (
    "2024-05-01T12:00:07.123456700Z ",
    "2018-05-11 17:29:55,598 3068 [DEBUG] - ",
    "[16:21:13.746][WindowsDaemon  ][Info   ] ",
    "12:01:02 ",
    "    hyperv-iso | ",
    "==> default: ",
    "#12 3.456 ",
    "\x1b[31m[ERROR]\x1b[0m ",
)


@st.composite
def mangled(draw: st.DrawFn) -> tuple[str, bytes]:
    # A log does not tell what came out of a container.
    issue, seen = draw(st.sampled_from([one for one in SEEN if not one[1].in_container]))
    text = printed(seen)
    if draw(st.booleans()) and not seen.id:
        text = text.upper() if text.isascii() else text
    width = draw(st.sampled_from((0, 80, 120)))
    if width:
        # A narrow window breaks words; a program that knows its width breaks between them.
        text = draw(st.sampled_from((hard_wrap, soft_wrap)))(text, width)
    if draw(st.booleans()):
        text = text.replace(" ", draw(st.sampled_from(("  ", "\t", " \u00a0"))))
    prefix = draw(st.sampled_from(("", *PREFIXES)))
    lines = [CALM.format(n) for n in range(draw(st.integers(0, 30)))]
    lines += text.split("\n")
    text = "\n".join(prefix + line for line in [*lines, "and so it ends", ""])
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    if draw(st.booleans()):
        text = "".join(f"\x1b[91m{line}\x1b[0m" for line in text.splitlines(keepends=True))
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be")))
    if encoding == "utf-16-le-bom":
        return issue, b"\xff\xfe" + text.encode("utf-16-le")
    if encoding == "utf-16-be":
        return issue, b"\xfe\xff" + text.encode("utf-16-be")
    return issue, text.encode(encoding)


@settings(max_examples=300, deadline=None)
@given(mangled())
def test_no_console_and_no_logger_can_hide_an_issue(case: tuple[str, bytes]) -> None:
    issue, raw = case
    assert issue in ids(in_log(raw))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CHARACTERS, max_size=60).map("".join), max_size=30).map("\n".join))
def test_random_text_has_no_findings(text: str) -> None:
    assert in_log(text.encode("utf-8", "replace")) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 255), max_size=2000))
def test_random_bytes_have_no_findings(raw: list[int]) -> None:
    assert in_log(bytes(raw)) == ()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(INNOCENT), st.sampled_from((40, 80, 120)), st.randoms())
def test_innocent_logs_stay_so(log: Path, width: int, shuffled: random.Random) -> None:
    text = log.read_text(encoding="utf-8")
    lines = text.splitlines()
    shuffled.shuffle(lines)
    for version in (text, hard_wrap(text, width), text.upper(), "\n".join(lines)):
        assert ids(in_log(version)) == []
    assert ids(in_log(text.encode("utf-16"))) == []


@pytest.mark.parametrize("size", [7, 64, 1000])
def test_where_blocks_end_makes_no_difference(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(
        [*(CALM.format(n) for n in range(50)), "HNS failed with error : Element", "not found.", ""]
        * 3
    )
    whole = in_log(text)
    monkeypatch.setattr(log_source, "BLOCK", size)
    monkeypatch.setattr(log_search, "OVERLAP", 200)
    assert in_log(text) == whole
    assert whole[0].lines == (51, 104, 157)


def test_lines_and_counts() -> None:
    text = "fine\nfine\ntoomanyrequests: slow down\n" + "x\ntoomanyrequests: again\n" * 9
    (one,) = in_log(text)
    assert one.lines == (3, 5, 7, 9, 11)
    assert one.count == 10
    assert one.excerpt == "toomanyrequests: slow down"
    assert not one.typed


def test_causes_come_before_consequences_wherever_they_stand() -> None:
    text = (
        "open //./pipe/docker_engine: The system cannot find the file specified.\n"
        "failed to start daemon: Error creating default network: HNS failed with error : "
        "Unspecified error\n"
    )
    found = in_log(text)
    assert ids(found) == ["hns-network-refused", "docker-service-down", "docker-no-default-network"]
    assert found[1].after == ("hns-network-refused",)
    assert found[0].after == ()


def test_an_id_broken_by_the_console_is_read() -> None:
    text = (
        "Install-WindowsFeature : Die Anforderung ist fehlgeschlagen. Fehler: 0x800f081f\n"
        "    + CategoryInfo          : InvalidOperation: (@{Vhd=}:PSObject) [Install-Windows],\n"
        "   Exception\n"
        "    + FullyQualifiedErrorId : DISMAPI_Error__Failed_To_Enable_Upd\n"
        "   ates,Microsoft.Windows.ServerManager.Commands.AddWindowsFeatureCommand\n"
    )
    found = in_log(text)
    assert ids(found) == ["feature-source-missing", "feature-not-added"]
    assert all(one.typed for one in found)


def test_exit_codes_are_codes_only_where_a_line_says_so() -> None:
    assert ids(in_log("The command 'x' returned a non-zero code: 3221225781")) == [
        "container-dll-not-found"
    ]
    assert ids(in_log("exited with '-2147023895'")) == ["winrm-memory"]
    assert in_log("3221225781 bytes read; code 3010 files; exit code 30101; exit code 3010.5") == ()


def test_generations() -> None:
    text = "Unexpected NAT configuration. Switch subnet (a) does not match NAT subnet (b)"
    assert ids(in_log(text, generation="tp4")) == ["nat-left-over"]
    assert in_log(text, generation="2019") == ()


def test_code_pages_can_be_named() -> None:
    raw = "ディスクに十分な空き領域がありません。\n".encode("cp932")
    assert in_log(raw) == ()
    assert ids(search_log(blocks(io.BytesIO(raw), "cp932"))) == ["disk-full"]


def test_one_endless_line_and_a_long_log_take_little_memory() -> None:
    class Endless(io.RawIOBase):
        left = 400

        def read(self, _size: int = -1) -> bytes:
            self.left -= 1
            if self.left < 0:
                return b""
            return (b"abc def " * 4096) if self.left else b" toomanyrequests: now "

    tracemalloc.start()
    found = search_log(blocks(Endless()))  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ids(found) == ["pull-rate-limit"]
    assert peak < 3_000_000


def test_issues_of_one_s_own() -> None:
    mine = KnownIssue("mine", "t", (Pattern(text=r"boom \d{1,2} times"),), "c.", "r.", "s")
    (one,) = search_log([b"it went BOOM\r\n  12 times"], catalogue=[mine])
    assert one.lines == (1,)
