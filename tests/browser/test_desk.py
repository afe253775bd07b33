"""Behind the scenes: time, kill -9, faults, the person who blocks, the journey that is saved."""

from __future__ import annotations

import os
import re
import signal
from datetime import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.trying import Trial
from tests.browser.conftest import Visit
from tests.browser.visitor import HEALTHY, TO_A_STEP, Visitor
from tests.journeys.play import play, read

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("trial", [time(12, 7)], indirect=True, ids=["begun after noon"])
async def test_a_reminder_comes_when_the_clock_is_moved(visit: Visit, trial: Trial) -> None:
    anna = await visit(timezone_id="Europe/Berlin")
    await anna.hurries(*HEALTHY)
    await anna.says("/reminder")
    await anna.now_sees("When")
    await anna.says("8:00")
    await anna.sees("Is that right?")
    await anna.tap("Yes")
    await anna.sees("with you right now?")
    await anna.tap("Yes")
    await anna.sees("On which days?")
    await anna.tap("Done")
    await anna.says("/reminder")
    await anna.tap("Exactly at 08:00")
    await anna.sees("I remind you every day at 08:00")
    await anna.button("Tomorrow 08:00").click()
    await anna.sees("Time for your back?", 30_000)
    await expect(anna.page.locator("#now")).to_contain_text(re.compile(r"08:0\d:\d\d"), timeout=30_000)
    await expect(anna.page.locator("#ahead")).to_contain_text("ahead of your computer")
    await expect(anna.log.locator(".day")).to_have_count(2)


async def test_the_clock_moves_by_ten_minutes_and_to_any_time_but_never_back(anna: Visitor, trial: Trial) -> None:
    await anna.button("+10 min").click()
    await expect(anna.page.locator("#ahead")).to_have_text("10 min ahead of your computer")
    assert trial.desk.moving.by == 600
    await expect(anna.button("+1 h")).to_be_enabled()
    await anna.page.get_by_label("Move the clock to").fill("2001-01-01T08:00")
    await anna.button("Go there").click()
    await expect(anna.page.locator("#toasts")).to_contain_text("only moves forward")
    assert trial.desk.moving.by == 600


async def test_killed_in_the_middle_and_on_where_it_was(anna: Visitor, trial: Trial) -> None:
    await anna.hurries(*HEALTHY, *TO_A_STEP)
    await anna.tap("Feels fine")
    step = await anna.newest.locator(".text").inner_text()
    process = trial.desk.child.pid
    await anna.button("Kill it and start it again").click()
    await anna.key("Feels fine").click()
    await expect(anna.key("Feels fine")).to_have_attribute("aria-busy", "true")
    await expect(anna.page.locator("#toasts")).to_contain_text("The bot is back after", timeout=20_000)
    await expect(anna.newest.locator(".text")).not_to_have_text(step)
    await expect(anna.key("Feels fine")).not_to_have_attribute("aria-busy", "true")
    await anna.tap("Feels fine", "Feels fine", "Feels fine")
    await anna.now_sees("How is the pain now")
    assert trial.desk.child.pid not in (None, process)
    assert trial.desk.child.code == -signal.SIGKILL


async def test_a_bot_that_ends_by_itself_is_said_and_started_again(anna: Visitor, trial: Trial) -> None:
    await anna.is_online()
    assert trial.desk.child.pid is not None
    os.kill(trial.desk.child.pid, signal.SIGTERM)
    await expect(anna.page.locator("#banner")).to_contain_text("stopped by itself (exit code 0)")
    await anna.says("/help")
    await expect(anna.log.locator("article.mine-to").last.locator(".sent")).to_contain_text("not yet received")
    await anna.is_online(20_000)
    await expect(anna.page.locator("#banner")).to_be_hidden()
    await anna.sees("begins a sitting")
    await expect(anna.log.locator("article.mine-to").last.locator(".sent")).not_to_contain_text("not yet received")


async def test_everything_may_come_twice(anna: Visitor, trial: Trial) -> None:
    await anna.page.get_by_role("switch", name="Everything comes twice").click()
    await anna.tap("18 to 64", "I agree")
    await anna.now_sees("Which country")
    await expect(anna.page.locator("#calls .fault")).to_have_count(2)
    messages = trial.desk.api.people.chats[100_001].visible()
    assert sum("Which country" in message.words for message in messages) == 1


async def test_too_many_requests_are_waited_out(anna: Visitor) -> None:
    flood = anna.page.get_by_role("switch", name="Too many requests")
    await flood.click()
    await expect(flood).to_have_attribute("aria-checked", "true")
    await anna.says("/about")
    await expect(anna.page.locator("#calls .refusal").first).to_contain_text("429 Too Many Requests: retry after 3")
    await anna.button("All").focus()
    await anna.page.get_by_role("button", name=re.compile(r"^Refused \d+")).click()
    await expect(anna.page.locator("#calls .call").first).to_be_hidden()
    await flood.click()
    await anna.sees("How old are you?")
    await expect(anna.log.locator("article.mine-to").last).to_contain_text("/about")
    await anna.now_sees("How old are you?", 20_000)


async def test_somebody_blocks_the_bot_and_comes_back(anna: Visitor, trial: Trial) -> None:
    await anna.page.get_by_role("switch", name="Block the bot").click()
    await expect(anna.page.locator("#blocked")).to_be_visible()
    await expect(anna.page.locator("#composer")).to_be_hidden()
    assert trial.desk.api.people.chats[100_001].blocked
    await anna.button("Unblock").click()
    await expect(anna.page.locator("#composer")).to_be_visible()
    await anna.says("/start")
    await anna.now_sees("How old are you?")


async def test_a_saved_journey_is_one_that_the_tests_replay(anna: Visitor, tmp_path: Path) -> None:
    await anna.tap(*HEALTHY, "Stretch now", "2", "No", "No", "☐ Chair")
    await anna.button("+10 min").click()
    await expect(anna.page.locator("#ahead")).to_have_text("10 min ahead of your computer")
    await anna.says("/stop")
    await anna.sees("Stopped")
    await anna.key("Stretch now").wait_for()
    async with anna.page.expect_download() as waiting:
        await anna.button("Save as a journey").click()
    download = await waiting.value
    assert download.suggested_filename == "you.txt"
    file = tmp_path / "you.txt"
    await download.save_as(file)
    journey = read(file)
    assert journey.lines[:3] == ("/start", "18 to 64", "I agree")
    assert journey.lines[-2:] == ("@ +10m", "/stop")
    played = await play(journey, tmp_path)
    assert [line for line in played.text.splitlines() if line and not line.startswith("It is ")] == [
        line for line in journey.text.splitlines() if line
    ]


async def test_every_call_is_shown_with_what_was_asked_and_answered(anna: Visitor) -> None:
    await expect(anna.page.locator("#calls .update").first).to_contain_text("to the bot: message/start")
    call = anna.page.locator("#calls .call", has_text="sendMessage").first
    await call.locator("summary").click()
    await expect(call.locator("pre")).to_contain_text("parse_mode = HTML")
    await expect(call.locator("pre")).to_contain_text('→ {"message_id"')
