"""The store that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.settings import Settings
from storage.opening import open_store
from storage.store import Store


@asynccontextmanager
async def store_of(settings: Settings, now: datetime) -> AsyncIterator[Store]:
    """The store that the settings name, opened and closed. A key is made only where there is neither key nor
    database."""
    store = await open_store(settings.database_address, settings.key_file, now=now)
    try:
        yield store
    finally:
        await store.close()
