"""Forged and stale taps in every stage, through the Telegram door, each judged by a witness from outside.

What a turn may do is not asked of the code that does it: `tests/flows/walk_checks.py` judges each by what the person
was shown and answered before. The same turn is taken twice, through door, engine and file, and by the pure machine, and
must come out the same.

    UNKINK_TEST_TAPS=100000 python -m pytest tests/telegram/test_forged_taps.py --timeout 3600 -s
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

from attrs import define, evolve, field

from bot.channels.commands import command
from bot.channels.telegram.incoming import FORGED
from bot.lots import lot
from flows import taps
from flows.conversation import Conversation
from flows.effects import Forget
from flows.events import Event, Tapped, Wrote
from flows.machine import step
from flows.stages import Stage
from tests.flows.walk_checks import Turned, faults
from tests.flows.walk_ledger import Ledger, after
from tests.flows.walk_moves import OLD
from tests.telegram.indoors import Indoors, indoors
from tests.telegram.ways import WAYS

TAPS = int(os.environ.get("UNKINK_TEST_TAPS", "1000"))
AN_EPOCH = 1500
"""Taps after which new people begin, so that the stages that are hard to reach are tried again."""
SCREENED = {Stage.MOVING, Stage.BRIEFING, Stage.CHOOSING}


@define
class Tapper:
    """A person, what is kept of them, what they were shown, and every button they ever saw."""

    number: int
    talk: Conversation = field(factory=Conversation)
    ledger: Ledger = field(factory=Ledger)
    seen: list[str] = field(factory=list)

    @property
    def name(self) -> str:
        return f"telegram:{self.number}"


@define
class Fuzz:
    """People, dice, and what came of it."""

    house: Indoors
    dice: random.Random
    updates: int = 0
    tried: Counter[str] = field(factory=Counter)
    steps_shown: int = 0

    async def together(self, said: list[tuple[Tapper, str | Event]]) -> None:
        """One update of each of these people, in one batch; `str` is a button's data, whatever it holds."""
        self.house.clock.move_by(timedelta(seconds=2))
        await self.house.door.take([self._raw(who, what) for who, what in said])
        for who, what in said:
            await self._judge(who, what)

    def _raw(self, who: Tapper, what: str | Event) -> dict[str, object]:
        self.updates += 1
        person = {"id": who.number, "is_bot": False, "first_name": "P"}
        chat = {"id": who.number, "type": "private", "first_name": "P"}
        if isinstance(what, str):
            card = {"message_id": 5, "date": 1_795_000_000, "chat": chat, "text": "card"}
            tap = {"id": "1", "from": person, "chat_instance": "1", "message": card, "data": what}
            return {"update_id": self.updates, "callback_query": tap}
        assert isinstance(what, Wrote)
        message = {"message_id": 6, "date": 1_795_000_000, "chat": chat, "from": person, "text": what.text}
        return {"update_id": self.updates, "message": message}

    async def _judge(self, who: Tapper, what: str | Event) -> None:
        now = self.house.clock.now()
        event = (taps.read(what) or FORGED) if isinstance(what, str) else what
        if isinstance(event, Wrote) and event.text.startswith("/"):
            event = command(event.text)
        talk, effects = step(evolve(who.talk, lot=lot(who.name)), event, self.house.book, now)
        talk = evolve(talk, lot=who.talk.lot)  # handed in with each turn, and not kept
        ledger = after(who.ledger, event, effects, now, talk)
        wrong = faults(Turned(who.talk, who.ledger, event, now, self.house.book, talk, tuple(effects), ledger))
        assert not wrong, (wrong, what, event, who.talk)
        if any(isinstance(effect, Forget) for effect in effects):
            talk = Conversation()
        assert await self.house.talk(who.name) == talk, (what, event)
        who.talk, who.ledger = talk, ledger
        token = ledger.shown.token
        who.seen += [taps.write(Tapped(token, ask, choice)) for ask, choice in ledger.shown.buttons]
        del who.seen[:-200]

    async def lead(self, people: list[tuple[Tapper, tuple[str, ...]]]) -> None:
        """Each along a way, all at once."""
        for place in range(max(len(way) for _, way in people)):
            await self.together([(who, self._line(who, way[place])) for who, way in people if place < len(way)])

    def _line(self, who: Tapper, line: str) -> str | Event:
        words = ((ask, choice) for said, ask, choice in who.ledger.shown.words if said == line.casefold())
        for ask, choice in words:
            return taps.write(Tapped(who.ledger.shown.token, ask, choice))
        return Wrote(line)

    def forged(self, who: Tapper) -> str:
        """Something that a tampered client, an old card or another person's card sends."""
        kind = self.dice.choice(("stale", "stale", "token", "choice", "old", "bytes", "noise"))
        self.tried[kind] += 1
        present = self.dice.choice(who.seen[-8:])
        if kind == "stale":
            return self.dice.choice(who.seen)
        token, ask, choice = present.split(":", 2)
        if kind == "token":
            near = f"{max(0, int(token, 16) + self.dice.choice((-9, -2, -1, 1, 2, 9, 1000))):x}"
            return f"{near}:{ask}:{choice}"
        if kind == "choice":
            other = self.dice.choice(who.seen).split(":", 2)
            return (
                f"{token}:{self.dice.choice((ask, other[1]))}:{self.dice.choice((other[2], 'yes', 'no', 'fine', '2'))}"
            )
        if kind == "old":
            return ":".join((self.dice.choice((token, "0", "1")), *self.dice.choice(OLD)))
        if kind == "bytes":
            at = self.dice.randrange(len(present))
            return (
                present[:at] + self.dice.choice(("", ":", "é", "\n", "\x00", "A", "\u202e", "\ud800")) + present[at:]
            )[:64]
        return "".join(self.dice.choice("0123456789abcdef:_ xyz\ud83d") for _ in range(self.dice.randrange(65)))


async def test_no_forged_or_stale_tap_skips_a_question(place: Path) -> None:
    dice = random.Random(11)
    stages: Counter[Stage] = Counter()
    async with indoors(place) as house:
        fuzz = Fuzz(house, dice)
        while sum(fuzz.tried.values()) < TAPS:
            people = [Tapper(1000 + fuzz.updates + number) for number in range(2 * len(WAYS))]
            await fuzz.lead(list(zip(people, [*WAYS.values()] * 2, strict=True)))
            until = min(TAPS, sum(fuzz.tried.values()) + AN_EPOCH)
            while sum(fuzz.tried.values()) < until:
                stages.update(who.talk.stage for who in people)
                await fuzz.together([(who, fuzz.forged(who)) for who in people])
                if dice.random() < 0.3:  # somebody goes on as people do, so that taps grow stale
                    some = dice.sample(people, 4)
                    await fuzz.together([(who, dice.choice(who.seen[-3:])) for who in some])
            for who in people:
                await house.letters(who.name)
        assert not house.faults
    assert set(stages) == set(WAYS), "every stage was tried"
    assert min(fuzz.tried.values()) > TAPS // 50
    print(f"\n{sum(fuzz.tried.values())} forged or stale taps, {fuzz.updates} updates: {dict(fuzz.tried)}")
