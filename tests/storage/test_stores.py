"""One suite asked of every store: turns, conversations, wake-ups, letters are kept as the port says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.errors import LimitBroken, StoreClosed
from storage.limits import COUNT, NAME, TEXT
from storage.store import Decision, Failed, Kept, Letter, Seen, Store, Turn, Wake
from tests.storage.samples import ANN, BOB, DAY, HOUR, NOON, Turns, always, append, bodies, error_of, wakes

SOON = Wake("reminder", NOON + HOUR)


@pytest.fixture
def turns(store: Store) -> Turns:
    return Turns(store)


# Turns and conversations


async def test_a_conversation_is_kept_and_read_back(store: Store, turns: Turns) -> None:
    assert await store.read(ANN) is None
    assert await turns.keep(Decision("first")) == Kept()
    assert await store.read(ANN) == "first"


async def test_none_leaves_the_conversation_as_it_was(store: Store, turns: Turns) -> None:
    await turns.keep(Decision("first"))
    await turns.keep(Decision(None))
    assert await store.read(ANN) == "first"


async def test_decide_is_given_the_turn_and_the_conversation_as_last_kept(store: Store) -> None:
    turn = Turn(ANN, "k2")
    given: list[tuple[Turn, str | None]] = []

    def decide(turn: Turn, conversation: str | None) -> Decision:
        given.append((turn, conversation))
        return Decision(None)

    await store.keep([Turn(ANN, "k1")], append, NOON)
    await store.keep([turn, Turn(BOB, "k3")], decide, NOON)
    assert given == [(turn, "k1;"), (Turn(BOB, "k3"), None)]


async def test_a_key_is_handled_once(store: Store) -> None:
    assert await store.keep([Turn(ANN, "k")], append, NOON) == [Kept()]
    assert await store.keep([Turn(ANN, "k")], append, NOON) == [Seen()]
    assert await store.read(ANN) == "k;"


async def test_the_same_key_twice_in_one_group_is_seen_the_second_time(store: Store) -> None:
    assert await store.keep([Turn(ANN, "k"), Turn(ANN, "k")], append, NOON) == [Kept(), Seen()]
    assert await store.read(ANN) == "k;"


async def test_a_later_turn_of_a_group_sees_what_an_earlier_one_left(store: Store) -> None:
    await store.keep([Turn(ANN, "1"), Turn(BOB, "2"), Turn(ANN, "3")], append, NOON)
    assert await store.read(ANN) == "1;3;"
    assert await store.read(BOB) == "2;"


async def test_a_group_of_64_people_is_kept_in_order(store: Store) -> None:
    group = [Turn(f"telegram:{number}", f"k{number}") for number in range(64)]
    assert await store.keep(group, append, NOON) == [Kept()] * 64
    assert [await store.read(turn.person) for turn in group] == [f"{turn.key};" for turn in group]


async def test_an_empty_group_is_nothing(store: Store) -> None:
    assert await store.keep([], append, NOON) == []


async def test_a_turn_that_raises_fails_alone_and_may_come_again(store: Store) -> None:
    def decide(turn: Turn, conversation: str | None) -> Decision:
        if turn.key == "bad":
            raise KeyError("no such stretch")
        return append(turn, conversation)

    outcomes = await store.keep([Turn(ANN, "1"), Turn(ANN, "bad"), Turn(BOB, "2")], decide, NOON)
    assert [type(outcome) for outcome in outcomes] == [Kept, Failed, Kept]
    assert isinstance(error_of(outcomes[1]), KeyError)
    assert (await store.read(ANN), await store.read(BOB)) == ("1;", "2;")
    assert await store.keep([Turn(ANN, "bad")], append, NOON) == [Kept()]


async def test_a_failed_turn_leaves_no_letter_and_keeps_its_wake_up(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    late = Letter("x" * (TEXT + 1))
    poison = Decision("new", (Letter("fine"), late), (Wake("other", NOON),), hush=("reminder",))
    assert isinstance(error_of(await turns.keep(poison, wake=SOON)), LimitBroken)
    assert await store.read(ANN) is None
    assert await store.waiting(NOON) == []
    assert await store.due(NOON + DAY) == [(ANN, SOON)]


async def test_people_are_kept_apart(store: Store, turns: Turns) -> None:
    everything = Decision("mine", (Letter("hello", "reminder"),), (SOON,))
    await turns.keep(everything, ANN)
    await turns.keep(everything, BOB)
    await turns.keep(Decision("changed", hush=("reminder",)), ANN)
    await turns.keep(Decision(None, forget=True), ANN)
    assert await store.read(ANN) is None
    assert await store.read(BOB) == "mine"
    assert [letter.person for letter in await store.waiting(NOON)] == [BOB]
    assert await store.due(NOON + DAY) == [(BOB, SOON)]


async def test_set_aside_counts_the_key_as_handled(store: Store) -> None:
    await store.set_aside(Turn(ANN, "k"), "KeyError in screening", NOON)
    assert await store.keep([Turn(ANN, "k")], append, NOON) == [Seen()]
    assert await store.read(ANN) is None


async def test_set_aside_tells_the_person_once_whatever_became_of_the_conversation(store: Store) -> None:
    sorry = (Letter("sorry"),)
    await store.set_aside(Turn(ANN, "k"), "SealBroken", NOON, sorry)
    await store.set_aside(Turn(ANN, "k"), "SealBroken", NOON, sorry)
    assert [waiting.body for waiting in await store.waiting(NOON)] == ["sorry"]


async def test_set_aside_takes_the_wake_up_away(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    await store.set_aside(Turn(ANN, "k", SOON), "KeyError in screening", NOON)
    assert await store.due(NOON + DAY) == []


# What a store does not take


@pytest.mark.parametrize(
    "text", ["", "Grüß dich", "\0", "\ud800", "a\udfffb", "😀", "x" * TEXT], ids=lambda text: ascii(text[:8])
)
async def test_any_text_is_kept_as_it_is(store: Store, turns: Turns, text: str) -> None:
    assert await turns.keep(Decision(text, (Letter(text),))) == Kept()
    assert await store.read(ANN) == text
    assert bodies(await store.waiting(NOON)) == [text]


@pytest.mark.parametrize("name", ["k" * NAME, "ключ " * 40, "a'; DROP TABLE people; --", "\0", "😀" * NAME])
async def test_persons_keys_and_names_may_be_any_text_up_to_the_limit(store: Store, name: str) -> None:
    decision = Decision("mine", (Letter("hello", name),), (Wake(name, NOON),))
    assert await store.keep([Turn(name, name)], always(decision), NOON) == [Kept()]
    assert await store.keep([Turn(name, name)], always(decision), NOON) == [Seen()]
    assert await store.read(name) == "mine"
    assert await store.due(NOON) == [(name, Wake(name, NOON))]
    assert [(letter.person, letter.cause) for letter in await store.waiting(NOON)] == [(name, name)]


@pytest.mark.parametrize("name", ["", "k" * (NAME + 1), "\ud800"], ids=["empty", "long", "surrogate"])
async def test_a_turn_with_an_impossible_name_fails_alone(store: Store, name: str) -> None:
    for turn in (Turn(name, "k1"), Turn(ANN, name), Turn(ANN, "k2", Wake(name, NOON))):
        outcomes = await store.keep([turn, Turn(BOB, f"fine {turn!r}"[:NAME].replace("\ud800", ""))], append, NOON)
        assert isinstance(error_of(outcomes[0]), LimitBroken)
        assert outcomes[1] == Kept()


NAIVE = datetime(2026, 3, 1)  # noqa: DTZ001
BEYOND = datetime.max.replace(tzinfo=timezone(-HOUR))
REFUSED = {
    "long conversation": Decision("x" * (TEXT + 1)),
    "many letters": Decision(None, (Letter("x"),) * (COUNT + 1)),
    "many wakes": Decision(None, wakes=(SOON,) * (COUNT + 1)),
    "naive wake": Decision(None, wakes=(Wake("w", NAIVE),)),
    "wake beyond the calendar": Decision(None, wakes=(Wake("w", BEYOND),)),
    "naive expiry": Decision(None, (Letter("x", expires=NAIVE),)),
    "surrogate in a wake": Decision(None, wakes=(Wake("\ud800", NOON),)),
    "surrogate in a cause": Decision(None, (Letter("x", "\ud800"),)),
    "surrogate in a hush": Decision(None, hush=("\ud800",)),
    "no text": Decision(42),  # type: ignore[arg-type]
    "no decision": None,
}


@pytest.mark.parametrize("decision", REFUSED.values(), ids=REFUSED.keys())
async def test_a_decision_that_cannot_be_kept_fails_alone(store: Store, decision: Decision) -> None:
    def decide(turn: Turn, conversation: str | None) -> Decision:
        return decision if turn.person == ANN else append(turn, conversation)

    outcomes = await store.keep([Turn(ANN, "1"), Turn(BOB, "2")], decide, NOON)
    assert isinstance(error_of(outcomes[0]), LimitBroken)
    assert outcomes[1] == Kept()
    assert await store.waiting(NOON + DAY) == []
    assert await store.due(NOON + DAY) == []


# Wake-ups


async def test_a_wake_up_is_due_from_its_instant_on(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    assert await store.due(SOON.at - timedelta(microseconds=1)) == []
    assert await store.due(SOON.at) == [(ANN, SOON)]


async def test_wake_ups_come_by_instant_and_no_more_than_asked_for(store: Store, turns: Turns) -> None:
    for minutes, person in ((3, "c"), (1, "a"), (2, "b")):
        await turns.keep(wakes(Wake("w", NOON + timedelta(minutes=minutes))), person)
    assert [person for person, _ in await store.due(NOON + DAY)] == ["a", "b", "c"]
    assert [person for person, _ in await store.due(NOON + DAY, limit=2)] == ["a", "b"]


async def test_a_later_wake_up_of_the_same_name_takes_the_place_of_the_first(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON, Wake("other", NOON)))
    later = Wake("reminder", NOON + DAY)
    await turns.keep(wakes(later))
    assert await store.due(NOON + DAY) == [(ANN, Wake("other", NOON)), (ANN, later)]


async def test_the_next_wake_up_is_the_earliest_of_all(store: Store, turns: Turns) -> None:
    assert await store.next_wake() is None
    await turns.keep(wakes(Wake("a", NOON + DAY)), ANN)
    await turns.keep(wakes(SOON), BOB)
    assert await store.next_wake() == SOON.at


async def test_instants_come_back_exactly_and_in_utc(store: Store, turns: Turns) -> None:
    at = datetime(2026, 3, 29, 2, 30, 0, 123457, timezone(timedelta(hours=5, minutes=45)))
    await turns.keep(wakes(Wake("w", at)))
    ((_, wake),) = await store.due(at)
    assert wake.at == at
    assert wake.at.tzinfo is UTC


async def test_a_due_wake_up_is_handled_and_gone(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    assert await turns.keep(Decision("woken"), wake=SOON) == Kept()
    assert await store.due(NOON + DAY) == []
    assert await store.next_wake() is None


async def test_a_due_wake_up_may_set_itself_anew(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    tomorrow = Wake("reminder", SOON.at + DAY)
    assert await turns.keep(wakes(tomorrow), wake=SOON) == Kept()
    assert await store.due(NOON + 2 * DAY) == [(ANN, tomorrow)]


@pytest.mark.parametrize(
    "stale",
    [Wake("reminder", SOON.at + DAY), Wake("reminder", SOON.at - timedelta(microseconds=1)), Wake("other", SOON.at)],
)
async def test_a_wake_up_that_no_longer_stands_is_seen(store: Store, turns: Turns, stale: Wake) -> None:
    await turns.keep(wakes(SOON))
    assert await turns.keep(Decision("woken"), wake=stale) == Seen()
    assert await store.read(ANN) is None
    assert await store.due(NOON + DAY) == [(ANN, SOON)]


async def test_a_wake_up_of_somebody_else_does_not_stand(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON), BOB)
    assert await turns.keep(Decision("woken"), ANN, wake=SOON) == Seen()


async def test_a_wake_up_hushed_earlier_in_the_same_group_is_seen(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))

    def decide(turn: Turn, conversation: str | None) -> Decision:
        return Decision("stopped", hush=("reminder",)) if turn.wake is None else Decision("woken")

    assert await store.keep([turns.new(), turns.new(wake=SOON)], decide, NOON) == [Kept(), Seen()]
    assert await store.read(ANN) == "stopped"


async def test_a_wake_up_whose_key_was_handled_does_not_come_due_for_ever(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    woken = Turn(ANN, "woken", SOON)
    assert await store.keep([woken], always(wakes(SOON)), NOON) == [Kept()]  # sets the very same wake-up again
    assert await store.keep([woken], always(wakes(SOON)), NOON) == [Seen()]
    assert await store.due(NOON + DAY) == []


async def test_a_wake_up_is_compared_by_instant_not_by_zone(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    elsewhere = replace(SOON, at=SOON.at.astimezone(timezone(timedelta(hours=9))))
    assert await turns.keep(Decision(None), wake=elsewhere) == Kept()


async def test_hush_takes_wake_ups_away_by_name(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON, Wake("other", SOON.at)))
    await turns.keep(Decision(None, hush=("reminder", "never set")))
    assert await store.due(NOON + DAY) == [(ANN, Wake("other", SOON.at))]


async def test_hush_comes_before_the_wake_ups_of_the_same_decision(store: Store, turns: Turns) -> None:
    await turns.keep(wakes(SOON))
    later = Wake("reminder", NOON + DAY)
    await turns.keep(Decision(None, wakes=(later,), hush=("reminder",)))
    assert await store.due(NOON + DAY) == [(ANN, later)]


# Closing


async def test_a_closed_store_says_so_and_closes_twice(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreClosed):
        await store.keep([Turn(ANN, "k")], append, NOON)
    with pytest.raises(StoreClosed):
        await store.read(ANN)


async def test_a_cancelled_call_harms_nobody(store: Store) -> None:
    calls = [asyncio.ensure_future(store.keep([Turn(ANN, f"k{number}")], append, NOON)) for number in range(20)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    again = await store.keep([Turn(ANN, f"k{number}") for number in range(20)], append, NOON)
    kept = (await store.read(ANN) or "").split(";")[:-1]
    assert sorted(kept) == sorted(f"k{number}" for number in range(20))
    assert Failed not in {type(outcome) for outcome in again}
    async with asyncio.timeout(5):
        await store.close()


# What is counted


async def test_counts_are_kept_with_their_day_and_survive_the_person(store: Store, turns: Turns) -> None:
    assert await store.counts() == []
    await turns.keep(Decision("mine", counts=("stop_stretch", "hold")))
    await turns.keep(Decision(None, forget=True, counts=("later",)))
    today = NOON.date()
    assert sorted(await store.counts()) == [(today, "hold"), (today, "later"), (today, "stop_stretch")]


async def test_a_failed_turn_counts_nothing(store: Store, turns: Turns) -> None:
    assert isinstance(await turns.keep(Decision("x" * (TEXT + 1), counts=("stop",))), Failed)
    assert isinstance(await turns.keep(Decision(None, counts=("x" * (NAME + 1),))), Failed)
    assert isinstance(await turns.keep(Decision(None, counts=("x",) * (COUNT + 1))), Failed)
    assert await store.counts() == []


async def test_counts_are_dropped_after_24_months(store: Store, turns: Turns) -> None:
    await turns.keep(Decision(None, counts=("stop",)))
    await store.prune(NOON + 730 * DAY)
    assert len(await store.counts()) == 1
    await store.prune(NOON + 731 * DAY)
    assert await store.counts() == []


async def test_a_conversation_that_opens_is_not_laid_aside(store: Store, turns: Turns) -> None:
    await turns.keep(Decision("mine"))
    assert not await store.lay_aside(ANN, NOON)
    assert not await store.lay_aside(BOB, NOON)
    assert await store.read(ANN) == "mine"


# All wake-ups, page by page


async def test_all_wake_ups_come_page_by_page_in_their_order(store: Store, turns: Turns) -> None:
    people = [f"telegram:{number:03}" for number in range(30)]
    for number, person in enumerate(people):
        await turns.keep(Decision(None, wakes=(Wake("reminder", NOON + (number % 3) * HOUR),)), person)
    await turns.keep(Decision(None, wakes=tuple(Wake(f"w{n}", NOON) for n in range(4))), people[0])
    seen: list[tuple[str, Wake]] = []
    after = (NOON - DAY, "")
    while page := await store.coming(after, 3):
        seen += page
        after = (page[-1][1].at, page[-1][0])
    assert [(wake.at, person) for person, wake in seen] == sorted((wake.at, person) for person, wake in seen)
    assert len(seen) == len({(person, wake.name) for person, wake in seen}) == 34
    assert [person for person, _ in await store.coming((NOON, people[0]), 2)] == [people[3], people[6]]


async def test_a_mark_is_kept_in_place_of_the_last_one(store: Store) -> None:
    assert await store.mark("rules") == ""
    await store.set_mark("rules", "2026a")
    await store.set_mark("rules", "2026b")
    await store.set_mark("other", "x")
    assert (await store.mark("rules"), await store.mark("other")) == ("2026b", "x")


async def test_what_comes_up_is_counted_up_to_a_limit(store: Store, turns: Turns) -> None:
    for number in range(5):
        await turns.keep(wakes(Wake("w", NOON + number * HOUR)), f"telegram:{number}")
    assert await store.coming_up(NOON, NOON + 2 * HOUR, 100) == 2
    assert await store.coming_up(NOON, NOON + DAY, 3) == 3
