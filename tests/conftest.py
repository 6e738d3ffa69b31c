"""Options of the whole suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--over-ssh", action="store_true", help="play all of the contract over SSH, not a sample"
    )
