"""Mutated updates through the poller and through the webhook: nothing unhandled, nothing stalls, the next is answered.

UNKINK_TEST_UPDATES=100000 python -m pytest tests/telegram/test_fuzz.py --timeout 3600 -s
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
from structlog.testing import capture_logs

from bot.channels.telegram.poller import Poller
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.webhook import LARGEST, SECRET, Webhook
from bot.figures import Figures
from tests.telegram.indoors import Indoors, as_json, indoors
from tests.telegram.mutating import broken, mutated, raw

UPDATES = int(os.environ.get("UNKINK_TEST_UPDATES", "1500"))
A_BATCH = 100
PEOPLE = range(501, 506)
WITHIN = 20.0 if UPDATES <= 1500 else 300.0
"""Seconds for a batch. More at full size, which runs beside other things; the median is what counts."""
SET_ASIDE = "an update could not be read"


def start(number: int, person: int) -> bytes:
    who = {"id": person, "is_bot": False, "first_name": "P"}
    chat = {"id": person, "type": "private", "first_name": "P"}
    return as_json(
        {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "from": who, "text": "/start"}}
    )


def batches(dice: random.Random) -> list[int]:
    whole, rest = divmod(UPDATES, A_BATCH)
    return [A_BATCH] * whole + [rest] * bool(rest)


async def answered(house: Indoors, before: dict[int, int]) -> None:
    """The good updates that came last were handled, and there is something to send to each of them."""
    for person in PEOPLE:
        name = f"telegram:{person}"
        assert (await house.talk(name)).turn > before[person], "the next good update was not handled"
        assert await house.letters(name) > 0, "the next good update was not answered"


async def turns(house: Indoors) -> dict[int, int]:
    """How far everybody is; and nothing of before waits to be sent, so that what waits later is the answer."""
    for person in PEOPLE:
        await house.letters(f"telegram:{person}")
    return {person: (await house.talk(f"telegram:{person}")).turn for person in PEOPLE}


def calm(house: Indoors, lines: Sequence[Mapping[str, object]]) -> Counter[str]:
    """Nothing was left to the loop, and no words are in the log. The kinds of errors of what was set aside."""
    assert house.faults == []
    shown = {str(line["event"]) for line in lines if line["log_level"] in ("warning", "error", "critical")}
    assert shown <= {SET_ASIDE, "a request with the right secret held no update", "a request was too large"}, shown
    assert all(len(str(line)) < 300 for line in lines)
    return Counter(str(line["error"]) for line in lines if line["event"] == SET_ASIDE)


async def test_the_poller_goes_on_whatever_comes(place: Path) -> None:
    dice, took = random.Random(7), list[float]()
    async with indoors(place) as house:
        poller = Poller(house.telegram.root, "1000001:indoors", house.door.take)
        polling = asyncio.create_task(poller.run())
        with capture_logs() as lines:
            number = 1
            for size in batches(dice):
                bad = [(number + at, raw(number + at, mutated(dice.choice(PEOPLE), dice))) for at in range(size)]
                number += size
                house.telegram.bring(bad)
                await house.telegram.all_fetched(WITHIN)
                before = await turns(house)
                began = time.perf_counter()
                house.telegram.bring([(number + at, start(number + at, who)) for at, who in enumerate(PEOPLE)])
                number += len(PEOPLE)
                await house.telegram.all_fetched(WITHIN)
                took.append(time.perf_counter() - began)
                await answered(house, before)
        polling.cancel()
        reasons = calm(house, lines)
    assert len(reasons) >= 3
    assert sorted(took)[len(took) // 2] < 1.0
    _tell("polled", reasons, took)


async def test_the_webhook_goes_on_whatever_comes(place: Path) -> None:
    dice, took, figures = random.Random(8), list[float](), Figures()
    answers: Counter[int] = Counter()
    async with indoors(place) as house:
        webhook = Webhook("s" * 32, house.door.take, figures, Pulse())
        async with webhook.serve("127.0.0.1:0") as port, aiohttp.ClientSession() as session:
            url, lane = f"http://127.0.0.1:{port}/", asyncio.Semaphore(10)

            async def post(body: bytes) -> int:
                async with lane, session.post(url, data=body, headers={SECRET: "s" * 32}) as answer:
                    answers[answer.status] += 1
                    return answer.status

            with capture_logs() as lines:
                number = 1
                for size in batches(dice):
                    bodies = [raw(number + at, mutated(dice.choice(PEOPLE), dice)) for at in range(size)]
                    bodies = [broken(body, dice) if dice.random() < 0.1 else body for body in bodies]
                    assert max(map(len, bodies)) <= LARGEST
                    number += size
                    assert set(await asyncio.gather(*map(post, bodies))) == {200}
                    before = await turns(house)
                    began = time.perf_counter()
                    good = [start(number + at, who) for at, who in enumerate(PEOPLE)]
                    number += len(PEOPLE)
                    assert set(await asyncio.gather(*map(post, good))) == {200}
                    took.append(time.perf_counter() - began)
                    await answered(house, before)
            reasons = calm(house, lines)
    assert figures.counts()["webhook_oddities"]["no_update"] > 0
    assert sorted(took)[len(took) // 2] < 1.0
    _tell("pushed", reasons, took)


def _tell(how: str, reasons: Counter[str], took: list[float]) -> None:
    middle, worst = sorted(took)[len(took) // 2], max(took)
    kinds = f"{UPDATES} {how}; set aside {reasons.total()}: {dict(reasons)}"
    print(f"\n{kinds}; five good ones after: {middle:.3f} s, worst {worst:.3f} s")
