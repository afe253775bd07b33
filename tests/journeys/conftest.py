"""The one flag of the journeys."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-journeys", action="store_true", help="write the journeys down as they go now")
