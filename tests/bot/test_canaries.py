"""After /delete: no byte of the person, of what they wrote or of what they were told, in any file and in any log line.

Canary words go in at every door that text can take; then every file of the folder is searched, backups included.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest

from bot import letters, logs
from bot.engine import Engine
from flows.events import Asked, Sent, Tapped, Woke, Wrote
from storage.backup import back_up
from storage.sqlite import SqliteStore
from storage.store import Decision, Turn, Wake
from tests.bot.person import Person
from tests.bot.talks import BOB, MORNING, RINGS, home, put, ringing, take_all, talk_of

PERSON = "telegram:7700778899"
WORDS = "canary-my-left-leg-is-numb"
REFERENCE = "canary-message-4711"
NEEDLES = (PERSON.encode(), b"7700778899", WORDS.encode(), REFERENCE.encode(), b"emergency_nerves", b"pelvic")


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def found(folder: Path) -> list[tuple[str, bytes]]:
    files = bytes_below(folder)
    assert files
    return [(name, needle) for name, content in files.items() for needle in NEEDLES if needle in content]


async def lives(store: SqliteStore, engine: Engine) -> None:
    """Everything a person can leave behind: talk, letters sent and waiting, a reminder, holds, a turn set aside."""
    await put(store, PERSON, ringing())
    await engine.handle(PERSON, Wrote(WORDS), "telegram:7700778899:1")
    for letter in await store.waiting(MORNING):
        assert await store.claim(letter.id)
        await store.sent(letter.id, REFERENCE)
    await engine.handle(PERSON, Wrote("I can't feel my legs"), "2")
    await engine.handle(PERSON, Sent(), "3")
    ((_, wake),) = [row for row in await store.due(RINGS) if row[1].name == "reminder"]
    await engine.wake(PERSON, Wake(wake.name, wake.at))
    await store.set_aside(Turn(PERSON, "4"), "KeyError", MORNING)


async def deletes(store: SqliteStore, engine: Engine) -> None:
    await engine.handle(PERSON, Asked("delete"), "5")
    asked = talk_of(Decision(await store.read(PERSON)))
    await engine.handle(PERSON, Tapped(asked.token, "offer", "forget"), "6")
    await take_all(store, PERSON)  # the goodbye
    await engine.handle(BOB, Asked("help"), "7")  # life goes on
    await store.prune(MORNING)


async def test_no_canary_is_left_in_any_file_or_log_line(
    store: SqliteStore, engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.configure("plain", "debug")
    for name in ("aiosqlite", "asyncio", "transitions"):
        logging.getLogger(name).setLevel(logging.DEBUG)  # even what is turned off
    await put(store, BOB, home())
    await lives(store, engine)
    assert {needle for _, needle in found(path.parent)} == {PERSON.encode(), b"7700778899"}  # who, and no content ever
    await deletes(store, engine)
    back_up(path, path.with_name("afterwards.sqlite"), MORNING)
    assert found(path.parent) == []
    await store.close()
    assert found(path.parent) == []
    said = written.getvalue()
    assert len(said) > 1000
    assert [needle for needle in NEEDLES if needle.decode() in said] == []
    logging.getLogger().handlers.clear()


async def test_what_waits_to_be_sent_stands_sealed(store: SqliteStore, engine: Engine, path: Path) -> None:
    await put(store, PERSON, home())
    await engine.handle(PERSON, Woke("no such wake-up"), "1")
    await engine.handle(PERSON, Asked("help"), "2")
    bodies = [letters.read(letter.body).card.text for letter in await store.waiting(MORNING)]
    assert bodies
    files = b"".join(bytes_below(path.parent).values())
    assert not [body for body in bodies if body[:20].encode() in files]


def test_a_process_of_its_own_leaves_nothing_either(anna: Person) -> None:
    anna.environment["UNKINK_LOG_LEVEL"] = "debug"
    who = ("--at", "2026-11-23T09:00", "--person", "canary7700778899")
    ended = anna.run("chat", *who, typed=f"18 to 64\nI agree\nGermany\n{WORDS}\n/delete\nYes, delete everything\n")
    assert (ended.returncode, b"Deleted." in ended.stdout) == (0, True)
    assert found(anna.folder) == []
    assert not [needle for needle in NEEDLES if needle in ended.stderr]
