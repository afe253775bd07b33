"""The playground's own token. It never runs on, beside or with a token that could open a real bot."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

BOT_ID = 1_000_001
MARK = "playground"
OWN = re.compile(rf"[1-9]\d{{0,15}}:{MARK}[A-Za-z0-9_-]{{0,60}}")
# Where the bot's settings may hold a token; the second names a file that holds it.
PLACES = ("UNKINK_TELEGRAM_TOKEN", "UNKINK_TELEGRAM_TOKEN_FILE")


class RealToken(ValueError):
    """A token that is not the playground's own. The message never shows the token."""


def fresh() -> str:
    """A new token: 35 characters after the colon, as Telegram's have, so that what hides tokens hides this one."""
    return f"{BOT_ID}:{MARK}{secrets.token_hex(13)[:25]}"


def bot_id(token: str) -> int:
    return int(token.partition(":")[0])


def is_own(token: str) -> bool:
    return OWN.fullmatch(token) is not None


def check_own(token: str) -> str:
    """`token`, or RealToken."""
    if not is_own(token):
        raise RealToken(
            f"the playground takes only tokens of its own (a number, then :{MARK}...); leave the token away"
        )
    return token


def check_environment(environ: Mapping[str, str]) -> None:
    """RealToken if the environment holds a token for Telegram: then this is no place to play."""
    for place in PLACES:
        value = environ.get(place, "")
        if place.endswith("_FILE") and value and Path(value).is_file():
            value = Path(value).read_text("utf-8", errors="replace").strip()
        if value and not is_own(value):
            raise RealToken(f"{place} is set: the playground does not start beside a real token; unset it first")
