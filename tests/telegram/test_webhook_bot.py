"""The whole bot with a webhook behind a proxy: kept before it is answered, once, in whatever order things arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.channels.telegram import poller, registration
from bot.channels.telegram.poller import WANTED
from bot.playground.faults import Kind as Fault
from bot.playground.refusals import Json
from bot.playground.testing import Playground, Somebody
from bot.playground.webhook import Target
from flows.stages import Stage
from storage.errors import StoreFull
from storage.sqlite import SqliteStore
from storage.store import Decide, Outcome, Turn
from tests.telegram.conftest import Running
from tests.telegram.gate import SECRET, Gate
from tests.telegram.replay import card
from tests.telegram.ways import CLEARED, OPENING, STEP, walk

GRAVE = "I can't feel my legs"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are shortened, never left out."""
    monkeypatch.setattr(registration, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(registration, "TROUBLE_PAUSES", (0.02,))
    monkeypatch.setattr(poller, "TROUBLE_PAUSES", (0.02,))


async def asleep(playground: Playground, naps: int) -> int:
    """Wait until Telegram has gone to sleep once more than so many times; how often it has."""
    clock = playground.clock
    await playground.until(lambda: clock.naps > naps or None, lambda: "it does not wait")
    return clock.naps


def hurry(playground: Playground) -> None:
    """Whenever Telegram waits before it tries again, the time has passed at once."""
    clock, told = playground.clock, playground.clock.on_nap

    def on_nap() -> None:
        told()
        asyncio.get_running_loop().call_soon(clock.advance, 10.0)

    clock.on_nap = on_nap


async def until_held(who: Somebody, between: Gate, number: int = 1) -> None:
    await who.playground.until(lambda: len(between.held) >= number or None, lambda: "nothing is held")


def is_message(update: Json) -> bool:
    return "message" in update


def is_tap(update: Json) -> bool:
    return "callback_query" in update


# --- as with polling


async def test_a_conversation(playground: Playground, told: Running, between: Gate) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *STEP, "Feels fine")
    assert told.talk(anna).stage is Stage.MOVING
    assert "step 2" in card(anna).words.lower()
    assert set(between.answers) == {200}
    assert playground.calls("getUpdates") == 0
    playground.nothing_refused()


async def test_it_is_registered_with_all_it_needs(playground: Playground, told: Running, between: Gate) -> None:
    hook = playground.api.webhook
    assert (hook.target.url, hook.target.secret, hook.target.connections) == (between.url, SECRET, 40)
    assert playground.api.queue.allowed == frozenset(WANTED)


async def test_people_at_once(playground: Playground, told: Running) -> None:
    people = [playground.person(f"P{number}") for number in range(20)]
    for line in OPENING[:1]:
        for person in people:
            await person.say(line)
    await told.settled()
    for line in ("18 to 64", "I agree"):
        for person in people:
            await person.tap(line, times=2)
        await told.settled()
    assert {told.talk(person).stage for person in people} == {Stage.COUNTRY}


async def test_an_update_brought_twice_counts_once(playground: Playground, told: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    playground.fault(Fault.DUPLICATE)
    await walk(anna, told, "No")
    answering = told.talk(anna).answering
    assert answering is not None
    assert len(answering.answers) == 1


async def test_without_the_secret_nobody_speaks_for_telegram(playground: Playground, told: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    before = told.talk(anna)
    await playground.api.webhook.set(Target(told.settings.webhook_url, "another_secret"))
    await anna.tap("No")
    await playground.until(
        lambda: "403" in str(playground.api.webhook.info().get("last_error_message")) or None, lambda: "not refused"
    )
    assert told.talk(anna) == before


# --- taps and words have queues of their own


async def test_words_that_a_tap_overtook_are_heard(playground: Playground, told: Running, between: Gate) -> None:
    """What was written before the tap arrives after it, and still raises the alarm."""
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    between.hold = is_message
    await anna.say(GRAVE)
    await until_held(anna, between)
    await anna.tap("No")
    await anna.sees("Safety question 2 of 12")
    between.release()
    await told.settled()
    assert told.talk(anna).stage is Stage.REFERRED
    assert "112" in card(anna).words


async def test_a_tap_that_words_overtook_answers_nothing(playground: Playground, told: Running, between: Gate) -> None:
    """The card was shown anew meanwhile, so the tap's token is not the present one: it clears nobody."""
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    between.hold = is_tap
    await anna.tap("No")
    await until_held(anna, between)
    await anna.say(GRAVE)
    await anna.sees("112")
    between.release()
    await told.settled()
    assert told.talk(anna).stage is Stage.REFERRED
    assert told.talk(anna).holds
    answering = told.talk(anna).answering
    assert answering is None or not answering.answers


async def test_a_step_does_not_go_on_after_a_stop_that_overtook_the_tap(
    playground: Playground, told: Running, between: Gate
) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *STEP)
    between.hold = is_tap
    await anna.tap("Feels fine")
    await until_held(anna, between)
    await anna.say("/stop")
    await anna.sees("Stopped")
    between.release()
    await told.settled()
    assert told.talk(anna).stage is Stage.HOME
    assert "step" not in card(anna).words.lower()


async def test_pain_that_words_overtook_is_heard(playground: Playground, told: Running, between: Gate) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *STEP)
    between.hold = is_tap
    await anna.tap("It hurts or feels wrong")
    await until_held(anna, between)
    await anna.say("/start")
    await anna.sees("Welcome back")
    between.release()
    await told.settled()
    assert told.talk(anna).stage is Stage.RATING


async def test_one_held_person_holds_nobody_else(playground: Playground, told: Running, between: Gate) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta")
    between.hold = lambda update: is_message(update) and update["message"]["from"]["id"] == anna.id
    await anna.say("/start")
    await until_held(anna, between)
    await walk_only(berta, "/start", "How old are you?")
    between.release()
    await anna.sees("How old are you?")
    await told.settled()


async def walk_only(who: Somebody, line: str, part: str) -> None:
    await who.say(line)
    await who.sees(part)


# --- trouble, stops and starts


async def test_what_cannot_be_kept_comes_again_after_five_seconds_and_counts_once(
    playground: Playground, told: Running, between: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    real, tried = SqliteStore.keep, list[int]()

    async def keep(self: SqliteStore, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        tried.append(len(turns))
        if len(tried) <= 2:
            raise StoreFull("no room")
        return await real(self, turns, decide, now)

    monkeypatch.setattr(SqliteStore, "keep", keep)
    del between.answers[:]
    naps = playground.clock.naps
    await anna.tap("No")
    for times in (1, 2):
        naps = await asleep(playground, naps)
        playground.clock.advance(4.0)
        naps = await asleep(playground, naps)
        assert len(tried) == times, "sooner than Retry-After says"
        playground.clock.advance(1.5)
    await anna.sees("Safety question 2 of 12")
    await told.settled()
    assert between.answers == [503, 503, 200]
    answering = told.talk(anna).answering
    assert answering is not None
    assert len(answering.answers) == 1


async def test_what_was_said_while_it_was_away_is_answered(playground: Playground, told: Running) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta")
    await walk(anna, told, *OPENING)
    await told.stop()
    await anna.tap("No")
    await berta.say("/start")
    looked = playground.calls("getWebhookInfo")
    await told.start()
    await playground.until(lambda: playground.calls("getWebhookInfo") > looked or None, lambda: "it is not there")
    hurry(playground)
    playground.clock.advance(10)
    await anna.sees("Safety question 2 of 12")
    await berta.sees("How old are you?")
    await told.settled()
    assert told.failed is None


async def test_a_turn_in_work_is_finished_when_it_ends(
    playground: Playground, told: Running, between: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    real, begun, goes_on = SqliteStore.keep, asyncio.Event(), asyncio.Event()

    async def keep(self: SqliteStore, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        begun.set()
        await goes_on.wait()
        return await real(self, turns, decide, now)

    monkeypatch.setattr(SqliteStore, "keep", keep)
    del between.answers[:]
    await anna.tap("No")
    await begun.wait()
    ending = asyncio.create_task(told.stop())
    await asyncio.sleep(0)
    goes_on.set()
    await ending
    assert between.answers == [200]
    assert told.failed is None
    monkeypatch.undo()
    await told.start()
    await told.settled()
    assert [entry.words[:23] for entry in anna.chat.visible() if "question 2" in entry.words] == [
        "Safety question 2 of 12"
    ]


async def test_every_update_is_handled_once(playground: Playground, told: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *CLEARED)
    assert told.talk(anna).stage is Stage.HOME
    assert told.count("handled") == len(CLEARED)
