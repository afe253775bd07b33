"""The fixture, with a tiny bot that echoes: people write, tap and look over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from telegram import Bot, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest

from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import png


def keys(*words: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(word, callback_data=word.lower()) for word in words]])


async def answer_message(bot: Bot, message: Message) -> None:
    name = message.from_user.first_name if message.from_user else "?"
    if message.text == "/start":
        await bot.send_message(message.chat_id, f"Hello {name}", reply_markup=keys("Begin", "Later"))
    elif message.text:
        await bot.send_message(message.chat_id, f"You said: {message.text}")
    else:
        kind = next(kind for kind in ("sticker", "voice", "photo", "location", "contact", "poll") if message[kind])
        await bot.send_message(message.chat_id, f"A {kind}, {name}?")


async def answer_tap(bot: Bot, tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id, f"got {tap.data}")
    assert tap.message is not None
    if not tap.message.is_accessible:
        await bot.send_message(tap.message.chat.id, "That message is gone")
        return
    with suppress(BadRequest):  # not modified: a second tap
        await bot.edit_message_text(f"✓ {tap.data}", tap.message.chat.id, tap.message.message_id)


async def echo(bot: Bot) -> None:
    offset = 0
    while True:
        updates: tuple[Update, ...] = await bot.get_updates(offset=offset, timeout=50)
        for update in updates:
            offset = update.update_id + 1
            if update.message is not None:
                await answer_message(bot, update.message)
            if update.callback_query is not None:
                await answer_tap(bot, update.callback_query)


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(echo(bot))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def echoing(bot: Bot) -> AsyncIterator[None]:
    async with running(bot):
        yield


@pytest.mark.usefixtures("echoing")
async def test_a_small_conversation(playground: Playground) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    await anna.sees("Hello Anna")
    assert anna.buttons() == ["Begin", "Later"]
    tap = await anna.tap("Begin")
    await anna.is_answered(tap)
    await anna.sees("✓ begin")
    assert anna.toasts == ["got begin"]
    assert anna.screen() == "Anna: /start\nbot: ✓ begin (edited)"
    await playground.all_fetched()
    playground.nothing_refused()


@pytest.mark.usefixtures("echoing")
async def test_several_people_see_only_their_own(playground: Playground) -> None:
    anna, bela = playground.person("Anna"), playground.person("Béla", language="hu")
    await asyncio.gather(anna.say("one"), bela.say("two"))
    await anna.sees("You said: one")
    await bela.sees("You said: two")
    assert "two" not in anna.screen()
    assert anna.id != bela.id


@pytest.mark.usefixtures("echoing")
async def test_news_is_what_came_since_the_person_did_something(playground: Playground) -> None:
    anna = playground.person("Anna")
    await anna.say("again")
    await anna.sees("You said: again")
    await anna.say("other")
    with pytest.raises(AssertionError, match="Anna does not see 'You said: again' but"):
        await anna.sees("You said: again", within=0.1)
    await anna.sees("You said: again", anywhere=True)


@pytest.mark.usefixtures("echoing")
async def test_impatient_old_and_forged_taps(playground: Playground) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    old = await anna.sees("Hello")
    await anna.say("/start")
    await anna.sees("Hello")
    await anna.tap("Later", on=old)
    assert await anna.sees("✓ later") is old
    await anna.tap("Begin", times=2)
    await anna.sees("✓ begin")
    await playground.until(lambda: len(anna.toasts) == 3 or None, lambda: f"toasts: {anna.toasts}")
    await anna.forge("drop table", on=old)
    await anna.sees("✓ drop table")
    assert ["not modified" in entry.note for entry in playground.api.ledger.refusals()] == [True]


@pytest.mark.usefixtures("echoing")
async def test_a_tap_on_a_message_that_is_gone(playground: Playground, bot: Bot) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    message = await anna.sees("Hello")
    await bot.delete_message(anna.id, message.id)
    await anna.forge("begin", on=message)
    await anna.sees("That message is gone")


@pytest.mark.usefixtures("echoing")
async def test_everything_that_is_no_text(playground: Playground) -> None:
    anna = playground.person("Anna")
    for send, kind in (
        (anna.send_sticker, "sticker"),
        (anna.send_voice, "voice"),
        (anna.send_location, "location"),
        (anna.send_contact, "contact"),
        (anna.send_poll, "poll"),
    ):
        await send()
        await anna.sees(f"A {kind}, Anna?")
    await anna.send_photo(png(), "my back")
    await anna.sees("A photo, Anna?")


async def test_blocking_is_told_and_writing_ends_it(playground: Playground, bot: Bot) -> None:
    anna = playground.person("Anna", language="de")
    await anna.say("hello")
    await anna.block()
    await anna.say("hello again")
    updates = await bot.get_updates()
    members = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [member.new_chat_member.status for member in members] == ["kicked", "member"]
    assert updates[-1].message is not None
    assert updates[-1].message.from_user is not None
    assert updates[-1].message.from_user.language_code == "de"


async def test_edited_messages_are_told(playground: Playground, bot: Bot) -> None:
    anna = playground.person("Anna")
    message = await anna.say("/strat")
    await anna.edits(message, "/start")
    edited = (await bot.get_updates())[-1].edited_message
    assert edited is not None
    assert (edited.text, edited.message_id) == ("/start", message.id)
    assert edited.entities[0].type == "bot_command"


async def test_what_fails_says_what_was_on_the_screen(playground: Playground, anna: Somebody, bot: Bot) -> None:
    await bot.send_message(anna.id, "Only this", reply_markup=keys("Yes"))
    with pytest.raises(AssertionError, match=r"no button 'No' for Anna:\n.*\n.*Only this\n.*\[Yes\]"):
        await anna.tap("No", within=0.05)
    await anna.say("x")
    with pytest.raises(AssertionError, match="unconfirmed"):
        await playground.all_fetched(within=0.05)


async def test_nobody_types_an_empty_or_endless_text(anna: Somebody) -> None:
    with pytest.raises(ValueError, match="4096"):
        await anna.say("x" * 4097)


@pytest.mark.usefixtures("echoing")
async def test_a_button_is_found_by_its_words_or_a_part_of_them(playground: Playground) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    await anna.tap("egi")
    await anna.sees("✓ begin")
