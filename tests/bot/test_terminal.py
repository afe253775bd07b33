"""The terminal as a channel: what a line means, how a letter looks, where an @ line moves the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.terminal import LONGEST_LINE, PREFIX, Terminal, lines_of, moved
from bot.chat import BACKWARDS, NO_TIME, TOO_LONG, Chat
from bot.clock import SetClock
from bot.engine import Engine
from flows.effects import Button, Card, Kind, Look, Say
from flows.events import Asked, Event, Started, Stopped, Tapped, Wrote
from flows.stages import Stage
from storage.sqlite import SqliteStore
from storage.store import Decision
from tests.bot.talks import MORNING, RINGS, home, put, ringing, talk_of

NO, YES, STOP = Button("No", "age", "no"), Button("Yes", "age", "yes"), Button("Stop", "stop", "stop", Look.STOP)
CARD = Say(Card("Is it so?", "A question", ((NO, YES), (STOP,))), token=7)
LEVELS = tuple(Button(str(level), "level", str(level)) for level in range(11))
SCALE = Say(
    Card("How much?", "", (LEVELS[:6], LEVELS[6:], (Button("Something else", "level", "other"), STOP))), token=8
)
MET = Say(
    Card("Which one?", "", ((Button("☐ Chair", "props", "chair"), Button("Feels fine", "step", "fine")),)), token=9
)


async def shown(say: Say, *, colour: bool = False, width: int = 88) -> tuple[Terminal, list[str]]:
    """A terminal on which this was shown, and what stands there."""
    lines: list[str] = []
    terminal = Terminal(lines.append, colour=colour, width=width)
    await terminal.deliver(PREFIX + "anna", say)
    return terminal, lines


def nowhere(line: str) -> None:
    """Nobody reads it."""


# What a line means


@pytest.mark.parametrize(
    ("say", "line", "event"),
    [
        (CARD, "1", Tapped(7, "age", "no")),
        (CARD, "2", Tapped(7, "age", "yes")),
        (CARD, " 3 ", Tapped(7, "stop", "stop")),
        (CARD, "no", Tapped(7, "age", "no")),
        (CARD, "YES!!", Tapped(7, "age", "yes")),
        (CARD, "0", Wrote("0")),
        (CARD, "4", Wrote("4")),
        (CARD, "-1", Wrote("-1")),
        (CARD, "1.", Wrote("1.")),
        (CARD, "0001", Wrote("0001")),
        (CARD, "9" * 5000, Wrote("9" * 5000)),
        (CARD, "²", Wrote("²")),
        (CARD, "no thanks", Wrote("no thanks")),
        (SCALE, "7", Tapped(8, "level", "7")),  # the words "7", not the seventh button, which is "6"
        (SCALE, "0", Tapped(8, "level", "0")),
        (SCALE, "10", Tapped(8, "level", "10")),
        (SCALE, "11", Wrote("11")),  # the eleventh button, "10", shows no number: nobody means it
        (SCALE, "12", Tapped(8, "level", "other")),
        (SCALE, "13", Tapped(8, "stop", "stop")),
        (MET, "chair", Tapped(9, "props", "chair")),
        (MET, "feels fine", Tapped(9, "step", "fine")),
        (CARD, "/stop", Stopped()),
        (CARD, "/START", Started()),
        (CARD, "/start payload", Started()),
        (CARD, "/help@unkink_bot", Asked("help")),
        (CARD, "/", Asked("")),
        (CARD, "//", Asked("/")),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_a_line_means(say: Say, line: str, event: Event) -> None:
    terminal, _ = await shown(say)
    assert terminal.event(line) == event


@pytest.mark.parametrize("line", ["", " ", "\t\t", "\x00\x1b\x7f", "\ud800", "\u3000"])
async def test_an_empty_line_means_nothing(line: str) -> None:
    terminal, _ = await shown(CARD)
    assert terminal.event(line) is None


async def test_control_characters_do_not_get_through() -> None:
    terminal, _ = await shown(CARD)
    event = terminal.event("\x1b[31mred\x07\x00 and\x9b \udcff back")
    assert isinstance(event, Wrote)
    assert event.text.split() == ["[31mred", "and", "back"]
    assert terminal.event("\x1bno\x00") == Tapped(7, "age", "no")


async def test_without_a_card_every_word_is_a_word() -> None:
    terminal = Terminal(nowhere)
    assert terminal.event("1") == Wrote("1")
    assert terminal.event("no") == Wrote("no")


async def test_a_note_without_buttons_leaves_the_card_standing() -> None:
    terminal, _ = await shown(CARD)
    await terminal.deliver(PREFIX + "anna", Say(Card("By the way."), Kind.NOTE))
    assert terminal.event("1") == Tapped(7, "age", "no")


async def test_a_long_line_is_read_in_part() -> None:
    terminal, _ = await shown(CARD)
    assert terminal.event("x" * 1_000_000) == Wrote("x" * LONGEST_LINE)


@given(st.text(max_size=200))
def test_any_line_means_something(line: str) -> None:
    terminal = Terminal(nowhere)
    terminal._cards[""] = CARD
    event = terminal.event(line)
    assert isinstance(event, Tapped | Wrote | Stopped | Started | Asked | None)
    if isinstance(event, Wrote):
        assert event.text == event.text.strip() != ""


# How a letter looks


async def test_how_a_card_looks() -> None:
    assert (await shown(CARD))[1] == ["A question", "Is it so?", "  1) No   2) Yes", "  3) Stop", ""]


async def test_how_a_scale_looks() -> None:
    lines = (await shown(SCALE))[1]
    assert lines[1:3] == ["  [0]   [1]   [2]   [3]   [4]   [5]", "  [6]   [7]   [8]   [9]   [10]"]
    assert lines[3] == "  12) Something else   13) Stop"


async def test_a_reminder_says_that_it_comes_by_itself() -> None:
    assert (await shown(Say(Card("Time?"), Kind.REMINDER)))[1][0] == "(by itself, as you asked)"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=30)), st.integers(20, 100)
)
def test_text_is_wrapped_and_no_word_is_lost(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = lines_of(Say(Card(text)), width)
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


async def test_points_are_indented_and_blank_lines_stay() -> None:
    lines = (await shown(Say(Card("First.\n\n• a point that is longer than a line\n• two")), width=20))[1]
    assert lines == ["First.", "", "• a point that is", "  longer than a line", "• two", ""]


async def test_no_colours_where_there_is_no_terminal() -> None:
    for say in (CARD, SCALE, Say(Card("Time?", "Title"), Kind.REMINDER)):
        assert not [line for line in (await shown(say))[1] if not line.isprintable()]


async def test_colours_only_dress_up_what_is_said() -> None:
    dressed = (await shown(CARD, colour=True))[1]
    assert any("\x1b[31m" in line for line in dressed)
    assert [strip(line) for line in dressed] == (await shown(CARD))[1]


def strip(line: str) -> str:
    """Without colour codes."""
    kept = [part.partition("m")[2] if number else part for number, part in enumerate(line.split("\x1b["))]
    return "".join(kept)


# Where an @ line moves the clock

NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "zone", "at"),
    [
        ("+10m", "", NIGHT + timedelta(minutes=10)),
        (" + 2 h ", "", NIGHT + timedelta(hours=2)),
        ("+90s", "", NIGHT + timedelta(seconds=90)),
        ("+0m", "", NIGHT),
        ("08:00", "", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("8:00", "Europe/Berlin", datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
        ("00:31", "Europe/Berlin", datetime(2026, 11, 23, 23, 31, tzinfo=UTC)),
        ("00:30", "Europe/Berlin", datetime(2026, 11, 24, 23, 30, tzinfo=UTC)),  # that is now: the next one
        ("2026-11-24 08:00", "Asia/Kolkata", datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),
        ("2026-11-24T08:00", "", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("2025-01-01 08:00", "", datetime(2025, 1, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_where_an_at_line_leads(words: str, zone: str, at: datetime) -> None:
    assert moved(words, NIGHT, zone) == at


NOT_A_TIME = [
    "", "soon", "10m", "+10", "+10x", "-10m", "+-5m", "+1.5h", "+999999d", "24:00", "12:60", "8", "8:0", "12:00:00",
    "٠٨:٠٠", "2026-02-30 08:00", "2026-13-01 08:00", "2026-11-24", "24.11.2026 08:00", "08:00 tomorrow",
    "+10m\x00", "0000-01-01 08:00",
]  # fmt: skip


@pytest.mark.parametrize("words", NOT_A_TIME)
def test_what_is_no_time(words: str) -> None:
    assert moved(words, NIGHT, "") is None


@pytest.mark.parametrize("words", ["23:59", "9999-12-31 23:59", "+99999d"])
def test_the_end_of_the_calendar_is_no_time(words: str) -> None:
    last = datetime(9999, 12, 31, 23, 59, 30, tzinfo=UTC)
    assert moved(words, last, "America/New_York") is None


@pytest.mark.parametrize("words", ["+99999d", "2100-01-01 08:00"])
def test_what_is_too_far_away_is_no_time(words: str) -> None:
    assert moved(words, NIGHT, "") is None


@given(st.text(max_size=40) | st.from_regex(r"\+[0-9]{1,5}[smhd]|([0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}"))
def test_any_words_are_a_time_or_none(words: str) -> None:
    at = moved(words, NIGHT, "Europe/Berlin")
    assert at is None or at.tzinfo is UTC


# The chat around it


class Desk:
    """Anna's chat, with what was shown to her."""

    def __init__(self, store: SqliteStore, engine: Engine, clock: SetClock) -> None:
        self.shown: list[str] = []
        self.store, self.clock = store, clock
        self.chat = Chat(store, engine, Terminal(self.shown.append, width=88), clock, "anna")

    async def talk(self) -> Stage:
        return talk_of(Decision(await self.store.read(PREFIX + "anna"))).stage


@pytest.fixture
def desk(store: SqliteStore, engine: Engine, clock: SetClock) -> Desk:
    return Desk(store, engine, clock)


async def test_a_chat_begins_where_it_stands(desk: Desk) -> None:
    await desk.chat.begin()
    assert "How old are you?" in desk.shown
    assert await desk.chat.say("18 to 64") == ""
    assert "May I ask about your health?" in desk.shown


async def test_an_empty_line_says_nothing(desk: Desk) -> None:
    await desk.chat.begin()
    before = list(desk.shown)
    assert await desk.chat.say("   ") == ""
    assert desk.shown == before


async def test_a_line_that_is_too_long_is_said_so(desk: Desk) -> None:
    await desk.chat.begin()
    assert await desk.chat.say("x" * (LONGEST_LINE + 1)) == TOO_LONG
    assert await desk.talk() is Stage.AGE


async def test_a_red_flag_at_the_end_of_a_long_line_is_heard(desk: Desk) -> None:
    await put(desk.store, PREFIX + "anna", home())
    await desk.chat.say("It was a nice day. " * 900 + "I have chest pain and cannot breathe.")
    assert await desk.talk() is Stage.REFERRED


@pytest.mark.parametrize("line", ["@", "@ soon", "@anna", "  @ 25:00"])
async def test_an_at_line_that_is_no_time(desk: Desk, line: str) -> None:
    assert await desk.chat.say(line) == NO_TIME
    assert desk.clock.now() == MORNING


async def test_the_clock_does_not_go_back(desk: Desk) -> None:
    assert await desk.chat.say("@ 2026-11-23 08:59") == BACKWARDS
    assert desk.clock.now() == MORNING


async def test_on_the_way_each_reminder_comes_at_its_time(desk: Desk) -> None:
    await put(desk.store, PREFIX + "anna", ringing())
    assert await desk.chat.say("@ +3d") == "It is Thursday 2026-11-26 09:00 UTC."
    assert desk.shown.count("(by itself, as you asked)") == 3
    assert await desk.store.next_wake() == RINGS + timedelta(days=3)
