"""The same suite, second half: the life of a letter, hush and forget, in every store."""

from __future__ import annotations

import pytest

from storage.errors import LimitBroken
from storage.limits import NAME
from storage.store import Behind, Decision, Failed, Kept, Letter, Store, Turn, Waiting, Wake
from tests.storage.samples import ANN, BOB, DAY, HOUR, NOON, Turns, always, append, bodies, claim_first, letters

REMINDER = letters("time to stretch", cause="reminder", once=True)


@pytest.fixture
def turns(store: Store) -> Turns:
    return Turns(store)


async def test_a_letter_waits_as_it_was_kept(store: Store, turns: Turns) -> None:
    await turns.keep(letters("hello", cause="reminder", once=True, expires=NOON + HOUR))
    (letter,) = await store.waiting(NOON)
    assert letter == Waiting(letter.id, ANN, "hello", "reminder", True, NOON + HOUR)


async def test_letters_of_one_person_leave_in_order_one_at_a_time(store: Store, turns: Turns) -> None:
    await turns.keep(letters("1", "2"))
    await turns.keep(letters("3"))
    gone = []
    while offered := await store.waiting(NOON):
        assert len(offered) == 1
        assert await store.claim(offered[0].id)
        assert await store.waiting(NOON) == []
        await store.sent(offered[0].id)
        gone += bodies(offered)
    assert gone == ["1", "2", "3"]


async def test_people_wait_side_by_side_the_oldest_letter_first(store: Store, turns: Turns) -> None:
    await turns.keep(letters("b1", "b2"), BOB)
    await turns.keep(letters("a1"), ANN)
    assert bodies(await store.waiting(NOON)) == ["b1", "a1"]
    assert bodies(await store.waiting(NOON, limit=1)) == ["b1"]
    await claim_first(store)
    assert bodies(await store.waiting(NOON)) == ["a1"]


async def test_a_letter_is_claimed_once(store: Store, turns: Turns) -> None:
    await turns.keep(letters("hello"))
    number = await claim_first(store)
    assert not await store.claim(number)
    assert not await store.claim(number + 1000)


async def test_no_second_letter_of_a_person_is_claimed_while_one_is_in_flight(store: Store, turns: Turns) -> None:
    await turns.keep(letters("1", "2"))
    number = await claim_first(store)
    assert not await store.claim(number + 1)
    await store.sent(number)
    assert await store.claim(number + 1)


async def test_nothing_older_is_offered_while_a_later_letter_is_in_flight(store: Store, turns: Turns) -> None:
    await turns.keep(letters("1", "2"))
    (first,) = await store.waiting(NOON)
    assert await store.claim(first.id + 1)
    assert await store.waiting(NOON) == []


async def test_a_letter_that_came_back_waits_at_its_old_place(store: Store, turns: Turns) -> None:
    await turns.keep(letters("1", "2", once=True))
    await store.back(await claim_first(store))
    assert bodies(await store.waiting(NOON)) == ["1"]


@pytest.mark.parametrize("fate", ["sent", "bury"])
async def test_a_letter_whose_fate_is_known_is_gone(store: Store, turns: Turns, fate: str) -> None:
    await turns.keep(letters("hello"))
    number = await claim_first(store)
    await (store.sent(number) if fate == "sent" else store.bury(number, "blocked"))
    await store.back(number)
    assert not await store.claim(number)
    assert await store.waiting(NOON) == []


async def test_a_waiting_letter_can_be_buried(store: Store, turns: Turns) -> None:
    await turns.keep(letters("1", "2"))
    await store.bury((await store.waiting(NOON))[0].id, "blocked")
    assert bodies(await store.waiting(NOON)) == ["2"]


async def test_fates_of_letters_nobody_knows_change_nothing(store: Store, turns: Turns) -> None:
    await turns.keep(letters("hello"))
    await store.sent(1000)
    await store.back(1000)
    await store.bury(1000, "blocked")
    assert bodies(await store.waiting(NOON)) == ["hello"]


async def test_an_expired_letter_is_dropped_and_the_next_one_offered(store: Store, turns: Turns) -> None:
    await turns.keep(letters("old", expires=NOON + HOUR))
    await turns.keep(letters("new"))
    (old,) = await store.waiting(NOON)
    assert bodies(await store.waiting(NOON + HOUR)) == ["new"]
    assert not await store.claim(old.id)


async def test_a_letter_in_flight_does_not_expire(store: Store, turns: Turns) -> None:
    await turns.keep(letters("hello", expires=NOON + HOUR))
    number = await claim_first(store)
    assert await store.waiting(NOON + DAY) == []
    await store.back(number)
    assert bodies(await store.waiting(NOON)) == ["hello"]


async def test_the_newest_reference_is_remembered(store: Store, turns: Turns) -> None:
    assert await store.reference(ANN) == ""
    await turns.keep(letters("1", "2", "3"))
    for reference in ("message 10", "message 11", ""):
        await store.sent(await claim_first(store), reference)
    assert await store.reference(ANN) == "message 11"
    assert await store.reference(BOB) == ""


async def test_prune_drops_what_is_left_of_letters_after_thirty_days(store: Store, turns: Turns) -> None:
    await turns.keep(letters("1"))
    await store.sent(await claim_first(store), "message 10")
    await store.prune(NOON + 30 * DAY)
    assert await store.reference(ANN) == "message 10"
    await store.prune(NOON + 30 * DAY + HOUR)
    assert await store.reference(ANN) == ""


async def test_prune_leaves_letters_that_wait_and_conversations(store: Store, turns: Turns) -> None:
    await turns.keep(Decision("mine", (Letter("hello"),), (Wake("w", NOON + DAY),)))
    await store.prune(NOON + 365 * DAY)
    assert bodies(await store.waiting(NOON)) == ["hello"]
    assert await store.read(ANN) == "mine"
    assert await store.next_wake() == NOON + DAY


async def test_a_reason_or_reference_that_cannot_be_kept_is_refused(store: Store, turns: Turns) -> None:
    await turns.keep(letters("hello"))
    number = await claim_first(store)
    with pytest.raises(LimitBroken):
        await store.bury(number, "x" * (NAME + 1))
    with pytest.raises(LimitBroken):
        await store.sent(number, "\ud800")
    await store.back(number)
    assert bodies(await store.waiting(NOON)) == ["hello"]


# Hush


async def test_hush_removes_the_letters_a_wake_up_caused_and_no_other(store: Store, turns: Turns) -> None:
    await turns.keep(letters("other", cause="check"))
    await turns.keep(REMINDER)
    await turns.keep(letters("answer"))
    await turns.keep(Decision(None, hush=("reminder",)))
    assert await drain(store) == ["other", "answer"]


async def test_hush_comes_before_the_letters_of_the_same_decision(store: Store, turns: Turns) -> None:
    await turns.keep(letters("old", cause="reminder"))
    await turns.keep(Decision(None, (Letter("new", "reminder"),), hush=("reminder",)))
    assert await drain(store) == ["new"]


async def test_a_hushed_letter_can_no_longer_be_claimed(store: Store, turns: Turns) -> None:
    await turns.keep(REMINDER)
    (letter,) = await store.waiting(NOON)
    await turns.keep(Decision(None, hush=("reminder",)))
    assert not await store.claim(letter.id)


async def test_after_a_stop_the_confirmation_waits_behind_the_reminder_on_the_wire(store: Store, turns: Turns) -> None:
    await turns.keep(REMINDER)
    number = await claim_first(store)
    await turns.keep(Decision(None, (Letter("stopped"),), hush=("reminder",)))
    assert await store.waiting(NOON) == []
    await store.sent(number)
    assert bodies(await store.waiting(NOON)) == ["stopped"]


async def test_a_reminder_hushed_on_the_wire_is_not_tried_again(store: Store, turns: Turns) -> None:
    await turns.keep(REMINDER)
    number = await claim_first(store)
    await turns.keep(Decision(None, (Letter("stopped"),), hush=("reminder",)))
    await store.back(number)
    assert await drain(store) == ["stopped"]


# Forget


async def test_forget_removes_everything_and_keeps_the_goodbye(store: Store, turns: Turns) -> None:
    await turns.keep(Decision("mine", (Letter("1"), Letter("2")), (Wake("w", NOON),)))
    await store.sent(await claim_first(store), "message 10")
    await turns.keep(Decision("ignored", (Letter("goodbye"),), (Wake("ignored", NOON),), forget=True))
    assert await store.read(ANN) is None
    assert await store.due(NOON + DAY) == []
    assert await store.reference(ANN) == ""
    assert await drain(store) == ["goodbye"]


async def test_the_key_of_a_forgotten_turn_stays_handled(store: Store, turns: Turns) -> None:
    turn = turns.new()
    goodbye = always(Decision(None, (Letter("goodbye"),), forget=True))
    await store.keep([turn], goodbye, NOON)
    await store.keep([turn], goodbye, NOON)
    assert await drain(store) == ["goodbye"]


@pytest.mark.parametrize("fate", ["sent", "back", "bury"])
async def test_the_goodbye_waits_for_the_letter_on_the_wire(store: Store, turns: Turns, fate: str) -> None:
    await turns.keep(letters("private"))
    number = await claim_first(store)
    await turns.keep(Decision(None, (Letter("goodbye"),), forget=True))
    assert await store.waiting(NOON) == []
    await {"sent": store.sent, "back": store.back}[fate](number) if fate != "bury" else await store.bury(number, "x")
    assert await drain(store) == ["goodbye"]


async def test_of_a_goodbye_that_was_sent_nothing_is_left(store: Store, turns: Turns) -> None:
    await turns.keep(Decision(None, (Letter("goodbye"),), forget=True))
    await store.sent(await claim_first(store), "message 10")
    assert await store.reference(ANN) == ""


async def test_a_goodbye_that_came_back_waits_again(store: Store, turns: Turns) -> None:
    await turns.keep(Decision(None, (Letter("goodbye"),), forget=True))
    await store.back(await claim_first(store))
    assert bodies(await store.waiting(NOON)) == ["goodbye"]


async def test_who_was_forgotten_may_start_anew(store: Store, turns: Turns) -> None:
    await turns.keep(Decision("before", forget=True))
    await turns.keep(Decision("after", (Letter("welcome"),), (Wake("w", NOON),)))
    assert await store.read(ANN) == "after"
    assert await drain(store) == ["welcome"]
    assert await store.next_wake() == NOON


async def drain(store: Store) -> list[str]:
    """Sends all there is; the bodies in the order in which they left."""
    gone: list[str] = []
    while offered := await store.waiting(NOON):
        assert await store.claim(offered[0].id)
        await store.sent(offered[0].id)
        gone.append(offered[0].body)
    return gone


# Two lanes


PANELS = Decision(None, (Letter("panel 1", panel=True), Letter("panel 2", panel=True), Letter("note")))


async def take(store: Store, person: str = ANN, *, once: bool = False) -> list[str]:
    """Take and send until nothing more can be taken."""
    taken = []
    while letter := await store.take(person, NOON, once=once):
        assert await store.take(person, NOON, once=False) is await store.take(person, NOON, once=True) is None
        assert not await store.claim(letter.id)
        await store.sent(letter.id)
        taken.append(letter.body)
    return taken


async def test_an_answer_goes_before_a_reminder_that_waits(store: Store, turns: Turns) -> None:
    await turns.keep(REMINDER)
    await turns.keep(letters("answer 1", "answer 2"))
    assert await take(store, once=True) == []
    assert bodies(await store.waiting(NOON)) == ["answer 1"]
    assert await take(store) == ["answer 1", "answer 2"]
    assert await take(store, once=True) == ["time to stretch"]


async def test_an_answer_waits_for_the_reminder_on_the_wire(store: Store, turns: Turns) -> None:
    await turns.keep(REMINDER)
    reminder = await store.take(ANN, NOON, once=True)
    assert reminder is not None
    assert reminder == Waiting(reminder.id, ANN, "time to stretch", "reminder", True, None)
    await turns.keep(letters("answer"))
    assert await take(store) == []
    await store.sent(reminder.id)
    assert await take(store) == ["answer"]


async def test_a_lane_lists_its_letters_page_by_page(store: Store, turns: Turns) -> None:
    for number in range(5):
        await turns.keep(letters(f"{number}", once=number == 3), BOB if number == 1 else ANN)
    first = await store.lane(False, limit=2)
    assert [person for _, person in first] == [ANN, BOB]
    rest = await store.lane(False, after=first[-1][0])
    assert [person for _, person in rest] == [ANN, ANN]
    assert [person for _, person in await store.lane(True)] == [ANN]


async def test_a_panel_is_left_out_when_the_next_one_overtook_it(store: Store, turns: Turns) -> None:
    await turns.keep(PANELS)
    assert await take(store) == ["panel 2", "note"]
    await turns.keep(Decision(None, (Letter("panel", panel=True), Letter("note"), Letter("panel", panel=True))))
    assert await take(store) == ["panel", "note", "panel"]


async def test_a_panel_on_the_wire_is_not_overtaken(store: Store, turns: Turns) -> None:
    await turns.keep(Decision(None, (Letter("panel 1", panel=True),)))
    letter = await store.take(ANN, NOON, once=False)
    assert letter is not None
    await turns.keep(Decision(None, (Letter("panel 2", panel=True),)))
    await store.sent(letter.id)
    assert await take(store) == ["panel 2"]


async def test_taking_passes_over_what_is_late(store: Store, turns: Turns) -> None:
    await turns.keep(letters("late", expires=NOON))
    await turns.keep(letters("fresh", expires=NOON + HOUR))
    assert await take(store) == ["fresh"]


async def test_pruning_buries_what_nobody_came_for(store: Store, turns: Turns) -> None:
    await turns.keep(letters("late", once=True, expires=NOON))
    await turns.keep(letters("later", once=True, expires=NOON + HOUR))
    await store.prune(NOON)
    assert len(await store.lane(True)) == 1


async def test_a_recalled_letter_goes_and_its_wake_up_stays(store: Store, turns: Turns) -> None:
    wake = Wake("reminder", NOON + DAY)
    await turns.keep(Decision(None, (*REMINDER.letters, Letter("an answer")), (wake,)))
    await turns.keep(Decision(None, recall=("reminder",)))
    assert bodies(await store.waiting(NOON)) == ["an answer"]
    assert await store.due(NOON + DAY) == [(ANN, wake)]


async def test_a_recalled_letter_on_the_wire_is_not_tried_again(store: Store, turns: Turns) -> None:
    await turns.keep(REMINDER)
    number = await claim_first(store)
    await turns.keep(Decision(None, recall=("reminder",)))
    await store.back(number)
    assert await store.waiting(NOON) == []


async def test_all_that_waits_is_cancelled_together(store: Store, turns: Turns) -> None:
    await turns.keep(letters("on the wire"))
    number = await claim_first(store)
    await turns.keep(Decision(None, (Letter("1"), *REMINDER.letters), (Wake("reminder", NOON),)))
    await turns.keep(letters("other"), BOB)
    await turns.keep(Decision(None, (Letter("after"),), cancel=True))
    await store.back(number)
    assert bodies(await store.waiting(NOON)) == ["other", "after"]
    assert len(await store.due(NOON)) == 1


async def test_what_comes_after_a_turn_that_failed_is_not_looked_at(store: Store, turns: Turns) -> None:
    """Else the person's second tap would be taken before the first, once that one is tried again."""

    def decide(turn: Turn, conversation: str | None) -> Decision:
        if turn.key == "key 1":
            raise RuntimeError("a fault")
        return append(turn, conversation)

    group = [turns.new(), turns.new(), turns.new(BOB)]
    outcomes = await store.keep(group, decide, NOON)
    assert isinstance(outcomes[0], Failed)
    assert outcomes[1:] == [Behind(), Kept()]
    assert await store.keep(group[:2], append, NOON) == [Kept(), Kept()]
    assert await store.read(ANN) == "key 1;key 2;"
