"""answerCallbackQuery and setMessageReaction."""

from __future__ import annotations

import re
from typing import Any

from bot.playground.api import Api
from bot.playground.formatting import units
from bot.playground.methods.method import method
from bot.playground.parameters import Call
from bot.playground.refusals import bad
from bot.playground.values import Wrong, required_number, required_string

LONGEST_TOAST = 200  # characters; docs, answerCallbackQuery.text
DEEP_LINK = re.compile(r"(?:https?://)?t\.me/(\w{3,32})\?start=[\w-]{1,64}", re.IGNORECASE)
# Docs, ReactionTypeEmoji.emoji.
REACTIONS = frozenset(
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊"
    " 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋"
    " 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃"
    " 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡".split()
)


def answer_callback_query(api: Api, call: Call) -> bool:
    """Client.cpp, process_answer_callback_query_query; a text that is too long: eternnoir/pyTelegramBotAPI#500."""
    text = call.utf8("text")
    if units(text) > LONGEST_TOAST:
        raise bad("MESSAGE_TOO_LONG")
    link = DEEP_LINK.fullmatch(call.text("url"))
    if call.text("url") and (link is None or link[1].lower() != api.profile.username.lower()):
        raise bad("URL_INVALID")  # docs: only a link to the bot itself with a start parameter (or a game's)
    api.taps.answer(str(call.integer("callback_query_id")), text, call.truth("show_alert"))
    api.bell.ring()
    return True


def set_message_reaction(api: Api, call: Call) -> bool:
    """Client.cpp, get_reaction_types; docs: one reaction at most."""
    listed = call.decoded("reaction", "Can't parse reaction types JSON object") if call.text("reaction") else []
    if not isinstance(listed, list):
        raise bad("Expected an Array of ReactionType")
    try:
        emoji = [_reaction(thing) for thing in listed]
    except Wrong as wrong:
        raise bad(f"Can't parse ReactionType: {wrong}") from None
    chat = api.people.chat(call.text("chat_id"))
    message = chat.find(call.integer("message_id"), "message to react")
    if len(emoji) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if not set(emoji) <= REACTIONS:
        raise bad("REACTION_INVALID")
    message.reactions = emoji
    api.bell.ring()
    return True


def _reaction(thing: Any) -> str:
    if not isinstance(thing, dict):
        raise Wrong("expected an Object")
    kind = required_string(thing, "type")
    if kind == "custom_emoji":
        return f"custom {required_number(thing, 'custom_emoji_id')}"  # not to be had by bots: REACTION_INVALID
    if kind != "emoji":
        raise Wrong("invalid reaction type specified")
    return required_string(thing, "emoji").rstrip("\ufe0f")


METHODS = (
    method("answerCallbackQuery", answer_callback_query, "callback_query_id text show_alert url cache_time"),
    method("setMessageReaction", set_message_reaction, "chat_id message_id reaction is_big"),
)
