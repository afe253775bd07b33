"""The key file: text, one key a line (base64 of 32 bytes), readable by its owner alone. Lines with # are remarks."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
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
