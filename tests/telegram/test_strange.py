"""What people and Telegram may send besides taps and words: always a kind answer, never a crash, nothing lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.playground import acts
from bot.playground.people import Message
from bot.playground.testing import Playground, Somebody
from flows.stages import Stage
from tests.playground.conftest import png
from tests.telegram import raw
from tests.telegram.conftest import Running
from tests.telegram.replay import card, entries_so_far, shown_since
from tests.telegram.ways import CLEARED, OPENING, REMINDED, STEP, walk

GRAVE = "I can't feel my legs"
Sends = Callable[[Somebody], Awaitable[Message]]


# --- not words

THINGS: dict[str, Sends] = {
    "sticker": lambda who: who.send_sticker(),
    "photo": lambda who: who.send_photo(png()),
    "voice": lambda who: who.send_voice(),
    "video note": lambda who: who.sends(
        {"video_note": {"file_id": "v", "file_unique_id": "u", "length": 240, "duration": 3}}
    ),
    "video": lambda who: who.sends(
        {"video": {"file_id": "v", "file_unique_id": "u", "width": 1, "height": 1, "duration": 3}}
    ),
    "document": lambda who: who.send_document("back.pdf", b"%PDF-"),
    "location": lambda who: who.send_location(),
    "contact": lambda who: who.send_contact(),
    "poll": lambda who: who.send_poll(),
    "dice": lambda who: who.sends({"dice": {"emoji": "🎲", "value": 6}}),
    "animation": lambda who: who.sends(
        {"animation": {"file_id": "v", "file_unique_id": "u", "width": 1, "height": 1, "duration": 3}}
    ),
    "venue": lambda who: who.sends(
        {"venue": {"location": {"latitude": 1.0, "longitude": 1.0}, "title": "Gym", "address": "Street 1"}}
    ),
    "something new": lambda who: who.sends({"hologram": {"file_id": "h"}}),
}


@pytest.mark.parametrize("thing", THINGS)
async def test_a_thing_gets_a_kind_line_and_the_present_question(
    thing: str, playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    before, question = entries_so_far(anna), card(anna).words
    await THINGS[thing](anna)
    await bot.settled()
    kind, *again = shown_since(anna, before)
    assert kind.startswith("Thank you. I can only read text and buttons.")
    assert again
    assert card(anna).words == question
    assert bot.talk(anna).stage is Stage.SCREENING
    playground.nothing_refused()


@pytest.mark.parametrize("thing", ["sticker", "voice", "photo"])
async def test_a_thing_in_the_midst_of_a_step_pauses_it(thing: str, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    await THINGS[thing](anna)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.PAUSED
    playground.nothing_refused()


async def test_a_photo_before_anything_else_is_answered(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await anna.send_photo(png())
    await bot.settled()
    assert "chat-bot" in anna.screen()
    assert card(anna).buttons


async def test_the_words_under_a_photo_are_read(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    await anna.send_photo(png(), GRAVE)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.REFERRED
    assert "112" in card(anna).words
    playground.nothing_refused()


async def test_harmless_words_under_a_photo_get_a_kind_line(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    before = entries_so_far(anna)
    await anna.send_photo(png(), "my dog")
    await bot.settled()
    assert shown_since(anna, before)[0].startswith("Thank you.")
    assert bot.talk(anna).stage is Stage.HOME


async def test_an_edited_message_is_read(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    said = await anna.say("my dog is fine")
    await bot.settled()
    await anna.edits(said, GRAVE)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.REFERRED
    playground.nothing_refused()


async def test_a_pinned_message_and_other_notices_of_telegram_are_passed_over(
    playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    before = entries_so_far(anna)
    await anna.sends({"pinned_message": raw.message(anna, text="x")})
    await anna.sends({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}})
    await bot.settled()
    assert not shown_since(anna, before)


# --- words and commands

KIND = "Thank you. I can't use those words here."
COMMANDS = (
    ("/start payload-123", "Welcome back"),
    ("/start@unkink_playground_bot", "Welcome back"),
    ("/START", "Welcome back"),
    ("/help@unkink_playground_bot", "/stretch begins a sitting"),
    ("/help me please", "/stretch begins a sitting"),
    ("/nonsense", "I do not know that command"),
    ("/", "I do not know that command"),
    ("/ stop", "Stopped"),
    ("/" + "x" * 4000, "I do not know that command"),
    ("/<b>&", "I do not know that command"),
    ("/stop@unkink_playground_bot", "Stopped"),
    ("/stop now", "Stopped"),
    ("  /stop", "Stopped"),
)


@pytest.mark.parametrize(("line", "answer"), COMMANDS, ids=lambda text: str(text)[:24])
async def test_commands_as_people_send_them(line: str, answer: str, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    before = entries_so_far(anna)
    await anna.say(line)
    await bot.settled()
    assert shown_since(anna, before)[0].startswith(answer)
    assert card(anna).buttons
    playground.nothing_refused()


TEXTS = {
    "one word": "x" * 4096,
    "longest": "🙂 " * 2048,
    "emoji": "🙃👩‍👩‍👧‍👦🏴‍☠️" * 100,
    "right to left": "\u202eלא כואב לי כלום\u202c",
    "arabic": "لا شيء",
    "zero width": "\u200b\u200d\ufeff\u2060",
    "combining": "e" + "\u0301" * 3000,
    "control": "a\x01b\x7fc\x85d",
    "plus": "+",
    "quotes": "'\"`",
    "digits": "9" * 4096,
    "superscript": "²½①",
    "nul": "a\x00b",
    "number": "1e999",
    "minus": "-1",
    "json": '{"form":1,"stage":"moving"}',
    "data": "2f:step:fine",
}


@pytest.mark.parametrize("text", TEXTS)
async def test_odd_texts_get_a_kind_line_and_the_present_question(
    text: str, playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    before, question, answering = entries_so_far(anna), card(anna).words, bot.talk(anna).answering
    raw.push(playground, "message", raw.message(anna, text=TEXTS[text]))
    await bot.settled()
    assert shown_since(anna, before)[0].startswith(KIND)
    assert card(anna).words == question
    assert bot.talk(anna).answering == answering
    assert not bot.reasons()
    playground.nothing_refused()


WORDY = {
    "html": "</b><b>&amp;<script>alert(1)</script>",
    "lines": "abc\n" * 1000,
    "words": "my dog is nice. " * 256,
}
"""What the reading of words may take for anything, to be careful; but never for an answer."""


@pytest.mark.parametrize("text", WORDY)
async def test_wordy_texts_answer_no_question(text: str, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    before = entries_so_far(anna)
    await anna.say(WORDY[text])
    await bot.settled()
    assert shown_since(anna, before)
    assert card(anna).buttons[-1] == ["Stop"]
    answering = bot.talk(anna).answering
    assert answering is None or not answering.answers
    assert bot.talk(anna).screened is None
    assert not bot.reasons()
    playground.nothing_refused()


async def test_grave_words_are_read_in_spite_of_odd_letters(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    await anna.say("I can\u2019t  FEEL\u200b my\u00a0legs\u202e!!! 🙏")
    await bot.settled()
    assert bot.talk(anna).stage is Stage.REFERRED


# --- groups


async def test_in_a_group_the_bot_says_the_link_leaves_and_keeps_nothing(playground: Playground, bot: Running) -> None:
    anna, friends = playground.person("Anna"), playground.group("Friends")
    await anna.invites_bot(friends)
    await playground.until(lambda: not friends.bot_inside or None, lambda: "the bot stays")
    await bot.settled()
    said = [message.words for message in friends.visible() if message.mine]
    assert said == ["I only talk in private, because this is about health: https://t.me/unkink_playground_bot"]
    assert bot.count("people") == 0
    playground.nothing_refused()


async def test_a_message_in_a_group_is_not_answered_and_not_kept(playground: Playground, bot: Running) -> None:
    anna, friends = playground.person("Anna"), playground.group("Friends")
    friends.met = friends.bot_inside = True
    for line in ("/start", "/stop", "/stretch@unkink_playground_bot", f"/help {GRAVE}"):
        await anna.say(line, group=friends)
    await bot.settled()
    assert not [message for message in friends.visible() if message.mine]
    assert not [message for message in anna.chat.visible() if message.mine]
    assert bot.count("people") == bot.count("handled") == 0
    playground.nothing_refused()


async def test_thrown_out_of_a_group_the_bot_is_silent(playground: Playground, bot: Running) -> None:
    anna, friends = playground.person("Anna"), playground.group("Friends")
    friends.met = True
    acts.expel(playground.api, anna.person, friends)
    await bot.settled()
    assert not list(friends.visible())
    assert bot.count("people") == 0
    playground.nothing_refused()


async def test_a_tap_in_a_group_is_acknowledged_and_means_nothing(playground: Playground, bot: Running) -> None:
    anna, friends = playground.person("Anna"), playground.group("Friends")
    await walk(anna, bot, *OPENING)
    before = bot.talk(anna)
    friends.met = friends.bot_inside = True
    shared = playground.api.add_message(friends, {"text": "forwarded"})
    tap = acts.tap(playground.api, anna.person, shared, card(anna).data_behind("Yes") or "")
    await anna.is_answered(tap)
    await bot.settled()
    assert bot.talk(anna) == before
    playground.nothing_refused()


# --- blocked and unblocked


async def test_blocked_ends_reminders_and_unblocked_brings_them_back(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED)
    await anna.block()
    await bot.settled()
    assert bot.talk(anna).asleep
    await walk(anna, bot, "@ +3d")
    assert "Time for your back?" not in anna.screen()
    await anna.unblock()
    await bot.settled()
    assert not bot.talk(anna).asleep
    await walk(anna, bot, "@ +1d")
    assert "Time for your back?" in anna.screen()
    playground.nothing_refused()


async def test_blocked_in_the_midst_of_a_step(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    await anna.block()
    await bot.settled()
    await walk(anna, bot, "@ +2d")
    await anna.unblock()
    await bot.settled()
    await walk(anna, bot, "/start")
    assert bot.talk(anna).stage is not Stage.MOVING
    assert card(anna).buttons[-1] == ["Stop"]
    playground.nothing_refused()
