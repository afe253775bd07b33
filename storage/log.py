"""Was the write-ahead log cut short by damage, or by the last process dying?

SQLite trusts the log up to the first frame that does not add up and passes over the rest without a word: that is how
it drops a commit that was being written when the power went. A damaged byte in the middle looks the same to it, and
takes with it every commit behind, though people were told that they are kept. The difference can be seen: each commit
was on disk before the next began, so death leaves at most one that is not whole. Where two or more commits stand
behind the last trusted frame, the log was damaged. (What cannot be seen is damage to the very last commit.)

The layout is fixed by SQLite (fileformat2.html, section 4; walformat.html, section 2.1).
"""

from __future__ import annotations

import sys
from pathlib import Path

_LOG_HEAD = 32
_FRAME_HEAD = 24
_TRUSTED_AT = 16  # where the index file holds the number of trusted frames, in the machine's byte order


def commits_lost(database: Path, page: int) -> int:
    """How many commits stand in the log that SQLite does not trust.

    Ask last, while a connection that has read is still open: its index tells what is trusted, and closing another
    handle on the index makes POSIX forget the locks of that connection. `page` is the size of a page in bytes.
    """
    log, index = (database.with_name(database.name + ending) for ending in ("-wal", "-shm"))
    if not log.exists() or not index.exists():
        return 0
    with index.open("rb") as file:
        file.seek(_TRUSTED_AT)
        trusted = int.from_bytes(file.read(4), sys.byteorder)
    return _commits_behind(log, trusted, page)


def _commits_behind(log: Path, trusted: int, page: int) -> int:
    size = log.stat().st_size
    commits = 0
    with log.open("rb") as file:
        # The salt tells this log's frames from leftovers of an earlier one. It stands in the head and in every frame,
        # so one damaged byte does not hide it.
        head = file.read(_LOG_HEAD + _FRAME_HEAD)
        salts = (head[16:24], head[_LOG_HEAD + 8 : _LOG_HEAD + 16])
        for place in range(_LOG_HEAD + trusted * (page + _FRAME_HEAD), size, page + _FRAME_HEAD):
            file.seek(place)
            frame = file.read(_FRAME_HEAD)
            whole = place + _FRAME_HEAD + page <= size
            commits += whole and frame[8:16] in salts and frame[4:8] != bytes(4)
    return commits
