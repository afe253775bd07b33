"""Progress as a picture: every sitting is on it, up looks like down, words fit and can be read; where no picture can be
made it is told in signs."""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from xml.etree import ElementTree

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot import charts
from bot.channels.terminal import PREFIX, Terminal
from bot.charts import drawing
from bot.clock import SetClock
from bot.makers import Files
from flows import book, kept
from flows.cards import progress as cards
from flows.conversation import Conversation
from flows.effects import Card, Kind, Say
from flows.history import Sat, Went
from flows.progress import progress
from storage.memory import MemoryStore
from storage.store import Decision, Turn
from tests.flows.test_history import SATS
from tests.flows.test_progress import NOW, TODAY, sat, talk_of, times

BOOK = book.load()
ANNA = PREFIX + "anna"
NOTE = Say(Card("In words."), Kind.NOTE, file="progress.png")
MANY = [
    Sat(TODAY - timedelta(days=day), 9 - day % 9, day % 7, day % 5 == 0, (Went(name, 5, 4),))
    for day, name in enumerate(list(BOOK.stretches) * 4)
]
SHAPES = {
    "one day": [sat(0)], "few": [sat(0), sat(3), sat(9)], "many": [*MANY, *MANY], "gaps": [sat(1), sat(20), sat(39)],
    "nothing": times(9, 0, 0), "up": times(9, 3, 6), "not told": [sat(2, 4, None)], "a week": times(7, 10, 9),
}  # fmt: skip


def drawn(sats: Sequence[Sat], now: datetime = NOW) -> ElementTree.Element:
    return ElementTree.fromstring(charts.svg(talk_of(sats), BOOK, now))  # noqa: S314  # our own


def marks(root: ElementTree.Element) -> tuple[int, int, int]:
    """Rings, dots, and both in one, without the legend."""
    legend = ("13", "11")
    kinds = [
        (each.get("fill"), each.get("stroke")) for each in root.findall(".//{*}circle") if each.get("r") not in legend
    ]
    both = kinds.count((drawing.AFTER, drawing.BEFORE))
    return kinds.count((drawing.PANEL, drawing.BEFORE)), kinds.count((drawing.AFTER, None)), both


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_is_a_png_that_a_phone_takes_quickly(shape: str) -> None:
    made = charts.chart(talk_of(SHAPES[shape]), BOOK, NOW)
    width, height = struct.unpack(">II", made[16:24])
    assert (made[:4], width) == (b"\x89PNG", 1080)
    assert 1000 < height < 1400, "no taller than a phone shows without cutting"
    assert len(made) < 200_000


LATELY = st.builds(evolve, SATS, day=st.dates(TODAY - timedelta(days=50), TODAY))


@given(st.lists(LATELY, max_size=20))
@settings(max_examples=60)
def test_every_sitting_with_two_numbers_is_on_it(sats: list[Sat]) -> None:
    rated = progress(talk_of(sats), NOW).rated
    same = sum(before == after for _, before, after in rated)
    assert marks(drawn(sats)) == (len(rated) - same, len(rated) - same, same)


@pytest.mark.parametrize("shape", SHAPES)
def test_all_days_are_on_it_and_those_with_a_stretch_are_full(shape: str) -> None:
    shown = progress(talk_of(SHAPES[shape]), NOW)
    cells = [each.get("fill") for each in drawn(SHAPES[shape]).findall(".//{*}rect") if each.get("rx") == "18"]
    assert len(cells) == 7 * (shown.weeks - 1) + TODAY.weekday() + 1
    assert cells.count(drawing.AFTER) == len(shown.days)


def test_up_and_down_are_drawn_alike() -> None:
    """No colour says that a number is good or bad."""
    down, up = drawn([sat(0, 6, 2), sat(3, 6, 2)]), drawn([sat(0, 2, 6), sat(3, 2, 6)])

    def colours(root: ElementTree.Element) -> list[str]:
        return sorted(f"{each.get('fill')} {each.get('stroke')}" for each in root.iter())

    assert colours(down) == colours(up)
    assert not re.search("red|green", charts.svg(talk_of([sat(0)]), BOOK, NOW))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_words_lie_inside_and_are_large_enough(shape: str) -> None:
    root = drawn(SHAPES[shape])
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for each in root.findall(".//{*}text"):
        size, x, y = (float(each.get(name, 0)) for name in ("font-size", "x", "y"))
        wide = len(each.text or "") * size * drawing.AVERAGE_LETTER
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[each.get("text-anchor", "start")]
        assert left > 0, each.text
        assert left + wide < width, each.text
        assert y < height - 20, each.text
        assert size >= 30, "ten pixels on a narrow phone"


def test_colours_of_words_can_be_read() -> None:
    for words in (drawing.INK, drawing.SOFT):
        for ground in (drawing.WALL, drawing.PANEL, drawing.QUIET):
            assert contrast(words, ground) >= 4.5, (words, ground)
    for mark in (drawing.BEFORE, drawing.AFTER):
        assert contrast(mark, drawing.PANEL) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2."""
    light, dark = sorted((_light(one), _light(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_long_name_is_cut_at_a_word() -> None:
    assert drawing.short("Standing lean-back, hands on spine", 380, 33) == "Standing lean-back"
    assert drawing.short("Relax over an exercise ball", 320, 30) == "Relax over an…"
    assert drawing.short("Pelvic tilt", 380, 33) == "Pelvic tilt"


def test_names_are_words_not_code() -> None:
    page = evolve(BOOK.stretches["cat_cow"], name="Cat & <cow>")
    other = evolve(BOOK, stretches=MappingProxyType({**BOOK.stretches, "cat_cow": page}))
    made = charts.svg(talk_of(times(6, 5, 3)), other, NOW)
    words = [each.text for each in ElementTree.fromstring(made).findall(".//{*}text")]  # noqa: S314
    assert words.count("Cat & <cow>") == 1


def test_letters_are_drawn_with_the_font_that_is_shipped() -> None:
    """Without a font the words would silently be missing: a machine in a container has none."""
    words = ElementTree.fromstring(charts.svg(talk_of([sat(0)]), BOOK, NOW))  # noqa: S314
    assert words.get("font-family") == "Manrope"
    whole = charts.chart(talk_of([sat(0)]), BOOK, NOW)
    silent = evolve(BOOK, messages=MappingProxyType(dict.fromkeys(BOOK.messages, " ")))
    assert len(whole) > len(charts.chart(talk_of([sat(0)]), silent, NOW)) + 10_000


# --- and without the extra


async def files_of(talk: Conversation) -> Files:
    store = MemoryStore()
    await store.keep([Turn(ANNA, "k")], lambda turn, text: Decision(kept.write(talk)), NOW)
    return Files(store, BOOK, SetClock(NOW))


async def test_with_the_extra_the_letter_goes_with_its_picture() -> None:
    say, file = await (await files_of(talk_of([sat(0), sat(1)]))).enclosed(ANNA, NOTE)
    assert say == NOTE
    assert file is not None
    assert (file.name, file.mime) == ("unkink-progress-2026-11-25.png", "image/png")


async def test_without_the_extra_the_letter_is_told_in_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    talk = talk_of([sat(0), sat(1)])
    with capture_logs() as logs:
        say, file = await (await files_of(talk)).enclosed(ANNA, NOTE)
    assert logs == [], "it is no fault"
    assert file is None
    assert say.card.text == f"In words.\n\n{cards.signs(talk, BOOK, NOW)}"
    assert say.file == ""


async def test_the_terminal_tells_it_in_signs_and_saves_nothing() -> None:
    lines = list[str]()
    terminal = Terminal(lines.append, width=88)
    terminal.files = await files_of(talk_of([sat(0), sat(1)]))
    await terminal.deliver(ANNA, NOTE)
    assert "■■" in "\n".join(lines)
    assert not [line for line in lines if "Saved" in line]


async def test_after_everything_was_deleted_there_is_nothing_to_draw() -> None:
    files = Files(MemoryStore(), BOOK, SetClock(datetime(2026, 11, 25, tzinfo=UTC)))
    say, _ = await files.enclosed(ANNA, NOTE, text_only=True)
    assert say.card.text == "In words."
