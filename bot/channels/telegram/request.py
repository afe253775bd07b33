"""How python-telegram-bot reaches the Bot API: its own hook for transports, filled with aiohttp.

What comes with the library costs several times the CPU and writes each address, token included, into the log. The
errors keep their cause, because it decides whether a letter was surely not sent (see `outcome.py`).
"""

from __future__ import annotations

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
WRITE_MEDIA_SECONDS = 60.0
CONNECTIONS = 64
"""More than the post has letters in flight, so that no letter waits for a connection."""
RESULT = b'"result"'
IN_BETWEEN = {
    429: b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":30}}',
    413: b'{"ok":false,"error_code":400,"description":"Request Entity Too Large"}',
}


class AiohttpRequest(BaseRequest):
    """A pool of connections to the Bot API. One is made per running event loop, in `initialize`."""

    __slots__ = ("_session",)

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": self.USER_AGENT})

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call. TimedOut, NetworkError: as the library's own transport raises them, the cause attached."""
        if self._session is None:
            raise RuntimeError("the transport is not initialised")
        uploads = request_data is not None and request_data.contains_files
        whole = _seconds(read_timeout, READ_SECONDS) + (_seconds(write_timeout, WRITE_MEDIA_SECONDS) if uploads else 0)
        limit = aiohttp.ClientTimeout(total=whole + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.request(method, url, data=_form(request_data), timeout=limit) as answer:
                return answer.status, _checked(answer.status, await answer.read())
        except TimeoutError as error:
            raise TimedOut(f"no answer ({type(error).__name__})") from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"aiohttp.{type(error).__name__}") from error


def _seconds(given: ODVInput[float], usual: float) -> float:
    return usual if given is None or isinstance(given, DefaultValue) else float(given)


def _checked(status: int, body: bytes) -> bytes:
    """The body. NetworkError: it says that all is well and then nothing; the library would stumble over that with an
    error that nobody expects, and the bot would not even start."""
    if status == 200 and RESULT not in body:
        raise NetworkError("an answer without a result")
    return _told(status, body)


def _told(status: int, body: bytes) -> bytes:
    """The body; where a server in between answered with a page of its own, what it means in Telegram's words. The
    library would take it for an unknown fault, and we for a letter that may have arrived."""
    if status not in IN_BETWEEN or body.lstrip().startswith(b"{"):
        return body
    return IN_BETWEEN[status]


def _form(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    """The parameters as a form, with files as parts of their own."""
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
