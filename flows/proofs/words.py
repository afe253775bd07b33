"""What all texts must keep: they fit where they are shown, claim nothing, and are easy to read.

Claims decide whether this is a medical device [S55, S56]. So words that promise a cure are refused wherever a person
can read them; the few right uses ("does not treat the cause") are listed one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.draft import MESSAGES, Draft
from flows.pages import Screening, Step, Stretch
from flows.proofs.known import Found

Text = tuple[str, str, str]
"""File, place, words."""

STEP_LIMIT = 900
"""A caption under a picture may have 1024 characters; some are left for the heading."""
MESSAGE_LIMIT = 4096
"""Characters of one message."""
SHOWS_LIMIT = 160
"""Characters that tell what a picture shows: a caption has room for them beside its words."""
BUTTON_LIMIT = 40
"""Characters of a button that a narrow phone still shows."""
ALERT_LIMIT = 200
"""Characters of the little window that answers a tap."""
GRADE_LIMIT = 8.0
"""US school grade by Flesch and Kincaid; the aim is 7, the formula is rough on short texts."""
GRADE_FROM_WORDS = 40
"""A shorter text says too little about its grade."""
HARD_QUESTIONS = ("bleeding_or_lax", "neck_dizzy", "balance_pressure", "long_or_urge")
"""Each lists illnesses in one long sentence, grade 8.6 to 12.4. A clinician should split them; no other may join."""

CLAIMS = re.compile(
    r"\b(treats?|treating|treated|treatments?|reliev\w+|relief|cures?|cured|curing|prevents?|preventing|prevention"
    r"|diagnos\w+|heals?|healing|monitors?|monitoring|triage|guarantee\w*|therapeutic|clinically proven"
    r"|medical[- ]grade|safe for (?:everyone|everybody|all)|risk[- ]free|proven to)\b",
    re.IGNORECASE,
)
NO_CLAIM = (
    "does not diagnose, treat or monitor any illness or injury",
    "does not diagnose",
    "do not diagnose",
    "cannot diagnose",
    "does not treat the cause",
    "Studies of treatment by professionals",
    "not a diagnosis",
    "new diagnosis",
)
"""Uses of those words that promise nothing, the longer first. A new one is a matter for a reviewer."""


_NO_CLAIM = re.compile("|".join(map(re.escape, NO_CLAIM)), re.IGNORECASE)


def texts(read: Draft) -> Iterator[Text]:
    """Every text that a person can be shown."""
    for name, stretch in read.stretches.items():
        for place, text in _stretch_texts(stretch):
            yield f"stretches/{name}.toml", place, text
    for place, text in _screening_texts(read.screening) if read.screening else ():
        yield "screening.toml", place, text
    yield from _pain_texts(read)
    yield from _other_texts(read)


def claims_nothing(read: Draft) -> Iterator[tuple[str, Found]]:
    for file, place, text in texts(read):
        claim = CLAIMS.search(text) and CLAIMS.search(_NO_CLAIM.sub("", text))
        if claim:
            what = f"{claim[0]!r} claims too much"
            yield file, (place, what, "say what the person does or feels, not what it does to an illness")


def is_easy_to_read(read: Draft) -> Iterator[tuple[str, Found]]:
    for file, place, text in _readings(read):
        grade = reading_grade(text)
        if grade > GRADE_LIMIT:
            what = f"reading grade {grade:.1f}, more than {GRADE_LIMIT:.0f}"
            yield file, (place, what, "use shorter sentences and shorter words")


def fits_its_place(read: Draft) -> Iterator[tuple[str, Found]]:
    for file, place, text, limit in _limits(read):
        if len(text) > limit:
            yield file, (place, f"{len(text)} characters, {limit} fit", "say it in fewer words")


def reading_grade(text: str) -> float:
    """The US school grade of a text by the formula of Flesch and Kincaid, with syllables counted roughly."""
    sentences = [part for part in re.split(r"[.!?]+(?:\s|$)|\n", text) if re.search(r"[A-Za-z]", part)]
    words = re.findall(r"[A-Za-z']+", text)
    if not words:
        return 0.0
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    """Groups of vowels, less a silent e at the end."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith(("e", "es", "ed")) and not word.endswith(("le", "les", "ted", "ded", "ses", "ges", "ces"))
    return max(1, groups - silent)


def _stretch_texts(stretch: Stretch) -> Iterator[tuple[str, str]]:
    for name in ("name", "feels_ok", "stop_if", "when_not_text", "safety_add", "evidence"):
        yield name, getattr(stretch, name)
    for name in ("must_say", "also_called", "partner_rules"):
        yield from ((f"{name}[{i}]", text) for i, text in enumerate(getattr(stretch, name), 1))
    for i, step in enumerate(stretch.steps, 1):
        for name in ("do", "breathe", "feel", "stop", "shows"):
            yield f"steps[{i}].{name}", getattr(step, name)
    yield from ((f"sides.{name}", getattr(stretch.sides, name)) for name in ("change", "feel", "stop", "shows"))
    yield from ((f"after.{name}", getattr(stretch.after, name)) for name in ("ask", "feel", "stop"))


def _screening_texts(screening: Screening) -> Iterator[tuple[str, str]]:
    yield "age.text", screening.age.text
    yield "quick_check", screening.quick_check
    yield "professional_ok.text", screening.professional_ok.text
    yield "consent.text", screening.consent.text
    yield "consent.on_refuse", screening.consent.on_refuse
    for i, question in enumerate(screening.questions, 1):
        yield f"questions[{i}].text", question.text
        yield f"questions[{i}].why", question.why
        yield f"questions[{i}].note", question.note
        yield from ((f"questions[{i}].items[{k}]", item) for k, item in enumerate(question.items, 1))
    yield from ((f"age_rules[{i}].note", rule.note) for i, rule in enumerate(screening.age_rules, 1))


def _pain_texts(read: Draft) -> Iterator[Text]:
    pain = read.pain
    if pain is None:
        return
    for name in ("ask_baseline", "ask_level_after_stop", "ask_after", "ask_next_day"):
        yield "pain.toml", name, getattr(pain, name)
    for i, row in enumerate(pain.rows, 1):
        yield "pain.toml", f"rows[{i}].then", row.then
    for i, signal in enumerate(pain.signals, 1):
        yield "pain.toml", f"signals[{i}].words", signal.words


def _other_texts(read: Draft) -> Iterator[Text]:
    if read.front:
        yield "book.toml", "intended_use", read.front.intended_use
        yield "book.toml", "rules.pop_is_not_a_goal", read.front.rules.pop_is_not_a_goal
    for i, card in enumerate(read.cards.cards if read.cards else (), 1):
        yield "cards.toml", f"cards[{i}].title", card.title
        yield "cards.toml", f"cards[{i}].text", card.text
    for i, referral in enumerate(read.referrals.referrals if read.referrals else (), 1):
        for name in ("headline", "text", "extra_nerves"):
            yield "referral.toml", f"referrals[{i}].{name}", getattr(referral, name)
    if read.referrals:
        yield "referral.toml", "minor", read.referrals.minor
    yield from ((MESSAGES, key, text) for key, text in read.messages.items())


def _readings(read: Draft) -> Iterator[Text]:
    """What is long enough to be graded: whole walks, whole questions, and single long texts."""
    for name, stretch in read.stretches.items():
        steps = "\n".join(f"{step.do}\n{step.feel}\n{step.stop}" for step in stretch.steps)
        yield f"stretches/{name}.toml", "steps", steps
        yield f"stretches/{name}.toml", "must_say", "\n".join((*stretch.must_say, *stretch.partner_rules))
    for i, question in enumerate(read.screening.questions if read.screening else (), 1):
        if question.id not in HARD_QUESTIONS:
            yield "screening.toml", f"questions[{i}]", "\n".join((question.text, *question.items))
    for file, place, text in texts(read):
        if not place.endswith((".why", "evidence", "when_not_text")) and len(text.split()) >= GRADE_FROM_WORDS:
            yield file, place, text


def _limits(read: Draft) -> Iterator[tuple[str, str, str, int]]:
    """File, place, composed text, and how many characters fit."""
    for name, stretch in read.stretches.items():
        for i, step in enumerate(stretch.walk, 1):
            yield f"stretches/{name}.toml", f"steps[{min(i, len(stretch.steps))}]", _card(step), STEP_LIMIT
        yield f"stretches/{name}.toml", "must_say", _briefing(stretch), MESSAGE_LIMIT
    for i, question in enumerate(read.screening.questions if read.screening else (), 1):
        whole = "\n".join((question.text, *question.items))
        yield "screening.toml", f"questions[{i}]", whole, MESSAGE_LIMIT
    for file, place, text in texts(read):
        yield file, place, text, _room(file, place)
    yield from _buttons(read)


def _room(file: str, place: str) -> int:
    """Messages of the groups `alert` and `button` go where little fits, and so does what a picture shows."""
    if place.endswith(".shows"):
        return SHOWS_LIMIT
    group = place.partition(".")[0] if file == MESSAGES else ""
    return {"alert": ALERT_LIMIT, "button": BUTTON_LIMIT}.get(group, MESSAGE_LIMIT)


def _card(step: Step) -> str:
    return "\n".join((step.do, step.breathe, step.feel, step.stop))


def _briefing(stretch: Stretch) -> str:
    return "\n".join((stretch.name, *stretch.must_say, stretch.safety_add, stretch.feels_ok, stretch.stop_if,
                      stretch.when_not_text, *stretch.partner_rules))  # fmt: skip


def _buttons(read: Draft) -> Iterator[tuple[str, str, str, int]]:
    words: list[Text] = []
    if read.screening:
        words += [("screening.toml", f"answers.{key}", text) for key, text in read.screening.answers.items()]
        words += [
            ("screening.toml", f"age.choices[{i}].words", c.words) for i, c in enumerate(read.screening.age.choices, 1)
        ]
        words += [
            ("screening.toml", f"consent.{key}", getattr(read.screening.consent, key)) for key in ("agree", "refuse")
        ]
    if read.pain:
        words += [("pain.toml", f"buttons[{i}].button", b.button) for i, b in enumerate(read.pain.buttons, 1)]
        words.append(("pain.toml", "pop_button.button", read.pain.pop_button.button))
    for i, referral in enumerate(read.referrals.referrals if read.referrals else (), 1):
        words += [
            ("referral.toml", f"referrals[{i}].buttons[{k}].words", b.words) for k, b in enumerate(referral.buttons, 1)
        ]
    words += [(f"stretches/{name}.toml", "name", stretch.name) for name, stretch in read.stretches.items()]
    yield from ((*word, BUTTON_LIMIT) for word in words)


RULES = (claims_nothing, is_easy_to_read, fits_its_place)
