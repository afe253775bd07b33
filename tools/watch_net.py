"""The network of the free-text watch as it is trained; flows/watching/model.py reads what comes out.

Needs jax and optax (development only). Words begin near to what they mean (tools/watch_sentences/vectors.bin) and may
move a little; a share of the words is hidden at each step, or shown by their pieces only, so that no single word
decides and a slip of the pen is survived.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax

from flows.watching import features, letters, model, words
from flows.watching.grammar import parse

SIZE = 48
FILTERS = 96
LONGEST = 64
"""Tokens, with the gaps between sentences."""
SHORT = 24
GAP = -1
ROUNDS = 5
BATCH = 256
RATE = 2e-3
DECAY = 0.02
BY_PIECES = 0.12
HIDDEN = 0.05
UNMEANT = 0.15
UNHEARD = 0.3
DOUBT = 0.03
STAY = 1e-6
CALM = 0.001
"""How fast the mean of the parameters, which is what is kept, follows them."""
SPREAD = 0.3
"""How far the vectors of words lie apart at the start."""

Params = dict[str, jax.Array]
Batch = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class Coder:
    """Texts as numbers: which word, which sign, which meanings, which pieces."""

    words: dict[str, int]
    meanings: dict[str, int]
    spelled: dict[str, int]
    """Words met so far, by the row of `pieces` that holds theirs."""

    def code(self, texts: list[str]) -> Batch:
        ids = np.zeros((len(texts), LONGEST), np.int32)
        signs = np.full_like(ids, GAP)
        spelled = np.zeros_like(ids)
        meant = np.zeros((len(texts), LONGEST, features.MOST_MEANINGS), np.int32)
        for row, text in enumerate(texts):
            tokens = words.read(letters.fold(text))
            read = parse(tokens)
            at = 0
            for token, sign, here in zip(tokens, read.marks, features.meant(len(tokens), read), strict=True):
                if at >= LONGEST:
                    break
                ids[row, at] = self.words.get(token, -1) + 1
                signs[row, at] = features.SIGNS.index(sign)
                spelled[row, at] = self.spelled.setdefault(token, len(self.spelled) + 1)
                meant[row, at, : len(here)] = [self.meanings[name] + 1 for name in here]
                at += model.TAPS if token in letters.STOPS else 1
        return ids, signs, spelled, meant

    def pieces(self) -> np.ndarray:
        out = np.zeros((len(self.spelled) + 1, features.MOST_PIECES), np.int32)
        for token, row in self.spelled.items():
            found = features.pieces(token)
            out[row, : len(found)] = [place + 1 for place in found]
        return out


def begin(known: np.ndarray, meanings: int, seed: int) -> Params:
    """The parameters before the first step."""
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 8))
    wide = model.TAPS * SIZE
    return {
        "words": jnp.asarray(np.vstack([np.zeros((1, SIZE)), known]), jnp.float32),
        "pieces": jax.random.normal(next(keys), (features.PIECES + 1, SIZE)) * 0.02,
        "signs": jax.random.normal(next(keys), (len(features.SIGNS), SIZE)) * 0.1,
        "meanings": jax.random.normal(next(keys), (meanings + 1, SIZE)) * 0.1,
        "taps": jax.random.normal(next(keys), (wide, FILTERS)) * np.sqrt(2 / wide) * 1.5,
        "base": jnp.zeros(FILTERS),
        "out": jax.random.normal(next(keys), (FILTERS, len(model.COLUMNS))) * 0.1,
        "plain": jax.random.normal(next(keys), (SIZE, len(model.COLUMNS))) * 0.1,
        "bias": jnp.zeros(len(model.COLUMNS)),
    }


def logits(net: Params, batch: Batch, pieces: jax.Array, key: jax.Array | None = None) -> jax.Array:
    """What the network says of each text, before the softmax; with a key as in training, with parts left out."""
    ids, signs, spelled, meant = (jnp.asarray(part) for part in batch)
    there = (signs != GAP)[..., None]
    seen = there
    if key is not None:
        one, two, three, four = jax.random.split(key, 4)
        ids = jnp.where(jax.random.bernoulli(one, BY_PIECES, ids.shape), 0, ids)
        seen = there & ~jax.random.bernoulli(two, HIDDEN, ids.shape)[..., None]
        meant = jnp.where(jax.random.bernoulli(three, UNMEANT, meant.shape), 0, meant)
    parts = pieces[spelled]
    have = (parts > 0)[..., None]
    by_pieces = (net["pieces"][parts] * have).sum(2) / jnp.sqrt(have.sum(2) + 1)
    vectors = jnp.where((ids > 0)[..., None], net["words"][ids], by_pieces)
    vectors += net["signs"][signs] + (net["meanings"][meant] * (meant > 0)[..., None]).sum(2)
    vectors *= seen
    over = model.TAPS - 1
    padded = jnp.pad(vectors, ((0, 0), (over, over), (0, 0)))
    length = vectors.shape[1] + over
    windows = jnp.concatenate([padded[:, tap : tap + length] for tap in range(model.TAPS)], -1)
    answers = jax.nn.relu((windows @ net["taps"]).max(1) + net["base"])
    if key is not None:
        answers *= jax.random.bernoulli(four, 1 - UNHEARD, answers.shape) / (1 - UNHEARD)
    norm = jnp.sqrt(there.sum(1) + 1.0)
    return answers @ net["out"] + (vectors.sum(1) / norm) @ net["plain"] + net["bias"]


def train(
    coder: Coder, known: np.ndarray, texts: list[str], wanted: np.ndarray, weight: np.ndarray, seed: int
) -> Params:
    """The parameters after ROUNDS over all texts; of each text the wanted shares and what it weighs."""
    coded = coder.code(texts)
    pieces = jnp.asarray(coder.pieces())
    net = begin(known, len(coder.meanings), seed)
    first = net["words"]
    steps = len(texts) // BATCH
    rate = optax.warmup_cosine_decay_schedule(0, RATE, 200, ROUNDS * steps, RATE * 0.02)
    learner = optax.adamw(rate, weight_decay=DECAY, mask={name: name != "words" for name in net})
    moment, mean = learner.init(net), net

    def loss(net: Params, batch: Batch, wanted: jax.Array, weigh: jax.Array, key: jax.Array) -> jax.Array:
        told = optax.smooth_labels(wanted, DOUBT)
        wrong = optax.softmax_cross_entropy(logits(net, batch, pieces, key), told)
        return (wrong * weigh).sum() / weigh.sum() + STAY * ((net["words"] - first) ** 2).sum()

    @jax.jit
    def step(net, moment, mean, batch, wanted, weigh, key):  # type: ignore[no-untyped-def]
        slope = jax.grad(loss)(net, batch, wanted, weigh, key)
        change, moment = learner.update(slope, moment, net)
        net = optax.apply_updates(net, change)
        return net, moment, optax.incremental_update(net, mean, CALM)

    dice = np.random.default_rng(seed)
    key = jax.random.PRNGKey(seed + 1)
    ends = (coded[1] != GAP) * np.arange(1, LONGEST + 1)
    for _ in range(ROUNDS):
        order = dice.permutation(len(texts))[: steps * BATCH]
        order = order[np.argsort(ends[order].max(1) > SHORT, kind="stable")]  # the short ones in batches of their own
        batches = order.reshape(steps, BATCH)
        for rows in batches[dice.permutation(steps)]:
            key, now = jax.random.split(key)
            size = SHORT if ends[rows].max() <= SHORT else LONGEST
            batch = tuple(part[rows][:, :size] for part in coded)
            net, moment, mean = step(net, moment, mean, batch, wanted[rows], weight[rows], now)
    return mean
