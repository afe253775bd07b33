"""Logs: JSON lines or plain ones, on standard error, without content and without secrets.

Libraries' own logs go the same way. What looks like a bot token is blanked in every line and in every traceback,
whoever wrote it.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{30,}", re.ASCII)
BLANK = "[token]"
QUIET = ("httpx", "httpcore", "telegram", "transitions", "aiosqlite", "asyncio", "aiohttp")
"""Libraries that would log addresses, parameters or messages: never below a warning."""


def configure(form: str, level: str) -> None:
    """Set up logging for the program. `form` is plain or json."""
    threshold = getattr(logging, level.upper())
    json = form == "json"
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        blank,
    ]
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=steps,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, blank, renderer],
    )
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


def blank(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank tokens in every text of a log line."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _TOKEN.sub(BLANK, value)
    return event
