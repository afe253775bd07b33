"""Who gets in, how parameters come in, tokens, clock, ledger and pictures."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

import bot.playground as playground_package
from bot.playground import tokens
from bot.playground.clock import Clock
from bot.playground.ledger import MOST_ENTRIES, Entry, Kind, Ledger
from bot.playground.pictures import look
from bot.playground.server import serve
from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import GIF, Json, Raw, png

REAL = "87654321:" + "AbCdE" * 7


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil", ""])
async def test_foreign_hosts_are_refused(playground: Playground, client: aiohttp.ClientSession, host: str) -> None:
    url = f"{playground.base_url}{playground.token}/getMe"
    async with client.get(url, headers={"Host": host}) as answer:
        assert answer.status == 403
    assert "foreign host" in playground.api.ledger.refusals()[-1].note


async def test_pages_of_other_sites_are_refused(playground: Playground, client: aiohttp.ClientSession) -> None:
    url = f"{playground.base_url}{playground.token}/getMe"
    for origin, status in (("https://evil.example", 403), ("null", 403), (playground.root, 200)):
        async with client.get(url, headers={"Origin": origin}) as answer:
            assert answer.status == status
    async with client.get(url.replace("127.0.0.1", "localhost")) as answer:
        assert answer.status == 200


def test_it_knows_nothing_of_the_bot() -> None:
    """It shares no rule with what it proves: no import but its own, the server's and the tests'."""
    folder = Path(playground_package.__file__).parent
    imported = {
        name
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else named(node))
        if not name.startswith("bot.playground")
    }
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert outside == {"aiohttp", "pytest"}


def named(node: ast.AST) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


async def test_it_listens_on_this_machine_only(playground: Playground) -> None:
    assert playground.root.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("token", [REAL, "12345", "1:" + "x" * 35, "0:playground"])
async def test_it_never_starts_with_a_token_that_is_not_its_own(token: str) -> None:
    with pytest.raises(tokens.RealToken) as refused:
        async with serve(token=token, environ={}):
            pass
    assert token not in str(refused.value)


async def test_it_never_starts_beside_a_real_token(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(REAL + "\n")
    for environ in ({"UNKINK_TELEGRAM_TOKEN": REAL}, {"UNKINK_TELEGRAM_TOKEN_FILE": str(file)}):
        with pytest.raises(tokens.RealToken, match="unset it first") as refused:
            async with serve(environ=environ):
                pass
        assert REAL not in str(refused.value)
    own = tokens.fresh()
    async with serve(token=own, environ={"UNKINK_TELEGRAM_TOKEN": own}) as server:
        assert server.api.token == own


def test_its_own_token_has_the_length_of_a_real_one() -> None:
    token = tokens.fresh()
    assert tokens.is_own(token)
    assert len(token.partition(":")[2]) == 35
    assert token != tokens.fresh()


async def test_parameters_in_every_kind_of_body(
    playground: Playground, anna: Somebody, client: aiohttp.ClientSession
) -> None:
    url = f"{playground.base_url}{playground.token}/sendMessage"
    given = {"chat_id": str(anna.id), "text": "é & 🙂"}
    multipart = aiohttp.FormData(given, default_to_multipart=True)
    ways: list[dict[str, Any]] = [
        {"params": given},
        {"data": given},
        {"json": {**given, "chat_id": anna.id}},
        {"data": multipart},
    ]
    for way in ways:
        async with client.post(url, **way) as answer:
            assert (await answer.json())["result"]["text"] == "é & 🙂"
    async with client.get(url, params=given) as answer:
        assert answer.status == 200


async def test_the_query_string_beats_the_body(
    playground: Playground, anna: Somebody, client: aiohttp.ClientSession
) -> None:
    url = f"{playground.base_url}{playground.token}/sendMessage?text=query"
    async with client.post(url, json={"chat_id": anna.id, "text": "body"}) as answer:
        assert (await answer.json())["result"]["text"] == "query"


async def test_a_broken_json_body_is_ignored_with_a_warning(
    playground: Playground, client: aiohttp.ClientSession
) -> None:
    url = f"{playground.base_url}{playground.token}/sendMessage"
    for body in ("{broken", "[1]", "[" * 100_000):
        async with client.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
            assert (await answer.json())["description"] == "Bad Request: message text is empty"
        assert "no JSON object" in playground.api.ledger.warnings()[-1].note


async def test_broken_multipart(playground: Playground, client: aiohttp.ClientSession) -> None:
    url = f"{playground.base_url}{playground.token}/sendMessage"
    async with client.post(url, data=b"x", headers={"Content-Type": "multipart/form-data"}) as answer:
        assert answer.status == 400


async def test_too_many_parameters_are_413(playground: Playground, client: aiohttp.ClientSession) -> None:
    url = f"{playground.base_url}{playground.token}/sendMessage"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with client.post(url, data=io.BytesIO(b"text=" + b"x" * (1 << 20)), headers=form) as answer:
        assert answer.status == 413


async def test_uploads_over_fifty_megabytes_are_refused_by_the_proxy(playground: Playground) -> None:
    port = int(playground.root.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/bot{playground.token}/sendDocument"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000000\r\n\r\n".encode())
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()


async def test_writing_too_fast_warns(raw: Raw, anna: Somebody, playground: Playground) -> None:
    for number in range(21):
        playground.clock.advance(0.2)
        await raw("sendMessage", chat_id=anna.id, text=str(number))
    (warning,) = playground.api.ledger.warnings()
    assert warning.note.startswith("21 messages in 10 s in one chat")
    playground.clock.advance(10)
    await raw("sendMessage", chat_id=anna.id, text="calm again")
    assert len(playground.api.ledger.warnings()) == 1


async def test_unknown_parameters_warn_and_in_strict_mode_refuse(
    raw: Raw, anna: Somebody, playground: Playground, client: aiohttp.ClientSession
) -> None:
    assert (await raw("sendMessage", chat_id=anna.id, text="x", parsemode="HTML"))["ok"]
    assert playground.api.ledger.warnings()[-1].note.startswith("unknown parameter parsemode")
    async with serve(strict=True, environ={}) as server:
        url = f"{server.root}/bot{server.api.token}/getMe"
        async with client.post(url, json={"verbose": True}) as answer:
            assert (await answer.json())["description"].startswith("Bad Request: unknown parameter verbose of getMe")


async def test_unknown_fields_of_a_button_warn(raw: Raw, anna: Somebody, playground: Playground) -> None:
    keys = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y", "colour": "red", "style": "danger"}]]}
    assert (await raw("sendMessage", chat_id=anna.id, text="x", reply_markup=keys))["ok"]
    assert playground.api.ledger.warnings()[-1].note == "unknown field 'colour' of a button"


async def test_markup_as_text_and_as_an_object(raw: Raw, anna: Somebody) -> None:
    keys: Json = {"inline_keyboard": [[{"text": "Yes", "callback_data": "x" * 64}], []]}
    for markup in (keys, json.dumps(keys)):
        answer = await raw("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
        assert answer["result"]["reply_markup"]["inline_keyboard"] == keys["inline_keyboard"][:1]


async def test_more_routes_can_be_added_and_are_guarded_too(client: aiohttp.ClientSession) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="page")

    async with serve(environ={}, more=lambda app: void(app.router.add_get("/", page))) as server:
        async with client.get(server.root) as answer:
            assert await answer.text() == "page"
        async with client.get(server.root, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403


def void(thing: object) -> None:
    """A lambda that returns nothing."""


async def test_the_clock_can_be_moved_and_only_forward() -> None:
    clock = Clock(lambda: 1000.0)
    sleep = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(3599)
    await asyncio.sleep(0.02)
    assert not sleep.done()
    clock.advance(1)
    await asyncio.wait_for(sleep, 1)
    assert clock.now() == 4600
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)


async def test_messages_carry_the_moved_date(raw: Raw, anna: Somebody, playground: Playground) -> None:
    first = (await raw("sendMessage", chat_id=anna.id, text="today"))["result"]["date"]
    playground.clock.advance(86400)
    assert (await raw("sendMessage", chat_id=anna.id, text="tomorrow"))["result"]["date"] - first in (86400, 86401)


def test_the_ledger_is_bounded_and_can_be_followed() -> None:
    ledger = Ledger(Clock())
    followed: list[Entry] = []
    stop = ledger.listen(followed.append)
    ledger.write(Kind.CALL, "sendMessage", {"text": "x" * 100_000})
    assert len(followed[0].parameters["text"]) == 5000
    stop()
    for _ in range(MOST_ENTRIES + 10):
        ledger.write(Kind.CALL, "getMe")
    entries = ledger.entries()
    assert (len(entries), entries[-1].number, len(followed)) == (MOST_ENTRIES, MOST_ENTRIES + 11, 1)


WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + (9 | 4 << 14).to_bytes(4, "little") + bytes(9)
JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x06\0\x08\x01\x01\x11\0\xff\xda\0\x02xyz\xff\xd9"
TRACK = b"\0\0\0\x5ctkhd" + bytes(76) + (320 << 16).to_bytes(4, "big") + (240 << 16).to_bytes(4, "big")
MP4 = b"\0\0\0\x0cftypisom" + TRACK


@pytest.mark.parametrize(
    ("data", "mime", "size"),
    [
        (png(7, 5), "image/png", (7, 5)),
        (GIF, "image/gif", (16, 8)),
        (JPEG, "image/jpeg", (8, 6)),
        (WEBP, "image/webp", (10, 5)),
        (MP4, "video/mp4", (320, 240)),
    ],
)
def test_pictures_are_known_by_their_bytes(data: bytes, mime: str, size: tuple[int, int]) -> None:
    picture = look(data)
    assert picture is not None
    assert (picture.mime, (picture.width, picture.height)) == (mime, size)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", png()[:20], JPEG[:12], JPEG[:-2], WEBP[:-3], b"%PDF-1.7", b"\xff\xd8\xff"]
)
def test_what_is_cut_off_is_no_picture(data: bytes) -> None:
    assert look(data) is None
