"""What a picture is, told by its first bytes: kind, width and height. No decoding, no library."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

PNG = b"\x89PNG\r\n\x1a\n"
# JPEG markers that carry the frame's size: SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). ITU T.81, table B.1.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


@dataclass(frozen=True, slots=True)
class Picture:
    mime: str
    width: int  # pixels; 0 where the file does not say
    height: int

    @property
    def moves(self) -> bool:
        return self.mime in ("image/gif", "video/mp4")


def look(data: bytes) -> Picture | None:
    """The picture in `data`; None if it is none, or cut off before its end."""
    for reader in (_png, _jpeg, _gif, _webp, _mp4):
        try:
            found = reader(data)
        except (struct.error, IndexError):
            return None
        if found is not None:
            return found
    return None


def _png(data: bytes) -> Picture | None:
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or b"IEND" not in data[-12:]:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return Picture("image/png", width, height)


def _jpeg(data: bytes) -> Picture | None:
    if not data.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in data[-64:]:
        return None
    place = 2
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker in BARE or marker == 0xFF:
            place += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return Picture("image/jpeg", width, height)
        place += 2 + length
    return None


def _gif(data: bytes) -> Picture | None:
    if data[:6] not in (b"GIF87a", b"GIF89a") or b"\x3b" not in data[-2:]:
        return None
    width, height = struct.unpack("<HH", data[6:10])
    return Picture("image/gif", width, height)


def _webp(data: bytes) -> Picture | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    read = WEBP_SIZES.get(data[12:16])
    if read is None or len(data) < 8 + int.from_bytes(data[4:8], "little"):
        return None
    width, height = read(data)
    return Picture("image/webp", width, height)


def _lossy(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _lossless(data: bytes) -> tuple[int, int]:
    bits = int.from_bytes(data[21:25], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _extended(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1


WEBP_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8 ": _lossy,
    b"VP8L": _lossless,
    b"VP8X": _extended,
}


def _mp4(data: bytes) -> Picture | None:
    if data[4:8] != b"ftyp":
        return None
    width = height = 0
    place = data.find(b"tkhd")
    while place > 4:  # the track header ends with width and height, 16.16 each; sound tracks say 0
        (size,) = struct.unpack(">I", data[place - 4 : place])
        wide, high = struct.unpack(">II", data[place + size - 12 : place + size - 4])
        width, height = max(width, wide >> 16), max(height, high >> 16)
        place = data.find(b"tkhd", place + 4)
    return Picture("video/mp4", width, height)
