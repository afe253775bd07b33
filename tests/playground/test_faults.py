"""Each fault on demand, and what python-telegram-bot makes of it."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import httpx
import pytest
from telegram import Bot
from telegram.error import Forbidden, NetworkError, RetryAfter, TimedOut

from bot.playground.faults import Kind
from bot.playground.ledger import Kind as Written
from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import Raw


async def test_429_closes_the_gate_until_retry_after_has_passed(
    bot: Bot, anna: Somebody, playground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # or the library warns of itself
    playground.fault(Kind.FLOOD).retry_after = 7
    with pytest.raises(RetryAfter, match=r"Retry in (0:00:07|7 seconds)"):
        await bot.send_message(anna.id, "one")
    playground.clock.advance(3)
    with pytest.raises(RetryAfter, match=r"Retry in (0:00:04|4 seconds)"):
        await bot.send_message(anna.id, "too early")
    assert "before retry_after had passed" in playground.api.ledger.warnings()[-1].note
    playground.clock.advance(4)
    assert (await bot.send_message(anna.id, "in time")).text == "in time"
    assert "one" not in anna.screen()


async def test_429_on_the_wire(playground: Playground, anna: Somebody, client: aiohttp.ClientSession) -> None:
    playground.fault(Kind.FLOOD).retry_after = 12
    url = f"{playground.base_url}{playground.token}/sendMessage"
    async with client.get(url, params={"chat_id": anna.id, "text": "x"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "12")
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 12",
            "parameters": {"retry_after": 12},
        }


async def test_429_for_one_chat_leaves_the_others_alone(raw: Raw, anna: Somebody, playground: Playground) -> None:
    bela = playground.person("Bela")
    await bela.say("hello")
    fault = playground.fault(Kind.FLOOD, times=None, chat=anna.id)
    assert (await raw("sendMessage", chat_id=anna.id, text="x"))["error_code"] == 429
    assert (await raw("sendMessage", chat_id=bela.id, text="x"))["ok"]
    assert (await raw("getMe"))["ok"]
    playground.clock.advance(60)
    assert (await raw("sendMessage", chat_id=anna.id, text="x"))["error_code"] == 429
    playground.api.faults.off(fault)
    assert (await raw("sendMessage", chat_id=anna.id, text="x"))["ok"]


async def test_an_outage_until_it_is_switched_off(bot: Bot, anna: Somebody, playground: Playground) -> None:
    playground.fault(Kind.ERROR, times=None).code = 500
    for _ in range(3):
        with pytest.raises(NetworkError, match="Internal Server Error"):
            await bot.send_message(anna.id, "x")
    with pytest.raises(NetworkError):
        await bot.get_updates()
    playground.api.faults.off()
    assert await bot.get_updates() == ()


async def test_html_instead_of_json(bot: Bot, anna: Somebody, playground: Playground) -> None:
    for code in (502, 200, 429):
        playground.fault(Kind.GARBAGE).code = code
        with pytest.raises(Exception, match=r"Bad Gateway|Invalid server response|Parsing the server response"):
            await bot.send_message(anna.id, "x")
    assert anna.screen() == "Anna: Hello"


async def test_a_connection_cut_before_nothing_is_done(bot: Bot, anna: Somebody, playground: Playground) -> None:
    playground.fault(Kind.RESET_BEFORE, times=2, methods="sendMessage")
    for _ in range(2):
        with pytest.raises(NetworkError) as cut:
            await bot.send_message(anna.id, "x")
        assert isinstance(cut.value.__cause__, httpx.RemoteProtocolError | httpx.ReadError)
    assert "bot" not in anna.screen()
    await bot.send_message(anna.id, "x")


async def test_a_connection_cut_after_it_is_done(bot: Bot, anna: Somebody, playground: Playground) -> None:
    playground.fault(Kind.RESET_AFTER)
    with pytest.raises(NetworkError) as cut:
        await bot.send_message(anna.id, "arrived all the same")
    assert isinstance(cut.value.__cause__, httpx.RemoteProtocolError | httpx.ReadError)
    assert anna.screen().count("arrived all the same") == 1


async def test_an_answer_too_slow_for_the_caller(bot: Bot, anna: Somebody, playground: Playground) -> None:
    playground.fault(Kind.SLOW).seconds = 0.4
    with pytest.raises(TimedOut) as late:
        await bot.send_message(anna.id, "arrived", read_timeout=0.1)
    assert isinstance(late.value.__cause__, httpx.ReadTimeout)
    assert "bot: arrived" in anna.screen()
    playground.fault(Kind.SLOW).seconds = 0.2
    began = time.monotonic()
    await bot.send_message(anna.id, "slow")
    assert time.monotonic() - began >= 0.2


async def test_blocked_without_having_been_told(bot: Bot, anna: Somebody, playground: Playground) -> None:
    playground.fault(Kind.BLOCKED, chat=anna.id)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "x")
    assert await bot.get_updates() == ()


async def test_duplicate_updates_though_confirmed(raw: Raw, anna: Somebody, playground: Playground) -> None:
    await anna.say("one")
    playground.fault(Kind.DUPLICATE)
    first = (await raw("getUpdates"))["result"]
    offset = first[-1]["update_id"] + 1
    assert (await raw("getUpdates", offset=offset, timeout=50))["result"] == first
    assert (await raw("getUpdates", offset=offset + 1))["result"] == []


async def test_a_waiting_poller_gets_its_duplicates_too(raw: Raw, anna: Somebody, playground: Playground) -> None:
    poll = asyncio.create_task(raw("getUpdates", timeout=50))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    playground.fault(Kind.DUPLICATE)
    await anna.say("one")
    first = (await poll)["result"]
    again = await raw("getUpdates", offset=first[0]["update_id"] + 1, timeout=50)
    assert again["result"] == first


async def test_updates_in_the_wrong_order(raw: Raw, anna: Somebody, playground: Playground) -> None:
    await anna.say("one")
    fault = playground.fault(Kind.REORDER)
    assert len((await raw("getUpdates"))["result"]) == 1
    assert fault.struck == 0
    await anna.say("two")
    wrong = (await raw("getUpdates", offset=1))["result"]
    assert [update["message"]["text"] for update in wrong] == ["two", "one"]
    right = (await raw("getUpdates", offset=2))["result"]
    assert right == wrong[::-1]


async def test_every_strike_is_in_the_ledger(raw: Raw, anna: Somebody, playground: Playground) -> None:
    for kind in (Kind.ERROR, Kind.GARBAGE, Kind.BLOCKED, Kind.FLOOD):
        playground.fault(kind)
        url_answer = raw("sendMessage", chat_id=anna.id, text="x")
        if kind is Kind.GARBAGE:
            with pytest.raises(aiohttp.ContentTypeError):
                await url_answer
        else:
            assert not (await url_answer)["ok"]
        assert playground.api.ledger.entries(Written.FAULT)[-1].note == kind
    assert playground.api.faults.active == []
