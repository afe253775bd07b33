"""Stops, starts and trouble on the wire: nothing lost, nothing twice that must not be, never silence."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from attrs import evolve
from telegram.error import Conflict

from bot import app, post
from bot.channels.telegram import poller
from bot.channels.telegram.poller import TokenRefused
from bot.playground.faults import Kind as Fault
from bot.playground.ledger import Kind as Entered
from bot.playground.testing import Playground, Somebody
from bot.playground.tokens import fresh
from flows.stages import Stage
from storage.errors import StoreTrouble
from storage.sqlite import SqliteStore
from storage.store import Decide, Outcome, Turn
from tests.playground.conftest import a_bot
from tests.telegram.conftest import Running
from tests.telegram.replay import card, open_cards
from tests.telegram.ways import CLEARED, OPENING, REMINDED, STEP, walk

SHORT = (0.02,)
UNSURE = [Fault.ERROR, Fault.GARBAGE, Fault.RESET_BEFORE, Fault.RESET_AFTER]
"""Trouble after which nobody can know whether a message was sent."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are shortened, never left out."""
    monkeypatch.setattr(post, "BACK_OFF", SHORT * 3)
    monkeypatch.setattr(post, "DOUBTFUL", SHORT * 4)
    monkeypatch.setattr(poller, "TROUBLE_PAUSES", SHORT * 2)
    monkeypatch.setattr(poller, "CONFLICT_PAUSES", SHORT * 2)
    monkeypatch.setattr(app, "GREETING_PAUSES", SHORT * 2)


def count(who: Somebody, part: str) -> int:
    """Messages of the bot with these words."""
    return len([message for message in who.chat.visible() if message.mine and part in message.words])


async def restart(bot: Running) -> None:
    await bot.stop()
    await bot.start()


# --- stopped and started


async def test_a_restart_in_the_midst_of_the_screening(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING, "No")
    await restart(bot)
    await walk(anna, bot, "No", "No")
    assert "Safety question 4 of 12" in card(anna).words
    playground.nothing_refused()


async def test_a_restart_in_the_midst_of_a_step(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step, sent = card(anna), playground.calls("sendMessage")
    await restart(bot)
    await walk(anna, bot, "Feels fine")
    assert card(anna) is step
    assert "step 2" in step.words.lower()
    assert playground.calls("sendMessage") == sent
    playground.nothing_refused()


async def test_a_restart_after_every_line(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    for line in STEP:
        await walk(anna, bot, line)
        await restart(bot)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.MOVING
    assert card(anna).buttons
    assert count(anna, "Safety question") == 12
    playground.nothing_refused()


async def test_what_was_tapped_and_written_while_the_bot_was_away_is_answered(
    playground: Playground, bot: Running
) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta")
    await walk(anna, bot, *OPENING)
    await bot.stop()
    await anna.tap("No")
    await anna.say("I can't feel my legs")
    await berta.say("/start")
    await bot.start()
    await bot.settled()
    assert bot.talk(anna).stage is Stage.REFERRED
    assert "How old are you?" in card(berta).words
    playground.nothing_refused()


@pytest.mark.parametrize("kind", UNSURE)
async def test_letters_that_waited_are_sent_after_a_restart(
    kind: Fault, playground: Playground, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram is in trouble while a letter is sent; the bot is stopped before it tries again."""
    monkeypatch.setattr(post, "DOUBTFUL", (60.0,) * 4)
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    fault = playground.fault(kind, times=1, methods="sendMessage")
    await anna.tap("No")
    await playground.until(lambda: fault.struck or None, lambda: "nothing was sent")
    await playground.all_fetched()
    await restart(bot)
    await bot.settled()
    assert 1 <= count(anna, "Safety question 2 of 12") <= (2 if kind is Fault.RESET_AFTER else 1)
    await walk(anna, bot, "No")
    assert "Safety question 3 of 12" in open_cards(anna)[-1].words


async def test_telegram_is_down_at_start(playground: Playground, idle: Running) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    for kind in (Fault.RESET_BEFORE, Fault.ERROR, Fault.GARBAGE, Fault.FLOOD):
        playground.fault(kind, times=2, methods="getMe").retry_after = 0
    await idle.start()
    await anna.sees("How old are you?")
    assert idle.failed is None


async def test_nobody_listens_at_the_address_and_the_bot_can_be_stopped(playground: Playground, idle: Running) -> None:
    idle.settings = evolve(idle.settings, telegram_api="http://127.0.0.1:9")
    await idle.start()
    await idle.stop()
    assert idle.failed is None
    gc.collect()  # whatever was left open is told of now, as a warning, and warnings are errors


# --- the offset


@asynccontextmanager
async def failing_keep(monkeypatch: pytest.MonkeyPatch, times: int) -> AsyncIterator[list[int]]:
    """The store's disk fails so many times before it keeps."""
    real = SqliteStore.keep
    tried: list[int] = []

    async def keep(self: SqliteStore, turns: Sequence[Turn], decide: Decide, now: datetime) -> list[Outcome]:
        tried.append(len(turns))
        if len(tried) <= times:
            raise StoreTrouble("the disk is full")
        return await real(self, turns, decide, now)

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "keep", keep)
        yield tried


async def test_an_update_that_was_not_kept_comes_again_and_is_handled_once(
    playground: Playground, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    async with failing_keep(monkeypatch, 2) as tried:
        await anna.tap("No")
        await anna.sees("Safety question 2 of 12")
        await bot.settled()
    assert len(tried) == 3
    answering = bot.talk(anna).answering
    assert answering is not None
    assert len(answering.answers) == 1


async def test_nothing_is_confirmed_that_is_not_kept(
    playground: Playground, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the disk fails, every getUpdates asks from the same offset."""
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    async with failing_keep(monkeypatch, 10**6) as tried:
        await anna.tap("No")
        (waiting,) = playground.api.queue.waiting()
        await playground.until(lambda: len(tried) >= 3 or None, lambda: "it does not try again")
        assert [update.id for update in playground.api.queue.waiting()] == [waiting.id]
        asked = playground.api.ledger.entries(Entered.CALL, method="getUpdates")
        assert all(int(entry.parameters["offset"]) <= waiting.id for entry in asked)
    await anna.sees("Safety question 2 of 12")


async def test_killed_before_the_commit_the_update_comes_again(
    playground: Playground, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    async with failing_keep(monkeypatch, 10**6) as tried:
        await anna.tap("No")
        await playground.until(lambda: tried or None, lambda: "it does not try")
        await bot.stop()
    assert playground.api.queue.waiting()
    await bot.start()
    await anna.sees("Safety question 2 of 12")
    await bot.settled()


# --- two pollers, 429, an outage


async def test_a_second_poller_is_survived(playground: Playground, bot: Running) -> None:
    """Telegram sends the older poll away with 409; the bot goes on trying until the other one is gone."""
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    await bot.ready()
    async with a_bot(playground) as other:
        poll = asyncio.create_task(other.get_updates(timeout=1))
        await playground.until(lambda: playground.api.ledger.refusals() or None, lambda: "nobody was sent away")
        playground.clock.advance(10)  # whoever still waits is answered
        with suppress(Conflict):
            await poll
    await anna.tap("No")
    await anna.sees("Safety question 2 of 12")
    await bot.settled()
    assert bot.failed is None
    assert playground.api.ledger.refusals()[0].code == 409


async def test_a_flood_in_one_chat_holds_nobody_else(playground: Playground, bot: Running) -> None:
    anna, berta = playground.person("Anna"), playground.person("Berta")
    await walk(anna, bot, "/start")
    await walk(berta, bot, "/start")
    playground.fault(Fault.FLOOD, chat=anna.id).retry_after = 1
    began = asyncio.get_running_loop().time()
    await anna.tap("18 to 64")
    await playground.until(lambda: playground.api.ledger.refusals() or None, lambda: "nobody was refused")
    await berta.tap("18 to 64")
    await berta.sees("May I ask about your health?", within=0.9)
    await anna.sees("May I ask about your health?")
    assert asyncio.get_running_loop().time() - began >= 1.0
    await bot.settled()
    assert len(playground.api.ledger.refusals()) == 1, "it asked again before the time had passed"
    assert "retry_after" not in str(playground.api.ledger.warnings())


@pytest.mark.parametrize("kind", UNSURE)
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText", "editMessageReplyMarkup", "getUpdates"])
async def test_trouble_on_any_call_never_means_silence(
    kind: Fault, method: str, playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    playground.fault(kind, times=2, methods=method)
    await walk(anna, bot, "No", "hello", "No")
    assert "Safety question 3 of 12" in open_cards(anna)[-1].words
    assert not [fate for fate in bot.fates() if fate != "sent"]


async def test_an_outage_of_everything(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *OPENING)
    outage = playground.fault(Fault.RESET_BEFORE, times=None)
    await anna.tap("No")
    await playground.until(lambda: outage.struck >= 5 or None, lambda: "nothing was tried")
    playground.api.faults.off(outage)
    await anna.sees("Safety question 2 of 12")
    await bot.settled()
    assert count(anna, "Safety question 2 of 12") == 1


async def test_a_card_that_cannot_be_edited_any_more_comes_anew(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP)
    step, data = card(anna), card(anna).data_behind("Feels fine")
    step.gone = True
    await anna.forge(data or "", on=step)
    await bot.settled()
    assert card(anna).id > step.id
    assert "step 2" in card(anna).words.lower()


# --- reminders


async def reminder_with(kind: Fault, playground: Playground, bot: Running) -> Somebody:
    """A reminder falls due while sending is in trouble."""
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED)
    playground.fault(kind, times=1, methods="sendMessage")
    await walk(anna, bot, "@ 19:30", "@ +1h")
    return anna


@pytest.mark.parametrize("kind", UNSURE)
async def test_a_reminder_of_unknown_fate_is_not_sent_again(kind: Fault, playground: Playground, bot: Running) -> None:
    anna = await reminder_with(kind, playground, bot)
    assert count(anna, "Time for your back?") == (1 if kind is Fault.RESET_AFTER else 0)
    assert bot.fates()[-1] == "unknown"
    await walk(anna, bot, "@ +24h")
    assert "Time for your back?" in open_cards(anna)[-1].words, "the next day it comes again"


async def test_a_reminder_that_was_refused_for_its_pace_is_sent_once(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED)
    playground.fault(Fault.FLOOD, chat=anna.id).retry_after = 1
    await walk(anna, bot, "@ 19:30")
    assert count(anna, "Time for your back?") == 1


async def test_a_reminder_is_not_sent_twice_over_a_restart(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED, "@ 19:30")
    await restart(bot)
    await bot.settled()
    await walk(anna, bot, "@ +2m")
    assert count(anna, "Time for your back?") == 1


async def test_a_reminder_missed_by_hours_is_not_made_up_for(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED)
    await bot.stop()
    bot.clock.move_by(timedelta(hours=16))
    await bot.start()
    await bot.settled()
    assert count(anna, "Time for your back?") == 0
    await walk(anna, bot, "@ 19:30")
    assert count(anna, "Time for your back?") == 1


async def test_somebody_gone_without_a_word_gets_no_reminders(playground: Playground, bot: Running) -> None:
    """403 on a send, though no my_chat_member came: the person counts as blocked until they write."""
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED)
    blocked = playground.fault(Fault.BLOCKED, times=None, chat=anna.id)
    await walk(anna, bot, "@ 19:30")
    assert bot.talk(anna).asleep
    struck = blocked.struck
    await walk(anna, bot, "@ +3d")
    assert blocked.struck == struck
    playground.api.faults.off(blocked)
    await walk(anna, bot, "/start", "@ +1d")
    assert "Time for your back?" in card(anna).words


async def test_after_stop_nothing_comes_by_itself(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED, "/stop", "@ +4d")
    assert count(anna, "Time for your back?") == 0
    playground.nothing_refused()


# --- the token


async def test_a_refused_token_ends_the_bot_with_its_own_error(playground: Playground, idle: Running) -> None:
    idle.settings = evolve(idle.settings, telegram_token=fresh())
    await idle.start()
    assert isinstance(await idle.dies(), TokenRefused)
    assert idle.settings.telegram_token not in str(idle.failed)
    gc.collect()


async def test_a_token_revoked_at_work_ends_the_bot(playground: Playground, idle: Running) -> None:
    anna = playground.person("Anna")
    await idle.start()
    await walk(anna, idle, *CLEARED[:4])
    await idle.ready()
    playground.api.token = fresh()
    playground.clock.advance(60)  # the poll that waits is answered; the next one is refused
    assert isinstance(await idle.dies(), TokenRefused)


async def test_a_404_from_a_proxy_is_not_yet_believed(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, "/start")
    fault = playground.fault(Fault.ERROR, times=2, methods="getUpdates")
    fault.code = 404
    await walk(anna, bot, "18 to 64", "I agree")
    assert bot.failed is None
    assert bot.talk(anna).stage is Stage.COUNTRY
