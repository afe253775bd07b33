"""Every recorded journey through python-telegram-bot: the same words, the same buttons, the same conversation kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.lots import lot
from bot.playground.testing import Playground
from storage.store import POSTED_LAST
from tests.journeys.play import Journey, every, play
from tests.telegram.conftest import Running, place_for
from tests.telegram.replay import BETWEEN_LINES, entries_so_far, open_cards, sections, send, shown_since

JOURNEYS = list(every())
ANNA = lot("terminal:anna")
"""Her few minutes past the time: the same person as in the recording, or "around 8" would be another minute."""


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.path.stem)
async def test_journey_through_telegram(
    journey: Journey, playground: Playground, idle: Running, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.lot", lambda person: ANNA)
    anna = playground.person("Anna", language="")  # a terminal tells none
    idle.clock.move_to(journey.begins)
    await idle.start()
    for section in sections(journey):
        before = entries_so_far(anna)
        await send(section.said, anna, idle)
        assert shown_since(anna, before) == list(section.shown), f"after {section.said!r}"
        if idle.clock.now() - journey.begins < POSTED_LAST:  # where a message stands is known for so long
            assert len(open_cards(anna)) == idle.count("people"), anna.screen()  # after /delete there is no card left
        await idle.move_by(BETWEEN_LINES)
    playground.nothing_refused()
    assert not playground.api.ledger.warnings()
    with place_for(place) as folder:
        assert idle.talk(anna) == (await play(journey, Path(folder))).stations[-1]


def test_enough_journeys() -> None:
    assert len(JOURNEYS) >= 40
