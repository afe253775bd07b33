"""/mydata in words: nothing that is kept is missing on the sheet, whatever is added later."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from attrs import evolve, fields, has

from flows import book as books
from flows import conversation as pages
from flows.conversation import NONE, Conversation, Hold, Mark, Reminder
from flows.mine import label_of, mine
from flows.sheet import as_text
from flows.stages import Stage

BOOK = books.load()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FIELDS = [each.name for each in fields(Conversation)]
PAGES = [each for each in vars(pages).values() if isinstance(each, type) and has(each)]


def text_of(talk: Conversation) -> str:
    return as_text(mine(talk, BOOK, NOW))


def filled(name: str, value: Any) -> Conversation:
    whole: dict[str, Any] = {name: value}
    return Conversation(**whole)


def two_of(kind: Any, name: str) -> list[Any]:
    """Two values of a type that differ from each other and from every default."""
    if name == "history":
        return [("2026-03-02 5>3 cat_cow:5>4",), ("2026-03-04 5>3 cat_cow:5>4",)]
    if name == "zone":
        return ["Europe/Berlin", "Asia/Tokyo"]
    if name == "days":
        return [(1, 3), (2, 4)]
    origin = get_origin(kind)
    if origin in (types.UnionType, Union):
        return two_of(next(each for each in get_args(kind) if each is not type(None)), name)
    if origin is tuple:
        return [(value,) for value in two_of(get_args(kind)[0], name)]
    if kind is Mapping or origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        return [{"injury": "yes"}, {"injury": "no"}]
    if isinstance(kind, type) and has(kind):
        hints = get_type_hints(kind)
        whole = {each.name: two_of(hints[each.name], each.name) for each in fields(kind)}
        return [kind(**{key: values[n] for key, values in whole.items()}) for n in (0, 1)]
    plain: dict[Any, list[Any]] = {
        str: ["alpha", "omega"], int: [41, 43], bool: [True, False], datetime: [NOW, NOW + timedelta(days=1)],
        Stage: [Stage.HOME, Stage.MOVING],
    }  # fmt: skip
    return plain[kind]


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_that_is_kept_is_told(name: str) -> None:
    """Filled with one thing or with another, the sheet reads differently; so it does tell that field."""
    kind = get_type_hints(Conversation)[name]
    one, other = two_of(kind, name)
    texts = {text_of(Conversation()), text_of(filled(name, one))}
    texts.add(text_of(filled(name, other)))
    assert len(texts) == (2 if kind is bool else 3)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_every_field_of_a_page_that_is_kept_is_told(page: type) -> None:
    hints = get_type_hints(page)
    holder = next((name for name in FIELDS if page in _kinds(get_type_hints(Conversation)[name])), "")
    if page is Conversation or not holder:
        assert page.__name__ in ("Conversation", "Done"), page  # Done stands in a sitting and in a past one
        return
    ((one, _), many) = two_of(page, ""), get_origin(get_type_hints(Conversation)[holder]) is tuple
    for each in fields(page):
        other = evolve(one, **{each.name: two_of(hints[each.name], each.name)[1]})
        texts = {text_of(filled(holder, (value,) if many else value)) for value in (one, other)}
        assert len(texts) == 2, each.name


def _kinds(kind: Any) -> set[Any]:
    return {kind}.union(*(_kinds(each) for each in get_args(kind)))


def test_every_field_has_words() -> None:
    """A new field needs a label in messages.toml, under [mydata.field]: people read it."""
    names = {each.name for page in PAGES for each in fields(page)}
    assert not [name for name in sorted(names) if f"mydata.field.{name}" not in BOOK.messages]


def test_a_field_without_words_is_told_all_the_same() -> None:
    assert label_of("never_heard_of", BOOK) == "never heard of"


def test_nobody_has_nothing() -> None:
    assert [part.title for part in mine(Conversation(), BOOK, NOW).parts] == []


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        (Conversation(age="18_64"), "Age group: 18 to 64"),
        (Conversation(country="DE"), "Country: Germany"),
        (Conversation(reminder=Reminder("07:30", (1, 7), NOW)), "days: Monday, Sunday"),
        (Conversation(marks=(Mark(NOW, "pain_14"),)), "what: pain check, row 14 of the table"),
        (Conversation(marks=(Mark(NOW, "hold_emergency"),)), "what: put on hold: emergency"),
        (Conversation(holds=(Hold("urgent", "pain", NOW, None, "rise"),)), "because of: what you told in a pain check"),
        (Conversation(history=("2026-03-02 5>- stopped cat_cow:5>4!",)),
         "2 March 2026; 5 > -; stopped early; Cat and cow 5 > 4, stopped early"),
        (Conversation(rest_until=NOW, zone="Europe/Berlin"), "Stretching rests until: 23 November 2026, 10:00"),
    ],
)  # fmt: skip
def test_words_instead_of_codes(talk: Conversation, told: str) -> None:
    assert told in text_of(talk).replace("\n  ", " ")


def test_answers_are_told_in_the_words_of_the_question() -> None:
    screened = pages.Screened(NOW, "1", {"pregnancy": "not_sure"})
    assert "Not sure: Are you pregnant" in text_of(Conversation(screened=screened))
    assert NONE == {}
