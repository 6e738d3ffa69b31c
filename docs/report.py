"""Makes `docs/report.png` from the example lab's nights: the page of the last one, in a browser.

    python docs/report.py [FOLDER]

Needs chromium. With FOLDER the lab, its journal and the page are kept there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from example_nights import ExampleLab

from provision.cli.lab_records import open_lab_records
from provision.cli.lab_told import told_of
from provision.lab.night_page import night_content
from provision.report.html.rendering import render

ROOT = Path(__file__).resolve().parent.parent
_WIDTH, _HEIGHT = 1100, 2175


def main() -> int:
    """Write nights, read them as `provision lab report` does, take a picture."""
    browser = shutil.which("chromium")
    if browser is None:
        raise SystemExit("chromium is needed for the picture")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        example = ExampleLab(folder)
        example.write()
        example.close()
        with open_lab_records(str(folder / "lab.yml")) as records:
            page = render(night_content(told_of(records, records.find("last"))))
        (folder / "night.html").write_text(page, encoding="utf-8")
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--user-data-dir={scratch}/profile", f"--window-size={_WIDTH},{_HEIGHT}",
                f"--screenshot={ROOT / 'docs' / 'report.png'}",
                (folder / "night.html").as_uri(),
            ],
            capture_output=True,
            check=True,
        )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
