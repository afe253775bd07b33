"""HTML, MarkdownV2 and entities: what comes back, and offsets that count UTF-16 units."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.formatting import Entity, Formatted, formatted, plain, units
from bot.playground.refusals import Refusal

Spans = list[tuple[str, str]]


def covered(words: Formatted) -> Spans:
    """(kind, the text it covers): read the way a client does, in UTF-16."""
    raw = words.text.encode("utf-16-le")
    return [(entity.kind, raw[2 * entity.offset : 2 * entity.end].decode("utf-16-le")) for entity in words.entities]


HTML: list[tuple[str, str, Spans]] = [
    ("<b>a</b><i>b</i>", "ab", [("bold", "a"), ("italic", "b")]),
    ("🙂<b>🧘‍♀️ stretch</b>", "🙂🧘‍♀️ stretch", [("bold", "🧘‍♀️ stretch")]),
    ("<b>a<i>b</i>c</b>", "abc", [("bold", "a"), ("bold", "bc"), ("italic", "b")]),
    ("<u>u</u><s>s</s>", "us", [("underline", "u"), ("strikethrough", "s")]),
    ("<tg-spoiler>p</tg-spoiler>", "p", [("spoiler", "p")]),
    ("<B>x</b>", "x", [("bold", "x")]),
    ('<span class="tg-spoiler">p</span>', "p", [("spoiler", "p")]),
    ('<a href="https://example.com/?a=1&amp;b=2">x</a>', "x", [("text_link", "x")]),
    ("<a href=\"tg://user?id=5\">x</a>", "x", [("text_mention", "x")]),
    ("<a>nowhere</a>", "nowhere", []),
    ("<code>a &lt; b</code>", "a < b", [("code", "a < b")]),
    ('<pre><code class="language-python">x</code></pre>', "x", [("pre", "x")]),
    ("<pre>a<b>b</b></pre>", "ab", [("pre", "ab")]),
    ("<blockquote expandable>long</blockquote>", "long", [("expandable_blockquote", "long")]),
    ("&amp;&lt;&gt;&quot;&#65;&#x1F642;&nbsp;&#0;", '&<>"A🙂&nbsp;&#0;', []),
    ("&amp without end", "& without end", []),
    ("<b></b>x<i> </i>", "x", []),
    ("  x <b>y </b>", "x y", [("bold", "y")]),
    ("<b> x</b>", " x", [("bold", " x")]),
    ("write /start or @somebody", "write /start or @somebody", [("bot_command", "/start"), ("mention", "@somebody")]),
    ("<b>/stop now</b>", "/stop now", [("bot_command", "/stop"), ("bold", "/stop"), ("bold", " now")]),
    ("a\r\nb\tc\u202ed", "a\nb cd", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "spans"), HTML)
def test_html(source: str, text: str, spans: Spans) -> None:
    words = formatted(source, "HTML", "")
    assert (words.text, covered(words)) == (text, spans)


def test_links_and_languages_are_kept() -> None:
    link = formatted('<a href="EXAMPLE.com?a=1&amp;b=2">x</a>', "html", "")
    assert link.entities[0].json()["url"] == "http://example.com/?a=1&b=2"
    code = formatted('<pre><code class="language-python">x</code></pre>', "html", "")
    assert code.entities[0].json() == {"type": "pre", "offset": 0, "length": 1, "language": "python"}
    lone = formatted('<code class="language-python">x</code>', "html", "")
    assert lone.entities[0].json() == {"type": "code", "offset": 0, "length": 1}


MARKDOWN: list[tuple[str, str, Spans]] = [
    ("*a* _b_ __c__", "a b c", [("bold", "a"), ("italic", "b"), ("underline", "c")]),
    ("~d~ ||e|| `f`", "d e f", [("strikethrough", "d"), ("spoiler", "e"), ("code", "f")]),
    ("🙂*🙂*", "🙂🙂", [("bold", "🙂")]),
    (r"1\. done\!", "1. done!", []),
    ("[x](https://example.com)", "x", [("text_link", "x")]),
    ("```python\nprint\n```", "print", [("pre", "print")]),
    ("`a_b*c`", "a_b*c", [("code", "a_b*c")]),
    (">one\n>two\nafter", "one\ntwo\nafter", [("blockquote", "one\ntwo\n")]),
    (">hidden||", "hidden", [("expandable_blockquote", "hidden")]),
    ("![🙂](tg://emoji?id=5368324170671202286)", "🙂", [("custom_emoji", "🙂")]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "spans"), MARKDOWN)
def test_markdown(source: str, text: str, spans: Spans) -> None:
    words = formatted(source, "MarkdownV2", "")
    assert (words.text, covered(words)) == (text, spans)


def attempt(text: str, parse_mode: str = "", entities: str = "") -> Formatted | str:
    """What it comes to, or the words it is refused with."""
    try:
        return formatted(text, parse_mode, entities)
    except Refusal as refusal:
        return refusal.description


unhurried = settings(deadline=None)  # how fast it is says nothing here
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
emoji = st.sampled_from(["🙂", "🧘‍♀️", "é", "a", " ", "\n", "👨‍👩‍👧", "&", "<", "ß"])
mixed = st.lists(st.one_of(texts, emoji), min_size=1, max_size=8).map("".join)
kinds = st.sampled_from(["bold", "italic", "spoiler", "code", "pre", "blockquote", "text_link"])
spans = st.tuples(kinds, st.integers(0, 60), st.integers(0, 60))


@unhurried
@given(mixed)
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    """Whatever a person wrote: escaped, it is never refused, and never becomes formatting."""
    expected = attempt(text)
    assert attempt(html.escape(text, quote=False), "HTML") == expected
    assert isinstance(expected, Formatted) or expected == "Bad Request: text must be non-empty"


@unhurried
@given(mixed, mixed, mixed)
def test_what_html_marks_is_what_the_entity_covers(before: str, marked: str, after: str) -> None:
    source = f"[{html.escape(before)}]<u>({html.escape(marked)})</u>[{html.escape(after)}]"
    words = formatted(source, "HTML", "")
    expected = formatted(f"({marked})", "", "").text
    assert "".join(text for kind, text in covered(words) if kind == "underline") == expected


@unhurried
@given(mixed)
def test_markdown_escapes_everything(text: str) -> None:
    source = "".join(f"\\{character}" if 0 < ord(character) < 127 else character for character in text)
    assert attempt(source, "MarkdownV2") == attempt(text)


@unhurried
@given(mixed, st.lists(spans, max_size=6))
def test_entities_never_leave_the_text_nor_split_a_character(text: str, listed: list[tuple[str, int, int]]) -> None:
    given_ones = [
        {"type": kind, "offset": offset, "length": length, "url": "https://example.com"}
        for kind, offset, length in listed
    ]
    words = attempt(text, entities=json.dumps(given_ones))
    if isinstance(words, str):
        assert words.startswith(("Bad Request: entity begin", "Bad Request: text must be non-empty"))
        return
    assert all(0 <= entity.offset < entity.end <= units(words.text) for entity in words.entities)
    assert len(covered(words)) == len(words.entities)  # decodes: no half surrogate pairs
    solid = [entity for entity in words.entities if entity.kind in ("code", "pre", "text_link")]
    assert not [(a, b) for a in solid for b in solid if a is not b and a.offset < b.end and b.offset < a.end]


@unhurried
@given(st.text(max_size=30))
def test_any_html_is_parsed_or_refused(source: str) -> None:
    words = attempt(f"<b>{source}</b>", "HTML")
    if isinstance(words, str):
        assert words.startswith("Bad Request: ")
    else:
        assert units(words.text) <= units(source)


@unhurried
@given(st.text(alphabet="_*[]()~`>|!\\a\n🙂", max_size=30))
def test_any_markdown_is_parsed_or_refused(source: str) -> None:
    words = attempt(source, "MarkdownV2")
    if isinstance(words, str):
        assert words.startswith(("Bad Request: can't parse entities: ", "Bad Request: text must be non-empty"))
    else:
        assert all(entity.end <= units(words.text) for entity in words.entities)


def test_entities_that_telegram_finds_itself_are_ignored_when_given() -> None:
    listed = json.dumps([{"type": "bot_command", "offset": 0, "length": 2}, {"type": "bold", "offset": 0, "length": 2}])
    assert covered(formatted("hello", "", listed)) == [("bold", "he")]


def test_a_parse_mode_beats_entities_and_broken_entities_are_ignored() -> None:
    listed = json.dumps([{"type": "bold", "offset": 0, "length": 2}])
    assert formatted("hello", "HTML", listed).entities == ()
    assert formatted("hello", "", "{broken").entities == ()


def test_overlapping_links_keep_the_first() -> None:
    listed = json.dumps(
        [{"type": "text_link", "offset": start, "length": 3, "url": "https://a.io"} for start in (0, 2)]
    )
    assert covered(formatted("abcdef", "", listed)) == [("text_link", "abc")]


def test_what_a_person_types() -> None:
    words = plain("/start now <b>not bold</b> https://example.com/x. #back me@example.com")
    assert covered(words) == [
        ("bot_command", "/start"),
        ("url", "https://example.com/x"),
        ("hashtag", "#back"),
        ("email", "me@example.com"),
    ]
    assert Entity("bot_command", 0, 6) in words.entities
    assert plain("a/b //c </d /e/ /f> é/g").entities == ()
