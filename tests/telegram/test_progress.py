"""/progress on Telegram, over real HTTP: one picture with the words below it."""

from __future__ import annotations

import pytest

from bot.clock import SetClock
from bot.makers import Files
from bot.playground.testing import Playground
from flows import book, kept
from flows.cards import progress as cards
from flows.effects import Kind, Say
from storage.memory import MemoryStore
from storage.store import Decision, Turn
from tests.flows.test_progress import NOW, sat, talk_of
from tests.telegram.alone import channel_to

TALK = talk_of([sat(0), sat(3, 5, 5)])


@pytest.mark.parametrize("kept_of_anna", [True, False], ids=["kept", "deleted meanwhile"])
async def test_the_picture_comes_with_its_words(playground: Playground, kept_of_anna: bool) -> None:
    anna, store = playground.person("Anna"), MemoryStore()
    person = f"telegram:{anna.id}"
    if kept_of_anna:
        await store.keep([Turn(person, "k")], lambda turn, text: Decision(kept.write(TALK)), NOW)
    card = cards.card(TALK, book.load(), NOW)
    async with channel_to(anna, Files(store, book.load(), SetClock(NOW))) as deliver:
        await deliver(Say(card, Kind.NOTE, file="progress.png"))
    newest = max(anna.chat.visible(), key=lambda message: message.id)
    assert newest.words == f"{card.title}\n{card.text}"
    assert ("photo" in newest.content) == kept_of_anna
    playground.nothing_refused()
