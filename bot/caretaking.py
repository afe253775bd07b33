"""Commands for whoever looks after the data: backup, restore, a new key, a deletion, what was counted.

What only reads works while the bot runs. What writes needs it stopped, and says so (exit code 4).
"""

from __future__ import annotations

from pathlib import Path

from bot import tallying
from bot.clock import SystemClock
from bot.settings import Settings
from bot.stores import store_of
from flows import kept
from storage import reading
from storage.backup import back_up
from storage.files import hand_over
from storage.keys import read_key_file
from storage.opening import sqlite_path
from storage.restoring import restore
from storage.rotation import rotate
from storage.seal import Seal
from storage.store import Decision, Store, Turn

CHANNEL = "telegram:"


def backing_up(settings: Settings, target: Path) -> list[str]:
    """Copy the database while the bot runs; what to tell the operator."""
    copied = back_up(sqlite_path(settings.database_address), target, SystemClock().now())
    return [
        f"{target}: {copied.people} people, {copied.size} bytes, checked and on disk",
        f"the key is not in it; without the key in {settings.key_file} nobody can read it",
    ]


def restoring(settings: Settings, source: Path, *, old: bool) -> list[str]:
    """Put a backup in the place of the database."""
    database = sqlite_path(settings.database_address)
    seal = Seal(read_key_file(settings.key_file))
    done = restore(source, database, seal, SystemClock().now(), kept.brought_back, old=old)
    hand_over(database)
    made = f" of {done.made:%Y-%m-%d %H:%M} UTC" if done.made else ""
    lines = [f"restored {done.people} people from {source}{made}"]
    if done.removed:
        lines.append(f"{done.removed} of them were deleted since, and are not in it")
    if done.aside:
        lines.append(f"the database that was there lies at {done.aside}; delete it when you need it no more")
    return lines


def rotating(settings: Settings) -> list[str]:
    """Seal everything with a new key."""
    database = sqlite_path(settings.database_address)
    done = rotate(database, settings.key_file, SystemClock().now())
    hand_over(database)
    lines = [f"sealed {done.fields} fields with the new key in {settings.key_file}; keep a copy of it"]
    if done.broken:
        lines.append(f"{done.broken} fields do not open with any key and stayed as they are; restore a backup for them")
    if done.retired:
        lines.append(f"the old key lies at {done.retired}; it opens earlier backups, delete it together with them")
    else:
        lines.append(f"{settings.key_file} cannot be written; take every line but the first out of it yourself")
    return lines


async def forgetting(settings: Settings, person: str) -> list[str]:
    """Delete everything about a person, as /delete does, and put them on the deletion list."""
    whole = person if ":" in person else CHANNEL + person
    now = SystemClock().now()
    async with store_of(settings, now) as store:
        known = await _is_known(store, whole)
        turn = Turn(whole, f"forgotten by the operator {now.isoformat()}")
        await store.keep([turn], lambda _, __: Decision(None, forget=True), now)
    hand_over(sqlite_path(settings.database_address))
    return [f"{whole}: {'deleted' if known else 'nothing was kept under this id'}; on the deletion list for backups"]


async def _is_known(store: Store, person: str) -> bool:
    try:
        return await store.read(person) is not None
    except Exception:  # it does not open, but it is there
        return True


def events(settings: Settings) -> list[str]:
    """What went wrong, as a table per stretch, the most frequent first."""
    rows = reading.counts(sqlite_path(settings.database_address), Seal(read_key_file(settings.key_file)))
    return tallying.table(rows)
