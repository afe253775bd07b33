"""Who, when, whether: what turns a word of danger into a harmless one.

A text is cut into segments where the thought turns ("but", "and now", the end of a sentence). Inside a segment a "no"
takes back what follows it, up to the next subject ("no, my leg is numb" is not a no to numbness). Some noes are the
symptom itself ("no feeling", "can't pee"); these are phrases of their own in words.toml and never count as a no. A
segment may as a whole be away from here and now: a hypothesis, a question for information, the past, another person
far away, a story, an improvement.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from flows.watching import levels, words
from flows.watching.letters import STOPS
from flows.watching.words import Tag

AWAY = frozenset({"if", "info", "past", "better", "story", "far"})
"""Ways in which a whole segment can be away from here and now."""

_SUBJECTS = frozenset(
    "i im ive my mine its it he she hes shes they theyre we you youre there theres the this that these both".split()
)
_SPEAKERS = frozenset("i im ive it its he she hes shes they theyre we you youre there".split())
_JOIN = frozenset({"or", "nor", "and", "any"})
_REFUSALS = frozenset({"no", "nope"})
_COURTESY = frozenset("please now just so ok okay then thanks it this here sir lets i".split())
"""Words that change nothing when they stand beside "stop"."""
_ENDED = STOPS - {"?"}
_CLAUSES = STOPS | {",", ":", "-"}
_CALLED = frozenset("mate man guys buddy friend lady dude mates friends".split())
"""Words by which someone may be spoken to: a person only after "my", "a", "his" ..."""
_OWNERS = frozenset("my a an the his her our their your this that some one old".split())
_NOT_LIMIT = 5
"""Words between a "no" and what it takes back, at most."""
_LIST_LIMIT = 10
"""Things that one "no" takes back, at most."""
_GRAMMAR = frozenset({"not", "not_after", "but", "near", "person", "me", *AWAY})


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing said: what, where in the tokens, in which segment, and whether a "no" took it back."""

    what: str
    start: int
    end: int
    segment: int
    denied: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The meanings of a text, and for each segment the ways in which it is away from here and now."""

    meanings: tuple[Meaning, ...]
    away: tuple[frozenset[str], ...]
    marks: tuple[str, ...]
    """For each token, how far it is taken back or moved away, as one sign: "" (said as it is), or a sign of MARKS."""


MARKS = (("?", frozenset({"if", "info"})), ("%", frozenset({"past", "better", "story"})), ("@", frozenset({"far"})))
DENIED = "~"


def parse(tokens: list[str]) -> Reading:
    """Meanings of the tokens with denial and segments worked out."""
    tags = sorted([*words.tags(tokens), *levels.tags(tokens)], key=lambda tag: tag.start)
    cuts = _cuts(tokens, tags)
    denied = _denied(tokens, tags)
    meanings = []
    for number, tag in enumerate(tags):
        segment = _segment(cuts, tag.start)
        alone = ("stop_alone",) if "stop" in tag.means and _stands_alone(tokens, tag) else ()
        means = (*tag.means, *alone)
        meanings += [Meaning(what, tag.start, tag.end, segment, number in denied) for what in means]
    grouped: list[list[Meaning]] = [[] for _ in range(len(cuts) + 1)]
    for meaning in meanings:
        grouped[meaning.segment].append(meaning)
    bounds = [0, *cuts, len(tokens)]
    away = [_away(tokens, here, bounds[at : at + 2]) for at, here in enumerate(grouped)]
    return Reading(tuple(meanings), tuple(away), _marks(tokens, tags, cuts, denied, away))


def _marks(
    tokens: list[str], tags: list[Tag], cuts: list[int], denied: dict[int, int], away: list[frozenset[str]]
) -> tuple[str, ...]:
    signs = [next((sign for sign, ways in MARKS if ways & moved), "") for moved in away]
    out = [signs[_segment(cuts, at)] for at in range(len(tokens))]
    spans = [(start, tags[number].end) for number, start in denied.items()]
    spans += [(tag.start, tag.end) for tag in tags if "calm" in tag.means]
    for start, end in spans:
        out[start:end] = [DENIED] * (end - start)
    return tuple(out)


def _cuts(tokens: list[str], tags: list[Tag]) -> list[int]:
    """Token positions at which a new segment starts."""
    cuts = {at + 1 for at, token in enumerate(tokens) if token in STOPS}
    cuts |= {tag.start for tag in tags if "but" in tag.means}
    return sorted(cut for cut in cuts if 0 < cut < len(tokens))


def _segment(cuts: list[int], at: int) -> int:
    return bisect_right(cuts, at)


def _denied(tokens: list[str], tags: list[Tag]) -> dict[int, int]:
    """The numbers of the tags that a "no" took back, each with the place where that "no" (or the one before) ends."""
    out: dict[int, int] = {}
    for number, tag in enumerate(tags):
        if "not" in tag.means:
            last = tag.start
            for taken in _scope(tokens, tags, number):
                out[taken] = max(last, out.get(taken, 0))
                last = tags[taken].end
        if {"not", "not_after"} & set(tag.means) and _closes(tokens, tag.end) and number:
            before = tags[number - 1]
            if tag.start - before.end <= 1 and tokens[tag.start - 1] not in _ENDED:
                out[number - 1] = before.start
    return out


def _stands_alone(tokens: list[str], tag: Tag) -> bool:
    """Whether nothing else is said between two marks ("my bus is here, stop please")."""
    start, end = tag.start, tag.end
    while start and tokens[start - 1] in _COURTESY:
        start -= 1
    while end < len(tokens) and tokens[end] in _COURTESY:
        end += 1
    return (not start or tokens[start - 1] in _CLAUSES) and (end == len(tokens) or tokens[end] in _CLAUSES)


def _closes(tokens: list[str], at: int) -> bool:
    return at >= len(tokens) or tokens[at] in STOPS or tokens[at] == ","


def _scope(tokens: list[str], tags: list[Tag], number: int) -> list[int]:
    """Which of the following tags the "no" at `number` takes back."""
    out: list[int] = []
    end = tags[number].end
    for later in range(number + 1, min(len(tags), number + 1 + _LIST_LIMIT)):
        tag = tags[later]
        between = tokens[end : tag.start]
        if {"but", "not"} & set(tag.means) or len(between) > _NOT_LIMIT:
            break  # another "no" takes back what follows by itself
        if _breaks(between, bool(out), tokens, tag.start):
            break
        if tokens[tags[number].start] in _REFUSALS and len(between) < 2 and {"stop", "stop_say"} & set(tag.means):
            break  # "no stop", "nope, enough": a no to going on
        out.append(later)
        end = tag.end
    return out


def _breaks(between: list[str], listing: bool, tokens: list[str], at: int) -> bool:
    """Whether the words between a "no" and a meaning end what the "no" reaches."""
    if any(word in STOPS or word == ":" for word in between):
        return True
    if "," in between:
        return not (listing and len(between) <= 2 and "or" in tokens[at : at + 8])
    if listing:
        return bool(_SPEAKERS & set(between)) or (not _JOIN & set(between) and len(between) > 1)
    return any(word in _SUBJECTS for word in between)


def _away(tokens: list[str], here: list[Meaning], bounds: list[int]) -> frozenset[str]:
    """The ways in which the segment with the meanings `here` is away from here and now."""
    out = {meaning.what for meaning in here if meaning.what in AWAY and not meaning.denied}
    if any(meaning.what == "fall_level" for meaning in here):
        out.add("better")
    people = [meaning for meaning in here if meaning.what == "person" and not _called(tokens, meaning)]
    if people and not _about_me(tokens, here, people, bounds[1]):
        out.add("far")
    return frozenset(out)


def _called(tokens: list[str], person: Meaning) -> bool:
    """Whether the word for a person only calls the one who reads ("it won't come out, mate")."""
    return tokens[person.start] in _CALLED and (not person.start or tokens[person.start - 1] not in _OWNERS)


def _about_me(tokens: list[str], here: list[Meaning], people: list[Meaning], end: int) -> bool:
    """Whether something in the segment is near, or turns back to the one who writes after naming another person."""
    start = people[0].start
    if any(meaning.what == "near" or (meaning.what == "me" and meaning.start > start) for meaning in here):
        return True
    owned = {person.start - 1 for person in people}
    return any(tokens[at] == "my" and at not in owned for at in range(start + 1, end))
