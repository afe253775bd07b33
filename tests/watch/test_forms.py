"""The same words in other letters, and words of other languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from flows import watch

FLAGS = [
    ("I can't feel my legs", "emergency"),
    ("my foot has gone numb", "urgent"),
    ("it hurts a lot", "pain_stop"),
    ("please stop now", "stop_request"),
]


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


FORMS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "full width": wide,
    "zero width": "\u200b".join,
    "combining marks": lambda text: "".join(sign + "\u0336" for sign in text),
    "curly apostrophe": lambda text: text.replace("'", "\u2019"),
    "no apostrophe": lambda text: text.replace("'", ""),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "look-alikes": lambda text: text.replace("e", "е").replace("a", "а"),
    "control characters": lambda text: f"\x07{text}\x00\ud800",
    "emoji around": lambda text: f"😅 {text} 🙏",
    "blanks": lambda text: "   " + text.replace(" ", "   ") + "\n\n",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("text", "label"), FLAGS)
def test_a_form_of_writing_keeps_the_label(text: str, label: str, form: str) -> None:
    assert watch.read(FORMS[form](text)) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("no puedo respirar", "emergency"),
        ("quiero morir", "emergency"),
        ("je ne sens plus mes jambes", "emergency"),
        ("ich habe Brustschmerzen", "emergency"),
        ("não consigo urinar", "emergency"),
        ("non riesco a respirare", "emergency"),
        ("не могу дышать", "emergency"),
        ("не відчуваю ніг", "emergency"),
        ("لا أستطيع التنفس", "emergency"),
        ("मुझे सीने में दर्द है", "emergency"),
        ("我无法呼吸了", "emergency"),
        ("胸が痛いです", "emergency"),
        ("nefes alamıyorum", "emergency"),
        ("nie mogę oddychać", "emergency"),
        ("ik kan niet ademen", "emergency"),
        ("saya tidak bisa bernapas", "emergency"),
        ("me duele", "pain_stop"),
        ("ça fait mal", "pain_stop"),
        ("痛い", "pain_stop"),
        ("хватит", "stop_request"),
        ("basta", "stop_request"),
    ],
)
def test_grave_words_of_other_languages_are_heard(text: str, label: str) -> None:
    assert watch.read(text) == label


def test_despair_in_another_language_is_a_crisis() -> None:
    assert watch.reading("хочу умереть").kind == "crisis"


def test_a_word_that_is_english_too_counts_only_where_expected() -> None:
    assert watch.read("fine") == "benign"
    assert watch.read("fine", "it") == "stop_request"


@pytest.mark.parametrize("text", ["", " ", "\n", "\ud800", "\u200b", "...", "!", "０", "𝕋", "🏳️‍🌈", "ا" * 50])
def test_nothing_to_read_is_benign(text: str) -> None:
    assert watch.read(text) == "benign"
