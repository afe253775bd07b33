"""What people see of the bot before they write: its commands, its description, its name. Set by `unkink setup`."""

from __future__ import annotations

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeDefault, MenuButtonCommands

from flows.pages import Book

COMMANDS = (
    "start",
    "stretch",
    "stop",
    "reminder",
    "progress",
    "help",
    "settings",
    "summary",
    "about",
    "privacy",
    "mydata",
    "delete",
)


async def set_profile(bot: Bot, book: Book) -> list[str]:
    """Tell Telegram; what was set, in words. TelegramError: it was refused."""
    commands = [BotCommand(name, book.say(f"command.{name}")) for name in COMMANDS]
    await bot.set_my_commands(commands, BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([], BotCommandScopeDefault())
    await bot.set_my_name(book.say("profile.name"))
    await bot.set_my_description(book.say("profile.description"))
    await bot.set_my_short_description(book.say("profile.short"))
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    return [f"{len(commands)} commands for private chats", "name", "description", "short description", "menu button"]
