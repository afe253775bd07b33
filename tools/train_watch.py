"""Train the free-text watch: sentences in tools/watch_sentences -> flows/content/watch/weights.bin.

    python tools/train_watch.py            train on everything and write the weights
    python tools/train_watch.py folds      cross-validation by line: no line stands on both sides

Needs numpy and scikit-learn (development only). The same sentences give the same bytes: every random choice comes
from SEED.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flows.watching import data, features, grammar, letters, model, words  # noqa: E402

SENTENCES = ROOT / "tools" / "watch_sentences"
WEIGHTS = ROOT / "flows" / "content" / "watch" / "weights.bin"
SEED = 20
FOLDS = 4
WEIGHT = {"exact": 4.0, "word": 4.0, "ouch": 4.0, "chat": 0.6}
"""How much a sentence of a kind weighs: the plain everyday words more, as many odd sentences would drown them; what
people wrote to each other about all the world less, as there is no end of it."""
EXPANSIONS = 10
STRENGTH = 10.0
FILES = ("emergency", "urgent", "pain_stop", "stop_request", "benign")
SEPARATORS = (", ", ". ", " and ", " but ", " - ", ", also ", "... ", " btw ", ". Oh and ", "\n")
BEFORE = (
    "hi, ",
    "so ",
    "ok ",
    "um ",
    "hey ",
    "well ",
    "sorry but ",
    "hello, ",
    "honestly ",
    "lol ",
    "hmm ",
    "hey bot ",
    "yeah ",
    "i think ",
    "ok so ",
)
AFTER = (
    " now",
    "!!",
    " please",
    " lol",
    " 😅",
    " thanks",
    "...",
    " what now",
    " tbh",
    ".",
    "!",
    " haha",
    " what should i do",
    " ok?",
    "?",
    " today",
    " right now",
)
DROPPED = frozenset({"my", "the", "a", "is", "am", "are", "i", "it", "to", "in"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: the label, what it may become, and its weight."""

    label: str
    text: str
    group: int
    weight: float
    whole: bool = False
    """Whether it was really written by someone, so that no other way to write it is made up."""


def slots() -> dict[str, list[str]]:
    rows = (SENTENCES / "slots.txt").read_text("utf-8").splitlines()
    return {name: values.split("|") for name, values in (row.split(": ", 1) for row in rows if row)}


def fill(text: str, choices: dict[str, list[str]], dice: random.Random) -> str:
    for name, values in choices.items():
        while "{" + name + "}" in text:
            text = text.replace("{" + name + "}", dice.choice(values), 1)
    return text


def choose(text: str, dice: random.Random) -> str:
    """One way to say a line: of each (this|that|) one is taken, which may be nothing."""
    while "|" in text:
        end = text.index(")", text.index("|"))
        start = text.rindex("(", 0, end)
        text = text[:start] + dice.choice(text[start + 1 : end].split("|")) + text[end + 1 :]
    return " ".join(text.split())


def expand(text: str, choices: dict[str, list[str]], dice: random.Random) -> list[str]:
    if "{" not in text and "|" not in text:
        return [text]
    return sorted({choose(fill(text, choices, dice), dice) for _ in range(EXPANSIONS)})


def read_lines() -> list[Line]:
    """All sentences, expanded; a group is a line of a file."""
    dice, choices = random.Random(SEED), slots()  # noqa: S311
    out: list[Line] = []
    group = 0
    for label in FILES:
        for path in sorted(SENTENCES.glob(f"{label}*.txt")):
            kind = ""
            for row in path.read_text("utf-8").splitlines():
                if not row or row.startswith("= "):
                    kind = row[2:] or kind
                    continue
                group += 1
                if "{flag}" in row:
                    continue
                name = "crisis" if kind == "crisis" else label
                ways = expand(row, choices, dice)
                share = WEIGHT.get(kind, 1.0)
                out += [Line(name, way, group, share / len(ways) ** 0.5, kind == "chat") for way in ways]
    return out


def near_unseen(text: str) -> str:
    return " ".join(words.read(letters.fold(text)))


def without_unseen(lines: list[Line]) -> list[Line]:
    """Leave out what also stands in the sealed set, word for word."""
    path = SENTENCES / "unseen.jsonl"
    sealed = {near_unseen(json.loads(row)["text"]) for row in path.read_text("utf-8").splitlines()}
    return [line for line in lines if near_unseen(line.text) not in sealed]


def typo(text: str, dice: random.Random) -> str:
    at = dice.randrange(max(1, len(text) - 1))
    if not text[at : at + 2].isalpha():
        return text
    kind = dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[: at + 1] + text[at:]
    return text[:at] + dice.choice("aeiorstnlh") + text[at + 1 :]


def vary(line: Line, pool: list[Line], dice: random.Random) -> list[Line]:
    """Other ways to write a line: typos, dropped small words, things said before and after, buried in small talk."""
    long = len(line.text) > 9
    out = []

    def add(text: str, share: float) -> None:
        out.append(Line(line.label, text, line.group, line.weight * share))

    if long:
        add(typo(line.text, dice), 0.4)
        add(typo(typo(line.text, dice), dice), 0.3)
        kept = [word for word in line.text.split() if word.lower() not in DROPPED or dice.random() < 0.3]
        if kept:
            add(" ".join(kept), 0.3)
    add(dice.choice(BEFORE) + line.text, 0.4)
    add(line.text + dice.choice(AFTER), 0.4)
    other = dice.choice(pool).text
    seps = dice.choice(SEPARATORS)
    if line.label != "stop_request":
        add(other + seps + line.text if dice.random() < 0.5 else line.text + seps + other, 0.5)
    if line.label in ("emergency", "urgent", "crisis"):
        add(other + seps + line.text + dice.choice(SEPARATORS) + dice.choice(pool).text, 0.4)
    return out


def varied(lines: list[Line]) -> list[Line]:
    dice = random.Random(SEED + 1)  # noqa: S311
    pool = [line for line in lines if line.label == "benign" and 8 < len(line.text) < 60]
    return [other for line in lines for other in (line, *([] if line.whole else vary(line, pool, dice)))]


@cache
def parsed(text: str) -> tuple[list[str], grammar.Reading]:
    """The tokens of a text and what the grammar makes of them, worked out once."""
    tokens = words.read(letters.fold(text))
    return tokens, grammar.parse(tokens)


def places(text: str) -> list[int]:
    """All feature places of a text read as one run."""
    tokens, read = parsed(text)
    out = [place for token, mark in zip(tokens, read.marks, strict=True) for place in features.word_places(token, mark)]
    for near in (*features.places_around(tokens, read.marks), *features.meaning_places(tokens, read)):
        out += near
    out.append(features.length_place(sum(len(token) > 1 for token in tokens)))
    return out


DIMENSIONS = 64
KIN = 1.5
"""How much the vector of a word counts beside its features."""
GROUPS = model.GROUPS


@cache
def vectors() -> tuple[dict[str, int], np.ndarray]:
    """What words are near in meaning: a vector for each of some thousand English words (see vectors.md)."""
    known = (data.raw("english.txt")).decode("utf-8").split()
    raw = np.frombuffer((SENTENCES / "vectors.bin").read_bytes(), np.int8).reshape(len(known), DIMENSIONS)
    return {word: at for at, word in enumerate(known)}, raw / 127.0 * KIN


def kin(texts: list[str]) -> np.ndarray:
    """For each text and each mark, the sum of its words' vectors, scaled as the other features are."""
    index, table = vectors()
    out = np.zeros((len(texts), len(GROUPS), DIMENSIONS))
    for row, text in enumerate(texts):
        tokens, read = parsed(text)
        for token, mark in zip(tokens, read.marks, strict=True):
            if token in index:
                out[row, GROUPS.index(mark)] += table[index[token]]
        out[row] /= len(places(text)) ** 0.5
    return out.reshape(len(texts), -1)


def matrix(texts: list[str]) -> csr_matrix:
    values: list[float] = []
    columns: list[int] = []
    starts = [0]
    for text in texts:
        counted: dict[int, int] = defaultdict(int)
        found = places(text)
        for place in found:
            counted[place] += 1
        for place in sorted(counted):
            columns.append(place)
            values.append(counted[place] / len(found) ** 0.5)
        starts.append(len(columns))
    return csr_matrix(
        (np.array(values, np.float64), np.array(columns), np.array(starts)), (len(texts), features.PLACES)
    )


FEWEST = 8
ROWS = 54_000
"""Features that are kept: those that weigh most. More would not fit into the file's limit."""


def common(lines: list[Line], rows: csr_matrix) -> np.ndarray:
    """Places that at least FEWEST lines reach.

    What fewer say does not generalise, and an empty place adds no noise to an unseen word.
    """
    groups = np.array([line.group for line in lines], np.int64)
    which = np.repeat(groups, np.diff(rows.indptr))
    pairs = np.unique(rows.indices.astype(np.int64) << 20 | which)
    return np.flatnonzero(np.bincount(pairs >> 20, minlength=features.PLACES) >= FEWEST)


def fit(lines: list[Line]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (places x labels), weights of the vectors and bias of a multinomial logistic regression."""
    made = varied(lines)
    texts = [line.text for line in made]
    rows = matrix(texts)
    used = common(made, rows)
    labels = np.array([model.COLUMNS.index(line.label) for line in made])
    weight = np.array([line.weight for line in made])
    learner = LogisticRegression(C=STRENGTH, max_iter=120, tol=1e-3)
    learner.fit(hstack([rows[:, used], csr_matrix(kin(texts))], format="csr"), labels, sample_weight=weight)
    table = np.zeros((features.PLACES, len(model.COLUMNS)))
    table[used] = learner.coef_[:, : len(used)].T
    return table, learner.coef_[:, len(used) :].T, learner.intercept_


def small(table: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Numbers as int8 with one unit a column; the largest few weights are cut so that the rest is finer."""
    units = [max(float(np.quantile(np.abs(column[column != 0]), 0.9998)), 1e-9) / 127 for column in table.T]
    units = [float(np.float32(unit)) for unit in units]
    return np.clip(np.rint(table / np.array(units)), -127, 127).astype(np.int8), units


def pack(table: np.ndarray, kin_weights: np.ndarray, bias: np.ndarray) -> bytes:
    """The file of weights, as flows/watching/model.py reads it."""
    index, vector = vectors()
    by_word = np.concatenate([vector @ part for part in kin_weights.reshape(len(GROUPS), DIMENSIONS, -1)], axis=1)
    kin_table, kin_units = small(by_word.reshape(-1, len(model.COLUMNS)))
    small_table, units = small(table)
    heaviest = np.argsort(-np.abs(table).max(axis=1), kind="stable")[:ROWS]
    keys = np.array([key for key in np.sort(heaviest) if small_table[key].any()], "<u4")
    numbers = (*units, *kin_units, *(float(np.float32(b)) for b in bias))
    head = model.HEAD.pack(model.MAGIC, features.BITS, len(keys), len(index), *numbers)
    return bytes(head + keys.tobytes() + small_table[keys].T.tobytes() + kin_table.tobytes())


def folds() -> None:
    """How the model alone does on lines it was not shown: for each label, how often it or a stronger one is found."""
    lines = without_unseen(read_lines())
    dice = random.Random(SEED)  # noqa: S311
    fold = {group: dice.randrange(FOLDS) for group in sorted({line.group for line in lines})}
    right: dict[str, list[bool]] = defaultdict(list)
    for out in range(FOLDS):
        table, kin_weights, bias = fit([line for line in lines if fold[line.group] != out])
        held = [line for line in lines if fold[line.group] == out]
        texts = [line.text for line in held]
        best = (matrix(texts) @ table + kin(texts) @ kin_weights + bias).argmax(axis=1)
        for line, found in zip(held, best, strict=True):
            label = model.COLUMNS.index(line.label)
            right[line.label].append(bool(found >= min(label, 4)) if label else not found)
    for name in model.COLUMNS:
        print(f"{name}: {sum(right[name])} of {len(right[name])}")


def inputs() -> str:
    """A fingerprint of all that the weights depend on."""
    found = hashlib.sha256()
    paths = [*SENTENCES.glob("*.txt"), SENTENCES / "unseen.jsonl", SENTENCES / "vectors.bin", Path(__file__)]
    paths += [WEIGHTS.with_name("english.txt"), WEIGHTS.with_name("words.toml")]
    paths += [
        ROOT / "flows" / "watching" / f"{name}.py" for name in ("features", "grammar", "letters", "levels", "words")
    ]
    for path in sorted(paths):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def main() -> None:
    lines = without_unseen(read_lines())
    packed = pack(*fit(lines))
    WEIGHTS.write_bytes(packed)
    marks = {"inputs": inputs(), "weights": hashlib.sha256(packed).hexdigest()}
    (SENTENCES / "trained.json").write_text(json.dumps(marks, indent=1) + "\n", "utf-8")
    print(f"{WEIGHTS.relative_to(ROOT)}: {len(packed)} bytes from {len(lines)} sentences")


if __name__ == "__main__":
    folds() if sys.argv[1:] == ["folds"] else main()
