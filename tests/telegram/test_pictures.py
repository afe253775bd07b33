"""Steps with pictures: one message that changes in place, pictures uploaded once, a count that knows when to be
silent."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from bot.channels.telegram import ticker
from bot.playground.faults import Kind as Fault
from bot.playground.people import Message
from bot.playground.testing import Playground, Somebody
from flows.effects import Button, Card, Kind, Say, Tick
from tests.telegram.alone import channel_to

ROWS = ((Button("Fine", "step", "fine"),),)


def png(shade: int) -> bytes:
    """A grey picture of 8 by 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress((b"\0" + bytes([shade]) * 8) * 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", lines)
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def find(tmp_path: Path) -> Callable[[str], Path | None]:
    """Two pictures."""
    for shade, name in enumerate(("tilt.one", "tilt.two")):
        (tmp_path / f"{name}.png").write_bytes(png(shade))

    def look(picture: str) -> Path | None:
        path = tmp_path / f"{picture}.png"
        return path if path.exists() else None

    return look


def step(number: int, picture: str, token: int = 1, *, replaces: bool = True, ticks: tuple[Tick, ...] = ()) -> Say:
    card = Card(f"Step {number}. Lie down.", "Tilt", ROWS, picture, ticks=ticks)
    return Say(card, Kind.CARD, token, replaces=replaces)


def cards(anna: Somebody) -> list[Message]:
    return [message for message in anna.chat.visible() if message.mine]


async def test_picture_words_and_buttons_change_in_one_message(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        await deliver(step(1, "tilt.one"))
        await deliver(step(2, "tilt.two", 2))
        await deliver(step(2, "tilt.two", 3))
    (message,) = cards(anna)
    assert "photo" in message.content
    assert message.words == "Tilt\nStep 2. Lie down."
    assert message.buttons == [["Fine"]]
    assert [playground.calls(each) for each in ("sendPhoto", "editMessageMedia", "editMessageCaption")] == [1, 1, 1]
    playground.nothing_refused()


async def test_a_picture_is_uploaded_once(playground: Playground, find: Callable[[str], Path | None]) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        for token in range(1, 5):
            await deliver(step(1, "tilt.one", token, replaces=False))
    sent = playground.api.ledger.entries(method="sendPhoto")
    assert [entry.parameters["photo"].startswith("attach:") for entry in sent] == [True, False, False, False]
    playground.nothing_refused()


async def test_a_picture_that_telegram_forgot_is_brought_again(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        await deliver(step(1, "tilt.one"))
        playground.api.files._by_id.clear()
        await deliver(step(1, "tilt.one", 2, replaces=False))
    assert len([message for message in cards(anna) if "photo" in message.content]) == 2


async def test_words_that_do_not_fit_under_a_picture_stand_below_it(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    long = step(1, "tilt.one")
    async with channel_to(anna, find=find) as deliver:
        await deliver(evolve(long, card=evolve(long.card, text="x" * 1100)))
        await anna.sees("x" * 100, anywhere=True)
        assert [message.words[:4] for message in cards(anna)] == ["Tilt", "Tilt"]
        assert len(cards(anna)[1].words) > 1100
        await deliver(step(2, "tilt.two", 2))
    first, second = cards(anna)
    assert (first.words, first.buttons) == ("Tilt", [])
    assert second.words == "Tilt\nStep 2. Lie down."
    assert "photo" in first.content
    assert "photo" in second.content
    playground.nothing_refused()


async def test_a_card_without_a_picture_follows_as_a_new_message(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        await deliver(step(1, "tilt.one"))
        await deliver(step(2, "", 2))
        await deliver(step(3, "no.such", 3))
    first, second = cards(anna)
    assert ("photo" in first.content, first.buttons) == (True, [])
    assert second.words == "Tilt\nStep 3. Lie down."
    playground.nothing_refused()


async def test_who_wants_words_gets_no_picture(playground: Playground, find: Callable[[str], Path | None]) -> None:
    anna = playground.person("Anna")
    told = step(1, "tilt.one")
    async with channel_to(anna, find=find) as deliver:
        await deliver(evolve(told, card=evolve(told.card, text_only=True)))
    (message,) = cards(anna)
    assert "photo" not in message.content
    assert playground.calls("sendPhoto") == 0


async def test_what_a_picture_shows_is_told_below_its_words(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    told = step(1, "tilt.one")
    async with channel_to(anna, find=find) as deliver:
        await deliver(evolve(told, card=evolve(told.card, alt="A person lies <on> a mat.")))
    (message,) = cards(anna)
    assert message.words == "Tilt\nStep 1. Lie down.\nA person lies <on> a mat."
    assert "expandable_blockquote" in str(message.content["caption_entities"])
    playground.nothing_refused()


COUNT = (Tick(0.0, "3 s left."), Tick(0.05, "2 s left."), Tick(0.1, "1 s left."), Tick(0.15, "Time."))


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is a fiftieth of one."""
    monkeypatch.setattr(ticker, "APART", 0.02)


@pytest.mark.usefixtures("_quick")
async def test_a_hold_is_counted_on_its_card(playground: Playground, find: Callable[[str], Path | None]) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        await deliver(step(1, "tilt.one"))
        await deliver(step(1, "tilt.one", 2, ticks=COUNT))
        await anna.sees("3 s left.", anywhere=True)
        await anna.sees("Time.", anywhere=True)
    (message,) = cards(anna)
    assert message.words == "Tilt\nTime.\n\nStep 1. Lie down."
    assert message.buttons == [["Fine"]]
    playground.nothing_refused()


@pytest.mark.usefixtures("_quick")
async def test_a_count_never_writes_over_what_came_after_it(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        await deliver(step(1, "tilt.one", ticks=COUNT))
        await anna.sees("2 s left.", anywhere=True)
        fault = playground.fault(Fault.SLOW, times=1, methods="editMessageCaption")
        fault.seconds = 0.2
        await playground.until(lambda: fault.struck or None, lambda: "no tick")
        await deliver(step(2, "tilt.two", 2))
    (message,) = cards(anna)
    assert message.words == "Tilt\nStep 2. Lie down."


@pytest.mark.usefixtures("_quick")
async def test_a_count_is_silent_when_telegram_asks_to_wait(
    playground: Playground, find: Callable[[str], Path | None]
) -> None:
    anna = playground.person("Anna")
    async with channel_to(anna, find=find) as deliver:
        await deliver(step(1, "tilt.one", ticks=COUNT))
        fault = playground.fault(Fault.FLOOD, chat=anna.id)
        fault.retry_after = 5
        await playground.until(lambda: fault.struck or None, lambda: "no tick")
        calls = playground.calls("editMessageCaption")
    assert calls == 1
    assert cards(anna)[0].words == "Tilt\n3 s left.\n\nStep 1. Lie down."
