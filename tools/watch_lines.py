"""The sentences that the free-text watch learns from, and the other ways to write each of them.

tools/watch_sentences/README.md says what the files hold.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from flows.watching import letters, words

SENTENCES = Path(__file__).resolve().parent / "watch_sentences"
PEOPLE = SENTENCES / "people"
SEED = 20
EXAMPLE = 4.0
"""What an example of the clinical reference weighs."""
PLAIN = 2.0
"""What a plain short sentence weighs beside the others: most of what is sent is like that."""
NEW_FROM = 10**6
"""The first group of the new sentences: far above those of the others."""
WEIGHT = {"exact": 4.0, "word": 4.0, "ouch": 4.0, "chat": 0.6}
"""How much a sentence of a kind weighs: the plain everyday words more, as many odd sentences would drown them; what
people wrote to each other about all the world less, as there is no end of it."""
EXPANSIONS = 10
FILES = ("emergency", "urgent", "pain_stop", "stop_request", "benign")
SEPARATORS = (", ", ". ", " and ", " but ", " - ", ", also ", "... ", " btw ", ". Oh and ", "\n")
BEFORE = (
    "hi\n",
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
    "\n",
    ".\n",
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
    """Whether it is taken as it is, so that no other way to write it is made up."""


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
                share = WEIGHT.get(kind, 1.0) * (EXAMPLE if path.stem.endswith("_dev") else 1.0)
                out += [Line(name, way, group, share / len(ways) ** 0.5, kind == "chat") for way in ways]
    return out + people(group + 1, PEOPLE)


def new_lines() -> list[Line]:
    """The sentences that came after the last lessons of the teacher."""
    return without_unseen(people(NEW_FROM, PEOPLE / "new"))


def people(group: int, folder: Path) -> list[Line]:
    """What was composed for this, sentence by sentence: `label<TAB>sentence`."""
    out: list[Line] = []
    for path in sorted(folder.glob("*.tsv")):
        weight = PLAIN if path.name.startswith("plain") else 1.0
        for row in path.read_text("utf-8").splitlines():
            label, text = row.split("\t", 1)
            out.append(Line(label, text, group + len(out), weight))
    return out


def plainly(text: str) -> str:
    """A text as the watch reads it, without marks."""
    return " ".join(token for token in words.read(letters.fold(text)) if token not in letters.MARKS)


def sealed() -> set[str]:
    """The sentences of the set that is kept apart."""
    path = SENTENCES / "unseen.jsonl"
    return {plainly(json.loads(row)["text"]) for row in path.read_text("utf-8").splitlines()}


def near_unseen(text: str) -> str:
    return " ".join(words.read(letters.fold(text)))


def without_unseen(lines: list[Line]) -> list[Line]:
    """Leave out what also stands in the sealed set, word for word."""
    path = SENTENCES / "unseen.jsonl"
    apart = {near_unseen(json.loads(row)["text"]) for row in path.read_text("utf-8").splitlines()}
    return [line for line in lines if near_unseen(line.text) not in apart]


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
