"""`unkink try`: the playground, the page, and the unchanged bot as a process of its own, started and ended in order.

The bot gets an environment made for it: nothing of the real one's settings reaches it, its working folder holds no
settings file, and its data lie in a folder that is removed at the end (or kept, where a folder was named).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from pathlib import Path

from aiohttp import web
from attrs import frozen

from bot import settings as configuration
from bot.playground import tokens
from bot.playground.child import Child
from bot.playground.desk import Desk
from bot.playground.moving import REST, Moving
from bot.playground.server import API, Server, serve
from bot.playground.wire import routes
from bot.settings import PREFIX, SettingsError

PORT = 8765
"""Where the page lies if nothing else holds it."""
CODE = Path(__file__).resolve().parent.parent
TIED = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""On Linux the bot is killed with the playground, however that ends (prctl, PR_SET_PDEATHSIG, which outlives execv):
else one that nobody ends would ask a server that is gone, for ever."""
HELLO = """\
Unkink's playground: {0}/
The real bot, on this machine only; no account, and nothing leaves it. {1}
For Telegram: write to @BotFather there, /newbot, then start with UNKINK_TELEGRAM_TOKEN set to the token it gives you.
Ctrl-C ends it."""


@frozen
class Trial:
    """A playground at work, with its bot."""

    desk: Desk
    root: str

    def set_profile(self) -> None:
        """What people see of the bot before they write, once it is there."""
        self.desk.child.errand(command("setup"))


async def trying(port: int | None, keep: Path | None, *, browser: bool, write: Callable[[str], None]) -> None:
    """Run until a signal ends it. SettingsError: there is a real token, or the port is taken."""
    refuse_a_real_token(os.environ)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with playing(port, keep) as trial:
        kept = f"It is kept in {keep}." if keep is not None else "At the end all of it is removed."
        write(HELLO.format(trial.root, kept))
        if browser and may_open(os.environ):
            await asyncio.to_thread(_open, trial.root)
        await stop.wait()


def refuse_a_real_token(environ: Mapping[str, str]) -> None:
    """SettingsError where a token for Telegram is set, in the environment or in the settings file."""
    token = configuration.read(environ).telegram_token
    if token and not tokens.is_own(token):
        raise SettingsError(
            "a Telegram token is set, and the playground never runs beside a real one: `unkink run` starts the bot; to"
            " play, unset UNKINK_TELEGRAM_TOKEN (or take it out of the settings file)"
        )


@asynccontextmanager
async def playing(
    port: int | None = None, keep: Path | None = None, *, rest: float = REST, ahead: float = 0.0, profile: bool = True
) -> AsyncIterator[Trial]:
    """The playground and its bot, until the block ends; then the bot is ended and, without `keep`, its data removed.

    `port` None: the usual one, or any free one if that is taken. `rest`: real seconds between two hops of the clock.
    `ahead`: seconds by which it begins ahead of the machine's clock, unless the kept folder says otherwise.
    `profile`: set the bot's name, description and commands, as `unkink setup` does, once it is there.
    """
    with _folder(keep) as name:
        folder = Path(name)
        desks: list[Desk] = []

        def add_page(app: web.Application) -> None:
            api, child = app[API], Child(command("run"), folder)
            file = None if keep is None else folder / "people.json"
            desks.append(Desk.of(api, child, Moving(api.clock, folder / "clock", rest, ahead), file))
            routes(desks[-1])(app)

        async with _served(port, folder, add_page) as server:
            trial = Trial(desks[-1], server.root)
            try:
                await trial.desk.child.start(environment(os.environ, server, folder))
                if profile:
                    trial.set_profile()
                yield trial
            finally:
                await trial.desk.moving.stop()
                await trial.desk.child.stop()


@asynccontextmanager
async def _served(port: int | None, folder: Path, add_page: Callable[[web.Application], None]) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        for each in (PORT, 0) if port is None else (port,):
            try:
                server = await stack.enter_async_context(serve(each, folder=folder, more=add_page, environ={}))
                break
            except OSError as error:
                if port is not None:
                    raise SettingsError(f"port {port} cannot be used ({error.strerror}); give another --port") from None
        yield server


def command(word: str) -> list[str]:
    """A command of the bot, by the Python that runs this."""
    tied = ["-c", TIED] if sys.platform == "linux" else []
    return [sys.executable, *tied, "-m", "bot", word]


def environment(environ: Mapping[str, str], server: Server, folder: Path) -> dict[str, str]:
    """What the bot gets: none of the real one's settings, and no proxy on the way to this machine itself."""
    kept = {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
    code = os.pathsep.join(part for part in (str(CODE), kept.get("PYTHONPATH", "")) if part)
    own = {
        "TELEGRAM_API": server.root,
        "TELEGRAM_TOKEN": server.api.token,
        "DATA": str(folder / "data"),
        "KEY_FILE": str(folder / "key" / "key"),
        "CLOCK_FILE": str(folder / "clock"),
    }
    return {**kept, "PYTHONPATH": code, "NO_PROXY": "*", "no_proxy": "*"} | {PREFIX + n: v for n, v in own.items()}


def _folder(keep: Path | None) -> AbstractContextManager[str]:
    if keep is None:
        return tempfile.TemporaryDirectory(prefix="unkink-try-", ignore_cleanup_errors=True)
    keep.mkdir(parents=True, exist_ok=True)
    return nullcontext(str(keep.resolve()))


def may_open(environ: Mapping[str, str]) -> bool:
    """Whether there is a screen to open a browser on: a browser in the terminal would cover what stands there."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _open(address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
