"""One call: find the method, run it, keep what happened in the ledger."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from bot.playground.api import Api
from bot.playground.ledger import Kind
from bot.playground.methods import REFUSED, TABLE
from bot.playground.methods.method import Method, Told
from bot.playground.parameters import Call
from bot.playground.refusals import Json, Refusal, bad


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    body: Json

    @property
    def retry_after(self) -> int:
        return int(self.body.get("parameters", {}).get("retry_after", 0))


async def perform(api: Api, call: Call) -> Answer:
    """The answer to a call, good or bad."""
    try:
        result = await _run(api, call)
    except Refusal as refusal:
        return refuse(api, call, refusal)
    body: Json = {"ok": True, "result": result}
    if isinstance(result, Told):
        body = {"ok": True, "result": result.result, "description": result.description}
    _warn(api, call)
    api.ledger.write(Kind.CALL, call.method, call.shown(), body["result"])
    return Answer(200, body)


def refuse(api: Api, call: Call, refusal: Refusal) -> Answer:
    unknown = refusal.code == 404 or call.method.lower() in REFUSED
    _warn(api, call)
    api.ledger.write(
        Kind.UNKNOWN if unknown else Kind.REFUSAL,
        call.method,
        call.shown(),
        code=refusal.code,
        note=refusal.description,
    )
    return Answer(refusal.code, refusal.json())


async def _run(api: Api, call: Call) -> Any:
    name = call.method.lower()
    if name in REFUSED:
        raise bad(f"{call.method} is refused: on Telegram it would end this bot's session (playground)")
    method = TABLE.get(name)
    if method is None:
        raise Refusal(404, "Not Found: method not found")  # Client.cpp, on_cmd
    _check_known(api, method, call)
    result = method.handler(api, call)
    return await result if inspect.isawaitable(result) else result


def _check_known(api: Api, method: Method, call: Call) -> None:
    unknown = method.unknown(call)
    if unknown and api.strict:
        raise bad(f"unknown parameter {unknown[0]} of {method.name} (playground: strict)")
    call.odd += [f"unknown parameter {name}: Telegram ignores it without a word" for name in unknown]


def _warn(api: Api, call: Call) -> None:
    for words in call.odd:
        api.ledger.write(Kind.WARNING, call.method, note=words)
