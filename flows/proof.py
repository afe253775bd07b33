"""The rules that the content must keep, in one table.

Each rule is a small function that looks at one page (and at what is known of the others) and tells what it finds. Two
kinds look at everything at once. To add a rule, write it beside its like in `flows/proofs/` and name it in that file's
RULES; a test then breaks the content on purpose and waits for its fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flows.draft import PAGES, Draft, Fault
from flows.proofs import pain, referrals, screening, stretches, whole, words
from flows.proofs.known import Found, Known

PageRule = Callable[[Any, Known], Iterator[Found]]
WholeRule = Callable[[Draft], Iterator[tuple[str, Found]]]

PAGE_RULES: Mapping[str, Sequence[PageRule]] = {
    "book.toml": whole.FRONT_RULES,
    "screening.toml": screening.RULES,
    "pain.toml": pain.RULES,
    "referral.toml": referrals.RULES,
    "cards.toml": whole.CARD_RULES,
    "emergency_numbers.toml": whole.NUMBER_RULES,
    "sources.toml": whole.SOURCE_RULES,
}
STRETCH_RULES: Sequence[PageRule] = stretches.RULES
WHOLE_RULES: Sequence[WholeRule] = (*whole.RULES, *words.RULES)


def prove(read: Draft) -> list[Fault]:
    """Everything the rules find in a draft, as far as it could be read."""
    known = Known.of(read)
    faults = [
        Fault(file, *found) for file, page, rules in _pages(read) for rule in rules for found in rule(page, known)
    ]
    return faults + [Fault(file, *found) for rule in WHOLE_RULES for file, found in rule(read)]


def _pages(read: Draft) -> Iterator[tuple[str, Any, Sequence[PageRule]]]:
    for file, rules in PAGE_RULES.items():
        page = getattr(read, PAGES[file][0])
        if page is not None:
            yield file, page, rules
    for name, stretch in read.stretches.items():
        yield f"stretches/{name}.toml", stretch, STRETCH_RULES
