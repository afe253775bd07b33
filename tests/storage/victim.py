"""A process that opens the store, does what it is told and kills itself there: `python -m tests.storage.victim`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from storage.seal import Seal
from storage.sqlite import open_sqlite
from storage.store import Decision, Letter, Turn, Wake
from tests.storage.samples import ANN, BOB, KEY, NOON


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def decide(turn: Turn, conversation: str | None) -> Decision:
    answer, reminder = Letter(f"answer {turn.key}"), Letter(f"reminder {turn.key}", "reminder", once=True)
    return Decision(f"{conversation or ''}{turn.key};", (answer, reminder), (Wake(turn.key, NOON),))


def deadly(turn: Turn, conversation: str | None) -> Decision:
    if turn.person == BOB:
        die()
    return decide(turn, conversation)


async def main(path: Path, point: str) -> None:
    store = await open_sqlite(path, Seal([KEY]), now=NOON)
    if point == "hold":
        say("open")
        sys.stdin.readline()
        return await store.close()
    if point == "busy":
        number = 0
        while True:
            await store.keep([Turn(ANN, f"k{number}")], decide, NOON)
            say(f"k{number}")
            number += 1
    await store.keep([Turn(ANN, "k0")], decide, NOON)
    if point == "before commit":
        await store.keep([Turn(ANN, "k1"), Turn(BOB, "k2")], deadly, NOON)
    for letter in range(1, {"claimed": 1, "claimed once": 2}.get(point, 0) + 1):
        assert await store.claim(letter)
        if letter == 1 and point == "claimed once":
            await store.sent(letter, "message 10")
    die()


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
