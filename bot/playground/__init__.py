"""A strict local Bot API: on this machine only, so strict that what passes here works on Telegram.

It knows nothing of the bot. What it checks comes from Telegram's own documentation (core.telegram.org/bots/api,
"docs" in the comments) and from the source of Telegram's server (tdlib/telegram-bot-api, "Client.cpp"; tdlib/td);
the source stands beside each rule. Start with server.serve(); tests use testing.playground. On the same
port lies a chat page (wire.py, desk.py, page/), where people can play with the bot: `unkink try`.
"""
