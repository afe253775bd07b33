"""Taps: once, from old cards, forged, on forwarded and deleted messages; each acknowledged, none waited for."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from bot.playground.faults import Kind as Fault
from bot.playground.testing import Playground, Somebody
from flows.stages import Stage
from tests.telegram.conftest import Running
from tests.telegram.replay import card
from tests.telegram.ways import CHECKED, OPENING, STEP, WAYS, reach, walk

WEEK = timedelta(days=7)
FORGED = 2000


def taps(who: Somebody) -> list[bool]:
    """Of every tap of somebody: whether it was acknowledged."""
    return [tap.answered for tap in who.playground.api.taps.of(who.person)]


# --- once


async def test_a_double_tap_answers_one_question(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    await anna.tap("No", times=2)
    await bot.settled()
    answering = bot.talk(anna).answering
    assert answering is not None
    assert dict(answering.answers) == {"emergency_nerves": "no"}
    assert "Safety question 2 of 12" in card(anna).words
    assert all(taps(anna))
    playground.nothing_refused()


async def test_a_double_tap_does_not_skip_a_step(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    assert "step 1" in card(anna).words.lower()
    await anna.tap("Feels fine", times=3)
    await bot.settled()
    assert "step 2" in card(anna).words.lower()
    playground.nothing_refused()


async def test_a_double_stop_is_no_trouble(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    await anna.tap("Stop", times=3)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.HOME
    assert card(anna).buttons
    playground.nothing_refused()


async def test_an_update_delivered_twice_counts_once(playground: Playground, bot: Running) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta")
    for person in (anna, berta):
        await walk(person, bot, *CHECKED[:-1])
    for line in ("2", "No", "No"):
        playground.fault(Fault.DUPLICATE)
        await walk(anna, bot, line)
        await walk(berta, bot, line)
    assert bot.talk(anna) == bot.talk(berta)
    assert card(anna).words == card(berta).words


async def test_updates_in_the_wrong_order_are_kept_all_the_same(playground: Playground, idle: Running) -> None:
    anna = playground.person("Anna")
    playground.fault(Fault.REORDER)
    await anna.say("/start")
    await anna.say("hello")
    await idle.start()
    await idle.settled()
    assert card(anna).buttons
    await walk(anna, idle, "18 to 64", "I agree")
    assert idle.talk(anna).stage is Stage.COUNTRY
    playground.nothing_refused()


# --- old cards


async def test_a_tap_on_an_old_question_shows_the_present_one(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    old, data = card(anna), card(anna).data_behind("No")
    assert data is not None
    await walk(anna, bot, "No", "No")
    before = bot.talk(anna).answering
    await anna.forge(data, on=old)
    await bot.settled()
    assert bot.talk(anna).answering == before
    assert "Safety question 3 of 12" in card(anna).words
    assert all(taps(anna))
    playground.nothing_refused()


SAFER = (
    ("Stop", Stage.HOME, "Stopped"),
    ("It hurts or feels wrong", Stage.RATING, "hurts"),
)


@pytest.mark.parametrize(("button", "stage", "words"), SAFER, ids=["stop", "hurts"])
async def test_stop_and_pain_are_heard_from_a_week_old_step(
    button: str, stage: Stage, words: str, playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step, data = card(anna), card(anna).data_behind(button)
    assert data is not None
    await walk(anna, bot, *["Feels fine"] * 5, "2", "Finish here")
    await bot.move_by(WEEK)
    await walk(anna, bot, "/start")
    await anna.forge(data, on=step)
    await bot.settled()
    assert bot.talk(anna).stage is stage
    assert words in anna.screen().split("Welcome back")[-1]
    assert all(taps(anna))
    playground.nothing_refused()


async def test_a_red_flag_is_heard_from_a_week_old_question(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    question, data = card(anna), card(anna).data_behind("Yes")
    assert data is not None
    await walk(anna, bot, *["No"] * 12)
    await bot.move_by(WEEK)
    await anna.forge(data, on=question)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.REFERRED
    assert bot.talk(anna).holds
    assert "112" in card(anna).words
    assert card(anna).id > question.id
    playground.nothing_refused()


async def test_a_week_old_no_clears_nobody(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    question, data = card(anna), card(anna).data_behind("No")
    assert data is not None
    await walk(anna, bot, "Yes")
    await bot.move_by(WEEK)
    held = bot.talk(anna).holds
    await anna.forge(data, on=question)
    await bot.settled()
    assert bot.talk(anna).holds == held
    assert bot.talk(anna).screened == bot.talk(anna).screened
    assert bot.talk(anna).stage is Stage.HOME  # meanwhile it was told that the waiting time is over


async def test_a_step_from_last_week_shows_no_step(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step, data = card(anna), card(anna).data_behind("Feels fine")
    assert data is not None
    await bot.move_by(WEEK)
    await anna.forge(data, on=step)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.HOME
    assert "step" not in card(anna).words.lower()


async def test_a_tap_on_a_deleted_message_is_answered(playground: Playground, bot: Running) -> None:
    """Telegram sends a stub with date 0 for a message that is gone."""
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    question, data = card(anna), card(anna).data_behind("No")
    assert data is not None
    question.gone = True
    await anna.forge(data, on=question)
    await anna.sees("Safety question 2 of 12")
    await bot.settled()
    assert all(taps(anna))
    assert card(anna).buttons[-1] == ["Stop"]


async def test_a_step_on_a_deleted_message_comes_anew(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step, data = card(anna), card(anna).data_behind("Feels fine")
    assert data is not None
    step.gone = True
    await anna.forge(data, on=step)
    shown = await anna.sees("step 2")
    assert shown.id > step.id
    await bot.settled()


# --- other people


async def test_a_tap_by_somebody_else_is_their_own(playground: Playground, bot: Running) -> None:
    """On a forwarded card the data travels along; who tapped decides whose conversation it is."""
    anna, berta = playground.person("Anna"), playground.person("Berta")
    await walk(anna, bot, *OPENING)
    question, data = card(anna), card(anna).data_behind("Yes")
    assert data is not None
    await walk(berta, bot, "/start")
    before = bot.talk(anna)
    await berta.forge(data, on=question)
    await bot.settled()
    assert bot.talk(anna) == before
    assert bot.talk(berta).stage is Stage.AGE
    assert not bot.talk(berta).holds
    assert "How old are you?" in card(berta).words
    assert all(taps(berta))


async def test_a_tap_by_a_stranger_tells_nothing_and_leaves_no_trace(playground: Playground, bot: Running) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta")
    await walk(anna, bot, *STEP)
    data = card(anna).data_behind("Feels fine")
    assert data is not None
    berta.chat.met = True
    await berta.forge(data, on=card(anna))
    await bot.settled()
    assert "I keep nothing about you. To begin anew, send /start." in berta.screen()
    assert bot.count("people") == 1
    assert "step 1" in card(anna).words.lower()


# --- forged


def forgeries(real: str) -> list[str]:
    """Data that this bot never wrote for this card, nearly all of it close to something that it did write."""
    dice = random.Random(3)
    asks = "step stop_ home choose offer briefing level signal emergency_nerves paused moving rest clock time x".split()
    choices = "fine go_on stretch yes no not_sure start forget keep_reminder pelvic_tilt 2 07:00 Europe/Berlin".split()
    made = []
    for _ in range(FORGED):
        token, ask, _ = real.split(":", 2)
        token = dice.choice((token, f"{int(token, 16) + dice.randint(-9, 9):x}", "0", "-1", "f" * 10, f"0{token}"))
        data = f"{token}:{dice.choice((ask, *asks))}:{dice.choice(choices)}"
        if dice.random() < 0.3:
            place = dice.randrange(len(data))
            data = data[:place] + dice.choice(("", ":", "é", "\n", " ", "\x00", "A", "\u202e")) + data[place + 1 :]
        made.append((data if dice.random() < 0.95 else data * 5)[:64])
    return made


async def test_forged_data_answers_nothing(playground: Playground, bot: Running) -> None:
    """At the first safety question: whatever a tampered client sends, nothing is answered and no step is shown."""
    people = [playground.person(f"P{number}") for number in range(20)]
    for person in people:
        await walk(person, bot, *OPENING)
    before = [bot.talk(person).answering for person in people]
    real = [card(person).data_behind("No") or "" for person in people]
    for number, data in enumerate(forgeries(real[0])):
        person = people[number % len(people)]
        mine = real[number % len(people)].split(":")[0]
        if not data.startswith(f"{mine}:emergency_nerves"):
            await person.forge(data)
    await bot.settled(50)
    for person, answering in zip(people, before, strict=True):
        talk = bot.talk(person)
        assert talk.stage in (Stage.SCREENING, Stage.REFERRED)  # a red flag is heard even from a forged tap
        if talk.stage is Stage.SCREENING:
            assert talk.answering == answering
        assert talk.screened is None
        assert talk.sitting is None
        assert all(taps(person))
    assert not bot.reasons()


# --- acknowledged, and not waited for


@pytest.mark.parametrize("stage", [stage for stage in WAYS if stage is not Stage.REMINDING])
async def test_every_tap_is_acknowledged(stage: Stage, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await reach(stage, anna, bot)
    for words in anna.buttons()[:3]:
        await anna.is_answered(await anna.forge(card(anna).data_behind(words) or "lost"))
        await bot.settled()
    assert playground.calls("answerCallbackQuery") == len(playground.api.taps.all)
    playground.nothing_refused()


async def test_a_slow_acknowledgement_holds_nobody_up(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    slow = playground.fault(Fault.SLOW, times=1, methods="answerCallbackQuery")
    slow.seconds = 1.5
    await anna.tap("No")
    await anna.sees("Safety question 2 of 12", within=1.2)
    await anna.tap("No")
    await anna.sees("Safety question 3 of 12", within=1.2)
    playground.nothing_refused()


@pytest.mark.parametrize("kind", [Fault.ERROR, Fault.GARBAGE, Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.FLOOD])
async def test_an_acknowledgement_that_fails_changes_nothing(kind: Fault, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    playground.fault(kind, methods="answerCallbackQuery").retry_after = 1
    await anna.tap("No")
    await anna.sees("Safety question 2 of 12")
    await anna.tap("No")
    await anna.sees("Safety question 3 of 12")
    await playground.until(lambda: not playground.api.faults.active or None, lambda: "no tap was acknowledged")
    await bot.settled()
    assert bot.failed is None


async def test_a_tap_too_old_to_be_acknowledged_still_counts(playground: Playground, idle: Running) -> None:
    """Taps wait 150 seconds for the bot, but can be acknowledged only for some fifteen."""
    anna = playground.person("Anna")
    await idle.start()
    await walk(anna, idle, *OPENING)
    await idle.stop()
    await anna.tap("No")
    playground.clock.advance(60)
    await idle.start()
    await anna.sees("Safety question 2 of 12")
    await idle.settled()


async def test_many_people_tap_at_once(playground: Playground, bot: Running) -> None:
    people = [playground.person(f"P{number}") for number in range(30)]
    for person in people:
        await person.say("/start")
    await bot.settled()
    for line in ("18 to 64", "I agree", "Skip"):
        for person in people:
            await person.tap(line)
        await bot.settled()
    for _ in range(3):
        for person in people:
            await person.tap("No", times=2)
        await bot.settled()
    for person in people:
        answering = bot.talk(person).answering
        assert answering is not None
        assert len(answering.answers) == 3
        assert "Safety question 4 of 12" in card(person).words
    playground.nothing_refused()
