"""The Telegram door: updates in through python-telegram-bot's handlers, letters out through its Bot."""

from __future__ import annotations

import os

# Waits as timedelta, as the library will have them; without it every RetryAfter comes with a warning. Read at import.
os.environ.setdefault("PTB_TIMEDELTA", "1")
