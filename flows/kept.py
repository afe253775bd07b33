"""A conversation as text, and back. The text carries a form number; older forms are brought up by `flows.upgrades`.

    {"form":1,"stage":"moving","ask":"step",...}

Fields that have their default are left out, so most conversations stay small.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import cattrs
from attrs import evolve
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from flows import conversation as pages
from flows.conversation import Conversation
from flows.upgrades import FORM, upgrade


class UnreadableConversation(ValueError):
    """A stored conversation is not one, or of a newer form than this code knows."""


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False)
    converter.register_unstructure_hook(datetime, lambda at: at.astimezone(UTC).isoformat())
    converter.register_structure_hook(datetime, lambda text, _: _instant(text))
    for page in (
        pages.Agreement, pages.Screened, pages.Answering, pages.Hold, pages.Off, pages.Done, pages.Sitting,
        pages.Rating,
        pages.Past, pages.FollowUp, pages.Reminder, pages.Mark, Conversation,
    ):  # fmt: skip
        converter.register_unstructure_hook(
            page, make_dict_unstructure_fn(page, converter, _cattrs_omit_if_default=True)
        )
        converter.register_structure_hook(page, make_dict_structure_fn(page, converter, _cattrs_forbid_extra_keys=True))
    return converter


def _instant(text: object) -> datetime:
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError(f"an instant without a zone: {text!r}")
    return at.astimezone(UTC)


_CONVERTER = _converter()


def write(conversation: Conversation) -> str:
    """The stored form: JSON in ASCII. What is told from outside at each turn (the lot) is no part of it."""
    fields = _CONVERTER.unstructure(evolve(conversation, lot=0))
    return json.dumps({"form": FORM, **fields}, separators=(",", ":"), ensure_ascii=True)


LOST = 1_000_000
"""Turns that are skipped: more than anybody can have taken between a backup and its return."""


def brought_back(text: str) -> str:
    """A stored conversation as it comes out of a backup. The turns that were lost are skipped, so that buttons of then
    fit no new card (promise 4), and what is grave on them is still heard. What cannot be read stays as it is."""
    try:
        talk = read(text)
    except UnreadableConversation:
        return text
    return write(evolve(talk, turn=talk.turn + LOST))


def read(text: str | None) -> Conversation:
    """What `write` wrote, in this or an older form; None is a person never seen. UnreadableConversation: anything
    else."""
    if text is None:
        return Conversation()
    try:
        stored: Any = json.loads(text)
        return _CONVERTER.structure(upgrade(stored), Conversation)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ForbiddenExtraKeysError) as error:
        raise UnreadableConversation(f"a stored conversation cannot be read: {type(error).__name__}") from error
