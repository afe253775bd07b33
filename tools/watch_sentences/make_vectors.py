"""Take the nearness of words from a public model: -> vectors.bin and flows/content/watch/english.txt.

    python tools/watch_sentences/make_vectors.py <folder with model.safetensors and tokenizer.json>

Where the folder comes from stands in tools/watch_teacher.py. Needed only to renew the two files. Each word is read
alone by the model (all-MiniLM-L6-v2, Apache License 2.0); the mean of what comes out is centred, brought to length
one, and cut to its first principal directions.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import jax
import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import train_watch  # noqa: E402
import watch_lines  # noqa: E402
import watch_net  # noqa: E402
import watch_teacher  # noqa: E402

from flows.watching import letters, words  # noqa: E402

COMMON = 14_000
"""Words up to this place in the model's vocabulary are kept; beyond it those of the sentences and of the lexicon."""
KNOWN = 28_000
OFTEN = 3
"""A word that the model knows only in parts is kept when so many lines say it."""
BATCH = 256


def kept(vocabulary: dict[str, int]) -> list[str]:
    """The words that get a vector, in order."""
    lines = watch_lines.without_unseen(watch_lines.read_lines())
    counted = Counter(
        word
        for text in {line.group: line.text for line in lines}.values()
        for word in set(words.read(letters.fold(text)))
    )
    said = counted.keys() | words.vocabulary()
    plain = {word: at for word, at in vocabulary.items() if word.isascii() and word.isalpha() and len(word) > 1}
    out = {word for word, at in plain.items() if at < COMMON or (word in said and at < KNOWN)}
    out |= {word for word, count in counted.items() if count >= OFTEN and word.isascii() and word.isalpha()}
    return sorted(out)


def main(folder: Path) -> None:
    chosen = kept(json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"])
    net, read = watch_teacher.public(folder), jax.jit(watch_teacher.meaning)
    cuts = range(0, len(chosen), BATCH)
    full = np.concatenate([np.asarray(read(net, watch_teacher.coded(folder, chosen[at : at + BATCH]))) for at in cuts])
    full -= full.mean(0)
    full /= np.linalg.norm(full, axis=1, keepdims=True)
    _, directions = np.linalg.eigh((full.T @ full).astype(np.float64))
    short = full @ directions[:, ::-1][:, : watch_net.SIZE]
    steps = np.clip(np.rint(short / (np.quantile(np.abs(short), 0.9999) / 127)), -127, 127).astype(np.int8)
    (watch_lines.SENTENCES / "vectors.bin").write_bytes(steps.tobytes())
    train_watch.WEIGHTS.with_name("english.txt").write_text(" ".join(chosen) + "\n", "utf-8")
    print(f"{len(chosen)} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
