"""All that is held of one person, and letters that leave no trace: asked of every store."""

from __future__ import annotations

from storage.store import Decision, Held, Letter, Posted, Store, Waiting, Wake
from tests.storage.samples import ANN, BOB, DAY, HOUR, NOON, Turns

LATER, SOON = Wake("reminder", NOON + DAY), Wake("help", NOON + HOUR)


async def test_everything_of_one_person_is_told_and_nothing_of_another(store: Store) -> None:
    turns = Turns(store)
    letters = (Letter("one"), Letter("two", "reminder", True, NOON + DAY), Letter("three"))
    await turns.keep(Decision("talk", letters, (LATER, SOON)))
    await turns.keep(Decision("other", (Letter("four"),), (SOON,)), BOB)
    first, _, last = (await store.held(ANN)).letters
    await store.claim(first.id)
    await store.sent(first.id, "reference")
    await store.claim(last.id)
    second = Waiting(first.id + 1, ANN, "two", "reminder", True, NOON + DAY)
    told = Held(ANN, "talk", (second, last), (SOON, LATER), (Posted("sent", "reference", NOON),))
    assert await store.held(ANN) == told


async def test_nothing_is_held_of_a_stranger(store: Store) -> None:
    assert await store.held(ANN) == Held(ANN, None)


async def test_nothing_is_held_of_who_was_forgotten_but_the_goodbye(store: Store) -> None:
    turns = Turns(store)
    await turns.keep(Decision("talk", (Letter("one"),), (SOON,)))
    await turns.keep(Decision(None, (Letter("goodbye"),), forget=True))
    (goodbye,) = (await store.held(ANN)).letters
    assert await store.held(ANN) == Held(ANN, None, (goodbye,))
    await store.claim(goodbye.id)
    await store.sent(goodbye.id, "reference")
    assert await store.held(ANN) == Held(ANN, None)


async def test_a_traceless_letter_arrives_behind_the_goodbye_and_nothing_of_it_stays(store: Store) -> None:
    turns = Turns(store)
    await turns.keep(Decision(None, (Letter("goodbye"),), forget=True))
    await turns.keep(Decision(None, (Letter("nothing here"),), traceless=True))
    bodies = []
    while waiting := await store.waiting(NOON):
        bodies.append(waiting[0].body)
        await store.claim(waiting[0].id)
        await store.sent(waiting[0].id, "reference")
    assert bodies == ["goodbye", "nothing here"]
    assert await store.held(ANN) == Held(ANN, None)
