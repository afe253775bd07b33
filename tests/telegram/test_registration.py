"""The webhook stays registered while the bot runs, whoever else meddles; and nothing that waits is dropped."""

from __future__ import annotations

import pytest
from attrs import evolve

from bot.channels.telegram import poller, registration
from bot.channels.telegram.pulse import Pulse
from bot.playground.faults import Kind as Fault
from bot.playground.testing import Playground
from bot.playground.webhook import Target
from bot.settings import SettingsError
from flows.stages import Stage
from tests.playground.conftest import a_bot
from tests.telegram.conftest import Running, registered
from tests.telegram.gate import SECRET, Gate
from tests.telegram.ways import OPENING, walk


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are shortened, never left out."""
    monkeypatch.setattr(registration, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(registration, "TROUBLE_PAUSES", (0.02,))
    monkeypatch.setattr(poller, "TROUBLE_PAUSES", (0.02,))


async def test_it_replaces_what_was_registered_and_drops_nothing(
    playground: Playground, hooked: Running, between: Gate
) -> None:
    anna = playground.person("Anna")
    await playground.api.webhook.set(Target("http://127.0.0.1:9/old", "old", 1))
    await anna.say("/start")
    await hooked.start()
    await anna.sees("How old are you?")
    await hooked.settled()
    assert playground.api.webhook.target == Target(between.url, SECRET, 40)


async def test_when_somebody_else_takes_it_away_it_is_set_again(playground: Playground, told: Running) -> None:
    anna = playground.person("Anna")
    async with a_bot(playground) as other:
        await other.delete_webhook()
        await registered(told)
        await other.set_webhook(told.settings.webhook_url, secret_token=SECRET, max_connections=1)
        await playground.until(
            lambda: playground.api.webhook.target.connections == 40 or None, lambda: "it stays as it is"
        )
    await walk(anna, told, *OPENING)
    assert told.talk(anna).stage is Stage.SCREENING


async def test_a_webhook_that_telegram_cannot_reach_turns_red_and_green_again(
    playground: Playground, between: Gate
) -> None:
    """Registered as it should be, and nothing arrives: the proxy is not there."""
    seconds = [0.0]
    pulse = Pulse(lambda: seconds[0])
    async with a_bot(playground) as bot:
        registrar = registration.Registrar(bot, registration.Target("http://127.0.0.1:9/", SECRET), pulse)
        await registrar.look()
        assert pulse.check().well
        await playground.person("Anna").say("/start")
        await playground.until(lambda: playground.api.webhook.info().get("last_error_date"), lambda: "no error")
        for _ in range(4):
            seconds[0] += 30.0
            await registrar.look()
        assert not pulse.check().well
        assert "cannot deliver to the webhook (Connection failed: ClientConnectorError)" in pulse.check().says
        pulse.kept()
        await registrar.look()
        assert pulse.check().well
        assert SECRET not in repr(registrar._target)


async def test_telegram_down_at_the_start_is_waited_for(playground: Playground, hooked: Running) -> None:
    anna = playground.person("Anna")
    for kind in (Fault.ERROR, Fault.RESET_BEFORE, Fault.GARBAGE):
        playground.fault(kind, times=2, methods="getWebhookInfo setWebhook")
    await anna.say("/start")
    await hooked.start()
    await anna.sees("How old are you?")
    await hooked.settled()


async def test_without_the_setting_the_bot_asks_again_and_nothing_is_dropped(
    playground: Playground, told: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, told, *OPENING)
    await told.stop()
    await anna.tap("No")
    told.settings = evolve(told.settings, webhook_url="")
    await told.start()
    await anna.sees("Safety question 2 of 12")
    await told.settled()
    assert not playground.api.webhook.is_set
    assert playground.calls("getUpdates") >= 1


async def test_a_port_that_is_taken_is_said_in_one_line(hooked: Running, between: Gate) -> None:
    taken = between.url.split("/")[2]
    hooked.settings = evolve(hooked.settings, webhook_listen=taken)
    await hooked.start()
    error = await hooked.dies()
    assert isinstance(error, SettingsError)
    assert str(error).startswith(f"UNKINK_WEBHOOK_LISTEN ({taken}) cannot be used: ")


async def test_a_token_revoked_at_work_ends_the_bot(playground: Playground, told: Running) -> None:
    playground.api.token = "1000001:playground" + "x" * 20
    assert type(await told.dies()).__name__ == "TokenRefused"
