"""What the bot tells of itself: name, descriptions, commands, menu buttons; each by language, some by chat."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.playground.refusals import Json

DEFAULT_SCOPE = '{"type": "default"}'
PRIVATE_SCOPE = '{"type": "all_private_chats"}'
DEFAULT_BUTTON: Json = {"type": "commands"}


def chat_scope(chat_id: int) -> str:
    return f'{{"chat_id": {chat_id}, "type": "chat"}}'


@dataclass(slots=True)
class Profile:
    """Keys are language codes ("" for everybody else). `commands`: by (scope as sorted JSON, language)."""

    id: int
    username: str = "unkink_playground_bot"
    names: dict[str, str] = field(default_factory=lambda: {"": "Unkink (playground)"})
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    buttons: dict[int, Json] = field(default_factory=dict)

    def json(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.names[""], "username": self.username}

    def full_json(self) -> Json:
        """getMe. Client.cpp, JsonUser with full_bot_info."""
        flags = (
            "can_join_groups can_read_all_group_messages supports_inline_queries can_connect_to_business"
            " has_main_web_app has_topics_enabled"
        )
        return {**self.json(), **{flag: flag == "can_join_groups" for flag in flags.split()}}

    def commands_for(self, chat_id: int, language: str) -> list[Json]:
        """The menu of a private chat. Docs, BotCommandScope, "Determining list of commands"."""
        for scope in (chat_scope(chat_id), PRIVATE_SCOPE, DEFAULT_SCOPE):
            for code in (language, ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []

    def in_language(self, texts: dict[str, str], language: str) -> str:
        return texts.get(language) or texts.get("", "")
