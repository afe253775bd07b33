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
  model     a small trained network over the vectors of words (content/watch/weights.bin)
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

from flows.watching import grammar, letters, levels, model, rules, tongues, words
from flows.watching.rules import Rule

LABELS = rules.LABELS
"""What a text can be read as, weakest first."""

Shares = tuple[float, ...]

_CALLED = 3
_EXPLAINED = 100
"""Words of a text that are left out in turn to explain it."""
_SHOWN = 5
_NOTICED = 0.05

GRAVE = 0.46
"""The share of urgent, emergency and crisis together from which the network reads danger. This and the numbers below
were chosen on sentences that it had not learned (tests/watch/tuning.jsonl and unseen_sixth.jsonl)."""
HURT = 0.45
"""The same for pain or stronger."""
STOP = 0.53
"""The same for the wish to stop or stronger."""
PART = 0.2
"""By so much more must a part of a text be sure than the whole: what looks grave alone may be harmless beside the rest
("It was awful. The movie, not the stretch.")."""


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
    if not heard and _only_numbers(tokens):
        return Reading("benign")
    if heard:  # what was understood in its own language is not read again as if it were English
        spoken = {token for word in heard for token in word.tokens}
        tokens = words.meant([token for token in typed if token not in spoken])
    parsed = grammar.parse(tokens)
    shares = model.shares(tokens, parsed)
    counted = [rule for rule in rules.fired(parsed) if _counts(rule, shares)]
    found = [(rule.label, rule.kind, rule.id) for rule in counted]
    found += [(word.label, word.kind, word.id) for word in heard]
    whole = (0, len(tokens))
    judged = {
        _judge(share, 0.0 if run == whole else PART) for run, share in zip(model.runs(tokens), shares, strict=True)
    }
    found += [(label, kind, "model") for label, kind in sorted(judged) if label != "benign"]
    found.sort(key=lambda one: -LABELS.index(one[0]))
    label = found[0][0] if found else "benign"
    kind = next((kind for strong, kind, _ in found if kind and strong == label), "")
    ids = tuple(dict.fromkeys(id for _, _, id in found))
    return Reading(label, kind, ids, _scores(shares))


def _only_numbers(tokens: list[str]) -> bool:
    """Whether nothing is said but numbers: an answer to a question, which means nothing here. "911" is none."""
    return all(token in letters.MARKS or _answers(token) for token in tokens)


def _answers(token: str) -> bool:
    """Whether a token is a number, and not of three figures as the numbers for emergencies are."""
    return len(token) != _CALLED if token.isdigit() else levels.number(token) is not None


def _counts(rule: Rule, shares: list[Shares]) -> bool:
    """Whether a rule that fired decides: some always, others unless the network is rather sure of the contrary."""
    first = model.COLUMNS.index(rule.label)
    return not rule.least or any(sum(share[first:]) >= rule.least for share in shares)


def _judge(share: Shares, margin: float) -> tuple[str, str]:
    """The label of one run of sentences, and its kind. Between two labels the stronger one."""
    _, stop, pain, urgent, emergency, crisis = share
    if urgent + emergency + crisis >= GRAVE + margin:
        strong = emergency + crisis >= urgent * 0.8
        return ("emergency" if strong else "urgent"), ("crisis" if strong and crisis > emergency else "")
    hurt = pain + urgent + emergency + crisis
    if hurt >= HURT + margin:
        return "pain_stop", ""
    if stop + hurt >= STOP + margin:
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
    if "model" in found.rules and (heard := _weighs_most(tokens)):
        lines.append(f"weighs most: {', '.join(heard)}")
    lines += [_meaning(tokens, meaning, parsed) for meaning in parsed.meanings]
    return "\n".join(lines)


def _harm(tokens: list[str]) -> float:
    """The highest share of all labels but "benign" in any run of sentences."""
    return max((1 - share[0] for share in model.shares(tokens, grammar.parse(tokens))), default=0.0)


def _weighs_most(tokens: list[str]) -> list[str]:
    """The words without which the model would find less harm, each with how much less, most first. What is said in two
    sentences may hide in this: without the one the other remains."""
    whole = _harm(tokens)
    said = dict.fromkeys(token for token in tokens if token not in letters.MARKS)
    less = [(whole - _harm([token for token in tokens if token != out]), out) for out in [*said][:_EXPLAINED]]
    return [f"{token} {share:.2f}" for share, token in sorted(less, reverse=True)[:_SHOWN] if share >= _NOTICED]


def _meaning(tokens: list[str], meaning: grammar.Meaning, parsed: grammar.Reading) -> str:
    notes = (["denied"] if meaning.denied else []) + sorted(parsed.away[meaning.segment])
    said = " ".join(tokens[meaning.start : meaning.end])
    return f"read: {said} = {meaning.what}" + (f" ({', '.join(notes)})" if notes else "")
