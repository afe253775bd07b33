"""From tokens to meanings: spelling, small words, phrases.

A phrase list alone misses what people write, so a phrase here is a set of spellings (a|b, optional words) that small
words may interrupt: "cant feel" also reads "can't really even feel". All phrases stand in one tree, walked once from
each token, so the time depends on the text and not on how many phrases there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Any

from flows.watching import data, letters

Tree = dict[str, Any]
_END = ""
_GAP = 3
"""At most this many small words inside a phrase, at one place."""
_LONGEST_PLAIN = 6
_LONG_ENOUGH = 4
"""Shorter words are too near to each other to be put right."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A run of tokens that means something: tokens[start:end] read as each of `means`."""

    start: int
    end: int
    means: tuple[str, ...]


@cache
def spelling() -> dict[str, tuple[str, ...]]:
    """Typed word -> meant words."""
    pairs: dict[str, str] = data.table("words.toml")["spelling"]
    joined = {
        "can not": "cant",
        "do not": "dont",
        "does not": "doesnt",
        "did not": "didnt",
        "is not": "isnt",
        "was not": "wasnt",
    }
    joined |= {"will not": "wont", "could not": "couldnt", "are not": "arent", "have not": "havent", "has not": "hasnt"}
    return {typed: tuple(meant.split()) for typed, meant in (pairs | joined).items()}


@cache
def small() -> frozenset[str]:
    """Words that may stand between the words of a phrase."""
    return frozenset(data.table("words.toml")["small"]["words"])


def spellings(phrase: str) -> list[tuple[str, ...]]:
    """Every way to say a phrase of the lexicon.

    >>> spellings("numb|dead (left) leg")
    [('numb', 'left', 'leg'), ('numb', 'leg'), ('dead', 'left', 'leg'), ('dead', 'leg')]
    """
    choices = [
        [*word.strip("()").split("|"), ""] if word.startswith("(") else word.split("|") for word in phrase.split()
    ]
    return [tuple(word for word in way if word) for way in product(*choices)]


@cache
def _plain() -> dict[str, str]:
    table: dict[str, list[str]] = data.table("words.toml")["plain"]
    return {message: label for label, messages in table.items() for message in messages}


def plain(tokens: list[str]) -> str:
    """The label of a whole message of everyday talk, or "" where there is more to read."""
    if len(tokens) > _LONGEST_PLAIN or ("!" in tokens and "help" in tokens):
        return ""
    return _plain().get(" ".join(token for token in tokens if token not in letters.MARKS), "")


@cache
def vocabulary() -> frozenset[str]:
    """Every word that stands in words.toml."""
    lists: dict[str, list[str]] = data.table("words.toml")["meaning"]
    return frozenset(
        word for phrases in lists.values() for phrase in phrases for way in spellings(phrase) for word in way
    )


@cache
def tree() -> Tree:
    """All phrases of words.toml; at the end of a phrase stands what it means."""
    root: Tree = {}
    meanings: dict[str, list[str]] = data.table("words.toml")["meaning"]
    for meaning, phrases in meanings.items():
        for phrase in phrases:
            for way in spellings(phrase):
                _plant(root, way, meaning)
    return root


def _plant(root: Tree, way: tuple[str, ...], meaning: str) -> None:
    node = root
    for word in way:
        node = node.setdefault(word, {})
    means: tuple[str, ...] = node.get(_END, ())
    if meaning not in means:
        node[_END] = (*means, meaning)


def read(folded: str) -> list[str]:
    """Tokens of a folded text, with typed short forms spelled out."""
    return meant(letters.tokens(folded))


def meant(tokens: list[str]) -> list[str]:
    """The tokens that were meant by those that were typed."""
    known = spelling()
    out: list[str] = []
    for token in tokens:
        if out and token in ("not", "nt") and f"{out[-1]} not" in known:
            out[-1:] = known[f"{out[-1]} not"]
        else:
            out.extend(known.get(token) or (known_word(token),))
        for size in (3, 2):
            if tuple(out[-size:]) in _UNABLE:
                out[-size:] = ["cant"]
    return out


_UNABLE = frozenset(
    {
        ("can", "no", "longer"),
        ("no", "longer", "can"),
        ("not", "able", "to"),
        ("unable", "to"),
        ("cant", "seem", "to"),
        ("can", "hardly"),
        ("can", "barely"),
    }
)
"""Other ways to say "can't"."""


@cache
def english() -> frozenset[str]:
    """Common English words: right as they stand, never taken for a slip."""
    return frozenset(data.raw("english.txt").decode("utf-8").split())


@lru_cache(maxsize=8192)
def known_word(token: str) -> str:
    """The token, or the word of the lexicon it most likely was meant to be.

    Drawn-out letters are shortened and one slip of the finger is undone; a common English word is never touched.
    """
    known = vocabulary()
    if len(token) < 3 or token in known or token in english() or not token.isalpha():
        return token
    short = "".join(sign for sign, before in zip(token, " " + token, strict=False) if sign != before)
    for word in (token.rstrip(token[-1]) + token[-1], short):
        if word in known:
            return word
    return _unslip(token)


@cache
def _slips() -> dict[str, tuple[str, ...]]:
    """Words of the lexicon by what is left when one letter is left out."""
    out: dict[str, tuple[str, ...]] = {}
    for word in sorted(vocabulary()):
        if len(word) >= _LONG_ENOUGH:
            for left in _without_one(word):
                out[left] = (*out.get(left, ()), word)
    return out


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _unslip(token: str) -> str:
    """A word of the lexicon one slip away (a letter missing, doubled, wrong, or two swapped), else the token.

    The first letter must be the same: people rarely miss that one.
    """
    if len(token) < _LONG_ENOUGH or len(token) > 20:
        return token
    slips, known = _slips(), vocabulary()
    near = set(slips.get(token, ()))
    for left in _without_one(token):
        near |= {left} & known
        near |= {word for word in slips.get(left, ()) if _one_slip(token, word)}
    fits = sorted(word for word in near if word[0] == token[0] and len(word) >= _LONG_ENOUGH)
    return fits[0] if fits else token


def _one_slip(one: str, two: str) -> bool:
    """Whether two words of one length differ in one letter or in two swapped neighbours."""
    if len(one) != len(two):
        return False
    apart = [at for at, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    if len(apart) == 1:
        return len(one) > _LONG_ENOUGH
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and one[apart[0]] == two[apart[1]]
        and one[apart[1]] == two[apart[0]]
    )


def tags(tokens: list[str]) -> list[Tag]:
    """Every meaning of the lexicon in the tokens, longest phrase first, without overlap."""
    root, found, at = tree(), [], 0
    while at < len(tokens):
        if tokens[at] not in root:
            at += 1
            continue
        end, means = _walk(root[tokens[at]], tokens, at + 1)
        if means:
            found.append(Tag(at, end, means))
        at = end if means else at + 1
    return found


def _walk(node: Tree, tokens: list[str], here: int, gap: int = 0) -> tuple[int, tuple[str, ...]]:
    """The end and meanings of the longest phrase below `node` that goes on at `here`.

    At a small word both ways are tried: that it belongs to the phrase, and that it stands between its words.
    """
    best: tuple[int, tuple[str, ...]] = here - gap, node.get(_END, ())
    if here >= len(tokens):
        return best
    token = tokens[here]
    found = []
    if token in node and token:
        found.append(_walk(node[token], tokens, here + 1))
    if token in small() and gap < _GAP:
        found.append(_walk(node, tokens, here + 1, gap + 1))
    for end, means in found:
        if means and (not best[1] or end > best[0]):
            best = end, means
    return best
