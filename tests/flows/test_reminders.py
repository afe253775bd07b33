"""The reminder in the conversation: words, places, lines, and what a person may type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from flows import clearance, places, reminders, zones
from flows.book import load
from flows.cards import remind
from flows.conversation import Conversation, Reminder
from flows.effects import Kind, Say, Wake
from flows.entries import entry
from flows.events import Answered, Asked, Event, Started, Stopped, Tapped, Woke, Wrote
from flows.machine import step
from flows.stages import Stage
from flows.taps import MOST_BYTES, MOST_TOKEN, write
from flows.weighing.ring import CHECK_IN_AFTER
from tests.bot.talks import TO_HOME

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SET = Reminder("08:00", reminders.EVERY_DAY, NOW)
TALK = Conversation(stage=Stage.REMINDING, ask="menu", zone="Europe/Berlin", reminder=SET, lot=420)


SOMEBODY = Conversation(lot=420)
FIVE_SECONDS = timedelta(seconds=5)


def lived(*events: Event, start: Conversation = SOMEBODY) -> Conversation:
    talk = start
    for number, event in enumerate(events):
        talk, _ = step(talk, event, load(), NOW - FIVE_SECONDS * (len(events) - number))
    return talk


def rings(talk: Conversation, now: datetime) -> tuple[Conversation, list[Say]]:
    talk, effects = step(talk, Woke("reminder"), load(), now)
    return talk, [effect for effect in effects if isinstance(effect, Say)]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((1, 2, 3, 4, 5, 6, 7), "every day"), ((), "on no day"), ((1, 2, 3, 4, 5), "from Monday to Friday"),
        ((6, 7), "on Saturday and Sunday"), ((1, 3, 5), "on Monday, Wednesday and Friday"), ((7,), "on Sunday"),
    ],
)  # fmt: skip
def test_days_in_words(days: tuple[int, ...], words: str) -> None:
    assert reminders.days_words(days, load()) == words


def test_the_shift_moves_the_delivery_and_not_the_occurrence() -> None:
    held = evolve(SET, shift=420)
    at = reminders.occurrence(TALK, held, NOW)
    assert at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert reminders.delivery(TALK, held, NOW) == at + timedelta(minutes=7)
    assert reminders.occurrence(TALK, held, at + timedelta(minutes=6)) == at, "not yet delivered: still the next one"
    rung = evolve(held, last=at)
    assert reminders.occurrence(TALK, rung, at + timedelta(minutes=8)) == at + DAY


@pytest.mark.parametrize(
    ("clock", "quiet"), [("22:00", True), ("23:59", True), ("06:59", True), ("07:00", False), ("21:59", False)]
)
def test_quiet_hours_go_over_midnight(clock: str, quiet: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-23 {clock}").replace(tzinfo=zones.zone_of("Europe/Berlin"))
    assert reminders.is_quiet(SET, "Europe/Berlin", at) is quiet
    assert not reminders.is_quiet(evolve(SET, quiet=()), "Europe/Berlin", at)


def test_a_late_one_does_not_come_into_quiet_hours() -> None:
    """21:50 with a shift of seven minutes is on time at 21:57; a quarter of an hour later it is late, and night."""
    held = evolve(SET, time="21:50", shift=420, last=NOW - DAY)
    due = datetime(2026, 11, 23, 20, 50, tzinfo=UTC)
    assert reminders.occurrence(TALK, held, due + timedelta(minutes=7)) == due
    assert reminders.occurrence(TALK, held, due + timedelta(minutes=22)) == due + DAY
    assert reminders.occurrence(TALK, evolve(held, quiet=()), due + timedelta(minutes=22)) == due


def test_a_pause_ends_at_a_midnight_of_the_person() -> None:
    assert reminders.pause_end("America/New_York", 3, NOW) == datetime(2026, 11, 26, 5, tzinfo=UTC)
    held = evolve(SET, paused=reminders.pause_end("Europe/Berlin", 3, NOW))
    assert reminders.occurrence(TALK, held, NOW) == datetime(2026, 11, 26, 7, tzinfo=UTC)


def test_ninety_days_are_the_longest_break() -> None:
    held = evolve(SET, paused=reminders.pause_end("Europe/Berlin", 90, NOW))
    assert reminders.occurrence(TALK, held, NOW) == datetime(2027, 2, 21, 7, tzinfo=UTC)


def test_lines_change_from_day_to_day_and_not_within_one() -> None:
    told = [reminders.line(TALK, evolve(SET, last=NOW + n * DAY), ("Cat and cow",), load()) for n in range(9)]
    assert len(set(told)) == 9
    assert told[0] == reminders.line(TALK, evolve(SET, last=NOW), ("Cat and cow",), load())
    assert sum("Cat and cow" in line for line in told) == reminders.STRETCH_LINES
    without = [reminders.line(TALK, evolve(SET, last=NOW + n * DAY), (), load()) for n in range(9)]
    assert not any("Cat and cow" in line for line in without)


def test_a_line_names_only_what_health_allows_and_never_the_press() -> None:
    talk = lived(*TO_HOME)
    names = remind.safe_names(talk, load(), NOW)
    assert len(names) == len(load().stretches) - 1
    assert load().stretches[clearance.PARTNER].name not in names
    assert load().stretches["pelvic_tilt"].name not in remind.safe_names(
        evolve(talk, hidden=("pelvic_tilt",)), load(), NOW
    )
    assert remind.safe_names(evolve(talk, rest_until=NOW + DAY), load(), NOW) == ()


def test_each_button_of_the_reminder_fits_into_its_data_and_on_a_phone() -> None:
    talk = evolve(TALK, draft_time="08:00", draft_zone="Europe/Berlin")
    for ask in remind.ASKS:
        for country in ("", *zones.of_countries()) if ask == "place" else ("",):
            shown = remind.reminding(evolve(talk, ask=ask, draft_country=country), load(), NOW)
            assert all(len(row) <= 4 for row in shown.rows), ask
            assert all(sum(len(button.words) for button in row) <= 40 for row in shown.rows), (ask, country)
            for button in shown.buttons:
                assert len(write(Tapped(MOST_TOKEN - 1, button.ask, button.choice)).encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("ask", "typed", "meant"),
    [
        ("time", "7:30", ("time", "07:30")), ("time", "7.30 pm", ("time", "19:30")),
        ("quarter", "18h30", ("time", "18:30")), ("echo", "6", ("time", "06:00")),
        ("place", "Nairobi", ("zone", "Africa/Nairobi")),
        ("place", "são paulo", ("zone", "America/Sao_Paulo")), ("where", "Germany", ("where", "DE")),
        ("where", "ivory coast", None), ("where", "Kyiv", ("zone", "Europe/Kyiv")), ("place", "atlantis", None),
        ("quiet", "22:30 to 6.30", ("quiet", "22:30-06:30")), ("quiet", "10 pm - 7 am", ("quiet", "22:00-07:00")),
        ("quiet", "22:30", None), ("pause", "10", ("pause", "10")), ("pause", "7 days", ("pause", "7")),
        ("pause", "0", None), ("pause", "91", None), ("pause", "ten", None), ("days", "7:30", None),
        ("time", "half past seven", None),
    ],
)  # fmt: skip
def test_what_may_be_typed(ask: str, typed: str, meant: tuple[str, str] | None) -> None:
    found = entry(evolve(TALK, ask=ask), typed, load(), NOW)
    assert found == (Answered(*meant) if meant else None)


@pytest.mark.parametrize(
    ("language", "country"),
    [("de", "DE"), ("pt-br", "BR"), ("pt", "BR"), ("en-GB", "GB"), ("fr", "FR"), ("xx", ""), ("", "")],
)
def test_the_country_of_a_language(language: str, country: str) -> None:
    assert places.country_of(language) == country


def test_the_zone_is_guessed_from_the_language_and_confirmed_by_the_clock() -> None:
    talk = lived(Started("fr"), *TO_HOME[1:3], Wrote("Skip"), Stopped(), Asked("reminder"), Wrote("8:00"), Wrote("Yes"))
    assert (talk.ask, talk.draft_zone, talk.zone) == ("clock", "Europe/Paris", "")
    shown = remind.reminding(talk, load(), NOW)
    assert shown.text == "Is it 10:00 with you right now?"


def test_a_town_stands_for_its_clock() -> None:
    """Each country shows the towns that people know, and each way to count time once."""
    assert {"Europe/Madrid", "Atlantic/Canary"} == set(places.zones_of("ES"))
    assert "Europe/Moscow" in places.zones_of("RU")
    assert "Europe/Lisbon" in places.zones_of("PT")
    assert {"America/Toronto", "America/Vancouver", "America/Halifax"} <= set(places.zones_of("CA"))
    assert max(len(places.zones_of(country)) for country in zones.of_countries()) <= places.MOST_BUTTONS
    assert places.city("Asia/Ho_Chi_Minh") == "Ho Chi Minh City"


def test_a_silent_reminder_makes_no_sound_and_another_does() -> None:
    for silent in (True, False):
        talk = evolve(TALK, stage=Stage.HOME, ask="home", agreement=None, reminder=evolve(SET, silent=silent))
        _, says = rings(talk, datetime(2026, 11, 24, 7, tzinfo=UTC))
        assert [(say.kind, say.silent) for say in says] == [(Kind.REMINDER, silent)]


def test_a_change_keeps_twelve_hours_between_two() -> None:
    """Rung at 08:00, and then set to 10:00: the next one is tomorrow's."""
    talk, _ = rings(evolve(TALK, stage=Stage.HOME, ask="home"), datetime(2026, 11, 24, 7, tzinfo=UTC))
    assert talk.reminder is not None
    changed = evolve(talk.reminder, time="10:00", armed=NOW + DAY)
    assert reminders.occurrence(talk, changed, datetime(2026, 11, 24, 8, tzinfo=UTC)) == datetime(
        2026, 11, 25, 9, tzinfo=UTC
    )


def test_no_check_in_just_after_a_red_flag() -> None:
    asked = lived(*TO_HOME, Asked("reminder"), Wrote("13:00"), Wrote("Yes"), Wrote("Yes"), Wrote("Done"))
    danger = lived(Wrote("I can't feel my legs"), start=asked)
    at = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
    assert at - NOW < CHECK_IN_AFTER
    later, says = rings(danger, at)
    assert says == []
    later, says = rings(later, at + DAY)
    assert [say.kind for say in says] == [Kind.REMINDER]
    assert (later.stage, later.ask) == (Stage.REFERRED, "checkin")


def test_with_no_day_there_is_no_wake_up() -> None:
    talk, effects = step(evolve(TALK, reminder=evolve(SET, days=())), Woke("anew"), load(), NOW)
    assert not any(isinstance(effect, Wake) and effect.name == "reminder" for effect in effects)
    assert talk.reminder is not None
