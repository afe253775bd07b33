"""Files the bot or a person sent: kept in memory, found again by file_id."""

from __future__ import annotations

import base64
import binascii
import random
from dataclasses import dataclass, replace

from bot.playground.pictures import Picture
from bot.playground.refusals import Json, bad

VERSION = 4  # the last byte of every file_id: tdlib/td, FileNode::PERSISTENT_ID_VERSION
SHAPE = 24  # bytes of a file_id before its version
# How errors name a kind: tdlib/td, FileType.cpp, operator<<. Kinds of one class replace each other (is_document_...).
NAMES = {"photo": "Photo", "animation": "Animation", "document": "Document", "voice": "VoiceNote", "sticker": "Sticker"}
DOCUMENTS = frozenset({"animation", "document"})
FOLDERS = {"photo": "photos", "animation": "animations", "voice": "voice", "sticker": "stickers"}
EDGES = (90, 320, 800, 1280)  # the sizes of a photo: core.telegram.org/api/files, "Image thumbnail types"


@dataclass(frozen=True, slots=True)
class Stored:
    file_id: str
    unique_id: str
    kind: str
    name: str
    data: bytes
    picture: Picture | None
    path: str

    def json(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class Files:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._by_id: dict[str, Stored] = {}
        self._by_path: dict[str, Stored] = {}

    def add(self, kind: str, name: str, data: bytes, picture: Picture | None) -> Stored:
        number = len(self._by_path)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{FOLDERS.get(kind, 'documents')}/file_{number}.{ending.lower()}"
        stored = Stored(self._fresh_id(SHAPE), self._fresh_id(11), kind, name, data, picture, path)
        self._by_id[stored.file_id] = stored
        self._by_path[path] = stored
        return stored

    def at(self, path: str) -> Stored | None:
        return self._by_path.get(path)

    def known(self, file_id: str) -> Stored | None:
        return self._by_id.get(file_id)

    def find(self, file_id: str, kind: str) -> Stored:
        """The file, to be sent as `kind`. 400 as tdlib/td, FileManager.cpp, from_persistent_id."""
        stored = self._by_id.get(file_id)
        if stored is None:
            raise bad(f"Wrong remote file identifier specified: {_what_is_wrong(file_id)}")
        if stored.kind != kind and not {stored.kind, kind} <= DOCUMENTS:
            raise bad(f"Can't use file of type {NAMES[stored.kind]} as {NAMES[kind]}")
        return stored

    def sizes(self, photo: Stored) -> list[Json]:
        """PhotoSize, smallest first. Each size has a file_id; all give the same bytes, nothing is scaled."""
        shape = photo.picture or Picture("image/jpeg", 1, 1)
        longest = max(shape.width, shape.height)
        edges = [edge for edge in EDGES if edge < longest] + [min(longest, EDGES[-1])]
        return [self._size(photo, shape, edge / longest, last=edge == edges[-1]) for edge in dict.fromkeys(edges)]

    def _size(self, photo: Stored, shape: Picture, scale: float, last: bool) -> Json:
        if not last:
            mark = f"{photo.unique_id}{scale:.4f}".encode()
            smaller = base64.urlsafe_b64encode(bytes([len(mark) % 256, *mark][: SHAPE - 1]).ljust(SHAPE, b"s"))
            photo = replace(photo, file_id=f"{smaller.decode()}BA", unique_id=f"{photo.unique_id}{scale:.2f}")
            photo = self._by_id.setdefault(photo.file_id, photo)
        width, height = max(1, round(shape.width * scale)), max(1, round(shape.height * scale))
        return {**photo.json(), "width": width, "height": height}

    def _fresh_id(self, size: int) -> str:
        raw = self._chance.randbytes(size)
        return base64.urlsafe_b64encode(raw + bytes([VERSION])).decode().rstrip("=")


def _what_is_wrong(file_id: str) -> str:
    """tdutils/base64.cpp, base64url_decode; then FileManager.cpp."""
    if len(file_id.rstrip("=")) % 4 == 1:
        return "Wrong string length"
    try:
        raw = base64.b64decode(file_id.rstrip("=") + "=" * (-len(file_id.rstrip("=")) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return "Wrong character in the string"
    return "can't unserialize it" if raw[-1:] == bytes([VERSION]) else "can't unserialize it. Wrong last symbol"
