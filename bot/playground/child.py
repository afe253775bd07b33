"""The bot as a process of its own: started, watched, killed on demand, started again.

It is the bot that runs on Telegram, not a line of it changed; the playground only chooses its environment. It gets a
session of its own, so that Ctrl-C in the terminal reaches the playground alone, and the playground ends it in order.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from bot.playground.refusals import Json

PAUSES = (1.0, 2.0, 5.0, 10.0)  # seconds before a new start, after it died by itself once, twice, ...
ENDS_WITHIN = 5.0  # seconds between the polite signal and the other one
LAST_WORDS = 12  # lines of its log that are kept


class Status(StrEnum):
    STARTING = "starting"
    UP = "up"
    KILLED = "killed"  # on demand; it is started again at once
    DIED = "died"  # by itself; it is started again after a pause
    ENDED = "ended"


class Child:
    """`changed` is called whenever something of it has; `seen()` tells it that the bot asks for updates."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command, self._folder = tuple(command), folder
        self._environment: Mapping[str, str] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._job: asyncio.Task[None] | None = None
        self._errand: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._killed = False
        self._began = 0.0
        self.changed: Callable[[], None] = lambda: None
        self.status = Status.STARTING
        self.starts = 0
        self.code: int | None = None  # how the one before ended; negative: by a signal
        self.back_after: float | None = None  # seconds from its end, or the first start, to its first poll
        self.words: deque[str] = deque(maxlen=LAST_WORDS)

    @property
    def pid(self) -> int | None:
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    def json(self) -> Json:
        return {
            "status": self.status,
            "pid": self.pid,
            "starts": self.starts,
            "code": self.code,
            "back_after": self.back_after,
            "words": list(self.words),
        }

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start it, and see to it that it runs until stop()."""
        self._environment = dict(environment)
        self._began = asyncio.get_running_loop().time()
        process = await self._spawn()
        self._job = asyncio.create_task(self._watch(process))

    def seen(self) -> None:
        """It has asked for updates: it is there."""
        if self.status is Status.STARTING and self._process is not None:
            self.back_after = round(asyncio.get_running_loop().time() - self._began, 1)
            self._up.set()
            self._set(Status.UP)

    def kill(self) -> bool:
        """SIGKILL, at whatever moment it is; False if there is nothing to kill."""
        process = self._process
        if process is None or process.returncode is not None:
            return False
        self._killed = True
        process.kill()
        return True

    async def stop(self) -> None:
        """End it politely, and if it does not listen, otherwise."""
        process, self._process = self._process, None
        self._set(Status.ENDED)
        for task in (self._job, self._errand):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()

    def errand(self, command: Sequence[str]) -> None:
        """Run another command of the bot once it is up, to its end. What it says is not shown."""
        self._errand = asyncio.create_task(self._run_once(command))

    async def _run_once(self, command: Sequence[str]) -> None:
        await self._up.wait()
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, env=self._environment, cwd=self._folder, stdin=quiet, stdout=quiet, stderr=quiet
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        self._killed = False
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=os.name != "nt",
        )
        self.starts += 1
        self._set(Status.STARTING)
        return self._process

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        died = 0
        while True:
            await self._listen(process)
            self.code, self._began = await process.wait(), asyncio.get_running_loop().time()
            died = 0 if self._killed or self.status is Status.UP else died + 1
            pause = 0.0 if self._killed else PAUSES[min(max(died, 1), len(PAUSES)) - 1]
            self._set(Status.KILLED if self._killed else Status.DIED)
            await asyncio.sleep(pause)
            process = await self._spawn()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Its log, until it ends: what a bot says last is what explains its end."""
        assert process.stderr is not None
        with suppress(ValueError):  # a line longer than the buffer
            while line := await process.stderr.readline():
                self.words.append(line.decode("utf-8", "replace").rstrip()[:400])
                self.changed()

    def _set(self, status: Status) -> None:
        self.status = status
        self.changed()
