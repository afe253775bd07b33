"""The summary as a page: one page that prints, with all that stands on the sheet."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest

from bot.makers import MAKERS
from bot.paper import LETTER_COUNTRIES, MARGIN, page
from flows import book
from flows.conversation import Conversation, Done, Mark, Past, Screened
from flows.sheet import Part, Sheet
from flows.summary import summary

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOOK = book.load()


def a_lot() -> Conversation:
    """As much as two weeks can hold: three sittings a day, every stretch, every question answered with yes."""
    done = tuple(Done(stretch, 3, True, 4, True) for stretch in BOOK.stretches)
    past = tuple(
        Past(
            NOW - timedelta(hours=8 * n, minutes=9),
            NOW - timedelta(hours=8 * n),
            4,
            5,
            done[n % 9 : n % 9 + 4],
            True,
            next_day=6,
        )
        for n in range(41, -1, -1)
    )
    marks = tuple(
        Mark(NOW - timedelta(days=n), "pain_20", "seated_twist", "during", "turn", ("sharp_or_electric",), 6, 3)
        for n in range(9, -1, -1)
    )
    answers = {question.id: "yes" for question in BOOK.screening.questions}
    return Conversation(age="18_64", country="US", past=past, marks=marks, screened=Screened(NOW, "1", answers))


def words_of(made: bytes) -> str:
    """All words of all pages."""
    with pypdfium2.PdfDocument(made) as pdf:
        assert len(pdf) == 1
        return re.sub(r"\s+", " ", pdf[0].get_textpage().get_text_range())


@pytest.mark.parametrize("talk", [Conversation(), a_lot()], ids=["nothing", "a lot"])
def test_it_is_one_page_and_all_of_the_sheet_stands_on_it(talk: Conversation) -> None:
    sheet = summary(talk, BOOK, NOW)
    words = words_of(page(sheet)).replace(" ", "")
    told = [sheet.title, sheet.head, sheet.foot]
    for part in sheet.parts:
        told += [part.title, *part.lines, *part.blanks, *part.columns, *(cell for row in part.rows for cell in row)]
    for each in told:
        assert re.sub(r"\s+", "", each) in words, each


def test_nothing_stands_in_the_margin() -> None:
    with pypdfium2.PdfDocument(page(summary(a_lot(), BOOK, NOW))) as pdf:
        width, height = pdf[0].get_size()
        words = pdf[0].get_textpage()
        boxes = [words.get_charbox(n) for n in range(words.count_chars()) if words.get_text_range(n, 1).strip()]
    assert min(box[0] for box in boxes) >= MARGIN - 1
    assert min(box[1] for box in boxes) >= MARGIN - 1
    assert max(box[2] for box in boxes) <= width - MARGIN + 1
    assert max(box[3] for box in boxes) <= height - MARGIN + 1


@pytest.mark.parametrize(("country", "height"), [("DE", 842), ("", 842), *((each, 792) for each in LETTER_COUNTRIES)])
def test_the_paper_is_the_one_of_the_country(country: str, height: int) -> None:
    with pypdfium2.PdfDocument(page(Sheet("T", "h", ()), country)) as pdf:
        assert round(pdf[0].get_size()[1]) == height


def test_signs_that_mean_something_to_a_page_are_shown_as_they_are() -> None:
    strange = "a < b & <b>c</b> <img src='x'/> &amp;"
    sheet = Sheet(
        strange, strange, (Part(strange, (strange,), ("A", "B"), ((strange, strange),), (strange,)),), strange
    )
    assert words_of(page(sheet)).replace(" ", "").count(strange.replace(" ", "")) == 8


def test_the_makers_name_the_day() -> None:
    made = MAKERS["summary.pdf"](Conversation(), BOOK, NOW)
    text = MAKERS["summary.txt"](Conversation(), BOOK, NOW)
    assert made is not None
    assert text is not None
    assert (made.name, made.mime, made.content[:5]) == ("back-summary-2026-11-23.pdf", "application/pdf", b"%PDF-")
    assert (text.name, text.to_copy) == ("back-summary-2026-11-23.txt", True)
