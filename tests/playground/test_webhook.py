"""The webhook: secret, lanes, retries, Retry-After, a method in the answer, and back to polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.playground.faults import Kind
from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import Json, Raw


@dataclass
class Hook:
    """The bot's side: answers with the next of `answers` (200 when they are used up), or waits for `gate`."""

    url: str = ""
    got: list[Json] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    gate: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.arrived.set()
        if self.gate is not None and "message" in self.got[-1]:
            await self.gate.wait()
        return self.answers.pop(0) if self.answers else web.Response()

    async def has(self, number: int) -> list[Json]:
        """Wait until so many have arrived."""
        async with asyncio.timeout(5):
            while len(self.got) < number:
                self.arrived.clear()
                await self.arrived.wait()
        return self.got


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_updates_are_pushed_with_the_secret(raw: Raw, anna: Somebody, hook: Hook) -> None:
    await anna.say("before")
    answer = await raw("setWebhook", url=hook.url, secret_token="s3cret", max_connections=3)
    assert (answer["result"], answer["description"]) == (True, "Webhook was set")
    await anna.say("after")
    got = await hook.has(2)
    assert [update["message"]["text"] for update in got] == ["before", "after"]
    assert hook.secrets == ["s3cret", "s3cret"]
    again = await raw("setWebhook", url=hook.url, secret_token="s3cret", max_connections=3)
    assert again["description"] == "Webhook is already set"


async def test_webhook_and_polling_exclude_each_other(
    raw: Raw, anna: Somebody, hook: Hook, playground: Playground
) -> None:
    poll = asyncio.create_task(raw("getUpdates", timeout=50))
    await playground.until(lambda: playground.api.queue.polled or None, lambda: "nobody waits")
    await raw("setWebhook", url=hook.url)
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    refused = await raw("getUpdates")
    assert refused["error_code"] == 409
    assert "while webhook is active" in refused["description"]
    info = (await raw("getWebhookInfo"))["result"]
    assert (info["url"], info["pending_update_count"], info["max_connections"]) == (hook.url, 0, 40)
    assert (await raw("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await raw("deleteWebhook"))["description"] == "Webhook is already deleted"
    await anna.say("polled again")
    assert len((await raw("getUpdates"))["result"]) == 1
    assert hook.got == []


async def test_a_failed_update_comes_again_at_once_then_after_two_and_four_seconds(
    raw: Raw, anna: Somebody, hook: Hook, playground: Playground
) -> None:
    hook.answers = [web.Response(status=500) for _ in range(4)]
    await raw("setWebhook", url=hook.url)
    await anna.say("stubborn")
    await anna.say("next in line")
    await hook.has(2)
    for number, seconds in ((3, 2), (4, 4), (5, 8)):
        await naps(playground, 2 * number - 5)
        playground.clock.advance(seconds - 0.5)
        await naps(playground, 2 * number - 4)
        assert len(hook.got) == number - 1
        playground.clock.advance(0.6)
        await hook.has(number)
    got = await hook.has(6)
    assert [update["message"]["text"] for update in got] == ["stubborn"] * 5 + ["next in line"]
    info = (await raw("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def naps(playground: Playground, number: int) -> None:
    """Until the webhook has gone to sleep so many times: at each failure, and whenever the clock woke it too early."""
    clock = playground.clock
    await playground.until(lambda: clock.naps >= number or None, lambda: f"only {clock.naps} naps, not {number}")


async def test_retry_after_is_honoured(raw: Raw, anna: Somebody, hook: Hook, playground: Playground) -> None:
    hook.answers = [web.Response(status=503, headers={"Retry-After": "100"})]
    await raw("setWebhook", url=hook.url)
    await anna.say("busy")
    await hook.has(1)
    await naps(playground, 1)
    playground.clock.advance(99)
    await naps(playground, 2)
    assert len(hook.got) == 1
    playground.clock.advance(2)
    assert len(await hook.has(2)) == 2


async def test_a_redirect_is_a_failure(raw: Raw, anna: Somebody, hook: Hook) -> None:
    hook.answers = [web.Response(status=302, headers={"Location": hook.url})]
    await raw("setWebhook", url=hook.url)
    await anna.say("moved")
    await hook.has(2)
    assert "302" in (await raw("getWebhookInfo"))["result"]["last_error_message"]


async def test_taps_do_not_wait_behind_messages(raw: Raw, anna: Somebody, hook: Hook, playground: Playground) -> None:
    hook.gate = asyncio.Event()
    await raw("setWebhook", url=hook.url)
    sent = await raw("sendMessage", chat_id=anna.id, text="?")
    await anna.say("stuck")
    await anna.say("behind it")
    await anna.forge("stop", on=anna.chat.messages[sent["result"]["message_id"]])
    bela = playground.person("Bela")
    await bela.say("another person")
    got = await hook.has(3)
    writers = {str((update.get("message") or update["callback_query"])["from"]["first_name"]) for update in got}
    assert writers == {"Anna", "Bela"}
    assert sum("callback_query" in update for update in got) == 1
    assert "behind it" not in repr(got)
    hook.gate.set()
    await hook.has(4)


async def test_a_method_in_the_answer_is_called(raw: Raw, anna: Somebody, hook: Hook) -> None:
    hook.answers = [
        web.json_response({"method": "sendMessage", "chat_id": anna.id, "text": "at once"}),
        web.json_response({"method": "deleteWebhook"}),
    ]
    await raw("setWebhook", url=hook.url)
    await anna.say("hi")
    await anna.sees("at once")
    await anna.say("end it")
    await hook.has(2)
    assert (await raw("getWebhookInfo"))["result"]["url"] == hook.url


async def test_nobody_there_is_an_error_and_a_later_webhook_gets_everything(
    raw: Raw, anna: Somebody, hook: Hook, playground: Playground
) -> None:
    await raw("setWebhook", url="http://127.0.0.1:9/")
    await anna.say("kept")
    await playground.until(
        lambda: playground.api.webhook.info().get("last_error_message"), lambda: "no error was noted"
    )
    await raw("setWebhook", url=hook.url)
    assert (await hook.has(1))[0]["message"]["text"] == "kept"


async def test_pending_updates_can_be_dropped(raw: Raw, anna: Somebody, hook: Hook) -> None:
    await anna.say("lost")
    await raw("setWebhook", url=hook.url, drop_pending_updates=True)
    await anna.say("new")
    assert [update["message"]["text"] for update in await hook.has(1)] == ["new"]


async def test_a_day_of_nothing_but_410_ends_the_webhook(
    raw: Raw, anna: Somebody, hook: Hook, playground: Playground
) -> None:
    hook.answers = [web.Response(status=410) for _ in range(100)]
    await raw("setWebhook", url=hook.url)
    await anna.say("gone")
    await hook.has(2)
    await naps(playground, 1)
    playground.clock.advance(23 * 3600 + 1)
    await playground.until(lambda: not playground.api.webhook.is_set or None, lambda: "the webhook stays")
    assert len((await raw("getUpdates"))["result"]) == 1


async def test_duplicates_and_wrong_order_on_demand(
    raw: Raw, anna: Somebody, hook: Hook, playground: Playground
) -> None:
    await anna.say("one")
    await anna.say("two")
    playground.fault(Kind.REORDER)
    playground.fault(Kind.DUPLICATE)
    await raw("setWebhook", url=hook.url)
    assert [update["message"]["text"] for update in await hook.has(3)] == ["two", "two", "one"]
