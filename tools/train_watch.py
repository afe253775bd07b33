"""Train the free-text watch: sentences in tools/watch_sentences -> flows/content/watch/weights.bin.

    python tools/train_watch.py            train on everything and write the weights
    python tools/train_watch.py folds      cross-validation by line: no line stands on both sides

It learns from the sentences and from the lessons of a teacher (tools/watch_teacher.py). After a change of the
sentences, in this order: make_vectors.py, watch_teacher.py, train_watch.py; after a change of the words or the grammar
the last is enough. Needs jax, optax and tokenizers (development only). The same files give the same bytes on the same
kind of machine: every random choice comes from SEED.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import jax.numpy as jnp
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import watch_lines  # noqa: E402
import watch_net  # noqa: E402
import watch_pool  # noqa: E402
import watch_teacher  # noqa: E402
from watch_lines import SEED, SENTENCES, Line  # noqa: E402

from flows.watching import data, features, model  # noqa: E402

CONTENT = ROOT / "flows" / "content" / "watch"
WEIGHTS = CONTENT / "weights.bin"
FOLDS = 4
LESSON = 0.5
"""What a text of the pool weighs beside a sentence."""
LEVELS = ("fall_level", "level_high", "level_low", "level_mid", "rise", "rise_steep", "stop_alone")
"""Meanings that are worked out and stand in no list of words."""
TOOLS = ("train_watch", "watch_lines", "watch_net", "watch_pool", "watch_teacher")
CODE = ("features", "grammar", "letters", "levels", "words")
_MOST = 127
_FINE = 4095
_SUMMED = 977
"""Bounds of the whole numbers, so that no sum of them leaves 31 bits: a vector is six of at most 127 added up, a filter
sees 3 x 48 of its places, a run of sentences 60 x 48."""


def meanings() -> list[str]:
    return sorted({*data.table("words.toml")["meaning"], *LEVELS})


def known() -> tuple[list[str], np.ndarray]:
    """The words that have a vector, and their vectors before training (see README.md beside them)."""
    words = data.raw("english.txt").decode("utf-8").split()
    raw = np.frombuffer((SENTENCES / "vectors.bin").read_bytes(), np.int8).reshape(len(words), watch_net.SIZE)
    table = raw.astype(np.float32)
    return words, table / table.std() * watch_net.SPREAD


def fit(lines: list[Line], *, taught: bool) -> tuple[watch_net.Coder, watch_net.Params]:
    """A network that has learned the lines and, if `taught`, the new ones and the teacher's lessons."""
    made = watch_lines.varied(lines + watch_lines.new_lines() if taught else lines)
    words, vectors = known()
    index = {word: at for at, word in enumerate(words)}
    coder = watch_net.Coder(index, {name: at for at, name in enumerate(meanings())}, {})
    apart = watch_lines.sealed()
    made = [line for line in made if watch_lines.plainly(line.text) not in apart]
    texts = [line.text for line in made]
    wanted = np.eye(len(model.COLUMNS), dtype=np.float32)[[model.COLUMNS.index(line.label) for line in made]]
    weight = np.array([line.weight for line in made], np.float32)
    if taught:
        pool = watch_pool.texts(lines)
        texts, wanted = texts + pool, np.vstack([wanted, watch_teacher.lessons(pool)])
        weight = np.concatenate([weight, np.full(len(pool), LESSON, np.float32)])
    return coder, watch_net.train(coder, vectors, texts, wanted, weight, SEED)


def pack(net: watch_net.Params) -> bytes:
    """The file of weights, as flows/watching/model.py reads it."""
    parts = {name: np.asarray(value, np.float64) for name, value in net.items()}
    vectors = np.vstack([parts["words"][1:], parts["pieces"][1:], parts["signs"], parts["meanings"][1:]])
    unit = np.maximum(np.quantile(np.abs(vectors), 0.9995, axis=0), 1e-6) / _MOST
    taps = parts["taps"] * np.tile(unit, model.TAPS)[:, None]
    taps_unit = np.abs(taps).max(0) / _FINE
    plain = parts["plain"] * unit[:, None]
    plain_unit = np.abs(plain).max(0) / _SUMMED
    floats = np.concatenate([(parts["out"] * taps_unit[:, None]).T.ravel(), plain_unit, parts["bias"]])
    names = " ".join(meanings()).encode()
    known_words = len(parts["words"]) - 1
    head = model.HEAD.pack(model.MAGIC, watch_net.SIZE, watch_net.FILTERS, known_words, len(names), features.PIECES)
    return b"".join(
        [
            head,
            floats.astype("<f8").tobytes(),
            np.rint(parts["base"] / taps_unit).astype("<i4").tobytes(),
            np.rint(taps / taps_unit).astype("<i2").tobytes(),
            np.rint(plain / plain_unit).astype("<i2").tobytes(),
            names,
            np.clip(np.rint(vectors / unit), -_MOST, _MOST).astype(np.int8).tobytes(),
        ]
    )


def folds() -> None:
    """How the network does on lines that neither it nor a teacher was shown: how often a label or a stronger one is
    found."""
    lines = watch_lines.without_unseen(watch_lines.read_lines())
    dice = random.Random(SEED)  # noqa: S311
    fold = {group: dice.randrange(FOLDS) for group in sorted({line.group for line in lines})}
    right: dict[str, list[bool]] = defaultdict(list)
    for out in range(FOLDS):
        coder, net = fit([line for line in lines if fold[line.group] != out], taught=False)
        held = [line for line in lines if fold[line.group] == out]
        best = said(coder, net, [line.text for line in held]).argmax(axis=1)
        for line, found in zip(held, best, strict=True):
            label = model.COLUMNS.index(line.label)
            right[line.label].append(bool(found >= min(label, 4)) if label else not found)
    for name in model.COLUMNS:
        print(f"{name}: {sum(right[name])} of {len(right[name])}")


def said(coder: watch_net.Coder, net: watch_net.Params, texts: list[str]) -> np.ndarray:
    """The logits of each text, read as one run."""
    coded = coder.code(texts)
    pieces = jnp.asarray(coder.pieces())
    cuts = range(0, len(texts), 1024)
    return np.concatenate(
        [np.asarray(watch_net.logits(net, tuple(part[at : at + 1024] for part in coded), pieces)) for at in cuts]
    )


def inputs() -> str:
    """A fingerprint of all that the weights depend on."""
    found = hashlib.sha256()
    paths = [*SENTENCES.glob("*.txt"), *SENTENCES.glob("people/**/*.tsv"), SENTENCES / "unseen.jsonl"]
    paths += [SENTENCES / "vectors.bin", SENTENCES / "lessons.bin", *(ROOT / "tools" / f"{name}.py" for name in TOOLS)]
    paths += [CONTENT / "english.txt", CONTENT / "words.toml"]
    paths += [ROOT / "flows" / "watching" / f"{name}.py" for name in CODE]
    for path in sorted(paths):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def main() -> None:
    lines = watch_lines.without_unseen(watch_lines.read_lines())
    packed = pack(fit(lines, taught=True)[1])
    WEIGHTS.write_bytes(packed)
    marks = {"inputs": inputs(), "weights": hashlib.sha256(packed).hexdigest()}
    (SENTENCES / "trained.json").write_text(json.dumps(marks, indent=1) + "\n", "utf-8")
    print(f"{WEIGHTS.relative_to(ROOT)}: {len(packed)} bytes from {len(lines)} sentences and the new ones")


if __name__ == "__main__":
    folds() if sys.argv[1:] == ["folds"] else main()
