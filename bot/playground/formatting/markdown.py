"""parse_mode MarkdownV2. Source: docs, "MarkdownV2 style"; tdlib/td, MessageEntity.cpp, parse_markdown_v2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.playground.formatting.entities import Entity, Formatted, ordered, units
from bot.playground.formatting.links import checked_link, mentioned_person
from bot.playground.values import Wrong

RESERVED = "_*[]()~`>#+-=|{}.!\n"
# Longest first. What begins an entity, its kind, and what ends it.
MARKS = (
    ("```", "pre", "```"), ("__", "underline", "__"), ("||", "spoiler", "||"), ("![", "custom_emoji", "]"),
    ("_", "italic", "_"), ("*", "bold", "*"), ("~", "strikethrough", "~"), ("[", "text_link", "]"), ("`", "code", "`"),
)  # fmt: skip
# How the errors name them: MessageEntity.cpp, operator<<.
NAMES = {
    "pre": "Pre", "underline": "Underline", "spoiler": "Spoiler", "custom_emoji": "CustomEmoji", "italic": "Italic",
    "bold": "Bold", "strikethrough": "Strikethrough", "text_link": "TextUrl", "code": "Code",
    "blockquote": "BlockQuote",
}  # fmt: skip
PRE_HEAD = re.compile(r"(?:([^\s`]+)(?=\s))?(?:\r\n|\n\r|\n|\r)?")
EMOJI = re.compile(r"tg://emoji\?id=(\d{1,20})", re.I)
MOMENT = re.compile(r"tg://time\?unix=(\d{1,10})(?:&format=([a-zA-Z]{0,8}))?", re.I)


@dataclass(slots=True)
class Open:
    kind: str
    offset: int  # UTF-16, in the text without marks
    begin: int  # the same place in characters
    source: int  # where its mark stands in the source
    ending: str = ""
    language: str = ""


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[Open] = []
        self.entities: list[Entity] = []
        self.quote: Open | None = None
        self.line_begins = True

    def run(self) -> Formatted:
        while self.place < len(self.source):
            self.step(self.source[self.place])
        if self.quote is not None:
            self.end_quote()
        if self.open:
            raise self.unended(self.open[-1])
        return Formatted("".join(self.text), tuple(ordered(self.entities)))

    def step(self, here: str) -> None:
        following = self.source[self.place + 1 : self.place + 2]
        if here == "\\" and following and "\0" < following <= "~":
            self.put(following, 2)
        elif here not in self.reserved():
            self.put(here, 1)
        elif here == "\n":
            self.newline(following)
        elif self.ends(here):
            self.end_entity(self.open.pop())
        else:
            self.begin_entity(here)

    def reserved(self) -> str:
        return "`" if self.open and self.open[-1].kind in ("code", "pre") else RESERVED

    def put(self, character: str, consumed: int) -> None:
        self.text.append(character)
        self.offset += units(character)
        self.place += consumed
        if character != "\r":
            self.line_begins = character == "\n"

    def newline(self, following: str) -> None:
        """A quotation ends with the first line that does not go on with '>'."""
        if self.quote is not None and following != ">":
            self.put("\n", 1)
            self.end_quote()
        else:
            self.put("\n", 1)

    def ends(self, here: str) -> bool:
        """Whether the innermost open entity ends here."""
        if not self.open or self.open[-1].kind == "blockquote":
            return False
        ending = self.open[-1].ending
        if not self.source.startswith(ending, self.place):
            return False
        return ending != "_" or not self.source.startswith("__", self.place)

    def begin_entity(self, here: str) -> None:
        if here == ">" and self.line_begins:
            self.place += 1
            if self.quote is None:
                self.quote = Open("blockquote", self.offset, len(self.text), self.place - 1)
                self.open.append(self.quote)
            return
        for mark, kind, ending in MARKS:
            if self.source.startswith(mark, self.place):
                opened = Open(kind, self.offset, len(self.text), self.place, ending)
                self.place += len(mark)
                self.open.append(opened)
                if kind == "pre":
                    self.skip_head(opened)
                return
        raise Wrong(f"Character '{here}' is reserved and must be escaped with the preceding '\\'")

    def skip_head(self, opened: Open) -> None:
        """The language behind ``` and one newline."""
        head = PRE_HEAD.match(self.source, self.place)
        if head is not None:
            opened.language = head[1] or ""
            self.place = head.end()

    def end_entity(self, opened: Open) -> None:
        self.place += len(opened.ending)
        made = self.made(opened)
        if made is not None and self.offset > opened.offset:
            self.entities.append(made)

    def made(self, opened: Open) -> Entity | None:
        length = self.offset - opened.offset
        if opened.kind == "text_link":
            return self.link(opened, length)
        if opened.kind == "custom_emoji":
            return self.special(opened, length)
        more: tuple[tuple[str, Any], ...] = (("language", opened.language),) if opened.language else ()
        return Entity(opened.kind, opened.offset, length, more)

    def link(self, opened: Open, length: int) -> Entity | None:
        covered = "".join(self.text[opened.begin :])
        address = self.address() if self.source.startswith("(", self.place) else covered
        person = mentioned_person(address)
        if person is not None:
            return Entity("text_mention", opened.offset, length, (("user", {"id": person}),))
        checked = checked_link(address)
        return Entity("text_link", opened.offset, length, (("url", checked),)) if checked else None

    def special(self, opened: Open, length: int) -> Entity:
        if not self.source.startswith("(", self.place):
            raise Wrong("The entity must contain a tg://emoji or tg://time URL")
        address = self.address()
        if emoji := EMOJI.fullmatch(address):
            return Entity("custom_emoji", opened.offset, length, (("custom_emoji_id", emoji[1]),))
        if moment := MOMENT.fullmatch(address):
            more = (("unix_time", int(moment[1])), ("date_time_format", moment[2] or ""))
            return Entity("date_time", opened.offset, length, more)
        raise Wrong("Invalid tg://emoji or tg://time URL specified")

    def address(self) -> str:
        """What stands in brackets behind a link."""
        self.place += 1
        begin = self.place
        characters: list[str] = []
        while self.place < len(self.source) and self.source[self.place] != ")":
            following = self.source[self.place + 1 : self.place + 2]
            escaped = self.source[self.place] == "\\" and bool(following) and "\0" < following <= "~"
            self.place += escaped
            characters.append(self.source[self.place])
            self.place += 1
        if self.place >= len(self.source):
            raise Wrong(f"Can't find end of a URL at byte offset {self.bytes_before(begin)}")
        self.place += 1
        return "".join(characters)

    def end_quote(self) -> None:
        """'||' opened at the very end of a quotation makes it an expandable one."""
        kind = "blockquote"
        last = self.open[-1]
        if last.kind == "spoiler" and not "".join(self.text[last.begin :]).strip("\r\n"):
            self.open.pop()
            kind = "expandable_blockquote"
        opened = self.open.pop()
        if opened is not self.quote:
            raise self.unended(opened)
        self.quote = None
        if self.offset > opened.offset:
            self.entities.append(Entity(kind, opened.offset, self.offset - opened.offset))

    def unended(self, opened: Open) -> Wrong:
        where = self.bytes_before(opened.source)
        return Wrong(f"Can't find end of {NAMES[opened.kind]} entity at byte offset {where}")

    def bytes_before(self, place: int) -> int:
        return len(self.source[:place].encode())


def parse_markdown(source: str) -> Formatted:
    """Text without marks, and its entities; Wrong in Telegram's words."""
    return _Parser(source).run()
