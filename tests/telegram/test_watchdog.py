"""A bot that hears nothing finds out: it makes its client anew, says so, and ends when it is stuck. No clock runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from attrs import evolve
from structlog.testing import capture_logs

from bot import app as the_app
from bot import cli, health
from bot.channels.telegram import poller, pulse
from bot.channels.telegram.poller import RENEW_AFTER, Poller
from bot.channels.telegram.pulse import DEAF_AFTER, LOOK_EVERY, STUCK_AFTER, Pulse
from bot.channels.telegram.reading import Raw, Unreadable
from bot.playground.testing import Playground
from bot.settings import SettingsError
from bot.trouble import GaveUp
from tests.telegram.conftest import Running
from tests.telegram.gate import free_port
from tests.telegram.ways import walk

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Ticks:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Telegram:
    """Answers getUpdates with the next of `answers`; when they are used up, it waits."""

    answers: list[object]
    root: str = ""
    asked: list[dict[str, object]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.begun.set()
        if not self.answers:
            self.empty.set()
            await asyncio.Event().wait()
        given = self.answers.pop(0)
        if given is None:
            await asyncio.Event().wait()
        if isinstance(given, web.Response):
            return given
        if given == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        body = given if isinstance(given, bytes) else json.dumps({"ok": True, "result": given}).encode()
        return web.Response(body=body)


@asynccontextmanager
async def telegram(*answers: object) -> AsyncIterator[Telegram]:
    made = Telegram([*answers])
    app = web.Application()
    app.router.add_post("/bot1:a/{method}", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()


class Listening:
    """A poller at work, what it took, and how many clients it made."""

    def __init__(self, server: Telegram, hangs_after: float = 5.0, take: Callable[[], Awaitable[object]] | None = None):
        self.taken: list[Raw] = []
        self.took = asyncio.Event()
        self.ticks = Ticks()
        self.clients = 0
        self._take = take
        self.pulse = Pulse(self.ticks, self.ticks.nap)
        self.poller = Poller(
            server.root, "1:a", self._keep, pulse=self.pulse, hangs_after=hangs_after, connect=self.connect
        )

    def connect(self) -> aiohttp.ClientSession:
        self.clients += 1
        return poller.connect()

    async def _keep(self, updates: list[Raw]) -> None:
        if self._take is not None:
            await self._take()
        self.taken.extend(updates)
        if updates:
            self.took.set()


@asynccontextmanager
async def at_work(made: Listening, server: Telegram) -> AsyncIterator[None]:
    """Poll until every answer was given."""
    task = asyncio.create_task(made.poller.run())
    try:
        async with asyncio.timeout(5):
            await server.empty.wait()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def refusal(code: int, description: str = "", **parameters: object) -> web.Response:
    return web.json_response(
        {"ok": False, "error_code": code, "description": description, "parameters": parameters}, status=code
    )


# --- made anew


TROUBLES: dict[str, Callable[[], object]] = {
    "cut": lambda: "cut",
    "502": lambda: refusal(502),
    "html": lambda: b"<html>",
}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_after_three_attempts_without_a_sensible_answer_the_client_is_made_anew(
    kind: str,
) -> None:
    for times, clients in ((RENEW_AFTER - 1, 1), (RENEW_AFTER, 2), (2 * RENEW_AFTER, 3)):
        async with telegram(*(TROUBLES[kind]() for _ in range(times)), [{"update_id": 1}]) as server:
            made = Listening(server)
            async with at_work(made, server):
                assert made.taken == [{"update_id": 1}]
                assert made.clients == clients


async def test_a_good_poll_between_troubles_is_a_new_beginning() -> None:
    async with telegram("cut", "cut", [], "cut", "cut", [{"update_id": 1}]) as server:
        made = Listening(server)
        async with at_work(made, server):
            assert (made.clients, made.taken) == (1, [{"update_id": 1}])


@pytest.mark.parametrize("code", [409, 429])
async def test_what_telegram_itself_refuses_is_not_the_clients_fault(code: int) -> None:
    async with telegram(*(refusal(code, retry_after=7) for _ in range(5)), [{"update_id": 1}]) as server:
        made = Listening(server)
        with capture_logs() as lines:
            async with at_work(made, server):
                assert made.clients == 1
        reasons = {str(line["reason"]) for line in lines}
        assert len(reasons) == 1
        assert ("another process" if code == 409 else "asks to wait") in reasons.pop()
        assert made.ticks.naps == ([5.0, 10.0, 15.0, 30.0, 30.0] if code == 409 else [7.5] * 5)


async def test_a_poll_that_hangs_is_given_up_and_the_client_made_anew() -> None:
    async with telegram(None, [{"update_id": 1}]) as server:
        made = Listening(server, hangs_after=0.1)
        task = asyncio.create_task(made.poller.run())
        await asyncio.wait_for(made.took.wait(), 5)
        task.cancel()
        assert made.clients >= 2


async def test_a_client_whose_only_connection_is_wedged_is_replaced() -> None:
    """The pool gives no connection any more, and says nothing: what users of bot libraries call silent deafness."""
    async with telegram(None, [{"update_id": 1}]) as server:
        made = Listening(server, hangs_after=0.1)
        wedged = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))
        stuck = asyncio.create_task(wedged.post(f"{server.root}/bot1:a/getUpdates", json={}))
        await asyncio.wait_for(server.begun.wait(), 5)
        clients = [wedged]
        made.connect = lambda: clients.pop() if clients else poller.connect()  # type: ignore[method-assign]
        made.poller._connect = made.connect
        task = asyncio.create_task(made.poller.run())
        await asyncio.wait_for(made.took.wait(), 5)
        for each in (task, stuck):
            each.cancel()
        await asyncio.gather(task, stuck, return_exceptions=True)


# --- one by one, and no faster than it is kept


async def test_one_poisoned_update_among_good_ones_holds_nobody_up() -> None:
    deep = '{"update_id":6,"message":' + "[" * 100_000 + "]" * 100_000 + "}"
    batch = ('{"ok":true,"result":[{"update_id":5},' + deep + ',{"update_id":7}]}').encode()
    async with telegram(batch, []) as server:
        made = Listening(server)
        async with at_work(made, server):
            assert made.taken == [{"update_id": 5}, Unreadable(6, "RecursionError"), {"update_id": 7}]
            assert [asked["offset"] for asked in server.asked] == [0, 8, 8]


@pytest.mark.parametrize("batch", [[{"message": {}}], [7, None], [{"update_id": 2**31}], [{"update_id": 2**63}]])
async def test_what_can_never_be_confirmed_is_not_asked_for_without_a_pause(batch: list[object]) -> None:
    async with telegram(batch, batch, [{"update_id": 1}]) as server:
        made = Listening(server)
        async with at_work(made, server):
            assert made.taken == [{"update_id": 1}]
            assert made.ticks.naps == [1.0, 2.0]


async def test_nothing_more_is_asked_for_before_all_is_kept() -> None:
    kept = asyncio.Event()
    async with telegram([{"update_id": 1}], []) as server:
        made = Listening(server, take=kept.wait)
        task = asyncio.create_task(made.poller.run())
        await asyncio.wait_for(server.begun.wait(), 5)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(server.asked) == 1, "asked again while the first was being kept"
        kept.set()
        await asyncio.wait_for(server.empty.wait(), 5)
        assert [asked["offset"] for asked in server.asked] == [0, 2, 2]
        task.cancel()


async def test_nothing_that_waits_is_ever_dropped() -> None:
    async with telegram(refusal(409, "can't use getUpdates method while webhook is active"), [], []) as server:
        made = Listening(server)
        async with at_work(made, server):
            asked = [each for each in server.asked if "drop_pending_updates" in each]
            assert asked == [{"drop_pending_updates": False}]


# --- red, and the end


def test_deaf_is_red_after_90_seconds() -> None:
    ticks = Ticks()
    ear = Pulse(ticks)
    ticks.now += DEAF_AFTER
    assert ear.check().well, "it may not have begun yet"
    ticks.now += 0.1
    assert not ear.check().well
    ear.good()
    assert ear.check().well
    ear.trouble("answer 502", 10)
    ticks.now += DEAF_AFTER + 0.1
    assert not ear.check().well, "an attempt is no success"
    assert "answer 502" in ear.check().says
    assert DEAF_AFTER == 90
    assert poller.TIMEOUT_SECONDS + 15 < DEAF_AFTER


async def test_errors_that_are_answered_keep_it_alive_for_hours() -> None:
    """An outage is no reason to end: another start would mend nothing and ask more often."""
    ticks = Ticks()
    ear = Pulse(ticks, ticks.nap)
    watching = asyncio.create_task(ear.watch())
    for _ in range(120):
        for _ in range(6):
            await asyncio.sleep(0)
        ticks.now += 30
        ear.trouble("ClientConnectorError", 30)
    assert ticks.now - 1000 >= 3600
    assert not watching.done()
    assert not ear.check().well
    watching.cancel()


async def test_a_wait_that_telegram_asked_for_is_no_silence() -> None:
    ticks = Ticks()
    ear = Pulse(ticks, ticks.nap)
    ear.trouble("Telegram asks to wait", 10_072.5)
    with pytest.raises(GaveUp):
        await ear.watch()
    assert ticks.now - 1000 > 10_072 + STUCK_AFTER


async def test_when_no_attempt_ends_it_gives_up_within_three_minutes() -> None:
    ticks = Ticks()
    ear = Pulse(ticks, ticks.nap)
    with pytest.raises(GaveUp, match="stuck"):
        await ear.watch()
    assert STUCK_AFTER < ticks.now - 1000 <= STUCK_AFTER + LOOK_EVERY
    assert STUCK_AFTER == 180


async def test_a_running_bot_reports_that_it_is_well(playground: Playground, idle: Running) -> None:
    port = free_port()
    idle.settings = evolve(idle.settings, metrics_listen=f"127.0.0.1:{port}")
    await idle.start()
    anna = playground.person("Anna")
    await walk(anna, idle, "/start")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
            page = await answer.json()
        async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            text = await answer.text()
    assert [check["name"] for check in page["checks"]] == ["hearing", "store", "wake-ups", "forecast"]
    assert (page["counts"]["turns"]["kept"], page["counts"]["letters"]["sent"]) == (1, 2)
    assert 'unkink_turns_total{outcome="kept"} 1.0' in text
    assert str(anna.id) not in text + json.dumps(page)
    written = health.read(idle.settings.data, datetime.now(UTC))
    assert [check.name for check in written] == ["running", "hearing", "store", "wake-ups", "forecast"]
    assert all(check.well for check in written)
    await idle.stop()
    assert not health.read(idle.settings.data, datetime.now(UTC))[0].well


async def test_a_port_for_figures_that_is_taken_is_said_in_one_line(playground: Playground, idle: Running) -> None:
    taken = playground.root.removeprefix("http://")
    idle.settings = evolve(idle.settings, metrics_listen=taken)
    await idle.start()
    error = await idle.dies()
    assert isinstance(error, SettingsError)
    assert str(error).startswith(f"UNKINK_METRICS_LISTEN ({taken}) cannot be used: ")


async def test_a_stuck_bot_ends_with_one_line(
    playground: Playground, bot: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The poll task waits for something that never comes."""
    monkeypatch.setattr(pulse, "STUCK_AFTER", 0.2)
    monkeypatch.setattr(pulse, "LOOK_EVERY", 0.05)
    error = await bot.dies()
    assert isinstance(error, GaveUp)
    assert cli._failed(error) == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert shown.startswith("unkink: no attempt to hear from Telegram")


async def test_a_part_that_was_killed_ends_the_bot(
    playground: Playground, bot: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, "/start")
    (poll,) = [task for task in asyncio.all_tasks() if "Poller.run" in repr(task.get_coro())]
    poll.cancel()
    error = await bot.dies()
    assert isinstance(error, GaveUp)
    assert the_app.ENDS_WITHIN <= 10
    assert not (Path(bot.settings.data) / "health.json").exists()
