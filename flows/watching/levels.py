"""Numbers that say how much it hurts: "8/10", "pain is nine", "from 2 to 5", "4 before, 2 after".

A number alone is an answer to a question and means nothing here; a number is a level only with a word beside it that
makes it one. From a level of 8 the pain counts as severe, and a rise of 2 points is more than a slip of the scale
(S48, S52).
"""

from __future__ import annotations

from itertools import pairwise

from flows.watching.words import Tag

SEVERE = 8
REAL_RISE = 2
STEEP_RISE = 4

_WORDS = {
    word: value
    for value, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_CUES = frozenset("pain hurts hurt hurting level score ache pains".split())
_LINKS = frozenset("is at now a an about like of level score was to - : its around maybe almost up".split())
_AFTER = frozenset(
    "am pm oclock minutes minute min mins hours hour day days weeks times reps steps years year seconds sec "
    "step stretches stretch reminders sessions people of percent kg km".split()
)
_GUESSES = frozenset("about like maybe around roughly probably to at its is say now".split())
_AFTER_LEVEL = frozenset(". , ! ? ; now if tbh right honestly at and but".split())
_THEN = frozenset("to now then today after -".split())


def number(token: str) -> float | None:
    """The value of a number token ("8", "8.5", "eight"), else None."""
    if token in _WORDS:
        return float(_WORDS[token])
    if len(token) <= 4 and token.replace(".", "", 1).isdigit() and token[0].isdigit():
        return float(token.rstrip("."))
    return None


def tags(tokens: list[str]) -> list[Tag]:
    """Levels and changes of level in the tokens: level_high, level_mid, level_low, rise, rise_steep, fall_level."""
    numbers = [(at, value) for at, token in enumerate(tokens) if (value := number(token)) is not None]
    out = [change for pair in pairwise(numbers) if (change := _change(tokens, *pair))]
    taken = {at for tag in out for at in range(tag.start, tag.end)}
    out += [tag for at, value in numbers if at not in taken and (tag := _level(tokens, at, value))]
    return sorted(out, key=lambda tag: tag.start)


def _change(tokens: list[str], first: tuple[int, float], second: tuple[int, float]) -> Tag | None:
    (at, low), (later, high) = first, second
    between, before = tokens[at + 1 : later], tokens[max(0, at - 2) : at]
    if later - at > 6 or max(low, high) > 10 or set(tokens[later + 1 : later + 2]) & _AFTER:
        return None
    started = {"from", "was", "started", "were", "jumped", "went", "down", "up"} & set(before)
    then = _THEN & set(between)
    if not (started and then) and "before" not in between and not ("was" in before and "now" in between):
        return None
    rise = high - low
    name = "fall_level" if rise <= 0 else "rise_steep" if rise >= STEEP_RISE or high >= SEVERE else "rise"
    return Tag(at, later + 1, (name,))


def _level(tokens: list[str], at: int, value: float) -> Tag | None:
    after = tokens[at + 1 : at + 4]
    if after[:2] == ["out", "of"] and len(after) == 3 and number(after[2]) == 10:
        return Tag(at, at + 4, (_name(value),))
    if value > 10 or set(after[:1]) & _AFTER:
        return None
    back = at - 1
    while back >= 0 and tokens[back] in _LINKS and at - back <= 4:
        back -= 1
    if back >= 0 and tokens[back] in _CUES:
        return Tag(at, at + 1, (_name(value),))
    return Tag(at, at + 1, (_name(value),)) if _guessed(tokens, at) else None


def _guessed(tokens: list[str], at: int) -> bool:
    """Whether the number is said as people put a figure on pain ("about a 9.5", "it has gone up to a 5")."""
    if at < 2 or tokens[at - 1] not in ("a", "an"):
        return False
    return tokens[at - 2] in _GUESSES and not set(tokens[at + 1 : at + 2]) - _AFTER_LEVEL


def _name(value: float) -> str:
    return "level_high" if value >= SEVERE else "level_mid" if value >= 4 else "level_low"
