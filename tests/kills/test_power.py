"""A power cut: what Telegram is told it may forget has been put on disk before, as the system calls show."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.playground.testing import Playground, playground
from tests.kills.press import Press, Wishes

__all__ = ["playground"]

CALLS = "trace=fsync,fdatasync,sendto,sendmsg,write,recvfrom,recvmsg,read"
OFFSET = re.compile(r'\\"offset\\": ?(\d+)')


def can_trace() -> bool:
    """Whether system calls can be watched here."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.kills
@pytest.mark.skipif(not can_trace(), reason="system calls cannot be watched here: no strace, or it is not allowed")
async def test_a_commit_is_on_disk_before_telegram_is_told_to_forget(playground: Playground, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    press = Press(playground, tmp_path, Wishes(seed=4, rounds=0, people=5, messages=0, together=True))
    await press.prepare()
    watched = ("strace", "-f", "-qq", "-s", "4000", "-e", CALLS, "-o", str(log))
    process = await asyncio.create_subprocess_exec(
        *watched, sys.executable, "-m", "bot", "run", cwd=Path(__file__).parents[2], env=press.environment(),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(8):
            await playground.until(lambda: playground.api.queue.polled or None, lambda: "no poll", 40)
            press.write()
            await press.settled()
        await playground.until(lambda: playground.api.queue.polled or None, lambda: "no poll", 40)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    higher, unsynced = polls(log.read_text(errors="replace").splitlines())
    assert higher >= 6
    assert unsynced == 0


def polls(lines: Sequence[str]) -> tuple[int, int]:
    """Polls with a higher offset, and those of them before which nothing was put on disk since updates came in."""
    highest = higher = unsynced = 0
    dirty = False
    for line in lines:
        if "update_id" in line and re.search(r"\b(recv|read)", line):
            dirty = True
        elif re.search(r"\bf(data)?sync\b.*= 0$", line):
            dirty = False
        elif (found := OFFSET.search(line)) and int(found[1]) > highest:
            higher, unsynced = higher + (highest > 0), unsynced + dirty
            highest = int(found[1])
    return higher, unsynced


def test_the_reading_of_calls_sees_a_missing_sync() -> None:
    ask = r'1 sendto(9, "{\"offset\": %d, \"limit\": 100}", 90, 0, NULL, 0) = 90'
    got = r'1 recvfrom(9, "{\"ok\": true, \"result\": [{\"update_id\": 7}]}", 262144, 0, NULL, NULL) = 900'
    synced = "2 fdatasync(5) = 0"
    assert polls([ask % 1, got, synced, ask % 8]) == (1, 0)
    assert polls([ask % 1, synced, got, ask % 8]) == (1, 1)
