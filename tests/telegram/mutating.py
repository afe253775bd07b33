"""Updates that went wrong on the way: good ones, changed somewhere, from a field that is missing to a hundred thousand
brackets. Seeded: the same dice make the same updates.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from bot.playground.refusals import Json

DEEP, LONG = "@@deep@@", "@@long@@"
RAW = {f'"{DEEP}"': "[" * 100_000 + "]" * 100_000, f'"{LONG}"': "9" * 5000}
"""What no writer of JSON would write."""
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 2**64, 2**200, 1e308, float("inf"),
    float("nan"), "", " ", "0", "\ud800", "\udfff\ud83d", "a\x00b", "\u202e", "x" * 5000, "🙂" * 3000, [], {}, [[]],
    [None], {"id": 1}, {"update_id": 3}, [1, "two", {"three": None}], "/start", "private", DEEP, LONG,
)  # fmt: skip
KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post", "inline_query", "poll",
         "chat_member", "message_reaction", "business_message", "brand_new_kind")  # fmt: skip


def good(person: int, dice: random.Random) -> Json:
    """An update as Telegram sends it, without its number."""
    who = {"id": person, "is_bot": False, "first_name": "P", "language_code": "en"}
    chat = {"id": person, "type": "private", "first_name": "P"}
    group = {"id": -(10**12) - person, "type": "supergroup", "title": "Friends"}
    card = {"message_id": 5, "date": 1_795_000_000, "chat": chat, "text": "card"}
    message = {"message_id": 6, "date": 1_795_000_000, "chat": chat, "from": who}
    words = dice.choice(("/start", "/help", "/reminder", "hello", "4", "no", "my back feels fine", "Europe/Berlin"))
    bold = [{"type": "bold", "offset": 0, "length": 1}]
    picture = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]
    member = {"user": {"id": 1000001, "is_bot": True, "first_name": "U"}, "status": "member"}
    forms: tuple[Json, ...] = (
        {"message": {**message, "text": words, "entities": bold}},
        {"message": {**message, "text": words}},
        {"message": {**message, "photo": picture, "caption": words}},
        {"message": {**message, "sticker": {**picture[0], "type": "regular", "is_animated": False, "is_video": False}}},
        {"message": {**message, "contact": {"phone_number": "1", "first_name": "K"}}},
        {"message": {**message, "reply_to_message": {**card, "from": who}, "text": words}},
        {"message": {**message, "chat": group, "text": words}},
        {"edited_message": {**message, "edit_date": 1_795_000_001, "text": words}},
        {"callback_query": {"id": "7", "from": who, "chat_instance": "1", "message": card, "data": "1:step:fine"}},
        {"callback_query": {"id": "7", "from": who, "chat_instance": "1", "data": "0:stop:stop"}},
        {"my_chat_member": {"chat": chat, "from": who, "date": 1_795_000_000, "old_chat_member": member,
                            "new_chat_member": {**member, "status": "kicked", "until_date": 0}}},
    )  # fmt: skip
    return copy.deepcopy(dice.choice(forms))


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in it: what holds it, and its key or number there."""
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from places(tree[key])


def _replace(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = _value(dice)


def _value(dice: random.Random) -> Any:
    """What is slow to read is rare: at full size it would be all that the time goes to."""
    value = dice.choice(VALUES)
    return dice.choice(VALUES) if value == DEEP and dice.random() < 0.8 else copy.deepcopy(value)


def _drop(holder: Any, key: Any, dice: random.Random) -> None:
    del holder[key]


def _rename(holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(holder, dict):
        holder[dice.choice((*KINDS, "new_field", "", "\ud800", "text", "from", "chat", "data"))] = holder.pop(key)


def _wrap(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = dice.choice(([holder[key]], {"id": holder[key]}, str(holder[key]), [holder[key]] * 3))


def _add(holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(holder, dict):
        holder[dice.choice(("new_field", "text", "caption", "entities", "via_bot", "migrate_to_chat_id"))] = (
            copy.deepcopy(dice.choice(VALUES))
        )


def _copy(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = copy.deepcopy(holder)


CHANGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _replace, _replace, _replace, _drop, _drop, _rename, _wrap, _add, _copy,
)  # fmt: skip


def mutated(person: int, dice: random.Random) -> Json:
    """A good update, changed in one to three places. It may have come out good."""
    update = good(person, dice)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        found = list(places(update))
        if found:
            holder, key = dice.choice(found)
            dice.choice(CHANGES)(holder, key, dice)
    return update


def raw(number: int, update: Json) -> bytes:
    """With its number, as bytes on the wire."""
    text = json.dumps({"update_id": number, **update})
    for mark, content in RAW.items():
        text = text.replace(mark, content)
    return text.encode()


def broken(text: bytes, dice: random.Random) -> bytes:
    """Cut off, or with bytes that are not what they were."""
    if dice.random() < 0.5:
        return text[: dice.randrange(len(text))]
    at = dice.randrange(len(text))
    return text[:at] + dice.randbytes(dice.randrange(1, 4)) + text[at + 1 :]
