"""getUpdates: confirming, waiting, two pollers, kinds that are wanted, lifetimes, and ids that never go back."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import aiohttp
import pytest
from telegram import Bot
from telegram.error import Conflict

from bot.playground.counters import BLOCK, FILE, Counters
from bot.playground.server import serve
from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import Json, Raw


def ids(answer: Json) -> list[int]:
    return [update["update_id"] for update in answer["result"]]


def texts(answer: Json) -> list[str]:
    return [update["message"]["text"] for update in answer["result"]]


async def test_an_offset_confirms_what_lies_below_it_for_good(raw: Raw, anna: Somebody, playground: Playground) -> None:
    for text in ("one", "two", "three"):
        await anna.say(text)
    first = await raw("getUpdates", limit=2)
    assert texts(first) == ["one", "two"]
    playground.clock.advance(1)
    assert texts(await raw("getUpdates")) == ["one", "two", "three"]
    assert texts(await raw("getUpdates", offset=ids(first)[0] + 1)) == ["two", "three"]
    assert texts(await raw("getUpdates", offset=ids(first)[0])) == ["two", "three"]


async def test_an_offset_far_beyond_the_newest_confirms_nothing(raw: Raw, anna: Somebody) -> None:
    await anna.say("one")
    newest = ids(await raw("getUpdates"))[0]
    assert texts(await raw("getUpdates", offset=newest + 1000)) == ["one"]
    assert (await raw("getUpdates", offset=newest + 5))["result"] == []
    await anna.say("two")
    assert texts(await raw("getUpdates", offset=0)) == ["two"]


async def test_a_negative_offset_forgets_all_but_the_last(raw: Raw, anna: Somebody) -> None:
    for text in ("one", "two", "three"):
        await anna.say(text)
    assert texts(await raw("getUpdates", offset=-1)) == ["three"]
    assert texts(await raw("getUpdates", offset=1)) == ["three"]


async def test_asking_the_same_in_a_circle_gets_one_update_at_a_time(raw: Raw, anna: Somebody) -> None:
    await anna.say("one")
    await anna.say("two")
    assert texts(await raw("getUpdates", offset=5)) == ["one", "two"]
    assert texts(await raw("getUpdates", offset=5)) == ["one"]


async def test_short_polls_in_a_circle_become_long_ones(raw: Raw, anna: Somebody, playground: Playground) -> None:
    assert (await raw("getUpdates", offset=7))["result"] == []
    poll = asyncio.create_task(raw("getUpdates", offset=7))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    assert not poll.done()
    playground.clock.advance(3)
    assert (await poll)["result"] == []


async def test_a_long_poll_wakes_up_with_the_update(raw: Raw, anna: Somebody, playground: Playground) -> None:
    poll = asyncio.create_task(raw("getUpdates", timeout=50))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    began = time.monotonic()
    await anna.say("wake up")
    assert texts(await poll) == ["wake up"]
    assert time.monotonic() - began < 2


async def test_a_long_poll_ends_empty_and_fifty_seconds_are_the_most(raw: Raw, playground: Playground) -> None:
    poll = asyncio.create_task(raw("getUpdates", timeout=5000))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    playground.clock.advance(51)
    assert (await poll)["result"] == []


async def test_of_two_pollers_the_newer_wins(raw: Raw, anna: Somebody, playground: Playground) -> None:
    older = asyncio.create_task(raw("getUpdates", timeout=50))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    newer = asyncio.create_task(raw("getUpdates", timeout=50))
    answer = await older
    assert (answer["error_code"], answer["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await anna.say("for the newer")
    assert texts(await newer) == ["for the newer"]


async def test_a_second_poller_that_need_not_wait_disturbs_nobody(
    raw: Raw, anna: Somebody, playground: Playground
) -> None:
    older = asyncio.create_task(raw("getUpdates", offset=1, timeout=50))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    assert (await raw("getUpdates", offset=2, timeout=0))["result"] == []
    await anna.say("still there")
    assert texts(await older) == ["still there"]


async def test_python_telegram_bot_sees_a_conflict(bot: Bot, raw: Raw, playground: Playground) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=40))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    newer = asyncio.create_task(raw("getUpdates", timeout=50))
    with pytest.raises(Conflict):
        await older
    playground.clock.advance(60)
    assert (await newer)["ok"]


async def test_only_wanted_kinds_are_kept_and_the_wish_is_remembered(raw: Raw, anna: Somebody) -> None:
    await raw("getUpdates", allowed_updates=["message"])
    await anna.block()
    await anna.unblock()
    await anna.say("one")
    answer = await raw("getUpdates")
    assert [set(update) - {"update_id"} for update in answer["result"]] == [{"message"}]
    assert (await raw("getWebhookInfo"))["result"]["allowed_updates"] == ["message"]
    await raw("getUpdates", allowed_updates=[])
    await anna.block()
    assert "my_chat_member" in (await raw("getUpdates", offset=3))["result"][-1]
    assert "allowed_updates" not in (await raw("getWebhookInfo"))["result"]


async def test_messages_wait_a_day_and_taps_two_and_a_half_minutes(
    raw: Raw, anna: Somebody, playground: Playground
) -> None:
    sent = await raw("sendMessage", chat_id=anna.id, text="?")
    await anna.say("a message")
    await anna.forge("a tap", on=anna.chat.messages[sent["result"]["message_id"]])
    assert len((await raw("getUpdates"))["result"]) == 2
    playground.clock.advance(151)
    assert texts(await raw("getUpdates", offset=1)) == ["a message"]
    playground.clock.advance(24 * 3600)
    assert (await raw("getUpdates", offset=2))["result"] == []
    assert "expired" in playground.api.ledger.warnings()[-1].note


async def test_ids_never_go_back_across_restarts(tmp_path: Path) -> None:
    updates: list[int] = []
    messages: list[int] = []
    for _ in range(3):
        async with serve(folder=tmp_path, environ={}) as server:
            anna = Playground(server).person()
            for _ in range(3):
                messages.append((await anna.say("hello")).id)
            updates += [update.id for update in server.api.queue.waiting()]
    assert updates == sorted(set(updates))
    assert messages == sorted(set(messages))
    assert len(updates) == len(messages) == 9


def test_a_number_is_on_disk_before_it_is_given_out(tmp_path: Path) -> None:
    counters = Counters(tmp_path, {"update": 7})
    for expected in range(7, 7 + BLOCK + 3):
        assert counters.next("update") == expected
        assert json.loads((tmp_path / FILE).read_text())["update"] > expected
    assert Counters(tmp_path, {"update": 7}).next("update") == 7 + 2 * BLOCK


def test_a_damaged_file_of_numbers_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[1, 2")
    with pytest.raises(ValueError, match=r"counters\.json cannot be read .* delete it"):
        Counters(tmp_path, {"update": 1})


async def test_a_poller_that_was_killed_loses_nothing(
    raw: Raw, anna: Somebody, playground: Playground, client: aiohttp.ClientSession
) -> None:
    url = f"{playground.base_url}{playground.token}/getUpdates"
    async with aiohttp.ClientSession(trust_env=False) as doomed:
        poll = asyncio.create_task(doomed.post(url, json={"timeout": 50}))
        await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await anna.say("while nobody listened")
    assert texts(await raw("getUpdates", timeout=50)) == ["while nobody listened"]
