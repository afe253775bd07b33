"""What turns a word of danger into a harmless one, and what does not."""

from __future__ import annotations

import pytest

from flows import watch
from flows.watching import features, grammar, letters, rules, words

SAID = [
    ("no feeling in my legs", "emergency"),
    ("I can't pee", "emergency"),
    ("pain is gone, but I cannot pee", "emergency"),
    ("no, my legs are numb", "emergency"),
    ("My dad had a stroke. I can't feel my legs", "emergency"),
    ("is it ok that my legs went numb?", "emergency"),
    ("lol so my legs are both numb now 😂", "emergency"),
    ("I can no longer feel my legs", "emergency"),
    ("I can't feel my legs anymore", "emergency"),
    ("not able to pee since yesterday", "emergency"),
    ("from 2 to 8", "urgent"),
    ("pain was 2 now 5", "pain_stop"),
    ("no no no it hurts", "pain_stop"),
    ("not comfy", "pain_stop"),
    ("no, stop", "stop_request"),
    ("no no no that stings", "pain_stop"),
    ("the pain has gone, just that I can't seem to pee", "emergency"),
    ("it won't come out when I pee, mate", "emergency"),
    ("everything is fine, stop please", "stop_request"),
    ("blurred vision? no", "benign"),
    ("no more numbness", "benign"),
    ("no tingling in my legs", "benign"),
    ("no weakness, tingling or numbness", "benign"),
    ("what if my legs go numb", "benign"),
    ("my dad had a stroke in 2010", "benign"),
    ("I had a car accident ten years ago", "benign"),
    ("in the movie he can't feel his legs", "benign"),
    ("the numbness is gone", "benign"),
    ("I can't feel any pain", "benign"),
    ("pain was 6 now 3", "benign"),
    ("don't stop", "benign"),
    ("It was awful. The movie, not the stretch.", "benign"),
    ("I hit my head. On the low lamp, years ago.", "benign"),
]


@pytest.mark.parametrize(("text", "label"), SAID)
def test_grammar_decides(text: str, label: str) -> None:
    assert watch.read(text) == label, watch.explain(text)


def parsed(text: str) -> tuple[list[str], grammar.Reading]:
    tokens = words.read(letters.fold(text))
    return tokens, grammar.parse(tokens)


@pytest.mark.parametrize("text", ["my pain went from 6 to 2", "pain 1"])
def test_a_meaning_that_cancels_a_rule_cancels_it(text: str) -> None:
    _, read = parsed(text)
    assert "pain" in {meaning.what for meaning in read.meanings}
    assert "pain" not in {rule.id for rule in rules.fired(read)}
    assert "pain" in {rule.id for rule in rules.fired(parsed("pain 7")[1])}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("stop.\nnow", ["stop", ".", "now"]),
        ("a,\nb", ["a", ",", "b"]),
        ("legs\n\nnumb\n", ["legs", ";", "numb"]),
        ("stop...!!\n", ["stop", ".", "!"]),
    ],
)
def test_a_new_line_ends_a_thought_only_where_no_mark_did(text: str, tokens: list[str]) -> None:
    assert letters.tokens(letters.fold(text)) == tokens


def test_a_word_carries_every_meaning_it_stands_in() -> None:
    tokens, read = parsed("it was a 3 now its a 5")
    assert features.meant(len(tokens), read)[tokens.index("now")] == ("rise", "but", "near", "recent")
