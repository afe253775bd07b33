"""An event loop whose time is told, not lived: when nothing is ready, the clock jumps to the next timer.

Nothing comes from outside (no sockets, no threads), so a day takes as long as what happens in it, and the same
beginning leads to the same end.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import ContextVar
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
OWNER: ContextVar[list[asyncio.Task[Any]] | None] = ContextVar("owner", default=None)
"""Where tasks are written down: the process that they belong to; None: the world around it."""


class NothingLeft(RuntimeError):
    """Everybody waits and no timer is set: it would stand still for ever."""


class _Jumping(selectors.SelectSelector):
    """Instead of waiting it moves the time."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingLeft
        self.passed += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Seconds begin at 0. What would go to a thread is done at once."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self.set_task_factory(_noted)
        self.complaints: list[str] = []
        self.set_exception_handler(self._complain)

    def time(self) -> float:
        return self._jumping.passed

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _complain(self, _: object, about: dict[str, Any]) -> None:
        self.complaints.append(f"{about.get('message')}: {about.get('exception')!r}")


def _noted(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
    inside = more.get("context")
    owner = OWNER.get() if inside is None else inside.get(OWNER)
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
    if owner is not None:
        owner.append(task)
    return task
