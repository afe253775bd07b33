"""What a letter says, as text for the store and back: one `Say` of a turn.

{"text":"...","title":"...","rows":[[["No","injury","no",""]]],"kind":"card","token":7, ...}
"""

from __future__ import annotations

import json
from typing import Any

from flows.effects import Button, Card, Kind, Look, Say


def write(say: Say) -> str:
    """The body of a letter."""
    card = say.card
    page = {
        "text": card.text,
        "title": card.title,
        "rows": [[[b.words, b.ask, b.choice, b.look.value] for b in row] for row in card.rows],
        "picture": card.picture,
        "kind": say.kind.value,
        "token": say.token,
        "settles": say.settles,
        "chosen": say.chosen,
        "cause": say.cause,
    }
    return json.dumps(page, separators=(",", ":"), ensure_ascii=True)


def read(body: str) -> Say:
    """What `write` wrote. ValueError: anything else."""
    try:
        page: dict[str, Any] = json.loads(body)
        rows = tuple(tuple(Button(w, a, c, Look(look)) for w, a, c, look in row) for row in page["rows"])
        card = Card(page["text"], page["title"], rows, page["picture"])
        return Say(card, Kind(page["kind"]), page["token"], page["settles"], page["chosen"], page["cause"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no letter: {type(error).__name__}") from error
