"""Files that go with letters, over real HTTP: what arrives, and what is said where none can."""

from __future__ import annotations

from datetime import datetime

import aiohttp
import pytest

from bot.channels.telegram.enclosed import LONGEST_CAPTION
from bot.clock import SetClock
from bot.makers import File, Files
from bot.playground.faults import Kind as Fault
from bot.playground.people import Message
from bot.playground.testing import Playground, Somebody
from bot.post import Doubtful, Gone, Unsent
from flows import book
from flows.conversation import Conversation
from flows.effects import Card, Kind, Say
from flows.pages import Book
from storage.memory import MemoryStore
from tests.playground.conftest import png
from tests.telegram.alone import channel_to
from tests.telegram.conftest import BEGINS

TEXT, PICTURE = "unkink.txt", "unkink.png"
CONTENT = "What is kept: α & <b>\n".encode()
FAILED = book.load().say("file.failed")


def text(talk: Conversation, pages: Book, now: datetime) -> File:
    return File(TEXT, "text/plain", CONTENT)


def picture(talk: Conversation, pages: Book, now: datetime) -> File:
    return File(PICTURE, "image/png", png(64, 48))


def no_picture(talk: Conversation, pages: Book, now: datetime) -> File:
    return File(PICTURE, "image/png", b"no picture at all")


def broken(talk: Conversation, pages: Book, now: datetime) -> File:
    raise ZeroDivisionError


def the_files() -> Files:
    made = {"text": text, "picture": picture, "no_picture": no_picture, "broken": broken}
    return Files(MemoryStore(), book.load(), SetClock(BEGINS), made)


def note(words: str, file: str) -> Say:
    return Say(Card(words), Kind.NOTE, file=file)


async def test_a_text_file_arrives_with_its_words_and_can_be_downloaded(playground: Playground) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, the_files()) as deliver:
        await deliver(note("Here <it> is & more", "text"))
    message = newest(anna)
    assert message.words == "Here <it> is & more"
    assert message.content["document"]["file_name"] == TEXT
    assert await downloaded(playground, message.content["document"]["file_id"]) == CONTENT
    playground.nothing_refused()


async def test_a_picture_is_shown_as_one(playground: Playground) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, the_files()) as deliver:
        await deliver(note("Your last weeks", "picture"))
    assert newest(anna).words == "Your last weeks"
    assert newest(anna).content["photo"][-1]["width"] == 64
    playground.nothing_refused()


async def test_words_too_long_for_a_caption_follow_the_file(playground: Playground) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, the_files()) as deliver:
        await deliver(note("x" * LONGEST_CAPTION, "text"))
        assert newest(anna).content["document"]
        await deliver(note("x" * (LONGEST_CAPTION + 1), "text"))
    assert newest(anna).words == "x" * (LONGEST_CAPTION + 1)
    assert playground.calls("sendDocument") == 2
    playground.nothing_refused()


@pytest.mark.parametrize("file", ["broken", "no_picture", "never heard of"])
async def test_without_its_file_the_letter_goes_all_the_same(file: str, playground: Playground) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, the_files()) as deliver:
        await deliver(note("What I keep about you", file))
    assert newest(anna).words == f"What I keep about you\n\n{FAILED}"


@pytest.mark.parametrize(
    ("kind", "raised"), [(Fault.RESET_BEFORE, Doubtful), (Fault.FLOOD, Unsent), (Fault.BLOCKED, Gone)]
)
async def test_trouble_on_the_way_is_trouble_of_the_letter(
    kind: Fault, raised: type[Exception], playground: Playground
) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, the_files()) as deliver:
        playground.fault(kind, methods="sendDocument")
        with pytest.raises(raised):
            await deliver(note("Here it is", "text"))


def newest(anna: Somebody) -> Message:
    return max(anna.chat.visible(), key=lambda message: message.id)


async def downloaded(playground: Playground, file_id: str) -> bytes:
    """A file as a person gets it."""
    async with aiohttp.ClientSession() as session:
        found = await session.get(f"{playground.base_url}{playground.token}/getFile", params={"file_id": file_id})
        path = (await found.json())["result"]["file_path"]
        answer = await session.get(f"{playground.base_file_url}{playground.token}/{path}")
        return await answer.read()
