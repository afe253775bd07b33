"""What `unkink setup` sets: within Telegram's limits, in words that say what the bot is and is not."""

from __future__ import annotations

import json
import re

import pytest
from attrs import evolve

from bot.app import setting_up
from bot.channels.commands import LONGEST
from bot.channels.telegram.poller import WANTED, TokenRefused
from bot.channels.telegram.profile import COMMANDS
from bot.playground.faults import Kind as Fault
from bot.playground.ledger import Kind as Entered
from bot.playground.testing import Playground
from bot.playground.tokens import fresh
from bot.playground.webhook import Target
from bot.settings import SettingsError
from bot.trouble import GaveUp
from flows import book
from tests.telegram.conftest import Running
from tests.telegram.replay import entries_so_far, shown_since
from tests.telegram.ways import CLEARED, walk

PRIVATE = json.dumps({"type": "all_private_chats"})
EVERYWHERE = json.dumps({"type": "default"})


async def test_setup_sets_everything_that_people_see(playground: Playground, idle: Running) -> None:
    said = await setting_up(idle.settings, book.load())
    profile = playground.api.profile
    assert [command["command"] for command in profile.commands[PRIVATE, ""]] == list(COMMANDS)
    assert profile.names[""] == "Unkink"
    assert "not a doctor" in profile.descriptions[""]
    assert "stop" in profile.descriptions[""].lower()
    assert profile.short_descriptions[""]
    assert profile.buttons[0] == {"type": "commands"}
    assert said[0] == f"{len(COMMANDS)} commands for private chats"
    playground.nothing_refused()
    assert not playground.api.ledger.warnings()


async def test_groups_are_shown_no_commands(playground: Playground, idle: Running) -> None:
    await setting_up(idle.settings, book.load())
    assert (EVERYWHERE, "") not in playground.api.profile.commands
    scopes = [
        entry.parameters.get("scope", "")
        for entry in playground.api.ledger.entries(Entered.CALL, method="setMyCommands")
    ]
    assert len(scopes) == 2


async def test_everything_is_within_the_limits(playground: Playground, idle: Running) -> None:
    """Docs: BotCommand, setMyCommands, setMyName, setMyDescription, setMyShortDescription."""
    await setting_up(idle.settings, book.load())
    profile = playground.api.profile
    listed = profile.commands[PRIVATE, ""]
    assert 0 < len(listed) <= 100
    for command in listed:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command["command"])
        assert 1 <= len(command["description"]) <= 256
        assert len(command["command"]) <= LONGEST
    assert 0 < len(profile.names[""]) <= 64
    assert 0 < len(profile.descriptions[""]) <= 512
    assert 0 < len(profile.short_descriptions[""]) <= 120


async def test_setup_twice_changes_nothing(playground: Playground, idle: Running) -> None:
    await setting_up(idle.settings, book.load())
    before = dict(playground.api.profile.commands)
    await setting_up(idle.settings, book.load())
    assert playground.api.profile.commands == before
    playground.nothing_refused()


async def test_expected_commands_are_there() -> None:
    """Every client makes shortcuts of the first three; the others are this bot's duty."""
    assert {"start", "help", "settings", "stop", "privacy", "mydata", "delete", "reminder", "stretch"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_that_is_listed_does_something(command: str, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    before = entries_so_far(anna)
    await walk(anna, bot, f"/{command}")
    assert shown_since(anna, before)
    assert not shown_since(anna, before)[0].startswith("I do not know")


async def test_setup_registers_the_webhook_and_drops_nothing(playground: Playground, idle: Running) -> None:
    anna = playground.person("Anna")
    await anna.say("/start")
    hooked = evolve(idle.settings, webhook_url="http://127.0.0.1:9/hook", webhook_secret="s" * 40)
    said = await setting_up(hooked, book.load())
    assert said[-1].startswith("webhook")
    assert "127.0.0.1" not in said[-1]
    assert playground.api.webhook.target == Target("http://127.0.0.1:9/hook", "s" * 40, 40)
    assert playground.api.queue.allowed == frozenset(WANTED)
    assert len(playground.api.queue.waiting()) == 1
    playground.nothing_refused()


async def test_setup_without_the_setting_removes_the_webhook_and_drops_nothing(
    playground: Playground, idle: Running
) -> None:
    await playground.api.webhook.set(Target("http://127.0.0.1:9/hook", "s" * 40))
    await playground.person("Anna").say("/start")
    said = await setting_up(idle.settings, book.load())
    assert "no webhook any more" in said[-1]
    assert not playground.api.webhook.is_set
    assert len(playground.api.queue.waiting()) == 1
    assert "asks for updates itself" in (await setting_up(idle.settings, book.load()))[-1]
    assert playground.calls("deleteWebhook") == 1


async def test_an_address_that_telegram_refuses_is_said(playground: Playground, idle: Running) -> None:
    hooked = evolve(idle.settings, webhook_url="https://bot.example.org:12/hook", webhook_secret="s" * 40)
    with pytest.raises(SettingsError, match=r"UNKINK_WEBHOOK_URL is refused by Telegram: .* only on ports"):
        await setting_up(hooked, book.load())


async def test_a_setup_without_a_network_ends_with_one_line(playground: Playground, idle: Running) -> None:
    playground.fault(Fault.ERROR, times=1, methods="setMyName")
    with pytest.raises(GaveUp, match="try again later"):
        await setting_up(idle.settings, book.load())


async def test_setup_with_a_wrong_token_says_so(playground: Playground, idle: Running) -> None:
    wrong = idle.settings.__class__(
        idle.settings.data, idle.settings.key_file, telegram_token=fresh(), telegram_api=playground.root
    )
    with pytest.raises(TokenRefused, match="BotFather"):
        await setting_up(wrong, book.load())
    assert not playground.api.profile.commands
