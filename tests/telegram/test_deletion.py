"""/delete on the screen: nothing is kept, and nothing is left to tap."""

from __future__ import annotations

import pytest

from bot.playground.testing import Playground
from flows.stages import Stage
from tests.telegram.conftest import Running
from tests.telegram.replay import card, open_cards
from tests.telegram.ways import CLEARED, REMINDED, STEP, walk

YES = "Yes, delete everything"


async def test_after_delete_nothing_is_kept_and_no_card_is_open(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *REMINDED, "/delete", YES)
    assert not open_cards(anna)
    assert "Deleted. I keep nothing about you any more." in anna.screen()
    assert bot.count("people") == bot.count("wakes") == bot.count("posted") == bot.count("letters") == 0
    await walk(anna, bot, "@ +2d")
    assert "Time for your back?" not in anna.screen()
    await walk(anna, bot, "/start")
    assert "How old are you?" in card(anna).words
    playground.nothing_refused()


async def test_delete_in_the_midst_of_a_step(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *STEP, "/delete", YES)
    assert not open_cards(anna)
    assert bot.count("people") == 0
    playground.nothing_refused()


async def test_delete_said_in_words_leaves_nothing_to_tap_either(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED, "/delete")
    await anna.say(YES)
    await bot.settled()
    assert bot.count("people") == 0
    assert not open_cards(anna)
    playground.nothing_refused()


async def test_an_impatient_delete_is_no_trouble(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED, "/delete")
    await anna.tap(YES, times=2)
    await bot.settled()
    assert bot.count("people") == bot.count("posted") == bot.count("letters") == 0
    assert not open_cards(anna)
    assert "Deleted. I keep nothing about you any more." in anna.screen()
    playground.nothing_refused()


@pytest.mark.parametrize("data", ["1:offer:forget", "0:offer:forget", "ffffffffff:offer:forget"])
async def test_a_forged_delete_changes_nothing(data: str, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    for _ in range(2):
        await anna.forge(data)
        await bot.settled()
    assert bot.talk(anna).agreement is not None
    assert card(anna).buttons[-1] == ["Stop"]
    playground.nothing_refused()


async def test_a_tap_on_a_card_from_before_the_deletion_answers_nothing(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED)
    home, data = card(anna), card(anna).data_behind("Stretch now")
    await walk(anna, bot, "/delete", YES, "/start", "18 to 64")
    await anna.forge(data or "", on=home)
    await bot.settled()
    assert bot.talk(anna).stage is Stage.CONSENT
    assert "May I ask about your health?" in card(anna).words
    playground.nothing_refused()


@pytest.mark.parametrize("data", ["1:home:stretch", "ffffffffff:offer:forget", "nonsense", ""])
async def test_a_button_from_before_leaves_no_trace(data: str, playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED, "/delete", YES)
    await anna.forge(data)
    await bot.settled()
    assert "I keep nothing about you. To begin anew, send /start." in anna.screen()
    assert bot.count("people") == bot.count("posted") == bot.count("letters") == 0
    playground.nothing_refused()


async def test_blocking_the_bot_after_a_delete_leaves_no_trace(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED, "/delete", YES)
    await anna.block()
    await anna.unblock()
    await bot.settled()
    assert bot.count("people") == bot.count("posted") == bot.count("letters") == 0
    playground.nothing_refused()
