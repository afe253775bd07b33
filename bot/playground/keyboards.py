"""The parameter reply_markup, checked.

Docs, InlineKeyboardMarkup and InlineKeyboardButton; Client.cpp, get_reply_markup; tdlib/td, ReplyMarkup.cpp.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.formatting.links import checked_link, mentioned_person
from bot.playground.parameters import Call, is_utf8
from bot.playground.refusals import Json, bad
from bot.playground.values import Wrong, optional_bool, optional_list, optional_string, required_object, required_string

LONGEST_DATA = 64  # bytes; docs, InlineKeyboardButton.callback_data
MOST_BUTTONS = 100  # not in the docs; known as REPLY_MARKUP_TOO_LONG (tginfo/Telegram-Limits, issues 187 and 228)
MOST_IN_A_ROW = 8  # likewise; more are cut off in clients without a word
LONGEST_MARKUP = 10_000  # bytes of JSON; likewise
LONGEST_COPY = 256  # characters; docs, CopyTextButton.text
STYLES = ("", "default", "danger", "success", "primary")  # Client.cpp, get_button_style
ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
FIELDS = frozenset(("text", "style", "icon_custom_emoji_id", *ACTIONS))


@dataclass(frozen=True, slots=True)
class Markup:
    """`inline`: the rows of buttons under a message. `other`: a reply keyboard, its removal or a forced reply."""

    inline: tuple[tuple[Json, ...], ...] = ()
    other: Json | None = None

    def json(self) -> Json | None:
        """As Message.reply_markup: only an inline keyboard is shown there."""
        return {"inline_keyboard": [list(row) for row in self.inline]} if self.inline else None


NONE = Markup()


def read_markup(call: Call, *, inline_only: bool = False) -> Markup:
    """The markup of a call; NONE if it has none. `inline_only`: for edits (tdlib/td: "Inline keyboard expected")."""
    if not call.text("reply_markup"):
        return NONE
    thing = call.decoded("reply_markup", "Can't parse reply keyboard markup JSON object")
    if not isinstance(thing, dict):
        raise bad("Object expected as reply markup")
    try:
        markup = _markup(thing, call)
    except Wrong as wrong:
        raise bad(str(wrong)) from None
    if inline_only and markup.other is not None:
        raise bad("Inline keyboard expected")
    _check_size(markup, call)
    return markup


def _markup(thing: Json, call: Call) -> Markup:
    """Which kind it is, by the first field that is there: the order of Client.cpp, get_reply_markup."""
    keyboard = [_plain_row(row) for row in optional_list(thing, "keyboard")]
    inline = tuple(row for row in _inline_rows(thing, call) if row)
    remove, force = optional_bool(thing, "remove_keyboard"), optional_bool(thing, "force_reply")
    optional_bool(thing, "selective")
    if any(keyboard):
        return Markup(other=thing)
    if inline:
        return Markup(inline)
    return Markup(other=thing) if remove or force else NONE


def _plain_row(row: Any) -> list[Any]:
    if not isinstance(row, list):
        raise Wrong('Field "keyboard" must be an Array of Arrays')
    for button in row:
        if not isinstance(button, str | dict):
            raise Wrong("Can't parse keyboard button: KeyboardButton must be a String or an Object")
        text = button if isinstance(button, str) else required_string(button, "text")
        if not text:
            raise Wrong("Keyboard button text must be non-empty")
    return row


def _inline_rows(thing: Json, call: Call) -> Iterator[tuple[Json, ...]]:
    for row in optional_list(thing, "inline_keyboard"):
        if not isinstance(row, list):
            raise Wrong('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        yield tuple(_button(button, call) for button in row)


def _button(button: Any, call: Call) -> Json:
    try:
        if not isinstance(button, dict):
            raise Wrong("InlineKeyboardButton must be an Object")
        required_string(button, "text")
        optional_string(button, "icon_custom_emoji_id")
        if optional_string(button, "style").lower() not in STYLES:
            raise Wrong("invalid button style specified")
        action = _action(button)
    except Wrong as wrong:
        raise Wrong(f"Can't parse inline keyboard button: {wrong}") from None
    call.odd += [f"unknown field {name!r} of a button" for name in button if name not in FIELDS]
    check = CHECKS.get(action)
    _check_text(button)
    if check is not None:
        check(button)
    return button


def _action(button: Json) -> str:
    """Docs: exactly one. Telegram's server takes the first of several without a word; that is refused here."""
    present = [name for name in ACTIONS if button.get(name) not in (None, "") or (name in button and "inline" in name)]
    if not present:
        raise Wrong("Text buttons are unallowed in the inline keyboard")
    if len(present) > 1:
        raise Wrong(f"exactly one action is allowed, found {' and '.join(present)} (playground: see the docs)")
    return present[0]


def _check_text(button: Json) -> None:
    if not is_utf8(str(button["text"])):
        raise Wrong("Inline keyboard button text must be encoded in UTF-8")
    if not str(button["text"]).strip():
        raise Wrong("Inline keyboard button text must be non-empty")


def _check_data(button: Json) -> None:
    data = optional_string(button, "callback_data")
    if not is_utf8(data) or len(data.encode()) > LONGEST_DATA:
        raise Wrong("BUTTON_DATA_INVALID")


def _check_url(button: Json) -> None:
    url = optional_string(button, "url")
    if mentioned_person(url) is None and not checked_link(url):
        raise Wrong(f"Inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_secure(name: str, title: str, button: Json) -> None:
    url = required_string(required_object(button, name), "url")
    if not url.lower().startswith("https://") or not checked_link(url):
        raise Wrong(f"Inline keyboard button {title} URL '{url}' is invalid: Only HTTPS links are allowed")


def _check_copy(button: Json) -> None:
    text = required_string(required_object(button, "copy_text"), "text")
    if not 0 < len(text) <= LONGEST_COPY:
        raise Wrong("BUTTON_COPY_TEXT_INVALID")


CHECKS = {
    "callback_data": _check_data,
    "url": _check_url,
    "web_app": lambda button: _check_secure("web_app", "Web App", button),
    "login_url": lambda button: _check_secure("login_url", "login", button),
    "copy_text": _check_copy,
}


def _check_size(markup: Markup, call: Call) -> None:
    buttons = sum(len(row) for row in markup.inline)
    if buttons > MOST_BUTTONS or len(json.dumps(markup.json())) > LONGEST_MARKUP:
        raise bad("reply markup is too long")
    widest = max((len(row) for row in markup.inline), default=0)
    if widest > MOST_IN_A_ROW:
        raise bad(f"a row of {widest} buttons, more than {MOST_IN_A_ROW} are not shown (playground: known limit)")


def words_of(markup: Mapping[str, Any] | None) -> list[list[str]]:
    """The words on the buttons of a shown markup, row by row."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [[str(button["text"]) for button in row] for row in rows]
