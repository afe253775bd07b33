"""From tokens to meanings: spelling, small words, phrases.

A phrase list alone misses what people write, so a phrase here is a set of spellings (a|b, optional words) that small words may interrupt: "cant feel"
also reads "can't really even feel". All phrases stand in one tree, walked once from each token, so the time depends on the text and not on how many
phrases there are.
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
    joined = {"can not": "cant", "do not": "dont", "does not": "doesnt", "did not": "didnt", "is not": "isnt", "was not": "wasnt"}
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
def vocabulary() -> frozenset[str]:
    """Every word that stands in words.toml."""
    lists: dict[str, list[str]] = data.table("words.toml")["meaning"]
    return frozenset(word for phrases in lists.values() for phrase in phrases for way in spellings(phrase) for word in way)


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
    known = spelling()
    out: list[str] = []
    for token in letters.tokens(folded):
        if out and token == "not" and f"{out[-1]} not" in known:
            out[-1:] = known[f"{out[-1]} not"]
        else:
            out.extend(known.get(token) or (known_word(token),))
    return out


@lru_cache(maxsize=8192)
def known_word(token: str) -> str:
    """The token, or the word of the lexicon it most likely was meant to be: drawn-out letters shortened."""
    known = vocabulary()
    if token in known or len(token) < 3:
        return token
    single = "".join(sign for sign, before in zip(token, " " + token, strict=False) if sign != before)
    return next((word for word in (single, token.rstrip(token[-1]) + token[-1]) if word in known), token)


def tags(tokens: list[str]) -> list[Tag]:
    """Every meaning of the lexicon in the tokens, longest phrase first, without overlap."""
    root, found, at = tree(), [], 0
    while at < len(tokens):
        if tokens[at] not in root:
            at += 1
            continue
        end, means = _walk(root, tokens, at)
        if means:
            found.append(Tag(at, end, means))
        at = end if means else at + 1
    return found


def _walk(root: Tree, tokens: list[str], at: int) -> tuple[int, tuple[str, ...]]:
    """The end and meanings of the longest phrase that starts at `at`."""
    node: Tree = root[tokens[at]]
    end, means = at + 1, node.get(_END, ())
    here, gap, skippable = at + 1, 0, small()
    while here < len(tokens):
        token = tokens[here]
        if token in node:
            node, gap = node[token], 0
            here += 1
            if _END in node:
                end, means = here, node[_END]
        elif token in skippable and gap < _GAP:
            gap, here = gap + 1, here + 1
        else:
            break
    return end, means
