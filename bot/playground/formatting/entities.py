"""Entities: what they are, how they are given, and how Telegram makes them nest.

Nesting is worth an essay, because what comes back is not what was sent. Bold, italic, underline, strikethrough and
spoiler are *splittable*: they may overlap anything, and are cut at the edges of whatever they contain.
`<b>a<i>b</i>c</b>` comes back as bold "a", bold "bc" and italic "b". All others must not overlap each other: of two
that do, the later one is dropped. Code and pre contain nothing; a quotation may contain everything but a quotation.
Source: tdlib/td, MessageEntity.cpp, fix_entities, split_entities, remove_intersecting_entities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from bot.playground.refusals import Json, bad
from bot.playground.values import Wrong, optional_string, required_number, required_object, required_string

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = ("blockquote", "expandable_blockquote")
CODE = ("pre", "code", "date_time")  # contain nothing: get_pre_entities_mask
# MessageEntity.cpp, get_type_priority: which of two entities with the same bounds comes first. All others: 50.
PRIORITY = {
    "blockquote": 0, "expandable_blockquote": 0, "pre": 11, "code": 20, "date_time": 30, "text_link": 49,
    "text_mention": 49, "bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94,
    "custom_emoji": 99,
}  # fmt: skip
FOUND_BY_TELEGRAM = frozenset(
    "mention hashtag cashtag bot_command url email phone_number bank_card_number".split()
)  # ignored when a bot gives them: Client.cpp, get_text_entity_type
FARTHEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Entity:
    """Offset and length in UTF-16 units. `more`: url, language, custom_emoji_id, ... as pairs."""

    kind: str
    offset: int
    length: int
    more: tuple[tuple[str, Any], ...] = ()

    @property
    def end(self) -> int:
        return self.offset + self.length

    def json(self) -> Json:
        return {"offset": self.offset, "length": self.length, "type": self.kind, **dict(self.more)}


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    entities: tuple[Entity, ...] = ()

    def fields(self, text: str = "text", entities: str = "entities") -> Json:
        """As fields of a Message; none for empty text, no list for no entities."""
        shown: Json = {text: self.text} if self.text else {}
        if self.entities:
            shown[entities] = [entity.json() for entity in self.entities]
        return shown


def units(text: str) -> int:
    """Length in UTF-16 units: characters beyond U+FFFF (most emoji) count twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def ordered(entities: Iterable[Entity]) -> list[Entity]:
    """MessageEntity.h, operator<."""
    return sorted(entities, key=lambda entity: (entity.offset, -entity.length, PRIORITY.get(entity.kind, 50)))


def nested(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Entities as Telegram would keep them; those of no length are gone."""
    return resplit((entity for entity in ordered(entities) if entity.length > 0), ())


def resplit(entities: Iterable[Entity], more: Sequence[Entity]) -> tuple[Entity, ...]:
    """`entities` made to nest, with `more` (found later, not overlapping each other) put where there is room."""
    listed = list(entities)
    quotes = _apart(entity for entity in listed if entity.kind in QUOTES)
    solid = _apart(entity for entity in listed if entity.kind not in (*QUOTES, *SPLITTABLE))
    solid += [new for new in more if all(new.end <= old.offset or old.end <= new.offset for old in solid)]
    solid = [entity for entity in ordered(solid) if not any(_crosses(entity, quote) for quote in quotes)]
    fixed = ordered([*solid, *quotes])
    return tuple(ordered([*fixed, *_split([entity for entity in listed if entity.kind in SPLITTABLE], fixed)]))


def _apart(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _crosses(entity: Entity, quote: Entity) -> bool:
    """It overlaps the quotation and does not lie inside it."""
    overlaps = entity.offset < quote.end and quote.offset < entity.end
    return overlaps and not (quote.offset <= entity.offset and entity.end <= quote.end)


def _split(styles: Sequence[Entity], fixed: Sequence[Entity]) -> Iterator[Entity]:
    edges = {edge for entity in fixed for edge in (entity.offset, entity.end)}
    dark = [entity for entity in fixed if entity.kind in CODE]
    runs = {kind: _united(style for style in styles if style.kind == kind) for kind in SPLITTABLE}
    edges |= {run.offset for found in runs.values() for run in found}
    for found in runs.values():
        for run in found:
            cuts = [run.offset, *sorted(edge for edge in edges if run.offset < edge < run.end), run.end]
            for start, end in pairwise(cuts):
                if not any(code.offset <= start and end <= code.end for code in dark):
                    yield replace(run, offset=start, length=end - start)


def _united(styles: Iterable[Entity]) -> list[Entity]:
    """Entities of one kind that touch or overlap are one."""
    runs: list[Entity] = []
    for style in styles:
        if runs and style.offset <= runs[-1].end:
            runs[-1] = replace(runs[-1], length=max(runs[-1].end, style.end) - runs[-1].offset)
        else:
            runs.append(style)
    return runs


def given_entities(listed: Sequence[object]) -> tuple[Entity, ...]:
    """The parameter `entities`. Client.cpp, get_text_entity; bounds: MessageEntity.cpp, fix_formatted_text."""
    try:
        entities = [_given(thing) for thing in listed]
    except Wrong as wrong:
        raise bad(f"Can't parse MessageEntity: {wrong}") from None
    for entity in entities:
        for what, number in (("offset", entity.offset), ("length", entity.length)):
            if not 0 <= number <= FARTHEST:
                raise bad(f"Receive an entity with incorrect {what} {number}")
    return tuple(entity for entity in entities if entity.kind not in FOUND_BY_TELEGRAM)


def _given(thing: object) -> Entity:
    if not isinstance(thing, dict):
        raise Wrong("expected an Object")
    offset, length = required_number(thing, "offset"), required_number(thing, "length")
    kind = required_string(thing, "type")
    if kind not in (*PRIORITY, *FOUND_BY_TELEGRAM):
        raise Wrong("Unsupported type specified")
    return Entity(kind, offset, length, _details(kind, thing))


def _details(kind: str, thing: Json) -> tuple[tuple[str, Any], ...]:
    match kind:
        case "text_link":
            return (("url", required_string(thing, "url")),)
        case "pre":
            language = optional_string(thing, "language")
            return (("language", language),) if language else ()
        case "custom_emoji":
            return (("custom_emoji_id", str(required_number(thing, "custom_emoji_id"))),)
        case "text_mention":
            person = required_object(thing, "user")
            return (("user", {**person, "id": required_number(person, "id")}),)
        case "date_time":
            return (("unix_time", required_number(thing, "unix_time")),)
    return ()
