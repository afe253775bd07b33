"""Virtual people for tests: they write, tap and look, over real HTTP, with whatever bot talks to the playground.

    from bot.playground.testing import playground  # in conftest.py: the fixture

    async def test_hello(playground: Playground) -> None:
        anna = playground.person("Anna")
        async with my_bot(playground.root, playground.token):
            await anna.say("/start")
            await anna.sees("Hello")
            await anna.tap("Begin")

Nothing here sleeps: whoever waits is woken when something has changed, and gives up after `within` (real seconds).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest

from bot.playground import acts
from bot.playground.api import Api
from bot.playground.clock import Clock
from bot.playground.faults import Fault, Kind
from bot.playground.people import Chat, Message, Person
from bot.playground.refusals import Json
from bot.playground.screen import screen
from bot.playground.server import Server, serve
from bot.playground.taps import Tap

WITHIN = 5.0
T = TypeVar("T")


class Playground:
    """The server, and who plays in it."""

    def __init__(self, server: Server) -> None:
        self.api: Api = server.api
        self.root = server.root
        self.token = server.api.token
        self.base_url = f"{server.root}/bot"  # for telegram.Bot, without the token
        self.base_file_url = f"{server.root}/file/bot"

    @property
    def clock(self) -> Clock:
        return self.api.clock

    def person(self, first_name: str = "Anna", *, username: str = "", language: str = "en") -> Somebody:
        return Somebody(self, self.api.people.add(first_name, username=username, language=language))

    def group(self, title: str = "Friends") -> Chat:
        """A group without the bot; see Somebody.invites_bot."""
        return self.api.people.add_group(title)

    def fault(self, kind: Kind, *, times: int | None = 1, chat: int | None = None, methods: str = "") -> Fault:
        """Switch a fault on; `methods` by name, blank between them. More can be set on what is returned."""
        return self.api.faults.add(Fault(kind, times, chat, frozenset(methods.lower().split())))

    def calls(self, method: str) -> int:
        """How often a method was called, refused or not."""
        return len([entry for entry in self.api.ledger.entries(method=method) if entry.kind in CALLED])

    def nothing_refused(self) -> None:
        """AssertionError naming every call that was refused."""
        refused = [f"{entry.method}: {entry.note}" for entry in self.api.ledger.refusals()]
        assert not refused, "\n".join(refused)

    async def until(self, look: Callable[[], T | None], what: Callable[[], str], within: float = WITHIN) -> T:
        """The first thing `look` finds; AssertionError with what `what` says then if it finds none in time."""
        try:
            return await self.api.bell.until(look, within)
        except TimeoutError:
            refused = "\n".join(f"{entry.method}: {entry.note}" for entry in self.api.ledger.refusals()[-5:])
            raise AssertionError(f"{what()}\nrefused calls: {refused or 'none'}") from None

    async def all_fetched(self, within: float = WITHIN) -> None:
        """Wait until the bot has confirmed every update."""
        await self.until(
            lambda: not self.api.queue.waiting() or None, lambda: "the bot left updates unconfirmed", within
        )


CALLED = ("call", "refusal", "unknown")


class Somebody:
    """A virtual person. What they do returns at once; what they see is waited for."""

    def __init__(self, playground: Playground, person: Person) -> None:
        self.playground = playground
        self.person = person
        self._api = playground.api
        self._acted = 0  # messages touched after this are news to them

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def chat(self) -> Chat:
        """Their private chat with the bot."""
        return self._api.people.chats[self.person.id]

    async def say(self, text: str, *, group: Chat | None = None, reply_to: Message | None = None) -> Message:
        self._acted = self._api.touches
        return acts.write(self._api, self.person, text, group, reply_to=reply_to)

    async def sends(self, content: Json, *, group: Chat | None = None) -> Message:
        """Anything that is not text: `content` as Message has it."""
        self._acted = self._api.touches
        return acts.send(self._api, self.person, content, group)

    async def edits(self, message: Message, text: str) -> None:
        self._acted = self._api.touches
        acts.edit(self._api, self.person, message, text)

    async def tap(self, words: str, *, on: Message | None = None, times: int = 1, within: float = WITHIN) -> Tap:
        """Tap the button that says `words` (or else contains them), on the newest message that has it or on `on`.

        Waits for the button; `times` for impatient fingers. The last tap is returned.
        """
        message, data = await self.playground.until(
            lambda: self._button(words, on),
            lambda: f"no button {words!r} for {self.person.first_name}:\n{self.screen()}",
            within,
        )
        made = await self.forge(data, on=message)
        for _ in range(times - 1):
            made = await self.forge(data, on=message)
        return made

    async def forge(self, data: str, *, on: Message | None = None) -> Tap:
        """Tap with any data, as a tampered client can; on `on`, gone or not, or the bot's newest message."""
        self._acted = self._api.touches
        message = on or next(message for message in self._newest_first() if message.mine)
        return acts.tap(self._api, self.person, message, data)

    async def sees(self, part: str, *, within: float = WITHIN, anywhere: bool = False) -> Message:
        """The bot's message with `part` in it: one that came or changed since this person last did something.

        `anywhere`: older ones count as well.
        """
        return await self.playground.until(
            lambda: self._message(part, anywhere),
            lambda: f"{self.person.first_name} does not see {part!r} but:\n{self.screen()}",
            within,
        )

    async def is_answered(self, tap: Tap, within: float = WITHIN) -> Tap:
        """Wait until the spinner on a tapped button ends."""
        return await self.playground.until(
            lambda: tap if tap.answered else None, lambda: "the tap is never answered", within
        )

    def screen(self) -> str:
        """What is visible in their chat with the bot; see screen.py."""
        return screen(self.chat)

    def buttons(self) -> list[str]:
        """Words on the buttons of the newest message that has any."""
        rows = next((message.buttons for message in self._newest_first() if message.buttons), [])
        return [word for row in rows for word in row]

    @property
    def toasts(self) -> list[str]:
        """What answers to their taps said, alerts too, oldest first."""
        return [tap.toast for tap in self._api.taps.of(self.person) if tap.toast]

    @property
    def typing(self) -> bool:
        return self.chat.typing_until > self.playground.clock.now()

    async def block(self) -> None:
        acts.block(self._api, self.person)

    async def unblock(self) -> None:
        acts.unblock(self._api, self.person)

    async def invites_bot(self, group: Chat) -> None:
        acts.invite(self._api, self.person, group)

    async def send_sticker(self, emoji: str = "🙂") -> Message:
        return await self.sends(acts.sticker(self._api, emoji))

    async def send_photo(self, data: bytes, caption: str = "") -> Message:
        return await self.sends(acts.photo(self._api, data, caption))

    async def send_voice(self) -> Message:
        return await self.sends(acts.voice(self._api))

    async def send_document(self, name: str, data: bytes) -> Message:
        return await self.sends(acts.document(self._api, name, data))

    async def send_location(self, latitude: float = 52.52, longitude: float = 13.4) -> Message:
        return await self.sends(acts.location(latitude, longitude))

    async def send_contact(self, phone: str = "+49301234567", first_name: str = "Kim") -> Message:
        return await self.sends(acts.contact(phone, first_name))

    async def send_poll(self, question: str = "Tea?", options: tuple[str, ...] = ("Yes", "No")) -> Message:
        return await self.sends(acts.poll(self._api, question, list(options)))

    def _newest_first(self) -> list[Message]:
        return sorted(self.chat.visible(), key=lambda message: -message.id)

    def _button(self, words: str, on: Message | None) -> tuple[Message, str] | None:
        for fits in (words.__eq__, lambda label: words in label):
            for message in [on] if on is not None else self._newest_first():
                for label in (label for row in message.buttons for label in row if fits(label)):
                    data = message.data_behind(label)
                    if data is not None:
                        return message, data
        return None

    def _message(self, part: str, anywhere: bool) -> Message | None:
        for message in self._newest_first():
            if message.mine and part in message.words and (anywhere or message.touched > self._acted):
                return message
        return None


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A playground of one's own, with a clock that runs and can be moved."""
    async with serve(environ={}) as server:
        yield Playground(server)
