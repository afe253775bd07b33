"""What a letter says, as text for the store and back: one `Say` of a turn.

{"card":{"text":"...","title":"...","rows":[[["No","injury","no",""]]]},"kind":"card","token":7, ...}
"""

from __future__ import annotations

import json
from typing import Any

from flows.effects import Button, Card, Kind, Look, Say, Tick


def write(say: Say) -> str:
    """The body of a letter."""
    page = {
        "card": _card(say.card),
        "kind": say.kind.value,
        "token": say.token,
        "settles": say.settles,
        "settled": None if say.settled is None else _card(say.settled),
        "chosen": say.chosen,
        "replaces": say.replaces,
        "cause": say.cause,
        "silent": say.silent,
    }
    if say.file:
        page["file"] = say.file
    return json.dumps(page, separators=(",", ":"), ensure_ascii=True)


def read(body: str) -> Say:
    """What `write` wrote. ValueError: anything else."""
    try:
        page: dict[str, Any] = json.loads(body)
        return Say(
            _read_card(page["card"]),
            Kind(page["kind"]),
            page["token"],
            page["settles"],
            None if page["settled"] is None else _read_card(page["settled"]),
            page["chosen"],
            page["replaces"],
            page["cause"],
            file=page.get("file", ""),
            silent=page.get("silent", False),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no letter: {type(error).__name__}") from error


def _card(card: Card) -> dict[str, object]:
    rows = [[[b.words, b.ask, b.choice, b.look.value] for b in row] for row in card.rows]
    page: dict[str, object] = {"text": card.text, "title": card.title, "rows": rows, "picture": card.picture}
    if card.text_only:
        page["text_only"] = True
    if card.alt:
        page["alt"] = card.alt
    if card.ticks:
        page["ticks"] = [[tick.after, tick.words] for tick in card.ticks]
    return page


def _read_card(page: dict[str, Any]) -> Card:
    rows = tuple(tuple(Button(w, a, c, Look(look)) for w, a, c, look in row) for row in page["rows"])
    ticks = tuple(Tick(after, words) for after, words in page.get("ticks", ()))
    return Card(
        page["text"], page["title"], rows, page["picture"], page.get("alt", ""), page.get("text_only", False), ticks
    )
