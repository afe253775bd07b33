"""Somebody at the page: taps, writes, looks. Whatever is looked for is waited for, and nothing sleeps."""

from __future__ import annotations

from functools import partial

from playwright.async_api import Locator, Page, expect

from bot.playground.people import Message
from bot.playground.server import Server
from bot.playground.testing import Playground, Somebody
from bot.trying import Trial

WITHIN = 10_000  # milliseconds
HEALTHY = ("18 to 64", "I agree", "Germany", *["No"] * 12)
"""Taps of an adult to whom nothing applies, up to the home card."""
TO_A_STEP = (
    "Stretch now", "2", "No", "No", "☐ Chair", "☐ Mat or carpet", "Done", "Pelvic tilt · 2 min", "Start",
)  # fmt: skip


class Visitor:
    def __init__(self, page: Page, trial: Trial) -> None:
        self.page = page
        self._trial = trial
        self._playground = Playground(Server(trial.desk.api, trial.root))
        self.complaints: list[str] = []
        page.set_default_timeout(WITHIN)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    @classmethod
    async def arrive(cls, page: Page, trial: Trial) -> Visitor:
        """The page is open, and the bot has said its first words to the first person."""
        visitor = cls(page, trial)
        await page.goto(f"{trial.root}/")
        await visitor.sees("How old are you?")
        return visitor

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def newest(self) -> Locator:
        """The newest message in the chat."""
        return self.log.locator("article").last

    def key(self, words: str) -> Locator:
        """The newest inline button with exactly these words."""
        return self.log.locator(".keys").get_by_role("button", name=words, exact=True).last

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def tap(self, *words: str) -> None:
        """Tap one button after the other; each is gone before the next."""
        for each in words:
            button = await self.key(each).element_handle()
            assert button is not None
            await button.click()
            await button.wait_for_element_state("hidden")

    async def knows_the_bot(self) -> None:
        """Its name, its description and its commands are set."""
        self._trial.set_profile()
        await expect(self.page.locator("#name")).to_have_text("Unkink")

    async def hurries(self, *words: str) -> None:
        """The first person taps all this elsewhere; this page only sees what comes of it."""
        first = next(iter(self._playground.api.people.people.values()))
        somebody = Somebody(self._playground, first)
        for each in words:
            tap = await somebody.tap(each, within=WITHIN / 1000)
            await self._playground.until(partial(_gone, tap.message, each, tap.data), each.title)

    async def says(self, text: str) -> None:
        await self.page.get_by_role("combobox", name="Message").fill(text)
        await self.page.keyboard.press("Enter")

    async def sees(self, words: str, within: int = WITHIN) -> None:
        """The newest messages say it: the last two, as a card follows what is said on the way."""
        await expect(self.log.locator("article").filter(has_text=words).last).to_be_visible(timeout=within)

    async def now_sees(self, words: str, within: int = WITHIN) -> None:
        """The newest message says it."""
        await expect(self.newest).to_contain_text(words, timeout=within)

    async def is_online(self, within: int = WITHIN) -> None:
        await expect(self.page.locator("#status")).to_have_text("online", timeout=within)

    async def open_desk(self) -> None:
        """Open what is behind the scenes, if it is not open."""
        opener = self.page.locator("#open")
        if await opener.get_attribute("aria-expanded") != "true":
            await opener.click()
        await expect(self.page.locator("#desk")).to_be_visible()

    async def adds(self, name: str, language: str = "English") -> None:
        """A new person, whose tab is then the present one."""
        await self.page.get_by_role("button", name="Add a person").click()
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Language").select_option(label=language)
        await self.button("Done").click()
        await expect(self.tab(name)).to_have_attribute("aria-selected", "true")

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("tab", name=name)


def _gone(message: Message, words: str, data: str) -> bool | None:
    """Whether the button is no longer the same."""
    return message.data_behind(words) != data or None
