"""Virtual people, their chats with the bot, groups, and the messages in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.playground.keyboards import words_of
from bot.playground.refusals import Json, bad, forbidden

FIRST_PERSON = 100_001  # small and round: nobody takes it for a real id
FIRST_GROUP = -4_000_001


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who can chat with the bot. Shown to the bot as User."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "en"

    def json(self) -> Json:
        optional = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        kept = {name: value for name, value in optional.items() if value}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, **kept}


@dataclass(slots=True, eq=False)
class Message:
    """`content` is what Bot API's Message says beside ids and dates: text, entities, photo, caption, ..."""

    id: int
    chat: Chat = field(repr=False)
    date: int
    sender: Json
    mine: bool  # sent by the bot
    content: Json
    markup: Json | None = None  # inline keyboard
    reply_keyboard: Json | None = None
    edited_at: int = 0
    only_markup_edited: bool = True  # clients show "edited" only when the content changed
    gone: bool = False
    silent: bool = False
    touched: int = 0  # rises over all messages with each sending and change: what is news since when
    reactions: list[str] = field(default_factory=list)  # the bot's

    def json(self) -> Json:
        whole: Json = {"message_id": self.id, "from": self.sender, "chat": self.chat.json(), "date": self.date}
        if self.edited_at:
            whole["edit_date"] = self.edited_at
        whole |= self.content
        if self.markup is not None:
            whole["reply_markup"] = self.markup
        return whole

    @property
    def words(self) -> str:
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def buttons(self) -> list[list[str]]:
        return words_of(self.markup)

    def data_behind(self, words: str) -> str | None:
        """The callback data of the first button that says `words`."""
        for row in (self.markup or {}).get("inline_keyboard", []):
            for button in row:
                if button["text"] == words and "callback_data" in button:
                    return str(button["callback_data"])
        return None


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat (its id is the person's) or a group (its id is negative)."""

    id: int
    person: Person | None = None
    title: str = ""
    met: bool = False  # the bot knows the chat: somebody wrote in it
    blocked: bool = False
    bot_inside: bool = True
    messages: dict[int, Message] = field(default_factory=dict, repr=False)
    pinned: list[int] = field(default_factory=list)
    typing_until: float = 0.0
    action: str = ""

    @property
    def private(self) -> bool:
        return self.person is not None

    def json(self) -> Json:
        if self.person is None:
            return {"id": self.id, "title": self.title, "type": "group", "all_members_are_administrators": True}
        person = self.person.json()
        shown: Json = {"id": self.id, "type": "private"}
        for name in ("first_name", "last_name", "username"):
            if name in person:
                shown[name] = person[name]
        return shown

    def visible(self) -> Iterator[Message]:
        """What is on the screen, oldest first."""
        return (message for message in self.messages.values() if not message.gone)

    def find(self, message_id: int, what: str) -> Message:
        """400 "... not found", as Client.cpp, check_message, says it of `what`."""
        message = self.messages.get(message_id)
        if message is None or message.gone:
            raise bad(f"{what} not found")
        return message


class People:
    """Everybody, by id."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}

    def add(self, first_name: str, *, last_name: str = "", username: str = "", language: str = "en") -> Person:
        person = Person(FIRST_PERSON + len(self.people), first_name, last_name, username, language)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, person)
        return person

    def add_group(self, title: str) -> Chat:
        groups = sum(not chat.private for chat in self.chats.values())
        chat = Chat(FIRST_GROUP - groups, title=title, bot_inside=False)
        self.chats[chat.id] = chat
        return chat

    def chat(self, chat_id: str) -> Chat:
        """The chat a parameter names. 400 as Client.cpp, check_chat; people cannot be named by @username."""
        if not chat_id:
            raise bad("chat_id is empty")
        digits = chat_id.strip()
        found = self.chats.get(int(digits)) if digits.lstrip("-").isdecimal() and len(digits) < 20 else None
        if found is None or not found.met:
            raise bad("chat not found")
        return found

    def writable(self, chat_id: str) -> Chat:
        """The same, but 403 where the bot may not write. Client.cpp, fail_query_with_error and check_chat_access."""
        chat = self.chat(chat_id)
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.bot_inside:
            raise forbidden("bot is not a member of the group chat")
        return chat
