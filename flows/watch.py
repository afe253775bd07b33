"""The free-text watch: what someone typed, read for danger, pain and the wish to stop.

Called on every text in every stage, before the table. It only ever adds to the buttons: "benign" means that nothing
was found, never that someone is well.

How a text is read, in order (flows/watching/ has a file for each):
  letters   one plain spelling: full-width, marks, look-alikes, emoji, apostrophes
  words     short forms and slips of the finger; phrases with what they mean (content/watch/words.toml)
  levels    numbers that say how much it hurts
  grammar   what a "no" takes back ("no tingling") and what it does not ("no feeling"); what is a hypothesis,
            a question for information, the past, another person far away, a story, an improvement
  rules     what must never be missed, each with an id and a source (content/watch/rules.toml)
  model     a small trained model over words, pieces of words and meanings (content/watch/weights.bin)
  tongues   the gravest words of other languages (content/watch/tongues.toml)
The stronger of all these wins. A long text is read sentence by sentence, in runs and in windows, so that a flag in
the middle is seen.

>>> read("I can't feel my legs")
'emergency'
>>> read("thats enough for today")
'stop_request'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flows.watching import grammar, letters, model, rules, tongues, words
from flows.watching.rules import Rule

LABELS = rules.LABELS
"""What a text can be read as, weakest first."""

Shares = tuple[float, ...]

GRAVE = 0.42
"""The share of urgent, emergency and crisis together from which the model reads danger. Chosen on held-out folds
(tools/train_watch.py folds); a little higher since the last look at unseen sentences, where false alarms were many."""
HURT = 0.4
"""The same for pain or stronger."""
STOP = 0.48
"""The same for the wish to stop or stronger."""
SOFT = {"emergency": 0.1, "urgent": 0.1, "pain_stop": 0.07, "stop_request": 0.06}
"""A soft rule counts unless the model gives its label and the stronger ones together less than this."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read. Holds no word of the text, so it may be kept for audit."""

    label: str
    kind: str = ""
    """"crisis" for despair or self-harm (inside "emergency"), else ""."""
    rules: tuple[str, ...] = ()
    """Ids of what decided, strongest first; "model" where the trained model did, "plain" for everyday talk."""
    scores: tuple[tuple[str, float], ...] = ()
    """For each label, the highest share that the model gave it in any run of sentences."""


def read(text: str, language: str = "en") -> str:
    """The label of a text: "emergency", "urgent", "pain_stop", "stop_request" or "benign". Never raises."""
    return reading(text, language).label


def reading(text: str, language: str = "en") -> Reading:
    """The label with what stands behind it."""
    folded = letters.fold(text)
    typed = letters.tokens(folded)
    tokens = words.meant(typed)
    heard = tongues.heard(folded, typed, language)
    if not heard and (plain := words.plain(tokens)):
        return Reading(plain, rules=() if plain == "benign" else ("plain",))
    parsed = grammar.parse(tokens)
    shares = model.shares(tokens, parsed)
    counted = [rule for rule in rules.fired(parsed) if _counts(rule, shares)]
    found = [(rule.label, rule.kind, rule.id) for rule in counted]
    found += [(word.label, word.kind, word.id) for word in heard]
    found += [
        (label, kind, "model") for label, kind in sorted({_judge(share) for share in shares}) if label != "benign"
    ]
    found.sort(key=lambda one: -LABELS.index(one[0]))
    label = found[0][0] if found else "benign"
    kind = next((kind for strong, kind, _ in found if kind and strong == label), "")
    ids = tuple(dict.fromkeys(id for _, _, id in found))
    return Reading(label, kind, ids, _scores(shares))


def _counts(rule: Rule, shares: list[Shares]) -> bool:
    """Whether a rule that fired decides: a hard one always, a soft one unless the model is sure of the contrary."""
    if not rule.soft:
        return True
    first = model.COLUMNS.index(rule.label)
    return any(sum(share[first:]) >= SOFT[rule.label] for share in shares)


def _judge(share: Shares) -> tuple[str, str]:
    """The label of one run of sentences, and its kind. Between two labels the stronger one."""
    _, stop, pain, urgent, emergency, crisis = share
    if urgent + emergency + crisis >= GRAVE:
        strong = emergency + crisis >= urgent * 0.8
        return ("emergency" if strong else "urgent"), ("crisis" if strong and crisis > emergency else "")
    hurt = pain + urgent + emergency + crisis
    if hurt >= HURT:
        return "pain_stop", ""
    if stop + hurt >= STOP:
        return ("stop_request" if stop >= hurt else "pain_stop"), ""
    return "benign", ""


def _scores(shares: list[Shares]) -> tuple[tuple[str, float], ...]:
    best = [max((share[k] for share in shares), default=0.0) for k in range(len(model.COLUMNS))]
    return tuple(zip(model.COLUMNS, (round(value, 3) for value in best), strict=True))


@cache
def _rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in rules.rules()}


def explain(text: str, language: str = "en") -> str:
    """A reading in plain lines, for the command line: label, what contributed, which rules.

    label: emergency
    rule both_legs: emergency (S02)
    """
    found = reading(text, language)
    tokens = words.read(letters.fold(text))
    parsed = grammar.parse(tokens)
    lines = [f"label: {found.label}" + (f" ({found.kind})" if found.kind else "")]
    lines += [f"rule {id}: {_rules()[id].label} ({_rules()[id].source})" for id in found.rules if id in _rules()]
    lines += ["the trained model agrees"] if "model" in found.rules else []
    lines += ["shares: " + ", ".join(f"{label} {share:.2f}" for label, share in found.scores)]
    lines += [_meaning(tokens, meaning, parsed) for meaning in parsed.meanings]
    return "\n".join(lines)


def _meaning(tokens: list[str], meaning: grammar.Meaning, parsed: grammar.Reading) -> str:
    notes = (["denied"] if meaning.denied else []) + sorted(parsed.away[meaning.segment])
    said = " ".join(tokens[meaning.start : meaning.end])
    return f"read: {said} = {meaning.what}" + (f" ({', '.join(notes)})" if notes else "")
