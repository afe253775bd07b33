"""Encryption at rest: every text that tells something about a person is sealed before a database sees it.

A sealed field, byte by byte (33 more than the text):

    01 | key id: 4 | nonce: 12 | AES-256-GCM of the UTF-8 text | tag: 16

Bound into the tag, though not stored with it, is the place the field belongs to: the person and the name of the
field. A row copied to another person, or a letter put where the conversation was, does not open. What this cannot see
is an older sealed value of the same place put back; who can do that can also take the whole file back.

The nonce is random. Two equal ones under one key would be fatal; by the usual rule (NIST SP 800-38D, 8.3) a key is
good for 2**32 seals, which is a hundred a second for over a year. A key file holds one key a line: the first seals,
all open, so that a new one can be put on top. The key id is a fingerprint; it tells which key, and nothing of the
key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import SealBroken

KEY = 32  # bytes
_FORMAT = b"\x01"
_ID = 4
_NONCE = 12
_TAG = 16
_HEAD = len(_FORMAT) + _ID + _NONCE


class Seal:
    """Seals with the first of the given keys (32 bytes each), opens with any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY for key in keys):
            raise ValueError(f"a seal needs at least one key, each of {KEY} bytes")
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._first = _key_id(keys[0])

    def seal(self, text: str, person: str, field: str) -> bytes:
        """The text, sealed for this place. Lone surrogates pass."""
        nonce = os.urandom(_NONCE)
        plain = text.encode("utf-8", "surrogatepass")
        sealed = self._ciphers[self._first].encrypt(nonce, plain, _place(person, field))
        return _FORMAT + self._first + nonce + sealed

    def open(self, sealed: object, person: str, field: str) -> str:
        """The text sealed for this place; SealBroken for anything else."""
        if not isinstance(sealed, bytes) or not self.looks_sealed(sealed):
            raise SealBroken(f"a sealed {_first_word(field)} is not in a form this version knows; restore a backup")
        if not self.knows(sealed):
            raise SealBroken(f"a sealed {_first_word(field)} needs a key that is not in the key file; add the old key")
        cipher = self._ciphers[sealed[1 : 1 + _ID]]
        try:
            plain = cipher.decrypt(sealed[1 + _ID : _HEAD], sealed[_HEAD:], _place(person, field))
        except InvalidTag:
            fault = f"a sealed {_first_word(field)} was changed or moved; restore it from a backup"
            raise SealBroken(fault) from None
        return plain.decode("utf-8", "surrogatepass")

    def is_newest(self, sealed: object) -> bool:
        """Was this sealed with the first key?"""
        return isinstance(sealed, bytes) and sealed[1 : 1 + _ID] == self._first

    def looks_sealed(self, value: object) -> bool:
        """Is this in the form of a sealed field at all?"""
        return isinstance(value, bytes) and len(value) >= _HEAD + _TAG and value[:1] == _FORMAT

    def knows(self, sealed: object) -> bool:
        """Was this sealed with one of our keys, going by its key id?"""
        return isinstance(sealed, bytes) and sealed[1 : 1 + _ID] in self._ciphers


def _key_id(key: bytes) -> bytes:
    return blake2b(key, digest_size=_ID, person=b"unkink key id").digest()


def _place(person: str, field: str) -> bytes:
    return json.dumps([person, field]).encode()  # a list, so that no two places are written alike


def _first_word(field: str) -> str:
    return field.partition(" ")[0]
