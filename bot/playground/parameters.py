"""A request to the Bot API, read from wherever the four kinds of body put its parameters.

Docs, "Making requests": GET and POST; query string, urlencoded form, JSON, multipart. The details are
tdlib/td, HttpReader.cpp: the first of two parameters with one name wins; a JSON value that is no string is kept as its
own JSON text (so `"parse_mode": null` means the parse mode "null"); a JSON body that cannot be read is *ignored*.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from bot.playground.refusals import Refusal, bad

MOST_PARAMETERS = 1 << 20  # bytes; HttpReader.h, MAX_TOTAL_PARAMETERS_LENGTH
NUMBER = re.compile(r"\s*([+-]?\d+)")


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


@dataclass(slots=True)
class Call:
    """One call of one method. `method` as it was written; `odd` collects what deserves a warning."""

    method: str
    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        """The value as it came; "" if there is none. Not yet known to be UTF-8: see utf8()."""
        return self.values.get(name, "")

    def utf8(self, name: str, complaint: str = "Strings must be encoded in UTF-8") -> str:
        """tdlib/td, Requests.cpp, CLEAN_INPUT_STRING."""
        value = self.text(name)
        if not is_utf8(value):
            raise bad(complaint)
        return value

    def integer(self, name: str, default: int = 0, low: int = -(2**63), high: int = 2**63 - 1) -> int:
        """Client.cpp, get_integer_arg: leading digits count, rubbish is 0, and what is too large is cut to fit."""
        value = self.text(name)
        if not value:
            return default
        digits = NUMBER.match(value)
        return min(max(int(digits[1][:20]) if digits else 0, low), high)

    def truth(self, name: str) -> bool:
        """Client.cpp, to_bool."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def decoded(self, name: str, complaint: str) -> Any:
        """The JSON in a parameter; 400 with `complaint` if it is none."""
        try:
            return json.loads(self.text(name))
        except (ValueError, RecursionError):
            raise bad(complaint) from None

    def read_json(self, body: bytes) -> None:
        """Add the parameters in a JSON object; anything else is ignored, with a warning."""
        if not body:
            return
        try:
            parameters = json.loads(body.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            parameters = None
        if not isinstance(parameters, dict):
            self.odd.append("the body is no JSON object: Telegram ignores it without a word")
            return
        self.add((name, _plain(value)) for name, value in parameters.items())

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """The first of two with one name wins."""
        for name, value in pairs:
            self.values.setdefault(name, value)

    def shown(self) -> dict[str, str]:
        """For the ledger: files by name and size."""
        return {
            **{name: value.encode("utf-8", "replace").decode() for name, value in self.values.items()},
            **{name: f"<{upload.name}, {len(upload.data)} bytes>" for name, upload in self.files.items()},
        }


def is_utf8(text: str) -> bool:
    """Bytes that are no UTF-8 were read as lone surrogates (surrogateescape), and those cannot be written again."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def read(request: web.Request, method: str) -> Call:
    """The call in a request. Refuses bodies with too many parameters (413)."""
    call = Call(method)
    call.add(_pairs(request.rel_url.raw_query_string.encode()))
    kind = request.content_type
    if kind == "multipart/form-data":
        await _read_parts(call, request)
    elif kind == "application/json":
        call.read_json(await request.read())
    elif kind == "application/x-www-form-urlencoded":
        call.add(_pairs(await request.read()))
    if sum(len(name) + len(value) for name, value in call.values.items()) > MOST_PARAMETERS:
        raise Refusal(413, "Request Entity Too Large: too many parameters")
    return call


def _pairs(form: bytes) -> list[tuple[str, str]]:
    text = form.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _read_parts(call: Call, request: web.Request) -> None:
    """A part with a file name is a file, any other a parameter: HttpReader.cpp, parse_multipart_form_data."""
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or not part.name:
                raise bad("field name in multipart/form-data not found")
            data = bytes(await part.read(decode=True))
            if part.filename is None:
                call.values.setdefault(part.name, data.decode("utf-8", "surrogateescape"))
            else:
                call.files.setdefault(part.name, Upload(part.filename, data))
    except ValueError:  # no boundary, or broken headers
        raise bad("can't parse form data headers") from None
