"""The conversation in a terminal, or through a pipe: lines in, messages out. Text only, which keeps the port honest.

    How old are you?
    I ask this first because I am made for adults. ...
      1) Under 18   2) 18 to 64   3) 65 to 74   4) 75 or over   5) Stop
    > 2

A button is answered by its number or by its words. A line that begins with @ moves the clock: `@ +10m`, `@ 08:00`
(the next 08:00), `@ 2026-11-24 08:00`; on the way everything that falls due happens at its time.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from attrs import evolve

from bot.channels.commands import command
from bot.channels.handing import handed_over
from bot.makers import Files
from flows import zones
from flows.effects import Button, Card, Kind, Look, Say
from flows.events import Event, Tapped, Wrote
from flows.text import plain

PREFIX = "terminal:"
FURTHEST = timedelta(days=3660)
"""The clock is moved no further than ten years at once."""
LONGEST_LINE = 20_000
"""Characters of one line that are read; the rest of a longer line is dropped, and said so."""
COLOURS = {Look.GO: "green", Look.STOP: "red", Look.MAIN: "blue"}
_STEP = re.compile(r"\+\s*([0-9]{1,5})\s*([smhd])", re.ASCII)
_CLOCK = re.compile(r"(?:([0-9]{4}-[0-9]{2}-[0-9]{2})[ T])?([0-9]{1,2}:[0-9]{2})", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Terminal:
    """A channel that writes to a function and remembers each person's last card, to read lines against it."""

    def __init__(self, write: Callable[[str], None], *, colour: bool = False, width: int = 0) -> None:
        self._write = write
        self._colour = colour
        self._width = width or min(100, max(40, shutil.get_terminal_size((88, 24)).columns))
        self._cards: dict[str, Say] = {}
        self.person = ""
        """Who sits at the terminal; what is said to somebody else is marked."""
        self.listen: Callable[[Say], None] = lambda say: None
        """Told of everything that is said to that person."""
        self.files: Files | None = None
        """Makes what goes with a letter; None: its name is all that is shown."""
        self.folder: Path | None = None
        """Where what is no plain text is saved; None: nowhere."""

    async def deliver(self, person: str, say: Say) -> str:
        """Write a letter out."""
        file = None
        if self.files is not None:
            say, file = await self.files.enclosed(person, say, text_only=True)
        if say.card.rows:
            self._cards[person if self.person else ""] = say
        if person == self.person or not self.person:
            self.listen(say)
        else:
            self._write(self._style(f"(to {person.removeprefix(PREFIX)})", "title"))
        for line in lines_of(say, self._width, self._style):
            self._write(line)
        for line in handed_over(file, self.folder) if file is not None else ():
            self._write(line)
        self._write("")
        return ""

    def _style(self, text: str, look: str) -> str:
        if not self._colour:
            return text
        return click.style(text, bold=True) if look == "title" else click.style(text, fg=look)

    def event(self, line: str) -> Event | None:
        """What a line means; None: an empty line means nothing."""
        words = _CONTROL.sub(" ", line[:LONGEST_LINE]).strip()
        if not words:
            return None
        if words.startswith("/"):
            return command(words)
        card, button = self._cards.get(self.person), self._button(words)
        if button is None or card is None:
            return Wrote(words)
        return Tapped(card.token, button.ask, button.choice)

    def _button(self, words: str) -> Button | None:
        """The button of the last card with these words or this number; words go before numbers ("7" may be a level)."""
        buttons = self._cards[self.person].card.buttons if self.person in self._cards else ()
        wanted = plain(words)
        named = next((b for b in buttons if wanted and plain(b.words) == wanted), None)
        if named is not None or not (words.isascii() and words.isdecimal() and len(words) < 4):
            return named
        number = int(words)
        numbered = 1 <= number <= len(buttons) and not buttons[number - 1].words.isdecimal()
        return buttons[number - 1] if numbered else None


def lines_of(told: Say, width: int, style: Callable[[str, str], str] = lambda text, look: text) -> list[str]:
    """A message as lines: title, text, numbered buttons."""
    lines = []
    told = evolve(told, card=told.card.at(0))
    if told.kind is Kind.REMINDER:
        lines.append(style("(by itself, as you asked)", "title"))
    if told.card.title:
        lines += [style(line, "title") for line in textwrap.wrap(told.card.title, width)]
    for paragraph in told.card.text.split("\n"):
        indent = "  " if paragraph.startswith("• ") else ""
        lines += textwrap.wrap(paragraph, width, subsequent_indent=indent) or [""]
    if told.file:
        lines.append(f"  [{told.file}]")
    return [*lines, *_button_lines(told.card, width, style)]


def _button_lines(card: Card, width: int, style: Callable[[str, str], str]) -> list[str]:
    number, lines = 0, []
    for row in card.rows:
        line = ""
        for button in row:
            number += 1
            digits = button.words.isdecimal()
            label = f"[{button.words}]" if digits else f"{number}) {button.words}"
            line += ("   " if line else "  ") + style(label, COLOURS.get(button.look, "reset"))
        lines.append(line)
    return lines


def moved(words: str, now: datetime, zone: str) -> datetime | None:
    """The instant that an @ line means; None: it cannot be read. A bare clock time is the next one in the person's
    zone."""
    try:
        at = _read_instant(words, now, zone)
    except (ValueError, OverflowError):
        return None
    return at if at is None or at - now < FURTHEST else None


def _read_instant(words: str, now: datetime, zone: str) -> datetime | None:
    step = _STEP.fullmatch(words.strip())
    if step is not None:
        return now + timedelta(**{_UNITS[step[2]]: int(step[1])})
    match = _CLOCK.fullmatch(words.strip())
    if match is None:
        return None
    tz = zones.zone_of(zone or "UTC")
    day = datetime.fromisoformat(match[1]).date() if match[1] else now.astimezone(tz).date()
    hour, minute = (int(part) for part in match[2].split(":"))
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=tz).astimezone(UTC)
    if match[1] is None and at <= now:
        at += timedelta(days=1)
    return at
