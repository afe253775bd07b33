"""The key file: text, one key a line (base64 of 32 bytes), readable by its owner alone. Lines with # are remarks."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from datetime import datetime
from pathlib import Path

from storage.errors import Refusal, StoreRefused
from storage.files import new_private, private_folder, sync_folder
from storage.seal import KEY

_LARGEST = 65536  # bytes; a key takes 45


def make_key_file(path: Path) -> None:
    """Make a key and put it there: whole or not at all, never over what is there already.

    The file gets mode 0600 whatever the umask says; a folder that is missing is made with 0700.
    """
    if path.exists():
        raise _bad(path, "is there already and is never overwritten; use it, or name another place")
    line = base64.b64encode(secrets.token_bytes(KEY)) + b"\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        private_folder(path.parent)
        _write(draft, line)
        try:
            os.link(draft, path)  # gives a finished file its name, and does not replace one made in the meantime
        finally:
            draft.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise _bad(path, f"cannot be made ({error.strerror}); name a folder this account may write to") from None


def read_key_file(path: Path) -> tuple[bytes, ...]:
    """The keys, 32 bytes each; the first seals.

    On POSIX a file that its group or others may read is refused, with two exceptions: it belongs to another account,
    or it lies on a read-only file system. Both are how secrets get mounted into containers (Kubernetes: root, 0644;
    Docker: root,
    0444): whoever mounted it chose who may read it, and chmod would not be ours to do.
    """
    try:
        with path.open("rb") as file:
            _check_mode(path, os.fstat(file.fileno()))
            text = file.read(_LARGEST)
    except FileNotFoundError:
        fault = f"key file {path} is missing; put it back, or restore it from where you keep its copy"
        raise StoreRefused(Refusal.MISSING_KEY, fault) from None
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror}); let this account read it") from None
    lines = [line.strip() for line in text.splitlines()]
    keys = tuple(_key(path, line) for line in lines if line and not line.startswith(b"#"))
    if not keys:
        raise _bad(path, "holds no key; restore it from where you keep its copy")
    return keys


def put_on_top(path: Path) -> tuple[bytes, ...]:
    """Make a new key and put it above the one that is there; all keys. It is on disk before anything uses it."""
    line = base64.b64encode(secrets.token_bytes(KEY)) + b"\n"
    try:
        _replace(path, line + path.read_bytes())
    except OSError as error:
        how = "put a new line on top yourself (head -c 32 /dev/urandom | base64), keep the old one, and run it again"
        raise _bad(path, f"cannot be changed ({error.strerror}); {how}") from None
    return read_key_file(path)


def retire(path: Path, now: datetime) -> Path | None:
    """Move all keys but the first to a file beside it, for earlier backups. None: the key file cannot be changed."""
    lines = [line for line in path.read_bytes().splitlines() if line.strip() and not line.startswith(b"#")]
    older = path.with_name(f"{path.name}.old-{now:%Y%m%d-%H%M%S}")
    try:
        older.unlink(missing_ok=True)  # of a moment ago, cut short
        _write(older, b"\n".join([*lines[1:], b""]))
        _replace(path, lines[0] + b"\n")
    except OSError:
        return None
    return older


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _key(path: Path, line: bytes) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY:
        raise _bad(path, f"has a line that is not base64 of {KEY} bytes; restore it from where you keep its copy")
    return key


def _check_mode(path: Path, facts: os.stat_result) -> None:
    if os.name != "posix" or not stat.S_IMODE(facts.st_mode) & 0o077:
        return
    mounted = facts.st_uid != os.geteuid() or os.statvfs(path).f_flag & os.ST_RDONLY
    if not mounted:
        raise _bad(path, f"can be read by others; run: chmod 600 {path}")


def _write(path: Path, content: bytes) -> None:
    with new_private(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _bad(path: Path, fault: str) -> StoreRefused:
    return StoreRefused(Refusal.BAD_KEY, f"key file {path} {fault}")
