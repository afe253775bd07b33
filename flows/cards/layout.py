"""How cards are laid out: short answers two in a row, long ones alone, stop always last and always there (promise
2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.effects import Button, Card, Look
from flows.pages import Book

SHORT = 16
"""Up to so many characters a button may share its row."""
STOP_ASK, HURT_ASK = "stop", "hurt"


def stop_button(book: Book) -> Button:
    return Button(book.say("button.stop"), STOP_ASK, "stop", Look.STOP)


def hurt_button(book: Book) -> Button:
    return Button(book.say("button.hurts"), HURT_ASK, "hurt", Look.STOP)


def rows_of(buttons: Sequence[Button], width: int = 2) -> tuple[tuple[Button, ...], ...]:
    """Neighbouring short buttons share rows of at most `width`."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        fits = rows and len(rows[-1]) < width and all(len(b.words) <= SHORT for b in (*rows[-1], button))
        rows[-1:] = [(*rows[-1], button)] if fits else [*rows[-1:], (button,)]
    return tuple(rows)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"• {item}" for item in items)


def card(
    book: Book, title: str, text: str, buttons: Sequence[Button] = (), *, width: int = 2, picture: str = ""
) -> Card:
    """A card with its buttons, and the stop button below them."""
    return Card(text, title, (*rows_of(buttons, width), (stop_button(book),)), picture)
