"""What the front page, cards, numbers and sources must keep, and the stretches together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.draft import Cards, Draft, Front, Numbers, Sources
from flows.proofs.known import Found, Known, grounded, id_form, no_twins, said, unknown

CARDS = (
    "card_before_you_start",
    "card_back_pain_facts",
    "card_ask_a_physio",
    "card_constant_urge",
    "card_pops",
    "card_self_care",
)
"""The cards that the conversation shows by name; more may stand there."""
STOP_WORDS = ("stop", "/stop", "pain", "ouch")
"""The least that always works."""
AT_HAND = ("pillow", "wall")
"""Props that everybody is taken to have."""
COUNTRIES = 123
"""How many countries have a number at least."""


PROGRAM_WORDS: dict[str, tuple[str, ...]] = {
    "outcomes": ("emergency", "urgent", "minor", "see_professional_first", "incomplete", "restricted", "clear"),
    "answers": ("yes", "no", "not_sure"),
    "age_bands": ("under_18", "18_64", "65_74", "75_plus"),
    "sets": ("seed", "addition"),
    "phases": ("before", "during", "after", "next_day"),
    "pain_actions": (
        "continue",
        "ease_off",
        "gentle_only",
        "stop_stretch",
        "stop_session",
        "no_stretch_today",
        "refer_routine",
        "see_professional_first",
        "urgent",
        "emergency",
        "crisis",
    ),
    "referral_categories": ("emergency_now", "same_day", "within_days", "self_care", "crisis"),
}
"""Words that the program acts on, and their order: a word more would do nothing, and the actions rise in gravity."""


def program_words_stay(front: Front, known: Known) -> Iterator[Found]:
    for name, words in PROGRAM_WORDS.items():
        if getattr(front.vocabulary, name) != words:
            yield f"vocabulary.{name}", "the program does not know these words in this order", f"{', '.join(words)}"


def front_is_whole(front: Front, known: Known) -> Iterator[Found]:
    if not re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", front.content_version):
        yield "content_version", f"{front.content_version!r} is no version", "year.month.number, like 2026.11.0"
    if front.language != "en":
        yield "language", f"{front.language!r} is not the language of these files", "en; translations stand elsewhere"
    yield from said("rules.pop_is_not_a_goal", front.rules.pop_is_not_a_goal, "say that silence is fine")
    if "does not diagnose" not in front.intended_use:
        yield "intended_use", "it does not say what the bot does not do", "say: It does not diagnose, treat or monitor"
    for word in STOP_WORDS:
        if word not in front.rules.stop_words:
            yield "rules.stop_words", f"{word!r} is gone", "put it back: it always works"


def rules_are_sane(front: Front, known: Known) -> Iterator[Found]:
    rules = front.rules
    numbers = {
        "max_session_minutes": (rules.max_session_minutes, 1, 15),
        "max_sessions_per_day_seed": (rules.max_sessions_per_day_seed, 1, rules.max_sessions_per_day_total),
        "max_sessions_per_day_total": (rules.max_sessions_per_day_total, 1, 2),
        "urge_nudge_sessions_per_day": (rules.urge_nudge_sessions_per_day, 2, 3),
        "max_repeats_per_seed_stretch": (rules.max_repeats_per_seed_stretch, 1, 3),
        "retry_same_pop_after_minutes": (rules.retry_same_pop_after_minutes, 20, 1440),
        "morning_bend_wait_minutes": (rules.morning_bend_wait_minutes, 60, 240),
    }
    for name, (number, low, high) in numbers.items():
        if not low <= number <= high:
            yield f"rules.{name}", f"{number} is out of range", f"choose from {low} to {high}"


def asked_props_are_known(front: Front, known: Known) -> Iterator[Found]:
    yield from unknown("props_asked", front.props_asked, front.vocabulary.props, "prop")
    for stretch in known.loaded.values():
        for prop in stretch.props:
            if prop not in (*front.props_asked, *AT_HAND) and prop in front.vocabulary.props:
                yield "props_asked", f"nobody is asked about {prop}, which {stretch.id} needs", "add it"


def cards_are_whole(page: Cards, known: Known) -> Iterator[Found]:
    ids = [card.id for card in page.cards]
    yield from no_twins("cards", ids)
    for name in CARDS:
        if name not in ids:
            yield "cards", f"the card {name} is gone", "put it back: the conversation shows it"
    for i, card in enumerate(page.cards, 1):
        yield from id_form(f"cards[{i}].id", card.id)
        yield from said(f"cards[{i}].title", card.title, "give it a title")
        yield from said(f"cards[{i}].text", card.text, "write it, or remove the card")
        yield from grounded(f"cards[{i}].sources", card.sources, known)


def numbers_can_be_dialled(page: Numbers, known: Known) -> Iterator[Found]:
    for key, line in page.countries.items():
        if not re.fullmatch(r"[A-Z]{2}", key):
            yield f"countries.{key}", f"{key!r} is no country", "two capital letters (ISO 3166)"
        for place, number in [("call", line.call), *(("also", number) for number in line.also)]:
            if not re.fullmatch(r"[0-9]{2,5}", number):
                yield f"countries.{key}.{place}", f"{number!r} is no short number", "2 to 5 digits, nothing else"
        yield from no_twins(f"countries.{key}.also", [line.call, *line.also])
        yield from unknown(f"countries.{key}.grade", [line.grade], ("A", "B"), "grade")
        yield from said(f"countries.{key}.name", line.name, "name the country")


def numbers_are_complete(page: Numbers, known: Known) -> Iterator[Found]:
    if len(page.countries) < COUNTRIES:
        yield "countries", f"{len(page.countries)} countries, there were {COUNTRIES}", "put the lost ones back"
    yield from no_twins("countries", [line.name for line in page.countries.values()])
    if "112" not in page.unknown_country_line or "emergency number" not in page.unknown_country_line:
        yield "unknown_country_line", "it names no number", "say that 112 works from most mobile phones"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", page.checked):
        yield "checked", f"{page.checked!r} is no date", "the day the numbers were checked, like 2026-11-22"
    yield from grounded("sources", page.sources, known)


def sources_are_unique(page: Sources, known: Known) -> Iterator[Found]:
    yield from no_twins("sources", [source.id for source in page.sources])
    for i, source in enumerate(page.sources, 1):
        yield from said(f"sources[{i}].ref", source.ref, "say where it can be found")


def files_have_their_names(read: Draft) -> Iterator[tuple[str, Found]]:
    for name, stretch in read.stretches.items():
        if stretch.id != name:
            yield f"stretches/{name}.toml", ("id", f"{stretch.id!r} is not the name of the file", f"write {name}")


def seed_is_complete(read: Draft) -> Iterator[tuple[str, Found]]:
    """The seven stretches of the brief, each once. While a file cannot be read, nobody knows which one is missing."""
    if len(read.stretches) < len(read.stretch_files):
        return
    items = [stretch.seed_item for stretch in read.stretches.values()]
    for item in range(1, 8):
        if items.count(item) != 1:
            place = f"seed_item {item}"
            yield (
                "stretches/",
                (place, f"{items.count(item)} stretches have it", "each of 1 to 7 belongs to one stretch"),
            )


FRONT_RULES = (program_words_stay, front_is_whole, rules_are_sane, asked_props_are_known)
CARD_RULES = (cards_are_whole,)
NUMBER_RULES = (numbers_can_be_dialled, numbers_are_complete)
SOURCE_RULES = (sources_are_unique,)
RULES = (files_have_their_names, seed_is_complete)
