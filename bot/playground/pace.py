"""How fast the bot writes. Telegram's limits are not fixed numbers, so being too fast is a warning here, not a refusal.

Source: core.telegram.org/bots/faq, "My bot is hitting limits": about one message a second in one chat, with short
bursts; twenty a minute in a group; some thirty a second over all chats. Whoever goes on faster will see 429.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from bot.playground.clock import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    messages: int
    seconds: float
    where: str


PRIVATE = Limit(20, 10, "in one chat")  # one a second, and a generous burst
GROUP = Limit(20, 60, "in one group")
OVERALL = Limit(30, 1, "over all chats")


class Pace:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: defaultdict[int, deque[float]] = defaultdict(deque)

    def sent(self, chat: int, *, private: bool) -> list[str]:
        """One more message was sent; a warning for each limit that this broke."""
        limits = ((chat, PRIVATE if private else GROUP), (0, OVERALL))
        return [warning for key, limit in limits if (warning := self._count(key, limit))]

    def _count(self, key: int, limit: Limit) -> str:
        now = self._clock.now()
        times = self._sent[key]
        times.append(now)
        while times[0] <= now - limit.seconds:
            times.popleft()
        if len(times) <= limit.messages:
            return ""
        return f"{len(times)} messages in {limit.seconds:g} s {limit.where}: Telegram will answer 429 before long"
