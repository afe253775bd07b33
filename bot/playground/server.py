"""The Bot API over HTTP, on this machine only.

    async with serve() as server:
        bot = telegram.Bot(server.api.token, base_url=f"{server.root}/bot", base_file_url=f"{server.root}/file/bot")

Nobody but this machine gets in: it listens on 127.0.0.1, and a request whose Host is another name is refused, because a
web page may point a name of its own at 127.0.0.1 and let a browser carry its requests here (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground import tokens
from bot.playground.api import Api
from bot.playground.clock import Clock
from bot.playground.dispatch import Answer, perform, refuse
from bot.playground.faults import ON_CALLS, Fault
from bot.playground.faults import Kind as Trouble
from bot.playground.ledger import Kind
from bot.playground.parameters import Call, read
from bot.playground.refusals import Refusal, forbidden, too_many

ADDRESS = "127.0.0.1"
NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
PORT = re.compile(r":\d+\Z")
LARGEST_BODY = 51 << 20  # bytes; docs, "Sending files": 50 MB for uploads
API = web.AppKey("api", Api)
PROXY_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>"
)
REASONS = {200: "Welcome", 413: "413 Request Entity Too Large", 429: "429 Too Many Requests", 502: "502 Bad Gateway"}


@dataclass(frozen=True, slots=True)
class Server:
    api: Api
    root: str  # http://127.0.0.1:port


@asynccontextmanager
async def serve(
    port: int = 0,
    token: str | None = None,
    *,
    clock: Clock | None = None,
    folder: Path | None = None,
    strict: bool = False,
    environ: Mapping[str, str] = os.environ,
    more: Callable[[web.Application], None] | None = None,
) -> AsyncIterator[Server]:
    """The playground, until the block ends. `port` 0: any free one. `more` may add routes (the page does).

    RealToken if `token`, or the environment, holds a token that is not the playground's own.
    """
    tokens.check_environment(environ)
    api = Api(tokens.check_own(token or tokens.fresh()), clock=clock, folder=folder, strict=strict)
    # handler_cancellation: a bot that was killed must not go on waiting for updates here.
    runner = web.AppRunner(application(api, more), access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, ADDRESS, port)
        await site.start()
        yield Server(api, f"http://{ADDRESS}:{runner.addresses[0][1]}")
    finally:
        await api.close()
        await runner.cleanup()


def application(api: Api, more: Callable[[web.Application], None] | None = None) -> web.Application:
    app = web.Application(middlewares=[_only_here], client_max_size=LARGEST_BODY)
    app[API] = api
    api.webhook.perform = lambda call: perform(api, call)
    app.router.add_get("/file/bot{token}/{path:.+}", _file)
    for verb in ("GET", "POST"):  # docs, "Making requests"
        app.router.add_route(verb, "/bot{tail:.*}", _method)
    if more is not None:
        more(app)
    return app


@web.middleware
async def _only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    origin = request.headers.get("Origin", "")
    if PORT.sub("", request.host) in NAMES and origin in ("", f"http://{request.host}"):
        return await handler(request)
    shown = origin or request.host
    request.app[API].ledger.write(Kind.REFUSAL, code=403, note=f"foreign host {shown[:100]!r}")
    return web.Response(status=403, text="This playground answers only on this machine.\n")


async def _method(request: web.Request) -> web.StreamResponse:
    """HttpConnection.cpp, handle: /bot<token>/<method>."""
    api = request.app[API]
    token, slash, name = request.match_info["tail"].partition("/")
    call = Call(name)
    if not slash or ":" not in token:
        return _json(refuse(api, call, Refusal(404, "Not Found")))
    if token != api.token:  # which token it was is kept nowhere: it may be a real one
        return _json(refuse(api, call, Refusal(401, "Unauthorized")))
    if (request.content_length or 0) > LARGEST_BODY:
        return _page(413)
    try:
        call = await read(request, name)
    except web.HTTPRequestEntityTooLarge:
        return _page(413)
    except Refusal as refusal:
        return _json(refuse(api, call, refusal))
    call.method = call.method or call.text("method")  # Query.cpp: the name may be a parameter
    return await _with_faults(api, call, request)


async def _with_faults(api: Api, call: Call, request: web.Request) -> web.StreamResponse:
    chat = call.integer("chat_id") if call.has("chat_id") else None
    left = api.faults.seconds_left(chat)
    if left:
        api.ledger.write(Kind.WARNING, call.method, note=f"called {left} s before retry_after had passed")
        return _json(refuse(api, call, too_many(left)))
    for trouble in ON_CALLS:
        fault = api.faults.strike(trouble, call.method, chat)
        if fault is not None:
            api.ledger.write(Kind.FAULT, call.method, call.shown(), code=fault.code, note=trouble)
            return await STRIKES[trouble](api, call, request, fault)
    return _json(await perform(api, call))


async def _flood(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    return _json(refuse(api, call, too_many(fault.retry_after)))


async def _error(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    return _json(refuse(api, call, Refusal(fault.code, REASONS.get(fault.code, "Internal Server Error"))))


async def _garbage(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    return _page(fault.code)


async def _blocked(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    return _json(refuse(api, call, forbidden("bot was blocked by the user")))


async def _slow(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    answer = await perform(api, call)
    await asyncio.sleep(fault.seconds)
    return _json(answer)


async def _reset_before(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _reset_after(api: Api, call: Call, request: web.Request, fault: Fault) -> web.StreamResponse:
    await perform(api, call)
    return await _reset_before(api, call, request, fault)


Strike = Callable[[Api, Call, web.Request, Fault], Awaitable[web.StreamResponse]]
STRIKES: dict[Trouble, Strike] = {
    Trouble.FLOOD: _flood,
    Trouble.ERROR: _error,
    Trouble.GARBAGE: _garbage,
    Trouble.BLOCKED: _blocked,
    Trouble.SLOW: _slow,
    Trouble.RESET_BEFORE: _reset_before,
    Trouble.RESET_AFTER: _reset_after,
}


def _json(answer: Answer) -> web.Response:
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
    return web.json_response(answer.body, status=answer.code, headers=headers)


def _page(code: int) -> web.Response:
    """What the proxy before Telegram's server sends."""
    return web.Response(status=code, text=PROXY_PAGE.format(REASONS.get(code, str(code))), content_type="text/html")


async def _file(request: web.Request) -> web.Response:
    """Docs, getFile: https://api.telegram.org/file/bot<token>/<file_path>."""
    api = request.app[API]
    if request.match_info["token"] != api.token:
        return _json(refuse(api, Call("file"), Refusal(401, "Unauthorized")))
    stored = api.files.at(request.match_info["path"])
    if stored is None:
        return _json(refuse(api, Call("file"), Refusal(404, "Not Found")))
    api.ledger.write(Kind.CALL, "file", {"path": stored.path}, f"{len(stored.data)} bytes")
    return web.Response(body=stored.data, content_type="application/octet-stream")
