"""What the messages that send a person to help must keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.draft import Referrals
from flows.pages import Referral
from flows.proofs.known import Found, Known, id_form, no_twins, said, unknown

GOES_ON = ("continue", "ease_off", "gentle_only")
"""Pain actions that the conversation answers itself; every other one needs a referral."""
SENT_AWAY = ("emergency", "urgent", "see_professional_first")
"""Screening outcomes that need a referral. (minor has a text of its own, incomplete asks on.)"""
PLACES = ("emergency_number", "reason", "crisis_line")
"""What the bot fills in."""
KNOWN_BUTTONS = (
    "getting_help",
    "numbers",
    "what_to_tell",
    "ok",
    "worse",
    "summary",
    "checked",
    "helplines",
    "safe",
)

_NET = ("numbness", "peeing", "weak", "chest pain")
MUST_SHOW: dict[str, tuple[str, ...]] = {
    "emergency_now": (
        "emergency help now",
        r"call \{emergency_number\} now",
        "do not drive",
        "stop all stretching",
        "nobody is watching",
    ),
    "same_day": ("today", "doctor", "nurse", "urgent care", "do not stretch until", r"\{emergency_number\}", *_NET),
    "within_days": (r"\{reason\}", "doctor or physiotherapist", "usually fine", *_NET),
    "self_care": ("right thing", "rest", "tomorrow", "get medical help", *_NET),
    "crisis": (r"\{emergency_number\}", "findahelpline", r"\{crisis_line\}", "stay with you"),
}
"""The part of each `must_have` that a program can see, as patterns for headline and text."""
MUST_OFFER: dict[str, tuple[str, ...]] = {
    "emergency_now": ("getting_help", "numbers", "what_to_tell"),
    "same_day": ("what_to_tell", "worse"),
    "within_days": ("summary", "checked"),
    "self_care": ("worse",),
    "crisis": ("helplines", "safe"),
}
MINOR_SAYS = ("adults", "parent", r"\{emergency_number\}", "numbness", "peeing", "weak legs", "fever")


def categories_are_those(page: Referrals, known: Known) -> Iterator[Found]:
    found = [referral.category for referral in page.referrals]
    yield from no_twins("referrals", found)
    yield from unknown("referrals", found, known.words("referral_categories"), "category")
    for category in known.vocabulary.referral_categories if known.vocabulary else ():
        if category not in found:
            yield "referrals", f"there is no referral {category}", "put it back"


def every_action_is_answered(page: Referrals, known: Known) -> Iterator[Found]:
    if not known.vocabulary:
        return
    words = {*known.vocabulary.pain_actions, *known.vocabulary.outcomes}
    raised = [name for referral in page.referrals for name in referral.raised_by]
    yield from no_twins("referrals", raised)
    for i, referral in enumerate(page.referrals, 1):
        yield from unknown(f"referrals[{i}].raised_by", referral.raised_by, words, "action or outcome")
    for name in (*known.vocabulary.pain_actions, *SENT_AWAY):
        if name not in raised and name not in GOES_ON:
            yield "referrals", f"{name} has neither a referral nor a reaction", "name it in a raised_by"


def texts_keep_their_promise(page: Referrals, known: Known) -> Iterator[Found]:
    for i, referral in enumerate(page.referrals, 1):
        yield from said(f"referrals[{i}].headline", referral.headline, "the first line says what to do")
        if not referral.must_have:
            yield f"referrals[{i}].must_have", "it is empty", "say what the text must have"
        shown = f"{referral.headline}\n{referral.text}"
        yield from _shows(f"referrals[{i}].text", shown, MUST_SHOW.get(referral.category, ()))
    yield from _shows("minor", page.minor, MINOR_SAYS)


def places_are_known(page: Referrals, known: Known) -> Iterator[Found]:
    texts = [(f"referrals[{i}].text", referral.text) for i, referral in enumerate(page.referrals, 1)]
    for place, text in [*texts, ("minor", page.minor)]:
        yield from unknown(place, re.findall(r"\{(.*?)\}", text), PLACES, "place to fill")


def buttons_are_known(page: Referrals, known: Known) -> Iterator[Found]:
    for i, referral in enumerate(page.referrals, 1):
        ids = [button.id for button in referral.buttons]
        yield from no_twins(f"referrals[{i}].buttons", ids)
        yield from unknown(f"referrals[{i}].buttons", ids, KNOWN_BUTTONS, "button")
        for k, button in enumerate(referral.buttons, 1):
            yield from id_form(f"referrals[{i}].buttons[{k}].id", button.id)
            yield from said(f"referrals[{i}].buttons[{k}].words", button.words, "write the words of the button")
        for name in MUST_OFFER.get(referral.category, ()):
            if name not in ids:
                yield f"referrals[{i}].buttons", f"the button {name} is gone", "put it back"


def crisis_speaks_early(page: Referrals, known: Known) -> Iterator[Found]:
    """A number or a link within the first three sentences [S63]; and calling AND texting where both exist."""
    for i, referral in enumerate(page.referrals, 1):
        if referral.category != "crisis":
            continue
        opening = " ".join(re.split(r"(?<=[.!?]) ", referral.text)[:3])
        if "{emergency_number}" not in opening and "findahelpline" not in opening:
            yield f"referrals[{i}].text", "no number or link in the first three sentences", "move it up"
        yield from _us_line(f"referrals[{i}].crisis_lines", referral)


def _us_line(place: str, referral: Referral) -> Iterator[Found]:
    if "call or text" not in referral.crisis_lines.get("US", ""):
        yield f"{place}.US", "it does not say call or text", "988 takes both: say so"


def _shows(place: str, shown: str, patterns: tuple[str, ...]) -> Iterator[Found]:
    for pattern in patterns:
        if not re.search(pattern, shown, re.IGNORECASE):
            yield place, f"what it must have is gone (nothing matches {pattern!r})", "say it again"


RULES = (
    categories_are_those,
    every_action_is_answered,
    texts_keep_their_promise,
    places_are_known,
    buttons_are_known,
    crisis_speaks_early,
)
