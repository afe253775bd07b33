"""Characters that Telegram does not keep, and blanks at both ends; entities move along.

Source: tdlib/td, MessageEntity.cpp, clean_input_string_with_entities and fix_formatted_text.
"""

from __future__ import annotations

from bot.playground.formatting.entities import Entity, Formatted, units
from bot.playground.refusals import bad

DROPPED = frozenset("\r\u0333\u033f\u030a\u2028\u2029\u202a\u202b\u202c\u202d\u202e")
BLANKED = frozenset(chr(code) for code in range(33)) - {"\n", "\r"}


def clean(words: Formatted) -> Formatted:
    """Control characters become blanks, a few invisible ones go."""
    kept: list[str] = []
    places: list[int | None] = []  # old UTF-16 offset -> new one; None in the middle of a surrogate pair
    new = 0
    for character in words.text:
        wide = character > "\uffff"
        places += [new, None] if wide else [new]
        if character not in DROPPED:
            kept.append(" " if character in BLANKED else character)
            new += 1 + wide
    places.append(new)
    moved = tuple(_moved(entity, places, words.text) for entity in words.entities)
    return Formatted("".join(kept), tuple(entity for entity in moved if entity.length > 0))


def _moved(entity: Entity, places: list[int | None], text: str) -> Entity:
    last = len(places) - 1
    if entity.offset > last:
        raise bad(f"Entity begins after the end of the text at UTF-16 offset {entity.offset}")
    if entity.end > last:
        raise bad(
            f"Entity beginning at UTF-16 offset {entity.offset} ends after the end of the text"
            f" at UTF-16 offset {entity.end}"
        )
    start, end = places[entity.offset], places[entity.end]
    if start is None:
        raise bad(f"Entity begins in a middle of a UTF-16 symbol at byte offset {_bytes(text, entity.offset)}")
    if end is None:
        raise bad(
            f"Entity beginning at UTF-16 offset {entity.offset} ends in a middle of a UTF-16 symbol"
            f" at byte offset {_bytes(text, entity.end)}"
        )
    return Entity(entity.kind, start, end - start, entity.more)


def _bytes(text: str, offset: int) -> int:
    """UTF-8 length of what ends behind the symbol that holds this UTF-16 offset."""
    seen = 0
    for place, character in enumerate(text):
        seen += units(character)
        if seen > offset:
            return len(text[: place + 1].encode())
    return len(text.encode())


def trimmed(words: Formatted) -> Formatted:
    """Blanks and newlines at the end go, and those at the beginning that no entity covers."""
    text = words.text.rstrip(" \n")
    end = units(text)
    entities = [
        Entity(entity.kind, entity.offset, min(entity.end, end) - entity.offset, entity.more)
        for entity in words.entities
        if entity.offset < end
    ]
    first = min((entity.offset for entity in entities), default=end)
    leading = min(len(text) - len(text.lstrip(" \n")), first)
    moved = (Entity(entity.kind, entity.offset - leading, entity.length, entity.more) for entity in entities)
    return Formatted(text[leading:], tuple(moved))
