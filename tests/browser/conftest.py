"""The page in a real browser: one Chromium for all tests, and for each test a playground and a bot of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, time

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.trying import Trial, playing
from tests.browser.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium on this machine: on Debian and Ubuntu, apt-get install chromium"
OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
Visit = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Skips where there is no Chromium; in CI that is a failure."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def trial(request: pytest.FixtureRequest) -> AsyncIterator[Trial]:
    """Without the bot's profile, which takes another process; who needs it says so: see Visitor.knows_the_bot.

    Its parameter, where a test gives one: the time of day (UTC) at which the playground begins.
    """
    begin: time | None = getattr(request, "param", None)
    ahead = 0.0 if begin is None else until(begin, datetime.now(UTC))
    async with playing(0, ahead=ahead, profile=False) as trial:
        yield trial


def until(begin: time, now: datetime) -> float:
    """Seconds from `now` to the next such time of day."""
    there = datetime.combine(now.date(), begin, now.tzinfo)
    return (there - now).total_seconds() % 86_400


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, trial: Trial) -> AsyncIterator[Visit]:
    """Opens the page in a window of its own, without motion; options as Playwright's new_context.

    At the end no window may have complained.
    """
    visitors: list[Visitor] = []

    async def open_page(*, width: int = 1280, height: int = 860, **options: object) -> Visitor:
        calm: dict[str, object] = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce"}
        window = await browser.new_context(**(calm | options))  # type: ignore[arg-type]
        visitors.append(await Visitor.arrive(await window.new_page(), trial))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        await visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def anna(visit: Visit) -> Visitor:
    """Somebody in a window of usual size, who sees the bot's first question."""
    return await visit()
