"""Two texts stand in columns that are searched: the key of a handled turn, and the name of a wake-up (with a letter: of
the one that led to it). Neither may tell.

A key can hold an id of a person. It is only ever compared, so a keyed hash of it is kept (`tag`).

A name can tell of a red flag ("seen" is the question after one). It is compared and read back, so it is enciphered in a
way that gives the same bytes for the same person and name each time (AES-SIV, RFC 5297), and other bytes for another
person (`veil`, `unveil`).

The secret behind both is the database's own. It stands in `meta`, sealed, so that a new key seals it anew and the
columns stay as they are. The queries call the three functions by name; a connection is taught them when it is opened.
"""

from __future__ import annotations

import os
import sqlite3
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from storage import sql
from storage.seal import Seal

_FACT = "secret"
_SECRET = 64  # bytes
_TAG = 16


class Veil:
    """The three functions, for one secret."""

    def __init__(self, secret: bytes) -> None:
        self._hash_key = blake2b(secret, digest_size=32, person=b"unkink tags").digest()
        self._cipher = AESSIV(blake2b(secret, digest_size=64, person=b"unkink names").digest())

    def tag(self, key: str) -> str:
        return blake2b(key.encode(), key=self._hash_key, digest_size=_TAG).hexdigest()

    def veil(self, person: str, name: str) -> bytes:
        return self._cipher.encrypt(name.encode(), [person.encode()]) if name else b""

    def unveil(self, person: str, veiled: object) -> str | None:
        """None: it was changed, or belongs to another person."""
        if not veiled:
            return ""
        if not isinstance(veiled, bytes) or not isinstance(person, str):
            return None
        try:
            return self._cipher.decrypt(veiled, [person.encode()]).decode()
        except (InvalidTag, ValueError):
            return None


def new_secret(db: sqlite3.Connection, seal: Seal) -> None:
    """Give a database its secret, and put what stood in the clear under it. Inside the caller's transaction."""
    secret = os.urandom(_SECRET)
    db.execute(sql.queries()["note"], {"name": _FACT, "value": seal.seal(secret.hex(), "", _FACT)})
    _teach(db, Veil(secret))
    for query in ("tag_keys", "veil_wakes", "veil_letters", "drop_causes"):
        db.execute(sql.queries()[query])


def teach(db: sqlite3.Connection, seal: Seal) -> bool:
    """Teach the connection the functions. False: the database has no secret yet. SealBroken: it does not open."""
    row = db.execute(sql.queries()["fact"], {"name": _FACT}).fetchone()
    if row is None:
        return False
    _teach(db, Veil(bytes.fromhex(seal.open(row[0], "", _FACT))))
    return True


def _teach(db: sqlite3.Connection, veil: Veil) -> None:
    db.create_function("tag", 1, veil.tag, deterministic=True)
    db.create_function("veil", 2, veil.veil, deterministic=True)
    db.create_function("unveil", 2, veil.unveil, deterministic=True)
