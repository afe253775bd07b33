"""Fields of a JSON object, read as strictly and as loosely as Telegram's server reads them.

Source of every rule and sentence: tdlib/td, tdutils/JsonBuilder.cpp, JsonObject::get_required_string_field and its
sisters. Surprising but so: a number is taken where a string is asked for, and a string where a number is.
"""

from __future__ import annotations

import re
from typing import Any

from bot.playground.refusals import Json

WHOLE = re.compile(r"-?\d+")


class Wrong(Exception):
    """A field that is not as it must be. Its text is the end of Telegram's sentence; the caller knows the beginning."""


def required_string(thing: Json, name: str) -> str:
    if name not in thing:
        raise Wrong(f'Can\'t find field "{name}"')
    return optional_string(thing, name)


def optional_string(thing: Json, name: str) -> str:
    value = thing.get(name, "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(f'Field "{name}" must be of type String')
    return str(value)


def required_number(thing: Json, name: str) -> int:
    if name not in thing:
        raise Wrong(f'Can\'t find field "{name}"')
    value = thing[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(f'Field "{name}" must be a Number')
    if not WHOLE.fullmatch(str(value)):
        raise Wrong(f'Field "{name}" must be a valid Number')
    return int(value)


def optional_bool(thing: Json, name: str) -> bool:
    value = thing.get(name, False)
    if not isinstance(value, bool):
        raise Wrong(f'Field "{name}" must be of type Boolean')
    return value


def optional_list(thing: Json, name: str) -> list[Any]:
    value = thing.get(name, [])
    if not isinstance(value, list):
        raise Wrong(f'Field "{name}" must be of type Array')
    return value


def required_object(thing: Json, name: str) -> Json:
    if name not in thing:
        raise Wrong(f'Can\'t find field "{name}"')
    value = thing[name]
    if not isinstance(value, dict):
        raise Wrong(f'Field "{name}" must be of type Object')
    return value
