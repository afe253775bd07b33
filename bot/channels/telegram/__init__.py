"""The Telegram door: updates in through python-telegram-bot's handlers, letters out through its Bot."""

from __future__ import annotations
