"""The free-text watch: what someone typed, read for danger, pain and the wish to stop.

Called on every text in every stage, before the table. It only ever adds to the buttons: "benign" means that nothing was found, never that someone is well.

>>> read("I can't feel my legs")
'emergency'
>>> read("thats enough for today")
'stop_request'
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.watching import grammar, letters, rules, words

LABELS = rules.LABELS
"""What a text can be read as, weakest first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read: its label, the kind ("crisis" or ""), and the ids of the rules that fired, strongest first."""

    label: str
    kind: str = ""
    rules: tuple[str, ...] = ()


def read(text: str, language: str = "en") -> str:
    """The label of a text: "emergency", "urgent", "pain_stop", "stop_request" or "benign". Never raises."""
    return reading(text, language).label


def reading(text: str, language: str = "en") -> Reading:
    """The label with what stands behind it. Holds no word of the text, so it may be kept for audit."""
    tokens = words.read(letters.fold(text))
    fired = rules.fired(grammar.parse(tokens, words.tags(tokens)))
    if not fired:
        return Reading("benign")
    strongest = fired[0].label
    kinds = [rule.kind for rule in fired if rule.kind]
    return Reading(strongest, kinds[0] if kinds else "", tuple(rule.id for rule in fired))


def explain(text: str, language: str = "en") -> str:
    """A reading in plain lines, for the command line."""
    found = reading(text, language)
    by_id = {rule.id: rule for rule in rules.rules()}
    lines = [f"label: {found.label}" + (f" ({found.kind})" if found.kind else "")]
    lines += [f"rule {id}: {by_id[id].label}, source {by_id[id].source}" for id in found.rules]
    return "\n".join(lines)
