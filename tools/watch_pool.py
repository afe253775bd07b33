"""Texts without a label: the sentences with words left out, changed for others that are near in meaning, cut, and put
together with parts of other sentences. Some are nonsense. What they mean, the teacher says (tools/watch_teacher.py)."""

from __future__ import annotations

import random
from functools import cache, lru_cache

import numpy as np
from watch_lines import SEED, SENTENCES, Line

from flows.watching import data

POOL = 300_000
NEAR = 12
LEFT_OUT = 0.1
CHANGED = 0.2
ADDED = 0.04
CUT = 0.15
CROSSED = 0.15
LONGEST = 200


@cache
def known() -> tuple[list[str], dict[str, int], np.ndarray]:
    """The words that have a vector, and the vectors brought to length one."""
    found = data.raw("english.txt").decode("utf-8").split()
    table = np.frombuffer((SENTENCES / "vectors.bin").read_bytes(), np.int8).reshape(len(found), -1).astype(np.float32)
    return found, {word: at for at, word in enumerate(found)}, table / np.linalg.norm(table, axis=1, keepdims=True)


@lru_cache(maxsize=65536)
def near(word: str) -> tuple[str, ...]:
    """The words that are nearest in meaning."""
    found, index, table = known()
    if word not in index:
        return ()
    closest = np.argsort(-(table @ table[index[word]]), kind="stable")[1 : NEAR + 1]
    return tuple(found[at] for at in closest)


def changed(text: str, dice: random.Random) -> list[str]:
    """The words of a text, some left out, some changed, some added."""
    found, _, _ = known()
    out: list[str] = []
    for word in text.split():
        chance = dice.random()
        if chance < LEFT_OUT:
            continue
        letters = "".join(sign for sign in word.lower() if "a" <= sign <= "z")
        others = near(letters) if chance < LEFT_OUT + CHANGED and letters else ()
        out += [dice.choice(found)] if dice.random() < ADDED else []
        out.append(dice.choice(others) if others else word)
    return out


def another(lines: list[list[Line]], dice: random.Random) -> str:
    """One text of the pool."""
    out = changed(dice.choice(dice.choice(lines)).text, dice)
    if len(out) > 5 and dice.random() < CUT:
        start = dice.randrange(len(out) - 3)
        out = out[start : dice.randrange(start + 3, len(out) + 1)]
    if out and dice.random() < CROSSED:
        other = dice.choice(dice.choice(lines)).text.split()
        out = out[: dice.randrange(1, len(out) + 1)] + other[dice.randrange(len(other)) :]
    return " ".join(out)[:LONGEST]


def texts(lines: list[Line]) -> list[str]:
    """The pool, in an order of its own; always the same for the same lines."""
    dice = random.Random(SEED + 2)  # noqa: S311
    groups: dict[int, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    ways = list(groups.values())
    found: dict[str, None] = {}
    while len(found) < POOL:
        text = another(ways, dice)
        if text.strip():
            found[text] = None
    return list(found)
