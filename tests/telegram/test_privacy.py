"""What /privacy promises, looked for in everything that is kept: on the disk, opened and unopened, and on the wire."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.playground.testing import Playground, Somebody
from flows.stages import Stage
from storage import veil
from storage.telling import held
from tests.telegram.conftest import Running
from tests.telegram.ways import CLEARED, REMINDED, STEP, walk

CANARY = "zanzibarcanary"
NUMBER = "491700000042"


def opened(bot: Running, who: Somebody) -> str:
    """All that the store holds of somebody, opened."""
    database, seal = bot._database(), bot._seal()
    assert veil.teach(database, seal)
    return repr(held(database, seal, f"telegram:{who.id}"))


def files(bot: Running) -> bytes:
    """All bytes below the bot's folder, key and log of the database included."""
    return b"".join(path.read_bytes() for path in sorted(bot.settings.data.parent.rglob("*")) if path.is_file())


async def test_no_name_number_or_word_is_kept(playground: Playground, bot: Running) -> None:
    anna = playground.person(f"Anna{CANARY}", username=f"user{CANARY}")
    await walk(anna, bot, *REMINDED, f"my {CANARY} is stiff", f"it hurts in my {CANARY}", "/stop")
    await anna.send_contact(phone=f"+{NUMBER}", first_name=CANARY)
    await anna.send_document(f"{CANARY}.txt", CANARY.encode())
    await bot.settled()
    assert bot.talk(anna).agreement is not None
    assert CANARY not in opened(bot, anna)
    assert NUMBER not in opened(bot, anna)
    assert CANARY.encode() not in files(bot)


async def test_of_words_that_sound_like_danger_only_the_fact_and_the_time_are_kept(
    playground: Playground, bot: Running
) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *CLEARED, f"I can't feel my legs since the {CANARY}")
    talk = bot.talk(anna)
    assert (talk.stage, talk.holds[0].raised_by) == (Stage.REFERRED, "words")
    assert talk.holds[0].since is not None
    assert CANARY not in opened(bot, anna)
    assert "feel my legs" not in opened(bot, anna)


async def test_the_bot_speaks_to_nobody_but_the_messenger(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    with listening() as reached:
        await walk(anna, bot, *STEP, "It hurts or feels wrong", "5", "Sharp or electric", "/summary", "/mydata")
        await bot.stop()
        await bot.start()
        await walk(anna, bot, "/start")
    port = int(playground.root.rpartition(":")[2])
    assert {("127.0.0.1", port)} == set(reached)


async def test_a_canary_is_in_no_file_after_delete(playground: Playground, bot: Running) -> None:
    """The canary is who they are: all else is sealed anyway, and its rows are gone."""
    anna, ben = playground.person("Anna"), playground.person("Ben")
    await walk(ben, bot, *CLEARED[:2])
    await walk(anna, bot, *REMINDED, "/mydata", "/summary")
    assert f"telegram:{anna.id}".encode() in files(bot)
    await walk(anna, bot, "/delete", "Yes, delete everything")
    assert "conversation=None, letters=(), wakes=(), posted=()" in opened(bot, anna)
    await bot.stop()  # the goodbye went a moment ago; its page leaves the log when that is folded in
    assert str(anna.id).encode() not in files(bot)
    assert f"telegram:{ben.id}".encode() in files(bot)


_reached: list[tuple[str, int]] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _reached is not None and isinstance(arguments[1], tuple):
        _reached.append((str(arguments[1][0]), int(arguments[1][1])))


@contextmanager
def listening() -> Iterator[list[tuple[str, int]]]:
    """Every address that this process connects to, by whatever library."""
    global _reached  # noqa: PLW0603
    if not getattr(sys, "_unkink_audit", False):
        sys.addaudithook(_audit)
        sys._unkink_audit = True  # type: ignore[attr-defined]
    _reached = []
    try:
        yield _reached
    finally:
        _reached = None
