"""Whole conversations, by taps and by words, with the bot as it runs on Telegram."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.trying import Trial
from tests.browser.conftest import Visit
from tests.browser.visitor import HEALTHY, TO_A_STEP, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_whole_conversation_by_taps_to_a_finished_stretch(anna: Visitor, trial: Trial) -> None:
    await anna.tap(*HEALTHY, *TO_A_STEP, *["Feels fine"] * 5, "2")
    await anna.tap("Finish here")
    await anna.sees("You did: Pelvic tilt.")
    await expect(anna.key("Stretch now")).to_be_visible()
    assert trial.desk.api.ledger.refusals() == []
    answered = anna.log.locator("article", has_text="How old are you?")
    await expect(answered.locator(".edited")).to_have_text("edited")
    await expect(answered).to_contain_text("✓ 18 to 64")
    await expect(answered.locator(".key")).to_have_count(0)


async def test_stop_in_the_middle_of_a_step(anna: Visitor) -> None:
    await anna.hurries(*HEALTHY, *TO_A_STEP)
    await anna.tap("Feels fine")
    await expect(anna.key("It hurts or feels wrong")).to_be_visible()
    await anna.page.locator("#stop").click()
    await anna.sees("Stopped")
    await expect(anna.log.locator("article.mine-to").last).to_contain_text("/stop")
    await expect(anna.key("It hurts or feels wrong")).to_have_count(0)


async def test_a_red_flag_sends_to_help_and_holds(anna: Visitor) -> None:
    await anna.tap("18 to 64", "I agree", "Germany", "Yes")
    await anna.now_sees("112")
    await anna.says("I feel better, let us stretch")
    await expect(anna.key("Stretch now")).to_have_count(0)


async def test_alarming_words_are_heard_everywhere(anna: Visitor) -> None:
    await anna.tap("18 to 64", "I agree", "Germany")
    await anna.says("I can't feel my legs")
    await anna.sees("112")
    said = anna.log.locator("article.mine-to").last
    await expect(said).to_contain_text(re.compile(r"^You said, \d\d:\d\d: I can't feel my legs"))
    await expect(anna.newest).to_contain_text(re.compile(r"^The bot said, \d\d:\d\d: "))


async def test_the_command_menu(anna: Visitor) -> None:
    field = anna.page.get_by_role("combobox", name="Message")
    await expect(anna.page.locator("#menu")).to_be_hidden()
    await anna.knows_the_bot()
    await field.fill("/pri")
    await expect(anna.page.get_by_role("option")).to_have_text([re.compile("/privacy")])
    await field.press("Enter")
    await anna.sees("Privacy")
    await anna.button("Commands").click()
    await expect(anna.page.get_by_role("option").first).to_contain_text("/start")
    await field.press("Escape")
    await expect(anna.page.locator("#menu")).to_be_hidden()


async def test_two_people_at_once(anna: Visitor, visit: Visit) -> None:
    await anna.tap("18 to 64")
    await anna.adds("Ben", "Deutsch")
    await expect(anna.page.locator("#welcome")).to_contain_text("What can this bot do?")
    await anna.button("Start").click()
    await anna.now_sees("How old are you?")
    ben = await visit()
    await ben.tab("Ben").click()
    await ben.tap("65 to 74")
    await anna.now_sees("May I ask about your health?")
    await anna.tab("You").click()
    await anna.now_sees("May I ask about your health?")
    await anna.tap("I agree")
    await anna.now_sees("Which country")
    await ben.now_sees("May I ask about your health?")
    await expect(ben.tab("You").locator(".unread")).to_contain_text("1")
