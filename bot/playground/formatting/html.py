"""parse_mode HTML. Source of rules and sentences: docs, "HTML style"; tdlib/td, MessageEntity.cpp, parse_html."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.playground.formatting.entities import Entity, Formatted, ordered, units
from bot.playground.formatting.links import checked_link, mentioned_person
from bot.playground.values import Wrong

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}  # and no other: &nbsp; stays as it is written
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
SPACE = " \t\r\n\0\v"
ATTRIBUTE_END = SPACE + "=>/\"'"


@dataclass(slots=True)
class Open:
    """A start tag that waits for its end."""

    tag: str
    argument: str
    unix_time: int
    offset: int  # UTF-16, in the text without tags
    begin: int  # the same place in characters


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[Open] = []
        self.entities: list[Entity] = []

    def run(self) -> Formatted:
        while self.place < len(self.source):
            if self.source[self.place] != "<":
                self.put(self.character())
            elif self.source.startswith("</", self.place):
                self.end_tag()
            else:
                self.start_tag()
        if self.open:
            raise Wrong(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        text = "".join(self.text)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Wrong(
                "Text contains invalid Unicode characters after decoding HTML entities,"
                " check for unmatched surrogate code units"
            )
        return Formatted(text, tuple(ordered(self.entities)))

    def put(self, character: str) -> None:
        self.text.append(character)
        self.offset += units(character)

    def character(self) -> str:
        """The next character of the text; a reference counts as the character it stands for."""
        reference = REFERENCE.match(self.source, self.place)
        if reference is not None:
            character = _referred(reference)
            if character:
                self.place = reference.end()
                return character
        self.place += 1
        return self.source[self.place - 1]

    def peek(self) -> str:
        return self.source[self.place : self.place + 1]

    def skip(self, unlike: str = "", like: str = "") -> str:
        """Go on while characters are not in `unlike` (or, if given, are in `like`); returns what was skipped."""
        begin = self.place
        while (here := self.peek()) and (here in like if like else here not in unlike):
            self.place += 1
        return self.source[begin : self.place]

    def bytes_before(self, place: int) -> int:
        return len(self.source[:place].encode())

    def start_tag(self) -> None:
        begin = self.bytes_before(self.place)
        self.place += 1
        tag = self.skip(unlike=SPACE + ">").lower()
        if not self.peek():
            raise Wrong(f"Unclosed start tag at byte offset {begin}")
        if tag not in KINDS:
            raise Wrong(f'Unsupported start tag "{tag}" at byte offset {begin}')
        attributes = self.attributes(tag, begin)
        argument = ARGUMENTS.get(tag, _no_argument)(attributes)
        if tag == "span" and argument != "spoiler":
            raise Wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        digits = attributes.get("unix", "")
        unix_time = int(digits) if tag == "tg-time" and digits.isdecimal() else 0
        self.open.append(Open(tag, argument, unix_time, self.offset, len(self.text)))

    def attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self.skip(like=SPACE)
            if self.peek() == ">":
                self.place += 1
                return attributes
            name = self.skip(unlike=ATTRIBUTE_END)
            if not name:
                raise Wrong(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
            self.skip(like=SPACE)
            if not self.peek():
                raise Wrong(f'Unclosed start tag "{tag}" at byte offset {begin}')
            attributes[name] = self.value(tag, begin) if self.peek() == "=" else name

    def value(self, tag: str, begin: int) -> str:
        self.place += 1
        self.skip(like=SPACE)
        quote = self.peek()
        if not quote:
            raise Wrong(f'Unclosed start tag "{tag}" at byte offset {begin}')
        if quote not in "\"'":
            return self.bare_value(begin)
        self.place += 1
        characters: list[str] = []
        while (here := self.peek()) and here != quote:
            characters.append(self.character())
        self.place += 1
        if not self.peek():
            raise Wrong(f"Unclosed start tag at byte offset {begin}")
        return "".join(characters)

    def bare_value(self, begin: int) -> str:
        start = self.place
        while (here := self.peek()) and ((here.isascii() and here.isalnum()) or here in ".-"):
            self.place += 1
        if self.peek() and self.peek() not in SPACE + ">":
            raise Wrong(f"Unexpected end of name token at byte offset {self.bytes_before(start)}")
        if not self.peek():
            raise Wrong(f"Unclosed start tag at byte offset {begin}")
        return self.source[start : self.place].lower()

    def end_tag(self) -> None:
        begin = self.bytes_before(self.place)
        if not self.open:
            raise Wrong(f"Unexpected end tag at byte offset {begin}")
        self.place += 2
        tag = self.skip(unlike=SPACE + ">").lower()
        self.skip(like=SPACE)
        if self.peek() != ">":
            raise Wrong(f"Unclosed end tag at byte offset {begin}")
        self.place += 1
        opened = self.open[-1]
        if tag and tag != opened.tag:
            raise Wrong(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{tag}>"')
        self.open.pop()
        if self.offset > opened.offset:
            self.close(opened)

    def close(self, opened: Open) -> None:
        covered = "".join(self.text[opened.begin :])
        length = self.offset - opened.offset
        last = self.entities[-1] if self.entities else None
        twin = last is not None and (last.offset, last.length) == (opened.offset, length)
        if last is not None and twin and (opened.tag, last.kind) == ("pre", "code") and last.more:
            self.entities[-1] = Entity("pre", opened.offset, length, last.more)
            return
        if last is not None and twin and (opened.tag, last.kind) == ("code", "pre") and opened.argument:
            self.entities[-1] = Entity("pre", opened.offset, length, (("language", opened.argument),))
            return
        made = _entity(opened, length, covered)
        if made is not None:
            self.entities.append(made)


def _no_argument(attributes: dict[str, str]) -> str:
    return ""


def _class_behind(prefix: str) -> Callable[[dict[str, str]], str]:
    def behind(attributes: dict[str, str]) -> str:
        value = attributes.get("class", "")
        return value.removeprefix(prefix) if value.startswith(prefix) else ""

    return behind


ARGUMENTS: dict[str, Callable[[dict[str, str]], str]] = {
    "a": lambda attributes: attributes.get("href", ""),
    "code": _class_behind("language-"),
    "span": _class_behind("tg-"),
    "tg-emoji": lambda attributes: attributes.get("emoji-id", ""),
    "tg-time": lambda attributes: attributes.get("format", ""),
    "blockquote": lambda attributes: "1" if "expandable" in attributes else "",
}


def _referred(reference: re.Match[str]) -> str:
    """MessageEntity.cpp, decode_html_entity: 0 and what lies beyond Unicode is no reference."""
    hexadecimal, decimal, name = reference.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF else ""


def _entity(opened: Open, length: int, covered: str) -> Entity | None:
    kind = KINDS[opened.tag]
    more: tuple[tuple[str, Any], ...] = ()
    match opened.tag:
        case "a":
            return _link(opened, length, covered)
        case "tg-emoji":
            if not opened.argument.isdecimal() or int(opened.argument) == 0:
                raise Wrong("Invalid custom emoji identifier specified")
            more = (("custom_emoji_id", opened.argument),)
        case "tg-time":
            if opened.unix_time <= 0:
                return None
            more = (("unix_time", opened.unix_time), ("date_time_format", opened.argument))
        case "code" if opened.argument:
            more = (("language", opened.argument),)  # becomes part of an enclosing <pre>, or is forgotten
        case "blockquote" if opened.argument:
            kind = "expandable_blockquote"
    return Entity(kind, opened.offset, length, more)


def _link(opened: Open, length: int, covered: str) -> Entity | None:
    """A link without an address takes its own text for one; a link that is none is plain text."""
    address = opened.argument or covered
    person = mentioned_person(address)
    if person is not None:
        return Entity("text_mention", opened.offset, length, (("user", {"id": person}),))
    checked = checked_link(address)
    return Entity("text_link", opened.offset, length, (("url", checked),)) if checked else None


def parse_html(source: str) -> Formatted:
    """Text without tags, and its entities; Wrong in Telegram's words."""
    parsed = _Parser(source).run()
    # `class="language-..."` means something only on <code> inside <pre>.
    stripped = (Entity(e.kind, e.offset, e.length, () if e.kind == "code" else e.more) for e in parsed.entities)
    return Formatted(parsed.text, tuple(stripped))
