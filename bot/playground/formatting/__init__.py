"""Formatted text: parse_mode or entities in, plain text and entities out. Offsets count UTF-16 units.

Docs, "Formatting options"; order of the work: Client.cpp, get_formatted_text, then tdlib/td MessageEntity.cpp,
fix_formatted_text (clean, nest, trim, find links and commands).
"""

from __future__ import annotations

import json

from bot.playground.formatting.cleaning import clean, trimmed
from bot.playground.formatting.entities import Entity, Formatted, given_entities, nested, units
from bot.playground.formatting.finding import found, merged
from bot.playground.formatting.html import parse_html
from bot.playground.formatting.markdown import parse_markdown
from bot.playground.parameters import is_utf8
from bot.playground.refusals import bad
from bot.playground.values import Wrong

__all__ = ["Entity", "Formatted", "formatted", "plain", "units"]

LONGEST_RAW = 1 << 15  # bytes, before parsing; Client.cpp, get_formatted_text
# The legacy parse mode "Markdown" is known to Telegram and left out here on purpose: it cannot be escaped reliably.
PARSERS = {"html": parse_html, "markdownv2": parse_markdown}


def formatted(text: str, parse_mode: str, entities: str, *, may_be_empty: bool = False) -> Formatted:
    """The text as it will be shown. Refuses (400) what Telegram refuses, in its words.

    A parse mode beats entities, and entities that are no JSON are ignored (Client.cpp, get_input_entities); here too.
    """
    if len(text.encode("utf-8", "surrogateescape")) > LONGEST_RAW:
        raise bad("Text is too long")
    mode = parse_mode.lower()
    if text and mode and mode != "none":
        raw = _parsed(text, mode)
    else:
        raw = Formatted(text, given_entities(_listed(entities)))
    return _finished(raw, may_be_empty)


def plain(text: str) -> Formatted:
    """What a person typed: no formatting, but commands, mentions and links are found in it."""
    return _finished(Formatted(text), may_be_empty=False)


def _parsed(text: str, mode: str) -> Formatted:
    parse = PARSERS.get(mode)
    if parse is None:
        raise bad("Unsupported parse_mode")
    if not is_utf8(text):
        raise bad("Text must be encoded in UTF-8")
    try:
        return parse(text)
    except Wrong as wrong:  # tdlib/td, SynchronousRequests.cpp, parseTextEntities
        raise bad(f"Can't parse entities: {wrong}") from None


def _listed(entities: str) -> list[object]:
    try:
        listed = json.loads(entities) if entities else []
    except (ValueError, RecursionError):
        return []
    return listed if isinstance(listed, list) else []


def _finished(raw: Formatted, may_be_empty: bool) -> Formatted:
    if not is_utf8(raw.text):
        raise bad("Strings must be encoded in UTF-8")
    whole = trimmed(clean(Formatted(raw.text, nested(raw.entities))))
    if not whole.text and not may_be_empty:
        raise bad("Text must be non-empty")
    return Formatted(whole.text, merged(whole.entities, found(whole.text)))
