"""What was typed, as plain tokens.

People send full-width letters, combining marks, zero-width blanks, letters of another script that look alike, emoji
and curly apostrophes. All of that is folded first, so that the rest of the watch sees one spelling: lower-case words
without apostrophes ("cant", "im"), numbers, and a few marks that end a thought. One pass over the characters, no
regular expression, so time grows with the length of the text and nothing else.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from flows.watching import data

LONGEST = 16384
"""Characters read at all: four times the longest message that Telegram delivers."""

_LONGEST_WORD = 40
STOPS = frozenset(".!?;")
"""Marks that end a sentence."""
MARKS = STOPS | {",", ":", "/", "-", "("}

_DROP = dict.fromkeys([0x27, 0x2019, 0x2018, 0x2BC, 0x60, 0xB4, 0x2B, 0xAD, 0xFE0E, 0xFE0F], None)
# Letters of Cyrillic and Greek that look like Latin ones; used only inside a word that also has Latin letters.
_ALIKE = str.maketrans("асеорхуікӏѕԁɡһјѵԝοαενιρτκυ", "aceopxyiklsdghjvwoaeviptku")
_PLAIN = str.maketrans("ıłøđħ", "ilodh")
_LEET = str.maketrans("013457", "oleast")


@cache
def _emoji() -> dict[int, str]:
    pairs: dict[str, str] = data.table("words.toml")["emoji"]
    return {ord(sign): f" {word} " for sign, word in pairs.items()}


def fold(text: str) -> str:
    """One plain spelling of `text`: compatibility forms unified, marks and invisible characters gone, lower case.

    Of a text longer than LONGEST the middle is left out, so that both how it starts and how it ends is read.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"
    if text.isascii():
        return text.lower().translate(_DROP)
    text = text.translate(_emoji())
    text = unicodedata.normalize("NFKD", text.translate(_DROP))
    kept = "".join(map(_plain, text))
    return unicodedata.normalize("NFC", kept).casefold().translate(_DROP).translate(_PLAIN)


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
    """Words, numbers and marks of a folded text, in order; a mark that is repeated counts once, and a new line (";")
    only where no mark stands before it and something follows."""
    out: list[str] = []
    for token in _keep_numbers(text).translate(_SPACED).split():
        if token not in MARKS:
            out += _parts(token)
        elif not out or (out[-1] != token and not (token == ";" and out[-1] in MARKS)):
            out.append(token)
    while out and out[-1] == ";":
        out.pop()
    return _joined(out) if len(out) > 2 else out


def _joined(tokens: list[str]) -> list[str]:
    """Letters that were typed apart ("s t o p", "s.t.o.p") as one word."""
    out: list[str] = []
    letters: list[str] = []
    for token in [*tokens, "  "]:
        if len(token) == 1 and token.isalpha():
            letters.append(token)
        elif token != "." or not letters:
            out += ["".join(letters)] if len(letters) > 2 else letters
            letters = []
            out.append(token)
    return out[:-1]


_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord(mark): f" {mark} " for mark in MARKS}
_SPACED[ord("\n")] = " ; "
_INSIDE = {":": "\ue000", ".": "\ue001", "/": "\ue002"}
_OUTSIDE = {ord(sign): mark for mark, sign in _INSIDE.items()}


def _keep_numbers(text: str) -> str:
    """Hide the mark inside a clock time, a decimal and a score out of ten, so that it does not end a word."""
    for mark, sign in _INSIDE.items():
        pieces = text.split(mark)
        text = pieces[0]
        for piece in pieces[1:]:
            inside = text[-1:].isdigit() and piece[:1].isdigit()
            text += (sign if inside else mark) + piece
    return text


@lru_cache(maxsize=16384)
def _parts(token: str) -> tuple[str, ...]:
    if not token[0].isdigit():
        return (tidy(token.translate(_OUTSIDE)),)
    token = token.translate(_OUTSIDE)
    return tuple(token.replace("/", " out of ").split()) if "/" in token else (tidy(token),)


def tidy(word: str) -> str:
    """A word without look-alike letters, digits for letters, and drawn-out sounds ("ouuuuch" is "ouch")."""
    word = word[:_LONGEST_WORD]
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
