"""Raw updates are read one by one: one that cannot be read takes no other with it."""

from __future__ import annotations

import json
import time

import pytest

from bot.channels.telegram.reading import HIGHEST, Unreadable, number_of, read_answer, read_update, updates_in

DEEP = "[" * 100_000 + "]" * 100_000
POISON = {
    "deep": ('{"update_id":2,"message":{"x":' + DEEP + "}}", "RecursionError"),
    "long": ('{"update_id":2,"message":' + "9" * 5000 + "}", "ValueError"),
    "after": ('{"message":' + DEEP + ',"update_id":2}', "RecursionError"),
    "escape": ('{"message":"\\x","update_id":2}', "JSONDecodeError"),
    "misleading": (
        '{"message":{"update_id":7,"t":"\\"}],\\"update_id\\":8,"},"update_id":2,"x":' + DEEP + "}",
        "RecursionError",
    ),
}


def answer(*updates: str) -> bytes:
    return ('{"ok":true,"result":[' + ",".join(updates) + "]}").encode()


@pytest.mark.parametrize("kind", POISON)
def test_the_good_ones_of_an_answer_are_read_and_of_the_bad_one_its_number(kind: str) -> None:
    text, reason = POISON[kind]
    good = [json.dumps({"update_id": 1, "message": {"text": 'a "}],{ \\'}}), '{"update_id":3}']
    found = read_answer(answer(good[0], text, good[1]))
    assert found["ok"] is True
    assert updates_in(found["result"]) == [json.loads(good[0]), Unreadable(2, reason), {"update_id": 3}]
    assert [number_of(each) for each in updates_in(found["result"])] == [1, 2, 3]


def test_a_good_answer_is_read_as_it_is() -> None:
    whole = {"ok": True, "result": [{"update_id": 1}, {"update_id": 2, "message": {"text": "\ud800"}}]}
    assert read_answer(json.dumps(whole).encode()) == whole
    refused = {"ok": False, "error_code": 409, "description": "Conflict"}
    assert read_answer(json.dumps(refused).encode()) == refused


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b"\xff\xff", b'{"ok":true,"result":[{"update_id":1'])
def test_what_is_no_answer_is_empty(body: bytes) -> None:
    assert read_answer(body) == {}


@pytest.mark.parametrize("number", ["null", "true", '"5"', "-1", "1.0", str(HIGHEST), str(2**63), "{}"])
def test_what_has_no_number_is_no_update(number: str) -> None:
    listed = json.loads(f'[{{"update_id":{number}}},{{"update_id":5}}, 7, null, []]')
    assert updates_in(listed) == [{"update_id": 5}]
    assert read_update(f'{{"update_id":{number}}}'.encode()) is None
    assert read_update(f'{{"update_id":{number},"x":{DEEP}}}'.encode()) is None


@pytest.mark.parametrize("piece", [b'\\"', b'"', b"[", b'["', b"{", b'{"update_id":', b"\\"], ids=str)
def test_reading_takes_time_in_proportion_to_the_length(piece: bytes) -> None:
    """The largest body there may be, made of whatever a search could stumble over again and again."""
    body = b'{"result":[{"x":"' + piece * (1_000_000 // len(piece))
    began = time.process_time()
    read_answer(body)
    read_update(body)
    assert time.process_time() - began < 3.0
