"""The page: nothing of a host's becomes HTML, bars stay on their axis, colours can be read, and a
real browser shows it without a complaint and without the network."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from provision.journal.entry import Entry, Kind, Run
from provision.journal.telling import tell
from provision.report.html import timeline, trend
from provision.report.html.logs import FIRST, LAST, logs_of
from provision.report.html.rendering import render
from provision.report.html.single_run import run_content
from provision.report.junit import run_junit

TEMPLATES = Path(render.__code__.co_filename).parent / "templates"
CHROMIUM = shutil.which("chromium")

FOREIGN = st.text(max_size=30) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=http://192.0.2.1/x onerror=alert(1)>',
     "</title><h1>", "{{ 7*7 }}", "]]>", "\x00\x1b[2J\u202e", "\ud800", "' onload='x", "&lt;b&gt;"]
)  # fmt: skip


def entries(text: str, outcome: str = "failed", lines: int = 3) -> Iterator[Entry]:
    """A run that says the same foreign text wherever a host or a playbook can say one."""
    number = 0

    def entry(of: Kind, number_: int | None = None, /, **data: object) -> Entry:
        nonlocal number
        number += 1
        time = f"2026-01-02T03:04:{number % 60:02}.000Z"
        return Entry(number, "r", time, of, number_, None, data)

    yield entry(Kind.RESUMED, owner="o")
    yield entry(Kind.CONNECTED, computer_name=text, os_build=10586)
    yield entry(Kind.TASK_STARTED, 1, name=text, step="powershell")
    for _ in range(lines):
        yield entry(Kind.LINE, 1, kind="error", text=text, elapsed=1.0)
    warning = dict.fromkeys(("task", "issue", "brief", "evidence", "remedy"), text)
    yield entry(Kind.EVENT, 1, event="warning", expected=False, **warning)
    boot = {"boot_time": "b", "token": "t"}
    yield entry(
        Kind.EVENT, 1, event="host_restarted", time="2026-01-02T03:04:05.000Z", old=boot, new=boot,
        seconds=9.0, expected=False,
    )  # fmt: skip
    result = {
        "failure": text if outcome == "failed" else None, "remedy": text, "evidence": [text],
        "changes": [{"what": text, "before": text, "after": {text: [text]}}],
        "checks": [{"check": text, "passed": False, "found": text}],
    }  # fmt: skip
    yield entry(Kind.TASK_FINISHED, 1, outcome=outcome, seconds=1.0, result=result)
    yield entry(
        Kind.RUN_FINISHED, outcome=outcome, exit_code=1, seconds=2.0, message=text, remedy=text
    )


def page_of(text: str, outcome: str = "failed", lines: int = 3) -> tuple[str, bytes]:
    run = Run("r", text, "m", text, "a" * 64, "b" * 64, {}, text, "2026-01-02T03:04:00.000Z")
    told = list(entries(text, outcome, lines))
    story = tell(run, told)
    logs = logs_of(story, told)
    return render(run_content(story, "ended", logs)), run_junit(story, logs)


class Shape(HTMLParser):
    """Tags with their attributes, without any text that a host could have said."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Shape()
    parser.feed(page)
    return [tag for tag in parser.tags if tag[0] not in ("p", "div", "br")]


@settings(max_examples=60, deadline=None)
@given(FOREIGN.filter(lambda text: bool(text.strip())))
def test_no_text_changes_the_shape_of_the_page(text: str) -> None:
    page, junit = page_of(text)
    plain, _ = page_of("plain")
    assert set(shape(page)) <= set(shape(plain))
    assert [tag for tag in shape(page) if tag[0] in ("script", "img", "a", "title")] == [
        tag for tag in shape(plain) if tag[0] in ("script", "img", "a", "title")
    ]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert JUnitXml.fromstring(junit).failures >= 1


def test_nothing_is_fetched() -> None:
    for outcome in ("failed", "ok"):
        page, _ = page_of("plain", outcome)
        assert not re.search(r"https?:|//\w|@import|url\(|<script|<link|<img|<iframe", page)
        assert "default-src 'none'" in page


def test_a_long_log_is_bounded() -> None:
    page, _ = page_of("said", lines=5000)
    assert f"{5000 - FIRST - LAST} lines left out here" in page
    assert "provision logs r 1" in page
    assert len(page) < 150_000


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 2e9, width=32), st.floats(0, 1e7, width=32)), min_size=1, max_size=12
    )
)
def test_bars_stay_on_their_axis(times: list[tuple[float, float]]) -> None:
    spans = tuple(timeline.Span("n", at, at + long, "build", "t") for at, long in times)
    drawn = timeline.draw([timeline.HostTimes("h", spans, spans, spans)])
    assert drawn is not None
    for bar in (*drawn.lanes[0].phases, *drawn.lanes[0].restarts):
        assert bar.x >= -1e-6
        assert bar.width > 0
        assert bar.end <= 100 + 1e-6
    places = [tick.x for tick in drawn.ticks]
    assert places == sorted(places)
    assert len(places) <= 10
    assert all(-1e-6 <= x <= 100 + 1e-6 for x in places)
    assert timeline.draw([timeline.HostTimes("h")]) is None


@settings(deadline=None)
@given(st.lists(st.none() | st.floats(0, 1e6), max_size=31), st.none() | st.floats(0, 1e6))
def test_columns_stay_in_their_chart(seconds: list[float | None], usual: float | None) -> None:
    nights = [trend.Night(str(number), one, number % 3 == 0) for number, one in enumerate(seconds)]
    drawn = trend.draw("h", "n", nights, usual)
    assert len(drawn.columns) == len(nights)
    for column in drawn.columns:
        assert 0 <= column.x <= column.x + column.width <= 100.001
        assert column.y >= 0
        assert column.height > 0
        assert column.y + column.height <= trend.HEIGHT + 0.001
    assert drawn.usual_y is None or 0 <= drawn.usual_y <= trend.HEIGHT


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PAIRS = [
    *((text, ground) for text in ("text", "soft", "link") for ground in ("page", "card")),
    *((text, "card") for text in ("good", "bad", "warn", "idle")),
    *((text, "code") for text in ("text", "soft", "bad", "warn")),
    *((text, f"{text}-tint") for text in ("good", "bad", "warn", "idle")),
    ("text", "warn-tint"), ("bad", "page"),
    *(("on-bar", bar) for bar in ("prepare", "build", "check", "keep", "task")),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_is_enough(theme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / "style.css").read_text("utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[theme == "dark"]))
    low = {}
    for text, ground in PAIRS:
        bright, dim = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        ratio = (bright + 0.05) / (dim + 0.05)
        if ratio < 4.5:
            low[text, ground] = round(ratio, 2)
    assert not low


def test_it_can_be_used_without_eyes_and_without_colour() -> None:
    page, _ = page_of("plain")
    assert '<html lang="en">' in page
    assert all(f"<{landmark}" in page for landmark in ("header", "nav", "main", "footer"))
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for svg in re.findall(r"<svg[^>]*class=\"(?:chart|strip)[^>]*>", page):
        assert "aria-label" in svg or "aria-hidden" in svg
    for head in re.findall(r"<th [^>]*>", page):
        assert "scope=" in head
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_shows_it_without_a_complaint(tmp_path: Path) -> None:
    assert CHROMIUM is not None
    page, _ = page_of('<img src="http://192.0.2.1/x" onerror="alert(1)">')
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=400,800",
            f"--screenshot={tmp_path / 'page.png'}", (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=90,
        check=True,
    )  # fmt: skip
    assert ":CONSOLE" not in done.stderr
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "page.png").stat().st_size > 20_000
