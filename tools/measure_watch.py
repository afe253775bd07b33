"""How the free-text watch does on a set of labelled sentences: shares with 95 % intervals, and every miss.

python tools/measure_watch.py tests/watch/unseen_seventh.jsonl
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from flows import watch  # noqa: E402
from tests.watch.sentences import FOUND, ORDER, Sentence, load, wilson  # noqa: E402


def share(name: str, hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"{name}: {hits} of {of}, {100 * hits / of:.1f} % ({100 * low:.0f} to {100 * high:.0f})"


def main(path: Path) -> None:
    sentences = load(path)
    missed: list[tuple[Sentence, str]] = []
    for label, least in FOUND:
        own = [sentence for sentence in sentences if sentence.label == label]
        found = [watch.read(sentence.text) for sentence in own]
        short = [(one, as_) for one, as_ in zip(own, found, strict=True) if ORDER.index(as_) < ORDER.index(least)]
        missed += short
        print(share(f"{label}, found as {least} or stronger", len(own) - len(short), len(own)))
    calm = [(one, watch.read(one.text)) for one in sentences if one.label == "benign"]
    for name, wrong in (
        ("urgent or emergency", ("urgent", "emergency")),
        ("pain or stop", ("pain_stop", "stop_request")),
    ):
        raised = [(one, as_) for one, as_ in calm if as_ in wrong]
        missed += raised
        print(share(f"benign, read as {name}", len(raised), len(calm)))
    for sentence, as_ in missed:
        also = " (tolerated)" if as_ in sentence.right else ""
        print(f'{sentence.label}, read as {as_}{also}: "{sentence.text}"')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
