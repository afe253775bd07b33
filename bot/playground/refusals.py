"""How the Bot API says no."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NAMES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Refusal(Exception):
    """An answer with ok=false: an HTTP status, a description in Telegram's words, and its parameters.

    On the wire: {"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}
    """

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def json(self) -> Json:
        """Mirrors Query.h, JsonQueryError."""
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad(sentence: str) -> Refusal:
    """400. `sentence` as the source has it; its first letter is lowered unless it is a CONSTANT.

    Rule and prefix: Client.cpp, fail_query_with_error.
    """
    return Refusal(400, f"Bad Request: {_lowered(sentence)}")


def forbidden(sentence: str) -> Refusal:
    return Refusal(403, f"Forbidden: {_lowered(sentence)}")


def too_many(seconds: int) -> Refusal:
    """429. Client.cpp, Query::set_retry_after_error: the number stands in the text, the parameters and a header."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def _lowered(sentence: str) -> str:
    second = sentence[1:2]
    if second == "_" or (second.isascii() and second.isupper()):
        return sentence
    return sentence[:1].lower() + sentence[1:]
