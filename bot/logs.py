"""Logs: JSON lines or plain ones, on standard error, without content and without secrets.

Libraries' own logs go the same way. What looks like a bot token is blanked in every line and in every traceback,
whoever wrote it.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Collection
from hashlib import blake2b
from typing import Any

import structlog

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{30,}", re.ASCII)
BLANK = "[secret]"
QUIET = ("httpx", "httpcore", "telegram", "transitions", "aiosqlite", "asyncio", "aiohttp")
"""Libraries that would log addresses, parameters or messages: never below a warning."""


_SECRET = secrets.token_bytes(16)


def who(person: str) -> str:
    """A person as logs may name them: a hash with a key that lives as long as the process. Lines of one run can be laid
    side by side; nobody can tell whose they are, nor find them again in another run."""
    return blake2b(person.encode(), key=_SECRET, digest_size=6).hexdigest()


def configure(form: str, level: str, *hidden: str) -> None:
    """Set up logging for the program. `form` is plain or json; `hidden` are secrets that no line may show."""
    threshold = getattr(logging, level.upper())
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=steps,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, Blanking(hidden)],
    )
    logging.raiseExceptions = False  # a line that cannot be written would be printed as it is, secrets and all
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        cache_logger_on_first_use=True,
    )


class Blanking:
    """The last step before a line is written: whatever wrote it, and wherever in it a secret stands (a message, a
    value, a traceback), it is blanked."""

    def __init__(self, hidden: Collection[str]) -> None:
        self._hidden = [secret for secret in hidden if secret]

    def __call__(self, _: Any, __: str, line: Any) -> str:
        for secret in self._hidden:
            line = str(line).replace(secret, BLANK)
        return _TOKEN.sub(BLANK, str(line))
