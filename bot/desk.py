"""What those who run the bot may ask it in the chat: how it is, and nothing about anybody.

Who they are is told by the messenger's number alone, from the settings; a name can be taken by anybody. A command of
theirs never reaches a conversation. To everybody else it is a command that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import structlog

from bot.health import Report
from bot.logs import who
from flows.events import Asked, Event

log = structlog.get_logger("desk")


class Desk:
    """Answers the commands of admins: a table from command to what it says."""

    def __init__(self, admins: Collection[int], says: Callable[[], Mapping[str, Callable[[], str]]]) -> None:
        self._admins = frozenset(str(number) for number in admins)
        self._says = says

    def answer(self, person: str, event: Event) -> str:
        """What to say to an admin's command; empty: it is none, or this is no admin."""
        if not isinstance(event, Asked) or person.rpartition(":")[2] not in self._admins:
            return ""
        says = self._says().get(event.topic)
        if says is None:
            return ""
        log.warning("an admin asked", who=who(person), what=event.topic)
        return says()


def status(report: Report) -> str:
    """The health of the bot in one message: checks, counts, measures; nothing about anybody."""
    counts = [
        f"{name} {value}: {number}" for name, each in report.counts.items() for value, number in each.items() if number
    ]
    measured = [f"{name}: {value:g}" for name, value in report.measured.items()]
    return "\n".join([*(str(check) for check in report.checks), *measured, *counts])
