"""Every conversation there can be. What must hold at every move: `walk_checks`; what can happen: `walk_all`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import pytest
from attrs import fields

from flows.book import load
from flows.conversation import Conversation
from flows.diagram import missing_edges
from flows.events import Asked, Blocked, Event, Started, Tapped, Unblocked, Woke
from flows.weighing.all import WAKES
from tests.flows.walk_all import OPENED, PLANS
from tests.flows.walk_books import one_question_more, one_step_less, one_stretch_less, small
from tests.flows.walk_edges import Taken, listening
from tests.flows.walk_key import UNSEEN, key
from tests.flows.walk_moves import FULL, TICK, WAITS, WAKE_UPS, Alphabet, Move, moves
from tests.flows.walking import Place, Walk, go, play, walk, way_to

pytestmark = pytest.mark.timeout(300)
"""Half a minute on a machine of its own; the first to ask for a walk waits for all of it."""
BOOK = small()
AT_LAST = ("home", "informed", "minor")
"""Where one can always be again."""


@pytest.fixture(scope="module", autouse=True)
def taken() -> Iterator[Taken]:
    with listening() as heard:
        yield heard


@cache
def walked(name: str) -> Walk:
    return PLANS[name].made(BOOK)


@pytest.mark.parametrize("name", PLANS)
def test_every_promise_holds_on_every_path(name: str) -> None:
    found = walked(name)
    assert len(found.places) > 10, "the walk hardly moved: its alphabet does not fit the flow any more"


def test_there_is_no_dead_end() -> None:
    for place in places():
        assert way_to(AT_LAST, place, BOOK), "no taps lead on from here:\n" + "\n".join(place.way)


def places() -> list[Place]:
    """One place of every kind that the walks found."""
    kinds: dict[object, Place] = {}
    for name in PLANS:
        for place in walked(name).places.values():
            kinds.setdefault(_kind(place), place)
    return list(kinds.values())


def _kind(place: Place) -> object:
    talk = place.talk
    return (
        talk.stage, talk.ask, talk.offer, frozenset(hold.kind for hold in talk.holds), talk.sitting is None,
        talk.rating.phase if talk.rating else "", talk.agreement is None, talk.reminder is None, talk.follow is None,
    )  # fmt: skip


@cache
def anything_anywhere() -> int:
    count, chance = 0, random.Random(2)
    for place in places():
        for move in moves(place.ledger, place.talk, FULL):
            there = go(place, move, BOOK)
            count += 1
            if move.event is None:
                count += _after_a_while(there, chance)
    return count


def test_anything_may_happen_anywhere() -> None:
    """The whole alphabet at every kind of place, at once and after any while."""
    assert anything_anywhere() > 10_000


LATER: tuple[Event, ...] = (
    Started(), Asked("stretch"), Asked("mydata"), Blocked(), Unblocked(), *(Woke(name) for name in WAKES),
    Woke("unknown"), Tapped(0, "step", "fine"), Tapped(0, "stop", "stop"),
)  # fmt: skip


def _after_a_while(place: Place, chance: random.Random) -> int:
    shown = place.ledger.shown
    taps = [Tapped(shown.token, ask, choice) for ask, choice in sorted(shown.buttons)]
    events: list[Event] = [*chance.sample(LATER, 4), *chance.sample(taps, min(2, len(taps)))]
    for event in events:
        go(place, Move(TICK, event), BOOK)
    return len(events)


@pytest.mark.parametrize("seed", range(16))
def test_chance_finds_nothing_in_the_whole_book(seed: int) -> None:
    """Thousands of moves that no alphabet foresaw: every question, stretch, level and card of the shipped book."""
    chance = random.Random(seed)
    for start in (Place(), *[_ready()] * 5):
        place = start
        for _ in range(90):
            place = go(place, _any_move(place, chance), load())


@cache
def _ready() -> Place:
    """Someone who may do every stretch of the shipped book, before the list."""
    well = [f"{question.id}=no" for question in load().screening.questions]
    props = [f"prop={prop}" for prop in load().props_asked]
    return play(load(), *OPENED, *well, "home=stretch", "level=0", "drink=no", "early=no", *props, "props=done")


def test_chance_comes_to_steps_and_pain() -> None:
    """Or the test before would prove little."""
    chance, place, met = random.Random(7), _ready(), set()
    for _ in range(400):
        place = go(place if place.talk.sitting else _ready(), _any_move(place, chance), load())
        met.add(place.talk.stage)
    assert {"moving", "rating", "choosing", "briefing", "paused"} <= met


def _any_move(place: Place, chance: random.Random) -> Move:
    """Mostly a button, mostly one that leads on; now and then anything at all, or time."""
    shown = place.ledger.shown
    onward = sorted((ask, choice) for ask, choice in shown.buttons if ask != "stop")
    if onward and chance.random() < 0.94:
        calm = [pair for pair in onward if pair[1] in CALM] if chance.random() < 0.6 else []
        return Move(TICK, Tapped(shown.token, *chance.choice(calm or onward)))
    if chance.random() < 0.3:
        return Move(WAITS[chance.choice(list(WAITS))], None)
    return chance.choice([move for move in moves(place.ledger, place.talk, FULL) if move.event is not None])


CALM = frozenset(
    {"no", "0", "18_64", "agree", "begin", "GB", "stretch", "fine", "start", "done", "misread", "again", "close"}
)
"""What leads on: without it chance would hardly ever come to a step."""


OTHER_BOOKS = {"question more": one_question_more, "stretch less": one_stretch_less, "step less": one_step_less}


@pytest.mark.parametrize("change", OTHER_BOOKS)
def test_a_conversation_goes_on_under_another_book(change: str) -> None:
    other = OTHER_BOOKS[change](BOOK)
    for place in places():
        shown = place.ledger.shown
        taps = [Tapped(shown.token, ask, choice) for ask, choice in sorted(shown.buttons)]
        events: tuple[Event, ...] = (Started(), Asked("mydata"), *WAKE_UPS, Unblocked(), *taps)
        for event in events:
            there = go(place, Move(TICK, event), other, another_book=True)
            go(there, Move(TICK, Started()), other)


@pytest.mark.parametrize("change", OTHER_BOOKS)
@pytest.mark.parametrize("name", ["morning", "held", "twice"])
def test_every_promise_holds_under_another_book(name: str, change: str) -> None:
    """The walks begin with people who were screened under the book before."""
    other = OTHER_BOOKS[change](BOOK)
    starts = [go(place, Move(TICK, Started()), other, another_book=True) for place in PLANS[name].starts(BOOK)]
    alphabet = PLANS[name].alphabet
    found = walk(other, Alphabet(alphabet.taps, alphabet.events, alphabet.old), starts, PLANS[name].most)
    assert found.moves


def test_an_unanswered_new_question_is_asked_before_the_next_step() -> None:
    full = PLANS["months"].starts(BOOK)
    place = play(one_question_more(BOOK), Asked("stretch"), start=next(iter(full)))
    assert place.talk.stage == "screening"


def test_the_key_tells_apart_what_guards_tell_apart(taken: Taken) -> None:
    """Two places with one key, reached on two ways, take the same edges under the same moves."""
    chance = random.Random(1)
    pairs = [(found.places[name], twin) for found in map(walked, PLANS) for name, twin in found.twins.items()]
    assert len(pairs) > 200
    for first, second in chance.sample(pairs, 50):
        assert _edges(first, taken) == _edges(second, taken), "\n".join([*first.way, "--- and", *second.way])


def _edges(place: Place, taken: Taken) -> dict[str, int]:
    edges = {}
    for move in moves(place.ledger, place.talk, FULL):
        if move.event is None:
            continue
        go(place, move, BOOK)
        name = f"{move.event.ask}={move.event.choice}" if isinstance(move.event, Tapped) else str(move.event)
        edges[f"{name} {move.name}"] = taken.last
    return edges


def test_every_field_is_in_the_key_or_known_to_be_unseen() -> None:
    """A new field must be added to one of both, or places would be merged that are not the same."""
    with open(key.__code__.co_filename, encoding="utf-8") as file:
        words = file.read()
    assert [
        each.name for each in fields(Conversation) if f".{each.name}" not in words and each.name not in UNSEEN
    ] == []


def test_every_edge_is_taken(taken: Taken) -> None:
    anything_anywhere()
    assert sum(taken.times.values()) > 10_000, "the listener heard nothing"
    assert taken.never() == []


def test_the_table_is_total() -> None:
    assert missing_edges() == []
