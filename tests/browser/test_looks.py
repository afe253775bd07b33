"""For everybody: small screens, dark ones, keys only, screen readers, less motion; and no text that becomes code."""

from __future__ import annotations

import json
import re

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import expect

from bot.trying import Trial
from tests.browser.conftest import Visit
from tests.browser.visitor import HEALTHY, TO_A_STEP, Visitor
from tests.playground.conftest import GIF, png

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NASTY = "<img src=x onerror=\"document.title='hit'\"><b>&amp;</b>"


async def overflow(visitor: Visitor) -> int:
    """Pixels by which something is wider than the window."""
    script = """() => Math.max(...[...document.querySelectorAll('body, body *')]
        .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest('#tabs'))
        .filter((each) => getComputedStyle(each).position !== 'absolute')
        .map((each) => each.getBoundingClientRect().right)) - innerWidth"""
    wider: float = await visitor.page.evaluate(script)
    scrolls: int = await visitor.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return max(round(wider), scrolls)


async def test_360_pixels_are_enough(visit: Visit, trial: Trial) -> None:
    anna = await visit(width=360, height=740, has_touch=True)
    await anna.knows_the_bot()
    await call(trial, "setMyName", name="A bot with a name that is much too long for a screen")
    await expect(anna.page.locator("#name")).to_contain_text("much too long")
    await anna.adds("A person with quite a long name indeed")
    await anna.tab("You").click()
    await anna.hurries(*HEALTHY, *TO_A_STEP)
    await expect(anna.key("Feels fine")).to_be_visible()
    assert await overflow(anna) <= 0
    await expect(anna.page.locator("#stop")).to_be_in_viewport(ratio=1)
    await expect(anna.key("It hurts or feels wrong")).to_be_in_viewport(ratio=1)
    await anna.open_desk()
    await expect(anna.page.locator("#close")).to_be_in_viewport(ratio=1)
    await expect(anna.page.locator("#stop-too")).to_be_in_viewport(ratio=1)
    assert await overflow(anna) <= 0
    await anna.page.locator("#stop-too").click()
    await anna.page.keyboard.press("Escape")
    await expect(anna.page.locator("#desk")).to_be_hidden()
    await expect(anna.page.locator("#open")).to_be_focused()
    await anna.sees("Stopped")


async def test_dark_by_the_system_and_by_the_switch(visit: Visit) -> None:
    anna = await visit(color_scheme="dark")
    paper = "() => getComputedStyle(document.getElementById('people')).backgroundColor"
    dark = await anna.page.evaluate(paper)
    assert max(int(part) for part in re.findall(r"\d+", dark)) < 60
    switch = anna.page.get_by_role("button", name=re.compile("^Theme"))
    await switch.click()
    await expect(switch).to_have_accessible_name("Theme: dark")
    await switch.click()
    assert await anna.page.evaluate(paper) == "rgb(255, 255, 255)"
    await anna.page.reload()
    await anna.sees("How old are you?")
    assert await anna.page.evaluate(paper) == "rgb(255, 255, 255)"


async def test_keys_are_enough(anna: Visitor) -> None:
    keys = anna.page.keyboard
    await anna.page.locator("#scroll").focus()
    for _ in range(12):
        await keys.press("Tab")
        if await anna.key("18 to 64").evaluate("(each) => each === document.activeElement"):
            break
    outline = "(each) => getComputedStyle(each).outlineStyle"
    assert await anna.key("18 to 64").evaluate(outline) == "solid"
    await keys.press("Enter")
    await anna.now_sees("May I ask about your health?")
    await expect(anna.key("I agree")).to_be_focused()
    await keys.press("Space")
    await anna.now_sees("Which country")
    await expect(anna.key("United States")).to_be_focused()
    await anna.page.locator("#stop").focus()
    await keys.press("Enter")
    await anna.sees("Stopped")
    await anna.tab("You").focus()
    await anna.button("Add a person").focus()
    await keys.press("Enter")
    await expect(anna.page.get_by_label("Name")).to_be_focused()
    await keys.press("Escape")
    await expect(anna.page.locator("#card")).to_be_hidden()
    await expect(anna.button("Add a person")).to_be_focused()


async def test_arrows_move_between_people(anna: Visitor) -> None:
    await anna.adds("Ben")
    await anna.tab("Ben").focus()
    await anna.page.keyboard.press("ArrowUp")
    await expect(anna.tab("You")).to_be_focused()
    await expect(anna.tab("You")).to_have_attribute("aria-selected", "true")
    await expect(anna.tab("Ben")).to_have_attribute("tabindex", "-1")
    await anna.now_sees("How old are you?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(visit: Visit, scheme: str) -> None:
    """axe-core, in every part of the page: a step, the panel with a refusal, the menu, a dialog, a small screen."""
    anna = await visit(color_scheme=scheme)
    await anna.knows_the_bot()
    await anna.hurries(*HEALTHY, *TO_A_STEP)
    await expect(anna.key("Feels fine")).to_be_visible()
    assert await findings(anna) == []
    await anna.page.get_by_role("switch", name="Too many requests").click()
    await anna.says("/about")
    await expect(anna.page.locator("#calls .refusal").first).to_be_visible()
    await anna.button("Commands").click()
    assert await findings(anna) == []
    await anna.page.keyboard.press("Escape")
    await anna.page.get_by_role("button", name="Add a person").click()
    assert await findings(anna) == []
    await anna.page.keyboard.press("Escape")
    await anna.page.set_viewport_size({"width": 360, "height": 740})
    assert await findings(anna) == []
    await anna.open_desk()
    assert await findings(anna) == []


async def findings(visitor: Visitor) -> list[str]:
    found = await Axe().run(visitor.page)
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']]}"
        for each in found.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def test_a_name_and_a_text_stay_text(anna: Visitor) -> None:
    await anna.adds(NASTY)
    await anna.button("Start").click()
    await anna.says(NASTY)
    await expect(anna.log.locator("article.mine-to .text").last).to_have_text(NASTY)
    await expect(anna.tab(NASTY).locator(".called")).to_have_text(NASTY)
    assert await anna.page.locator("#log img, #tabs img, #calls img").count() == 0
    await expect(anna.page).to_have_title(f"{NASTY} · Unkink playground")


async def test_formatting_pictures_and_animations(visit: Visit, trial: Trial) -> None:
    anna = await visit()
    words = (
        '<b>bold <i>both</i></b> <a href="https://example.org/a">a link</a> <code>&lt;b&gt;</code> /help 🙂 <s>gone</s>'
    )
    await call(trial, "sendMessage", text=words, parse_mode="HTML")
    text = anna.newest.locator(".text")
    await expect(text).to_have_text("bold both a link <b> /help 🙂 gone")
    await expect(text.locator("strong em")).to_have_text("both")
    await expect(text.get_by_role("link")).to_have_attribute("href", "https://example.org/a")
    await expect(text.locator("code")).to_have_text("<b>")
    await expect(text.locator("s")).to_have_text("gone")
    await upload(trial, "sendPhoto", "photo", "a.png", png(640, 400), caption="A chair")
    picture = anna.newest.get_by_role("img", name="Picture: A chair")
    assert await picture.evaluate("(each) => each.decode().then(() => each.naturalWidth)") == 640
    await upload(trial, "sendAnimation", "animation", "a.gif", GIF)
    await expect(anna.newest.get_by_role("button", name="Play the animation")).to_be_visible()
    await expect(anna.newest.locator("canvas")).to_be_visible()
    await anna.newest.get_by_role("button", name="Play the animation").click()
    await expect(anna.newest.get_by_role("img", name="Animation")).to_be_visible()


async def test_it_scrolls_along_unless_somebody_reads_above(visit: Visit, trial: Trial) -> None:
    anna = await visit(height=500, reduced_motion="no-preference")
    await upload(trial, "sendPhoto", "photo", "a.png", png(640, 640))
    for number in range(12):
        await call(trial, "sendMessage", text=f"Line {number}\nand more\nand more")
    await expect(anna.newest).to_contain_text("Line 11")
    await expect(anna.newest).to_be_in_viewport()
    await anna.page.locator("#scroll").hover()
    await anna.page.mouse.wheel(0, -2000)
    await expect(anna.newest).not_to_be_in_viewport()
    await call(trial, "sendMessage", text="Something new")
    await expect(anna.button("Go to the newest message")).to_be_visible()
    await expect(anna.newest).not_to_be_in_viewport()
    await anna.button("Go to the newest message").click()
    await expect(anna.newest).to_be_in_viewport()


async def test_coloured_buttons_alerts_and_toasts(anna: Visitor, trial: Trial) -> None:
    buttons = [{"text": style, "callback_data": style, "style": style} for style in ("primary", "success", "danger")]
    trial.desk.child.kill()
    await call(trial, "sendMessage", text="Colours", reply_markup={"inline_keyboard": [buttons]})
    colours = {await anna.key(each["text"]).evaluate("(e) => getComputedStyle(e).backgroundColor") for each in buttons}
    assert len(colours) == 3
    for alert in (False, True):
        await anna.key("danger").click()
        await expect(anna.key("danger")).to_have_attribute("aria-busy", "true")
        tap = next(tap for tap in trial.desk.api.taps.all.values() if tap.spinning)
        await call(trial, "answerCallbackQuery", callback_query_id=tap.id, text=f"Told {alert}", show_alert=alert)
        await expect(anna.key("danger")).not_to_have_attribute("aria-busy", "true")
        await expect(anna.page.locator("#alert" if alert else "#toasts")).to_contain_text(f"Told {alert}")
    await anna.page.keyboard.press("Escape")
    await expect(anna.page.locator("#alert")).to_be_hidden()


async def call(trial: Trial, method: str, **parameters: object) -> None:
    """What another bot would ask of the same Bot API."""
    body = {"chat_id": 100_001, **parameters}
    async with aiohttp.ClientSession(trust_env=False) as client:
        url = f"{trial.root}/bot{trial.desk.api.token}/{method}"
        async with client.post(url, json=body) as answer:
            assert answer.status == 200, json.dumps(await answer.json())


async def upload(trial: Trial, method: str, field: str, name: str, data: bytes, caption: str = "") -> None:
    form = aiohttp.FormData({"chat_id": "100001", "caption": caption})
    form.add_field(field, data, filename=name)
    async with aiohttp.ClientSession(trust_env=False) as client:
        url = f"{trial.root}/bot{trial.desk.api.token}/{method}"
        async with client.post(url, data=form) as answer:
            assert answer.status == 200, json.dumps(await answer.json())
