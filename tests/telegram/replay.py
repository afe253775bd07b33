"""A recorded journey, played by a virtual person through Telegram instead of by a line reader in a terminal.

Each line that the person sends is tapped when a button of the newest card says so (or stands at that number), else
written. What the bot then sent or edited is laid out as the terminal lays it out, so that the journey's file is the
expectation, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from bot.channels.terminal import lines_of, moved
from bot.playground.ledger import Entry
from bot.playground.ledger import Kind as Entered
from bot.playground.people import Message
from bot.playground.refusals import Json
from bot.playground.testing import Somebody
from flows.book import load
from flows.effects import Button, Card, Say
from flows.text import plain
from tests.journeys.play import WIDTH, Journey
from tests.telegram.conftest import Running

BY_ITSELF = "(by itself, as you asked)"
A_FILE = re.compile(r"  \[[a-z]+\.[a-z]+\]")
"""How a terminal names a file that goes with a letter; here it is a document, or a text to copy."""
SIGNS = re.compile(r"[▁-█■□]+ .*|" + "|".join(re.escape(load().say(f"progress.signs_{of}")) for of in ("pain", "days")))
"""What a terminal shows in the place of a picture."""
SHEET = ("WHAT UNKINK KEEPS ABOUT YOU", "Your number in the messenger")
"""The first and the last line of /mydata."""
THE_TIME = re.compile(r"It is [A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d UTC\.")
IN_PLACE = ("editMessageText", "editMessageCaption", "editMessageMedia", "sendAnimation")
"""What changes a card or sends one. An animation without buttons stands above words that are a message of their own."""
BETWEEN_LINES = timedelta(seconds=5)
"""As tests.journeys.play has it, so that the kept conversations are the same to the second."""


@frozen
class Section:
    """One line of the person, and what the bot shows then."""

    said: str
    shown: tuple[str, ...]


def sections(journey: Journey) -> Iterator[Section]:
    """A journey's file, without what only a terminal says."""
    said, shown = "", list[str]()
    for row in [*journey.text.splitlines()[2:], "> "]:
        if not row.startswith("> "):
            shown.append(row)
            continue
        if said:
            rows = [
                each
                for each in shown
                if each != BY_ITSELF and not any(kind.fullmatch(each) for kind in (THE_TIME, A_FILE, SIGNS))
            ]
            yield Section(said, tuple(tight(list(without_sheet(rows)))))
        said, shown = row[2:], []


def without_sheet(rows: list[str]) -> Iterator[str]:
    """A terminal shows the text of /mydata below its letter; here it is a document to open."""
    inside = False
    for row in rows:
        inside = inside or row == SHEET[0]
        if not inside:
            yield row
        inside = inside and not row.startswith(SHEET[1])


def tight(rows: list[str]) -> list[str]:
    """Without blank rows: where a paragraph ends is no question of the messenger."""
    return [row.rstrip() for row in rows if row.strip()]


def card_of(message: Json) -> Card:
    """A message of ours as the card it was: the bold first line is its title. A terminal, which shows no picture, does
    not tell what is on it."""
    text = str(message.get("text", message.get("caption", "")))
    entities = message.get("entities") or message.get("caption_entities") or []
    for folded in (each for each in entities if each["type"] == "expandable_blockquote"):
        text = text.encode("utf-16-le")[: 2 * folded["offset"]].decode("utf-16-le").rstrip()
    bold = [each for each in entities if each["type"] == "bold" and each["offset"] == 0]
    title = text[: bold[0]["length"]] if bold else ""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = tuple(tuple(Button(button["text"], "", "") for button in row) for row in rows)
    return Card(text[len(title) :].removeprefix("\n"), title, buttons)


def deliveries(who: Somebody, after: int) -> list[Entry]:
    """Messages sent to somebody, and cards edited in place, since the ledger's entry of this number."""
    entries = who.playground.api.ledger.entries(Entered.CALL)
    return [
        entry
        for entry in entries
        if entry.number > after
        and entry.parameters.get("chat_id") == str(who.id)
        and (
            entry.method in ("sendMessage", "sendDocument", "sendPhoto")
            or (entry.method in IN_PLACE and "reply_markup" in entry.parameters)
        )
    ]


def entries_so_far(who: Somebody) -> int:
    return max((entry.number for entry in who.playground.api.ledger.entries()), default=0)


def shown_since(who: Somebody, after: int) -> list[str]:
    """What the deliveries say, as a terminal would."""
    rows = [line for entry in deliveries(who, after) for line in lines_of(Say(card_of(entry.answer)), WIDTH)]
    return tight(rows)


def open_cards(who: Somebody) -> list[Message]:
    """The messages on which there is something to tap."""
    return [message for message in who.chat.visible() if message.buttons]


def card(who: Somebody) -> Message:
    """The one open card; ValueError if there are more, or none."""
    (only,) = open_cards(who)
    return only


def button_for(line: str, shown: Message | None) -> str | None:
    """The button that a line means: its words first, then its place."""
    words = [word for row in shown.buttons for word in row] if shown is not None else []
    named = next((word for word in words if plain(line) and plain(word) == plain(line)), None)
    if named is not None or not (line.isascii() and line.isdecimal() and len(line) < 4):
        return named
    return words[int(line) - 1] if 1 <= int(line) <= len(words) else None


async def send(line: str, who: Somebody, bot: Running) -> None:
    """Tap, write or wait, as the line says, until nothing is left to do."""
    if line.startswith("@"):
        target = moved(line[1:], bot.clock.now(), bot.talk(who).zone)
        assert target is not None, line
        await bot.move_to(target)
        return
    newest = max(open_cards(who), key=lambda message: message.id, default=None)
    button = None if line.startswith("/") else button_for(line, newest)
    if button is None:
        await who.say(line[:4096])
    else:
        await who.tap(button, on=newest)
    await bot.settled()
