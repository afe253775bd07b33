"""The page's routes: the page itself, its pictures, and the one WebSocket that carries everything else.

The server lets only this machine in, and only pages of its own (server.py looks at Host and Origin of every request,
the WebSocket's too: a browser does not keep other sites from opening one).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from bot.playground.asks import grant
from bot.playground.desk import Desk
from bot.playground.document import document
from bot.playground.news import News

LONGEST_ASK = 64 << 10  # bytes
HEARTBEAT = 20.0  # seconds
TOGETHER = 0.02  # seconds: what happens so close together is told at once
YEAR = 366 * 86_400.0
DESK = web.AppKey("desk", Desk)
SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4"})


def routes(desk: Desk) -> Callable[[web.Application], None]:
    """What `serve` adds for the page."""

    def add(app: web.Application) -> None:
        app[DESK] = desk
        app[SOCKETS] = set()
        app.on_shutdown.append(_hang_up)
        app.router.add_get("/", _page)
        app.router.add_get("/media/{file_id}", _media)
        app.router.add_get("/wire", _wire)

    return add


async def _page(request: web.Request) -> web.Response:
    text, policy = document()
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


async def _media(request: web.Request) -> web.Response:
    """A file that somebody sent: shown if it is a picture, else only to be kept."""
    stored = request.app[DESK].api.files.known(request.match_info["file_id"])
    if stored is None:
        raise web.HTTPNotFound
    mime = stored.picture.mime if stored.picture is not None else ""
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    if mime not in SHOWN:
        mime, headers["Content-Disposition"] = "application/octet-stream", "attachment"
    return web.Response(body=stored.data, content_type=mime, headers=headers)


async def _wire(request: web.Request) -> web.WebSocketResponse:
    desk = request.app[DESK]
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LONGEST_ASK)
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    desk.greet()
    telling = asyncio.create_task(_tell(socket, desk))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT and (answer := _answer(desk, message.data)):
                await socket.send_json(answer)
    finally:
        request.app[SOCKETS].discard(socket)
        telling.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await telling
    return socket


def _answer(desk: Desk, text: str) -> dict[str, object]:
    try:
        return grant(desk, json.loads(text))
    except (ValueError, RecursionError) as error:  # a JSONDecodeError is one as well
        return {"refused": str(error)}


async def _tell(socket: web.WebSocketResponse, desk: Desk) -> None:
    news = News(desk)
    while not socket.closed:
        with suppress(TimeoutError):
            told = await desk.api.bell.until(news.take, YEAR)
            await socket.send_json(told)
            await asyncio.sleep(TOGETHER)


async def _hang_up(app: web.Application) -> None:
    for socket in app[SOCKETS].copy():
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the playground has ended")
