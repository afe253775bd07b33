"""Take the picture of the page that the README shows: a step in the middle of a sitting, with the bot that people run.

    python -m tools.screenshot        with the Python of .venv, from the top folder; needs Chromium

Writes docs/page.png, and says so; fails when the picture would be too heavy for a first page.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bot.trying import playing
from tests.browser.conftest import NAMES, OPTIONS
from tests.browser.visitor import HEALTHY, TO_A_STEP, Visitor

TARGET = Path(__file__).resolve().parent.parent / "docs" / "page.png"
HEAVIEST = 200_000  # bytes
WIDE, HIGH, SHARP = 1180, 860, 1.0


async def take(path: str) -> bytes:
    """The picture."""
    async with async_playwright() as playwright, playing(0) as trial:
        browser = await playwright.chromium.launch(executable_path=path, args=OPTIONS)
        window = await browser.new_context(
            viewport={"width": WIDE, "height": HIGH}, device_scale_factor=SHARP, reduced_motion="reduce"
        )
        visitor = await Visitor.arrive(await window.new_page(), trial)
        await visitor.adds("Ben")
        await visitor.tab("You").click()
        await visitor.says("good morning!")
        await visitor.hurries(*HEALTHY, *TO_A_STEP)
        await visitor.tap("Feels fine")
        await visitor.key("Feels fine").wait_for()
        await _settled(visitor.page)
        picture = await visitor.page.screenshot()
        await browser.close()
        return picture


async def _settled(page: Page) -> None:
    """Everything is drawn, and no button looks touched."""
    await page.mouse.move(1, 1)
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def main() -> None:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("No Chromium on this machine: on Debian and Ubuntu, apt-get install chromium.")
    picture = asyncio.run(take(path))
    if len(picture) > HEAVIEST:
        sys.exit(f"The picture has {len(picture):,} bytes, more than {HEAVIEST:,}: lower SHARP.")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(picture)
    print(f"docs/page.png: {len(picture):,} bytes")


if __name__ == "__main__":
    main()
