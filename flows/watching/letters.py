"""What was typed, as plain tokens.

People send full-width letters, combining marks, zero-width blanks, letters of another script that look alike, emoji and curly apostrophes. All of
that is folded first, so that the rest of the watch sees one spelling: lower-case words without apostrophes ("cant", "im"), numbers, and a few marks
that end a thought. One pass over the characters, no regular expression, so time grows with the length of the text and nothing else.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from flows.watching import data

LONGEST = 65536
"""Characters read at all: sixteen times the longest message that Telegram delivers."""

STOPS = frozenset(".!?;\n")
"""Marks that end a sentence."""
MARKS = STOPS | {",", ":", "/", "-", "("}

_DROP = dict.fromkeys([0x27, 0x2019, 0x2018, 0x2BC, 0x60, 0xB4, 0x2B, 0xAD, 0xFE0E, 0xFE0F], None)
# Letters of Cyrillic and Greek that look like Latin ones; used only inside a word that also has Latin letters.
_ALIKE = str.maketrans("асеорхуікӏѕԁɡһјѵԝοαενιρτκυ", "aceopxyiklsdghjvwoaeviptku")
_LEET = str.maketrans("013457", "oleast")


@cache
def _emoji() -> dict[int, str]:
    pairs: dict[str, str] = data.table("words.toml")["emoji"]
    return {ord(sign): f" {word} " for sign, word in pairs.items()}


def fold(text: str) -> str:
    """One plain spelling of `text`: compatibility forms unified, marks and invisible characters gone, lower case."""
    text = text[:LONGEST]
    if text.isascii():
        return text.lower().translate(_DROP)
    text = text.translate(_emoji())
    text = unicodedata.normalize("NFKD", text.translate(_DROP))
    kept = "".join(map(_plain, text))
    return unicodedata.normalize("NFC", kept).casefold().translate(_DROP)


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    kind = unicodedata.category(sign)
    if kind in ("Mn", "Me", "Cf", "Cs", "Co", "Cn"):
        return ""
    if kind == "Pd":
        return "-"
    if sign in "…。！？；।؟":
        return "?" if sign == "؟" else "."
    if sign in "，、،":
        return ","
    return sign if kind[0] in "LNM" else " "


def tokens(text: str) -> list[str]:
    """Words, numbers and marks of a folded text, in order."""
    out: list[str] = []
    word = ""
    for sign, after in zip(text, (text + " ")[1:], strict=True):
        if sign.isalnum():
            word += sign
            continue
        if sign in ":./" and word.isdigit() and after.isdigit():
            word += sign  # a clock time, a decimal, a score out of ten
            continue
        if word:
            out.append(word)
            word = ""
        if sign in MARKS and (not out or out[-1] != sign):
            out.append(sign)
    if word:
        out.append(word)
    return [part for token in out for part in _parts(token)]


def _parts(token: str) -> list[str]:
    if token in MARKS:
        return [token]
    if token[0].isdigit() and "/" in token:
        return token.replace("/", " out of ").split()
    return [tidy(token)]


def tidy(word: str) -> str:
    """A word without look-alike letters, digits for letters, and drawn-out sounds ("ouuuuch" is "ouch")."""
    word = word[:40]
    if not word.isascii() and any(sign.isascii() and sign.isalpha() for sign in word):
        word = word.translate(_ALIKE)
    if not word.isalpha() and sum(map(str.isalpha, word)) >= 2 and not word[0].isdigit():
        word = word.translate(_LEET)
    if len(word) < 3:
        return word
    return _shorten(word)


def _shorten(word: str) -> str:
    out = word[:2]
    for sign in word[2:]:
        if not (sign == out[-1] == out[-2] and sign.isalpha()):
            out += sign
    return out
