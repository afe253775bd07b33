"""Updates that Telegram should never send: set aside or passed over, one by one, and the good ones go on."""

from __future__ import annotations

import pytest

from bot.playground.refusals import Json
from bot.playground.testing import Playground, Somebody
from tests.telegram import raw
from tests.telegram.conftest import Running
from tests.telegram.replay import card, entries_so_far, shown_since
from tests.telegram.ways import OPENING, walk


def malformed(anna: Somebody) -> list[tuple[str, object]]:
    """Updates with something wrong inside: kinds that there are not, fields that are missing, values of no use."""
    whole: Json = raw.message(anna, text="hello")
    return [
        ("message", None),
        ("message", []),
        ("message", "text"),
        ("message", 7),
        ("message", {}),
        ("message", {"text": "hello"}),
        ("message", {**whole, "date": "yesterday"}),
        ("message", {**whole, "date": 2**63}),
        ("message", {**whole, "date": -(2**63)}),
        ("message", {**whole, "message_id": 2**200}),
        ("message", {**whole, "chat": {"id": 2**100, "type": "private"}}),
        ("message", {**whole, "chat": {"id": "x", "type": "private"}}),
        ("message", {**whole, "chat": {"id": None, "type": "private"}}),
        ("message", {**whole, "chat": {"type": "private"}}),
        ("message", {**whole, "chat": {"id": anna.id, "type": "spaceship"}}),
        ("message", {**whole, "from": {"id": 1}}),
        ("message", {**whole, "text": {"a": 1}}),
        ("message", {**whole, "text": 12}),
        ("message", {**whole, "entities": "bold"}),
        ("message", {**whole, "entities": [{"type": "bold", "offset": -5, "length": 10**12}]}),
        ("message", {**whole, "photo": "none"}),
        ("edited_message", {"message_id": 1}),
        ("callback_query", {}),
        ("callback_query", raw.tap(anna)),
        ("callback_query", raw.tap(anna, data=None, message=None)),
        ("callback_query", raw.tap(anna, data=5)),
        ("callback_query", raw.tap(anna, data="\ud800")),
        ("callback_query", raw.tap(anna, data="0:step:fine", message={"chat": anna.chat.json(), "date": 0})),
        ("callback_query", raw.tap(anna, data="1:stop:stop", inline_message_id="abc")),
        ("my_chat_member", {"chat": anna.chat.json()}),
        ("my_chat_member", {"chat": anna.chat.json(), "from": anna.person.json(), "date": 1, "new_chat_member": {}}),
        ("channel_post", whole),
        ("poll_answer", {"poll_id": "1", "option_ids": []}),
        ("inline_query", {"id": "1", "from": anna.person.json(), "query": "x", "offset": ""}),
        ("brand_new_kind", {"anything": [1, 2, {"a": None}]}),
        ("brand_new_kind", None),
        ("update_kind", {"deep": [[[[[[[[]]]]]]]]}),
    ]


async def test_one_malformed_update_among_good_ones(playground: Playground, bot: Running) -> None:
    """All in one batch: each bad one between two good ones of two people."""
    anna, berta = playground.person("Anna"), playground.person("Berta")
    await walk(anna, bot, *OPENING)
    await walk(berta, bot, "/start")
    await bot.stop()
    await anna.tap("No")
    for kind, body in malformed(playground.person("Nobody")):
        raw.push(playground, kind, body)
    await berta.tap("18 to 64")
    await bot.start()
    await bot.settled()
    assert "Safety question 2 of 12" in card(anna).words
    assert "May I ask about your health?" in card(berta).words
    assert bot.failed is None


@pytest.mark.parametrize("number", range(37))
async def test_a_malformed_update_of_ones_own_does_no_harm(number: int, playground: Playground, bot: Running) -> None:
    """Whatever it was, the next words of the same person are answered, and no answer was taken from it."""
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    cases = malformed(anna)
    assert len(cases) == 37
    raw.push(playground, *cases[number])
    await bot.settled()
    answering = bot.talk(anna).answering
    assert answering is None or not answering.answers
    await anna.say("/start")
    await anna.sees("Welcome back" if answering else "What would you like")
    await bot.settled()
    assert card(anna).buttons


async def test_lone_surrogates_are_answered_like_any_text(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    before = entries_so_far(anna)
    for text in ("\ud800", "ab\udfffc", "\ud83d"):
        raw.push(playground, "message", raw.message(anna, text=text))
    await bot.settled()
    assert len([line for line in shown_since(anna, before) if line.startswith("Thank you. I can't use")]) == 3
    assert not bot.reasons()
    playground.nothing_refused()


async def test_what_is_set_aside_is_kept_by_its_error_never_its_words(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    raw.push(playground, "message", {"text": "my legs are numb", "chat": {"id": anna.id}})
    await bot.settled()
    assert len(bot.reasons()) == 1
    assert "numb" not in bot.reasons()[0]
    assert bot.count("people") == 0
