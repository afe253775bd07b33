"""All parts of the playground in one place."""

from __future__ import annotations

import random
import secrets
from pathlib import Path

from bot.playground.bell import Bell
from bot.playground.clock import Clock
from bot.playground.counters import Counters
from bot.playground.faults import Faults
from bot.playground.files import Files
from bot.playground.ledger import Ledger
from bot.playground.pace import Pace
from bot.playground.people import Chat, Message, People
from bot.playground.profile import Profile
from bot.playground.queue import Queue
from bot.playground.refusals import Json
from bot.playground.taps import Taps
from bot.playground.tokens import bot_id
from bot.playground.webhook import Webhook

# Where numbers begin. Message ids rise over all chats of a bot, as in Telegram's private chats.
FIRST = {"update": 500_000_001, "message": 11, "tap": 4_300_000_000_000_001, "album": 13_000_000_000_000_001}


class Api:
    """`strict`: refuse unknown parameters, which Telegram ignores. `folder`: where numbers outlive the process.

    `bell` rings whenever something that can be seen has changed.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Clock | None = None,
        folder: Path | None = None,
        strict: bool = False,
        chance: random.Random | None = None,
    ) -> None:
        self.token = token
        self.strict = strict
        self.touches = 0
        self.clock = clock or Clock()
        self.bell = Bell()
        self.ledger = Ledger(self.clock)
        self.counters = Counters(folder, FIRST)
        self.faults = Faults(self.clock)
        self.pace = Pace(self.clock)
        self.people = People()
        self.files = Files(chance or secrets.SystemRandom())
        self.profile = Profile(bot_id(token))
        self.taps = Taps(self.clock)
        self.queue = Queue(self.clock, self.counters, self.faults, self.ledger)
        self.webhook = Webhook(self.clock, self.queue, self.faults, self.ledger)
        self.queue.on_poll = self.clock.on_nap = self.bell.ring
        self.ledger.listen(lambda entry: self.bell.ring())

    def add_message(self, chat: Chat, content: Json, sender: Json | None = None) -> Message:
        """A new message in a chat, from `sender` or from the bot."""
        number = self.counters.next("message")
        whose = sender or self.profile.json()
        message = Message(number, chat, int(self.clock.now()), whose, sender is None, content)
        chat.messages[number] = message
        if sender is None:
            chat.action, chat.typing_until = "", 0.0
        self.touch(message)
        return message

    def touch(self, message: Message) -> None:
        """The message is new or has changed."""
        self.touches += 1
        message.touched = self.touches
        self.bell.ring()

    async def close(self) -> None:
        await self.webhook.close()
        self.queue.close()
