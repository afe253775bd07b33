"""A chat as plain text, the way a person sees it."""

from __future__ import annotations

from bot.playground.people import Chat, Message

MEDIA = ("photo", "animation", "document", "voice", "sticker", "location", "contact", "poll")


def screen(chat: Chat) -> str:
    """Oldest message first:

    bot: Hello! <photo> (edited)
        [Yes] [No]
    Anna: /start
    """
    return "\n".join(line for message in chat.visible() for line in lines(message))


def lines(message: Message) -> list[str]:
    who = "bot" if message.mine else str(message.sender["first_name"])
    shown = next((f"<{kind}>" for kind in MEDIA if kind in message.content), "")
    edited = "(edited)" if message.edited_at and not message.only_markup_edited else ""
    said = " ".join(part for part in (message.words, shown, edited) if part)
    rows = [" ".join(f"[{word}]" for word in row) for row in message.buttons]
    return [f"{who}: {said}", *(f"    {row}" for row in rows)]
