"""Raw updates, as Telegram may one day send them: any JSON at all beside an update_id."""

from __future__ import annotations

from bot.playground.queue import DAY
from bot.playground.refusals import Json
from bot.playground.testing import Playground, Somebody


def push(playground: Playground, kind: str, body: object) -> None:
    """Queue an update of any kind with any content, whatever kinds the bot asked for."""
    queue = playground.api.queue
    asked = queue.allowed
    queue.allowed = asked | {kind}
    queue.push(kind, body, DAY, 0)  # type: ignore[arg-type]  # what Telegram would never send is the point
    queue.allowed = asked


def message(who: Somebody, **content: object) -> Json:
    """A message of somebody, as Message has it."""
    return {"message_id": 900_001, "from": who.person.json(), "chat": who.chat.json(), "date": 1_795_000_000, **content}


def tap(who: Somebody, **content: object) -> Json:
    """A tap of somebody that nobody waits to see acknowledged."""
    return {"id": "77", "from": who.person.json(), "chat_instance": "1", **content}
