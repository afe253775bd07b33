"""Addresses in links and buttons. Source: tdlib/td, LinkManager.cpp, check_link_impl and get_link_user_id."""

from __future__ import annotations

import re

# A scheme (http by default), a host, and whatever follows.
WEB = re.compile(r"(?:(https?)://)?([^/?#\s:@]{1,253}|\[[0-9a-f:.]+\])(?::\d{1,5})?([/?#].*)?", re.I | re.S)
INNER = re.compile(r"(tg|ton|tonsite):(?://)?([A-Za-z0-9._-]+)(.*)", re.I | re.S)
PERSON = re.compile(r"tg:(?://)?user/?\?(?:[^#]*&)?id=(\d{1,19})(?:[&#].*)?", re.I)


def checked_link(address: str) -> str:
    """The address as Telegram would keep it; "" if it is none."""
    inner = INNER.fullmatch(address)
    if inner is not None:
        return f"{inner[1].lower()}://{inner[2].lower()}{inner[3]}"
    web = WEB.fullmatch(address.strip())
    if web is None or ("." not in web[2].strip(".") and not web[2].startswith("[")):
        return ""
    scheme, host, rest = (web[1] or "http").lower(), web[2].lower(), web[3] or "/"
    return f"{scheme}://{host}{rest if rest.startswith('/') else '/' + rest}"


def mentioned_person(address: str) -> int | None:
    """tg://user?id=123 names a person."""
    match = PERSON.fullmatch(address)
    return int(match[1]) if match else None
