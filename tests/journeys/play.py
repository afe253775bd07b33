"""Plays a journey: a recorded conversation as it looks in the terminal.

    # A healthy adult finishes one stretch.
    @ 2026-11-23 09:00
    > /start
    Hello, I am Unkink, ...

A line with > is what the person sends (`> @ +10m` moves the clock); every other line is what the bot shows. Between
any two
messages the database is closed and opened again: what is not on disk is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

from bot.channels.terminal import PREFIX, Terminal
from bot.chat import Chat
from bot.clock import SetClock
from bot.engine import running
from bot.makers import Files
from flows import book, kept
from flows.conversation import Conversation
from storage.seal import Seal
from storage.sqlite import open_sqlite

FOLDER = Path(__file__).parent
WIDTH = 88
KEY = bytes(range(32))


@frozen
class Journey:
    """A journey as it stands in its file."""

    path: Path
    title: str
    begins: datetime
    lines: tuple[str, ...]
    """What the person sends, in order."""
    text: str


@frozen
class Played:
    """How a journey went: the transcript, and the conversation after each message."""

    text: str
    stations: tuple[Conversation, ...]


def read(path: Path) -> Journey:
    """A journey file. ValueError: it does not begin with a title and an instant."""
    text = path.read_text(encoding="utf-8")
    rows = text.splitlines()
    if len(rows) < 2 or not rows[0].startswith("# ") or not rows[1].startswith("@ "):
        raise ValueError(f"{path.name}: a journey begins with '# title' and '@ instant'")
    begins = datetime.fromisoformat(rows[1][2:]).replace(tzinfo=UTC)
    return Journey(path, rows[0][2:], begins, tuple(row[2:] for row in rows if row.startswith("> ")), text)


def every() -> Iterator[Journey]:
    return (read(path) for path in sorted(FOLDER.glob("*.txt")))


async def play(journey: Journey, folder: Path) -> Played:
    """Send each line to the real engine on a real SQLite file that is opened anew every time."""
    shown: list[str] = [f"# {journey.title}", f"@ {journey.begins:%Y-%m-%d %H:%M}"]
    stations: list[Conversation] = []
    clock, terminal = SetClock(journey.begins), Terminal(shown.append, width=WIDTH)
    for line in journey.lines:
        shown.append(f"> {line}")
        store = await open_sqlite(folder / "journey.sqlite", Seal([KEY]), now=clock.now())
        terminal.files = Files(store, book.load(), clock)
        try:
            async with running(store, book.load(), clock) as engine:
                remark = await Chat(store, engine, terminal, clock, "anna").say(line)
            shown.extend([remark, ""] if remark else [])
            stations.append(kept.read(await store.read(PREFIX + "anna")))
        finally:
            await store.close()
        clock.move_to(datetime.fromtimestamp(clock.now().timestamp() + 5, UTC))
    return Played("\n".join(row.rstrip() for row in shown).rstrip() + "\n", tuple(stations))
