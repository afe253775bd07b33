"""The screen: one open card, frozen answers, red and green buttons, lasting warnings, no stray tag."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from attrs import evolve

from bot.playground.ledger import Kind as Entered
from bot.playground.people import Message
from bot.playground.refusals import Json
from bot.playground.testing import Playground, Somebody
from flows import book
from flows.effects import Button, Card, Kind, Say
from flows.stages import ALL, Stage
from tests.telegram.alone import channel_to
from tests.telegram.conftest import Running
from tests.telegram.replay import card, card_of, entries_so_far, shown_since
from tests.telegram.ways import CHOOSING, CLEARED, OPENING, REMINDED, STEP, reach, walk

STOPPED = tuple(
    words.split("{")[0] for key, words in book.load().messages.items() if key.startswith("stop.") and key != "stop.kept"
)
"""How the confirmations of /stop begin."""
STRANGE_WORDS = "Tom & <b>Jerry</b> < 3 > &amp; \"quoted\" 'single' </b> <script> &lt; <a href=x>"


def buttons(message: Message) -> Iterator[Json]:
    """The buttons of a message as Telegram has them."""
    return (button for row in (message.markup or {})["inline_keyboard"] for button in row)


def styles(message: Message) -> dict[str, str]:
    return {button["text"]: button.get("style", "") for button in buttons(message)}


def is_silent(who: Somebody, message: Message) -> bool:
    sent = who.playground.api.ledger.entries(Entered.CALL, method="sendMessage")
    (entry,) = [each for each in sent if each.answer["message_id"] == message.id]
    return entry.parameters["disable_notification"] == "true"


# --- stop, everywhere


@pytest.mark.parametrize("stage", ALL)
async def test_stop_is_answered_on_every_screen(stage: Stage, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await reach(stage, anna, bot)
    before = entries_so_far(anna)
    await walk(anna, bot, "/stop")
    first, *rest = shown_since(anna, before)
    assert first.startswith(STOPPED)
    assert rest
    assert styles(card(anna))["Stop"] == "danger"
    assert bot.talk(anna).sitting is None
    playground.nothing_refused()


@pytest.mark.parametrize("stage", ALL)
async def test_every_screen_is_well_laid_out_and_its_stop_button_works(
    stage: Stage, playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await reach(stage, anna, bot)
    _check_buttons(card(anna), bot.talk(anna).token)
    before = entries_so_far(anna)
    await walk(anna, bot, "Stop")
    assert shown_since(anna, before)[0].startswith(STOPPED)
    assert card(anna).buttons
    playground.nothing_refused()


def _check_buttons(shown: Message, token: int) -> None:
    """Stop alone in the last row, and red; short answers share rows, long ones stand alone; short data, one token."""
    assert shown.buttons[-1] == ["Stop"]
    assert styles(shown)["Stop"] == "danger"
    for row in shown.buttons:
        assert len(row) <= 4
        assert len(row) == 1 or all(len(word) <= 16 for word in row)
    data = [str(button["callback_data"]) for button in buttons(shown)]
    assert all(len(each.encode()) <= 64 for each in data)
    assert {each.split(":")[0] for each in data} == {f"{token:x}"}
    assert len(set(data)) == len(data)


# --- steps and lists change in place


async def test_steps_change_in_one_message_and_each_has_the_pain_button(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step, sent = card(anna), playground.calls("sendMessage")
    seen = set[str]()
    while bot.talk(anna).stage is Stage.MOVING:
        assert card(anna) is step
        assert playground.calls("sendMessage") == sent
        assert styles(step)["It hurts or feels wrong"] == "danger"
        assert styles(step)["Feels fine"] == "success"
        assert styles(step)["Stop"] == "danger"
        seen.add(step.words)
        await walk(anna, bot, "Feels fine")
    assert len(seen) == 5
    playground.nothing_refused()


async def test_the_list_of_things_at_hand_changes_in_place(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CHOOSING[:-3])
    listed, sent = card(anna), playground.calls("sendMessage")
    await walk(anna, bot, "☐ Chair", "☐ Towel")
    assert card(anna) is listed
    assert playground.calls("sendMessage") == sent
    assert next(word for row in listed.buttons for word in row if word[0] in "☐☑✓✔") != "☐ Chair"
    playground.nothing_refused()


async def test_the_steps_are_one_panel_and_no_list_stays_open_above_it(playground: Playground, bot: Running) -> None:
    """Words do not turn into a picture in place, nor back: such a card is sent anew, and the one above loses its
    buttons."""
    anna = playground.person("Anna")
    await walk(anna, bot, *CHOOSING, "Pelvic tilt · 2 min", "Start")
    panel, sent = card(anna), playground.calls("sendMessage")
    await walk(anna, bot, "Feels fine", "Back", "Feels fine")
    assert card(anna) is panel
    assert playground.calls("sendMessage") == sent
    await walk(anna, bot, "Pause")
    assert card(anna) is not panel
    assert not panel.buttons
    playground.nothing_refused()


# --- questions stay behind with their answers


async def test_an_answered_question_is_frozen_with_its_answer(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    question = card(anna)
    words = question.words
    await walk(anna, bot, "No")
    assert question.words == f"{words}\n\n✓ No"
    assert not question.buttons
    assert card_of(question.content).title == "Safety question 1 of 12"
    assert card(anna).id > question.id


async def test_an_answer_that_was_typed_is_frozen_as_well(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING[:3])
    question = card(anna)
    await anna.say("blue cheese")
    await bot.settled()
    assert not question.buttons, "a kind line and the question again: the old one loses its buttons"
    question = card(anna)
    await anna.say("germany")
    await bot.settled()
    assert question.words.endswith("\n\n✓ Germany")
    assert card(anna) is not question


TYPED = [Stage.AGE, Stage.CONSENT, Stage.SCREENING, Stage.CHECKING, Stage.CHOOSING, Stage.PAUSED, Stage.SETTINGS]


@pytest.mark.parametrize("stage", TYPED)
async def test_a_button_may_be_typed_instead(stage: Stage, playground: Playground, bot: Running) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta", language="de")
    for person in (anna, berta):
        await reach(stage, person, bot)
    (first, *_), *_ = card(anna).buttons
    await anna.tap(first)
    await berta.say(first.lower().strip("☐ "))
    await bot.settled()
    assert evolve(bot.talk(berta), typed="", language="en") == bot.talk(anna)
    assert card(berta).words == card(anna).words


# --- warnings and what comes by itself


async def test_a_warning_is_a_new_message_that_is_heard(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    question = card(anna)
    await walk(anna, bot, "Yes")
    assert card(anna).id > question.id
    assert "112" in card(anna).words
    assert not is_silent(anna, card(anna))


async def test_a_warning_in_the_midst_of_a_step_is_a_new_message(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step = card(anna)
    words = step.words
    await walk(anna, bot, "I can't feel my legs")
    assert card(anna).id > step.id
    assert "112" in card(anna).words
    assert not step.buttons
    assert step.words == words, "the step is only closed, its words stay"


async def test_a_warning_after_a_tap_on_a_panel_is_a_new_message(playground: Playground, bot: Running) -> None:
    """Home is edited in place; the advice of a hold, though asked for there by a tap, must be found again."""
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING, "Yes", "Close")
    home = card(anna)
    await walk(anna, bot, "Show the advice")
    assert card(anna).id > home.id
    assert not home.buttons


async def test_the_reminder_sounds_and_the_question_of_the_day_after_does_not(
    playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED, "@ 19:30")
    assert "Time for your back?" in card(anna).words
    assert not is_silent(anna, card(anna))
    assert [word for row in card(anna).buttons for word in row] == [
        "Now",
        "In an hour",
        "Not today",
        "Stop reminders",
        "Stop",
    ]
    berta = playground.person("Berta")
    await walk(berta, bot, *STEP, *["Feels fine"] * 5, "2", "Finish here", "@ +21h")
    assert "yesterday" in card(berta).words or bot.talk(berta).rating is not None
    assert is_silent(berta, card(berta))


# --- no text breaks the formatting


def strange_texts() -> Iterator[str]:
    """Texts made of what HTML and Telegram stumble over; the same ones every time."""
    dice = random.Random(20261123)
    pieces = [
        "<",
        ">",
        "&",
        "&amp;",
        "&#x",
        "</b>",
        "<b>",
        '"',
        "'",
        "`",
        "*",
        "_",
        "[",
        "](",
        "\\",
        "é",
        "𝄞",
        "👩‍👩‍👧",
        "א",
        "a b",
    ]
    for _ in range(60):
        yield "x" + "".join(dice.choices(pieces, k=dice.randint(1, 12))) + "x"


def card_saying(text: str, title: str, label: str) -> Card:
    return Card(text, title, ((Button(label, "ask", "choice"),),))


async def test_any_text_arrives_as_it_is(playground: Playground) -> None:
    anna = playground.person("Anna")
    shown: Card | None = None
    async with channel_to(anna) as deliver:
        for number, text in enumerate(strange_texts()):
            before, shown = shown, card_saying(text, f"T{text}", text)
            await deliver(Say(shown, Kind.CARD, number + 1, number, before, text, number % 3 == 1))
            assert card(anna).words == f"T{text}\n{text}"
            assert card(anna).buttons == [[text]]
    assert "✓ x" in anna.screen()
    playground.nothing_refused()


@pytest.mark.parametrize("piece", ["x", "&", "<", "𝄞", "é"])
async def test_a_text_that_is_too_long_is_cut_and_frozen_all_the_same(piece: str, playground: Playground) -> None:
    anna = playground.person("Anna")
    long = card_saying(piece * 5000, "Title", "b" * 40)
    async with channel_to(anna) as deliver:
        await deliver(Say(long, Kind.CARD, 1))
        assert card(anna).words.endswith("…")
        assert len(card(anna).words.encode("utf-16-le")) // 2 <= 4096
        await deliver(Say(card_saying("next", "", "Go"), Kind.CARD, 2, 1, evolve(long, rows=()), "b" * 40))
    assert card(anna).words == "next"
    playground.nothing_refused()


async def test_a_book_full_of_angle_brackets_breaks_no_message(playground: Playground, idle: Running) -> None:
    plain = book.load()
    strange = evolve(plain, messages={key: f"{STRANGE_WORDS} {words}" for key, words in plain.messages.items()})
    anna = playground.person("Anna")
    await idle.start(strange)
    await walk(anna, idle, "/start", "18 to 64")
    assert card_of(card(anna).content).title.startswith(STRANGE_WORDS)
    await walk(anna, idle, "/help", "/stop", "/nonsense")
    assert anna.screen().count(STRANGE_WORDS) >= 6
    playground.nothing_refused()


async def test_what_people_write_is_never_echoed(playground: Playground, bot: Running) -> None:
    canary = "Zanzibar-marmalade"
    anna = playground.person(f"Anna {canary}", username="zanzibar_marmalade")
    await walk(anna, bot, *CLEARED)
    for line in (canary, f"my legs are numb {canary}", f"/{canary}", f"/start {canary}", f"/stop@{canary}"):
        await anna.say(line)
        await bot.settled()
    await anna.edits(await anna.say("hello"), f"hello {canary}")
    await bot.settled()
    said = [str(entry.parameters).lower() for entry in playground.api.ledger.entries(Entered.CALL)]
    assert not [each for each in said if "marmalade" in each]
    await bot.stop()
    kept = b"".join(path.read_bytes() for path in sorted(bot.settings.data.iterdir()) if path.is_file())
    assert b"armalade" not in kept
