"""getMe, and the bot's names, descriptions, commands and menu buttons."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from bot.playground.api import Api
from bot.playground.methods.method import Handler, method
from bot.playground.parameters import Call
from bot.playground.profile import DEFAULT_BUTTON, DEFAULT_SCOPE, Profile
from bot.playground.refusals import Json, bad
from bot.playground.values import Wrong, required_number, required_object, required_string

COMMAND = re.compile(r"[a-z0-9_]+")  # docs, BotCommand.command
LONGEST_COMMAND = 32
LONGEST_HELP = 256  # docs, BotCommand.description
MOST_COMMANDS = 100  # docs, setMyCommands.commands
SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


def get_me(api: Api, call: Call) -> Json:
    return api.profile.full_json()


def _language(call: Call) -> str:
    """tdlib/td, misc.cpp, validate_bot_language_code."""
    code = call.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("Invalid language code specified")
    return code


def set_commands(api: Api, call: Call) -> bool:
    """No commands at all: the list is deleted. Client.cpp, get_bot_commands; tdlib/td, BotCommand.cpp, set_commands."""
    listed = call.decoded("commands", "Can't parse commands JSON object") if call.text("commands") else []
    if not isinstance(listed, list):
        raise bad("Expected an Array of BotCommand")
    try:
        commands = [_command(thing) for thing in listed]
    except Wrong as wrong:
        raise bad(f"Can't parse BotCommand: {wrong}") from None
    key = (_scope(api, call), _language(call))
    checked = [_checked(name, text) for name, text in commands]
    if len(checked) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    api.profile.commands[key] = checked
    if not checked:
        del api.profile.commands[key]
    api.bell.ring()
    return True


def _command(thing: Any) -> tuple[str, str]:
    if not isinstance(thing, dict):
        raise Wrong("expected an Object")
    return required_string(thing, "command"), required_string(thing, "description")


def _checked(name: str, text: str) -> Json:
    name, text = name.strip().removeprefix("/"), text.strip()
    if not name:
        raise bad("Command must be non-empty")
    if len(name) > LONGEST_COMMAND:
        raise bad(f"Command length must not exceed {LONGEST_COMMAND}")
    if not text:
        raise bad("Command description must be non-empty")
    if len(text) > LONGEST_HELP:
        raise bad(f"Command description length must not exceed {LONGEST_HELP}")
    if not COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    return {"command": name, "description": text}


def get_commands(api: Api, call: Call) -> list[Json]:
    return api.profile.commands.get((_scope(api, call), _language(call)), [])


def delete_commands(api: Api, call: Call) -> bool:
    api.profile.commands.pop((_scope(api, call), _language(call)), None)
    api.bell.ring()
    return True


def _scope(api: Api, call: Call) -> str:
    """The scope as sorted JSON. Client.cpp, get_bot_command_scope."""
    if not call.text("scope"):
        return DEFAULT_SCOPE
    thing = call.decoded("scope", "Can't parse BotCommandScope JSON object")
    try:
        return json.dumps(_read_scope(api, thing), sort_keys=True)
    except Wrong as wrong:
        raise bad(f"Can't parse BotCommandScope: {wrong}") from None


def _read_scope(api: Api, thing: Any) -> Json:
    if not isinstance(thing, dict):
        raise Wrong("BotCommandScope must be an Object")
    kind = required_string(thing, "type")
    if kind in SCOPES:
        return {"type": kind}
    if kind not in CHAT_SCOPES:
        raise Wrong("Unsupported type specified")
    chat_id = required_string(thing, "chat_id")
    if not chat_id:
        raise Wrong("Empty chat_id specified")
    scope: Json = {"type": kind, "chat_id": api.people.chat(chat_id).id}
    if kind == "chat_member":
        scope["user_id"] = required_number(thing, "user_id")
    return scope


def set_menu_button(api: Api, call: Call) -> bool:
    """Client.cpp, get_bot_menu_button."""
    chat = api.people.chat(call.text("chat_id")).id if call.has("chat_id") else 0
    api.profile.buttons[chat] = _button(call)
    api.bell.ring()
    return True


def _button(call: Call) -> Json:
    if not call.text("menu_button"):
        return DEFAULT_BUTTON
    thing = call.decoded("menu_button", "Can't parse menu button JSON object")
    try:
        if not isinstance(thing, dict):
            raise Wrong("MenuButton must be an Object")
        kind = required_string(thing, "type")
        if kind == "web_app":
            address = required_string(required_object(thing, "web_app"), "url")
            return {"type": kind, "text": required_string(thing, "text"), "web_app": {"url": address}}
        if kind not in ("default", "commands"):
            raise Wrong("MenuButton has unsupported type")
    except Wrong as wrong:
        raise bad(f"Can't parse menu button: {wrong}") from None
    return DEFAULT_BUTTON


def get_menu_button(api: Api, call: Call) -> Json:
    chat = api.people.chat(call.text("chat_id")).id if call.has("chat_id") else 0
    return api.profile.buttons.get(chat) or api.profile.buttons.get(0, DEFAULT_BUTTON)


Texts = Callable[[Profile], dict[str, str]]


def _setter(field: str, texts: Texts, longest: int) -> Handler:
    """The limit is the docs'; what Telegram says of a longer text is not known, so the words are the playground's."""

    def set_text(api: Api, call: Call) -> bool:
        code, text = _language(call), call.utf8(field).strip()
        if len(text) > longest:
            raise bad(f"{field} is too long: {len(text)} characters, at most {longest} (the playground's words)")
        kept = texts(api.profile)
        if text:
            kept[code] = text
        elif code or field != "name":  # an empty text deletes; the name for everybody cannot be deleted
            kept.pop(code, None)
        api.bell.ring()
        return True

    return set_text


def _getter(field: str, texts: Texts) -> Handler:
    def get_text(api: Api, call: Call) -> Json:
        return {field: api.profile.in_language(texts(api.profile), _language(call))}

    return get_text


# Method, field, where it is kept, how long it may be (docs, setMyName and its sisters).
TEXTS: tuple[tuple[str, str, Texts, int], ...] = (
    ("MyName", "name", lambda profile: profile.names, 64),
    ("MyDescription", "description", lambda profile: profile.descriptions, 512),
    ("MyShortDescription", "short_description", lambda profile: profile.short_descriptions, 120),
)
METHODS = (
    method("getMe", get_me),
    method("setMyCommands", set_commands, "commands scope language_code"),
    method("getMyCommands", get_commands, "scope language_code"),
    method("deleteMyCommands", delete_commands, "scope language_code"),
    method("setChatMenuButton", set_menu_button, "chat_id menu_button"),
    method("getChatMenuButton", get_menu_button, "chat_id"),
    *(method(f"set{name}", _setter(field, at, most), f"{field} language_code") for name, field, at, most in TEXTS),
    *(method(f"get{name}", _getter(field, at), "language_code") for name, field, at, _ in TEXTS),
)
