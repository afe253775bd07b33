"""A letter says the same after it was kept; what is no letter is refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from bot import letters
from bot.engine import decision
from flows import book
from flows.effects import Button, Card, Kind, Look, Say
from tests.bot.talks import MORNING, TO_RINGING

TEXT = st.text(max_size=30)
BUTTONS = st.builds(Button, words=TEXT, ask=TEXT, choice=TEXT, look=st.sampled_from(Look))
ROWS = st.lists(st.lists(BUTTONS, max_size=3).map(tuple), max_size=3).map(tuple)
CARDS = st.builds(Card, text=TEXT, title=TEXT, rows=ROWS, picture=TEXT)
OTHERS = {
    "card": CARDS, "kind": st.sampled_from(Kind), "expires": st.none(), "settled": st.none() | CARDS,
}  # fmt: skip
SAYS = st.builds(Say, **{
    each.name: OTHERS.get(each.name, {"int": st.integers(0, 2**53), "bool": st.booleans()}.get(str(each.type), TEXT))
    for each in fields(Say)
})  # fmt: skip
"""Any Say. A field that a later version adds is tried too; what it holds is told by its type."""


@given(SAYS)
def test_a_letter_comes_back_as_it_was_written(say: Say) -> None:
    assert letters.read(letters.write(say)) == say


@given(SAYS)
def test_a_letter_is_text_that_any_store_takes(say: Say) -> None:
    assert letters.write(say).isascii()


def test_lone_surrogates_pass() -> None:
    say = Say(Card("\ud83d", "\udfff"))
    assert letters.read(letters.write(say)) == say


def test_the_store_keeps_the_expiry_and_not_the_letter() -> None:
    say = Say(Card("hello"), expires=datetime(2026, 11, 23, tzinfo=UTC))
    assert letters.read(letters.write(say)) == evolve(say, expires=None)


def test_every_letter_of_a_conversation_comes_back() -> None:
    text, seen = None, 0
    for event in TO_RINGING:
        found = decision(text, event, book.load(), MORNING)
        text = found.conversation
        for letter in found.letters:
            assert letters.write(letters.read(letter.body)) == letter.body
            seen += 1
    assert seen > len(TO_RINGING)


WHOLE = json.loads(letters.write(Say(Card("hello", rows=((Button("No", "ask", "no"),),)))))
LATER = ("silent",)
"""What a letter of an earlier version does not have."""
NONSENSE = [
    "", "hello", "null", "true", "7", "[]", '"text"', "{}", '{"card":null}', '{"text":"hello"}',
    *(json.dumps({name: value for name, value in WHOLE.items() if name != left_out})
      for left_out in WHOLE if left_out not in LATER),
    json.dumps({**WHOLE, "kind": "telegram"}),
    json.dumps({**WHOLE, "card": {**WHOLE["card"], "rows": [["No"]]}}),
    json.dumps({**WHOLE, "card": {**WHOLE["card"], "rows": [[["No", "ask", "no", "pink"]]]}}),
    json.dumps({**WHOLE, "card": {**WHOLE["card"], "rows": 7}}),
]  # fmt: skip


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"letter|Expecting|kind|Kind|Look|unpack"):
        letters.read(body)


def test_a_letter_of_an_earlier_version_is_read() -> None:
    older = {name: value for name, value in WHOLE.items() if name not in LATER}
    assert letters.write(letters.read(json.dumps(older))) == json.dumps(WHOLE, separators=(",", ":"))
