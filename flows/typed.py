"""Plain tables into typed pages, strictly: nothing is guessed, and every misfit is named with its place.

cattrs by itself would turn 10 into "10" and a text into a row of letters. Here a text must be a text and a number a
number, unknown keys are refused, and all misfits of a table are told at once.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_args, get_origin

import attrs
import cattrs
from attrs import frozen
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

_MENDS = {
    "a text": "put it between quotes",
    "a whole number": "write it in digits, without quotes",
    "true or false": "write true or false, without quotes",
    "a list": "put it between square brackets",
    "a table": "write it as a [table] with names and values",
}


@frozen
class Wrong:
    """One misfit: where in the table, what, and how to mend it."""

    place: str
    what: str
    mend: str

    @classmethod
    def kind(cls, expected: str, found: object, place: str = "") -> Wrong:
        shown = repr(found) if len(repr(found)) <= 60 else repr(found)[:57] + "..."
        return cls(place, f"expected {expected}, found {shown}", _MENDS[expected])


class Misfit(Exception):
    """The table does not fill the page; `wrongs` has every reason."""

    def __init__(self, wrongs: list[Wrong]) -> None:
        super().__init__("; ".join(f"{wrong.place}: {wrong.what}" for wrong in wrongs))
        self.wrongs = wrongs


class _WrongKind(Exception):
    def __init__(self, expected: str, found: object) -> None:
        super().__init__(expected)
        self.expected, self.found = expected, found


def fill(kind: type[T], table: Mapping[str, Any]) -> T:
    """Make a page of the table. Raises Misfit with every fault of it."""
    try:
        return _CONVERTER.structure(table, kind)
    except (ClassValidationError, _WrongKind) as error:
        raise Misfit(list(_wrongs(error, ""))) from None


def _wrongs(error: Exception, place: str) -> Iterable[Wrong]:
    if isinstance(error, ClassValidationError):
        fields, others = error.group_exceptions()
        for inner, note in fields:
            yield from _wrongs(inner, f"{place}.{note.name}" if place else note.name)
        for other in others:
            yield from _wrongs(other, place)
    elif isinstance(error, IterableValidationError):
        for inner, item in error.group_exceptions()[0]:
            mark = f"[{item.index + 1}]" if isinstance(item.index, int) else f".{item.index}"
            yield from _wrongs(inner, place + mark)
    else:
        yield _wrong(error, place)


def _wrong(error: Exception, place: str) -> Wrong:
    if isinstance(error, _WrongKind):
        return Wrong.kind(error.expected, error.found, place)
    if isinstance(error, ForbiddenExtraKeysError):
        names = ", ".join(sorted(error.extra_fields))
        return Wrong(place, f"unknown name {names}", "remove it, or correct its spelling")
    if isinstance(error, KeyError):
        return Wrong(place, "it is missing", "add it")
    raise error


def _text(found: object, _: object) -> str:
    if not isinstance(found, str):
        raise _WrongKind("a text", found)
    return folded(found)


def folded(text: str) -> str:
    """A text as it is meant: a line break is a space, a blank line begins a paragraph, a "- " a line of a list."""
    if "\n" not in text:
        return text
    return "\n\n".join(_lines(part) for part in re.split(r"\n\s*\n", text.strip()))


def _lines(paragraph: str) -> str:
    return "\n".join(" ".join(line.split()) for line in re.split(r"\n(?=- )", paragraph))


def _whole(found: object, _: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise _WrongKind("a whole number", found)
    return found


def _truth(found: object, _: object) -> bool:
    if not isinstance(found, bool):
        raise _WrongKind("true or false", found)
    return found


def _row_of(kind: Any) -> Hook:
    """tuple[x, ...]."""
    inner = get_args(kind)[0]

    def hook(found: Any, _: Any) -> tuple[Any, ...]:
        if not isinstance(found, list):
            raise _WrongKind("a list", found)
        return tuple(_each(enumerate(found), inner, kind))

    return hook


def _map_of(kind: Any) -> Hook:
    """Mapping[str, x]; what comes out cannot be written to."""
    inner = get_args(kind)[1]

    def hook(found: Any, _: Any) -> Mapping[str, Any]:
        if not isinstance(found, dict):
            raise _WrongKind("a table", found)
        return types.MappingProxyType(dict(zip(found, _each(found.items(), inner, kind), strict=True)))

    return hook


def _each(items: Iterable[tuple[Any, Any]], inner: Any, kind: Any) -> list[Any]:
    made: list[Any] = []
    errors: list[Exception] = []
    for mark, item in items:
        try:
            made.append(_CONVERTER.structure(item, inner))
        except (ClassValidationError, IterableValidationError, _WrongKind) as error:
            error.add_note(IterableValidationNote(str(mark), mark, inner))
            errors.append(error)
    if errors:
        raise IterableValidationError("items do not fit", errors, kind)
    return made


def _page_of(kind: Any) -> Hook:
    made = make_dict_structure_fn(kind, _CONVERTER, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True)

    def hook(found: Any, _: Any) -> Any:
        if not isinstance(found, dict):
            raise _WrongKind("a table", found)
        return made(found, kind)

    return hook


def _is_row(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _is_map(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _truth)
    return converter


_CONVERTER = _converter()
_CONVERTER.register_structure_hook_factory(_is_row, _row_of)
_CONVERTER.register_structure_hook_factory(_is_map, _map_of)
_CONVERTER.register_structure_hook_factory(attrs.has, _page_of)
