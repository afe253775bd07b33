"""What Telegram finds by itself in a text: mentions, commands, hashtags, links, addresses.

Source: tdlib/td, MessageEntity.cpp, find_entities, with simpler patterns; what a bot depends on is bot_command.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.playground.formatting.entities import Entity, ordered, resplit, units

# All bounded and unambiguous: no pattern here can be made slow by a text.
ENDINGS = "com|org|net|io|me|de|uk|eu|info|dev"
PATTERNS = (
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("hashtag", re.compile(r"(?<![\w#@])#(?=\w{0,255}[^\W\d])\w{1,256}")),
    ("email", re.compile(r"(?<![\w.+@-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z]{2,24}){1,3}(?!\w)")),
    ("url", re.compile(r"(?<!\w)(?:https?|tg|ton)://[^\s<>\"'“”]{1,2000}[^\s<>\"'“”.,:;!?)]", re.IGNORECASE)),
    (
        "url",
        re.compile(
            rf"(?<![\w.@/-])(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:{ENDINGS})(?:/[^\s<>\"']{{0,500}})?(?![\w@])", re.I
        ),
    ),
)


def found(text: str) -> list[Entity]:
    """None of them overlap; of two that would, the earlier and longer stays."""
    all_of_them = [
        Entity(kind, units(text[: match.start()]), units(match[0]))
        for kind, pattern in PATTERNS
        for match in pattern.finditer(text)
    ]
    kept: list[Entity] = []
    for entity in ordered(all_of_them):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def merged(entities: Sequence[Entity], new: Sequence[Entity]) -> tuple[Entity, ...]:
    """What was given stays; what was found goes where there is room."""
    return resplit(entities, new) if new else tuple(entities)
