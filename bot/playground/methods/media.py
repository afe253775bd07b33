"""Pictures, animations and files in calls: where they come from, whether they are what they should be."""

from __future__ import annotations

import json
from typing import Any

from bot.playground.api import Api
from bot.playground.files import Stored
from bot.playground.formatting import Formatted, formatted, units
from bot.playground.parameters import Call
from bot.playground.pictures import Picture, look
from bot.playground.refusals import Json, bad
from bot.playground.values import Wrong, optional_bool, optional_string, required_string

LONGEST_CAPTION = 1024  # docs, sendPhoto.caption. Counted in UTF-16 units: never fewer than Telegram counts
LARGEST_PHOTO = 10 << 20  # bytes; this and the next two: docs, sendPhoto.photo
LONGEST_EDGES = 10_000  # pixels, width and height together
THINNEST = 20  # width : height, or the other way round
KINDS = ("photo", "animation", "document")  # what a bot like this sends; Telegram also knows video and audio
ATTACHED = "attach://"
MIMES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4"}


def checked_caption(words: Formatted) -> Formatted:
    """tdlib/td, MessageContent.cpp, get_input_message_content."""
    if units(words.text) > LONGEST_CAPTION:
        raise bad("Message caption is too long")
    return words


def read_caption(call: Call) -> Formatted:
    return formatted(call.text("caption"), call.text("parse_mode"), call.text("caption_entities"), may_be_empty=True)


def read_content(api: Api, call: Call, kind: str) -> Json:
    """The content of sendPhoto, sendAnimation, sendDocument. Client.cpp, process_send_photo_query and its sisters."""
    stored = _file(api, call, kind, call.text(kind), kind)
    if stored is None:
        raise bad(f"There is no {kind} in the request")
    caption = checked_caption(read_caption(call))
    flags = {name: call.truth(name) for name in ("has_spoiler", "show_caption_above_media")}
    if kind == "document" and call.truth("disable_content_type_detection"):
        return {"document": described(stored), **caption.fields("caption", "caption_entities")}
    return _content(api, call, kind, stored, caption, flags)


def read_input_media(api: Api, call: Call, thing: Any, *, album: bool = False) -> Json:
    """One InputMedia. Client.cpp, get_input_media."""
    try:
        if not isinstance(thing, dict):
            raise Wrong("expected an Object")
        return _input_media(api, call, thing, album)
    except Wrong as wrong:
        raise bad(f"Can't parse InputMedia: {wrong}") from None


def _input_media(api: Api, call: Call, thing: Json, album: bool) -> Json:
    entities = thing.get("caption_entities")
    caption = formatted(
        optional_string(thing, "caption"),
        optional_string(thing, "parse_mode"),
        json.dumps(entities) if isinstance(entities, list) else "",
        may_be_empty=True,
    )
    flags = {name: optional_bool(thing, name) for name in ("has_spoiler", "show_caption_above_media")}
    kind = required_string(thing, "type")
    if kind not in KINDS:
        raise Wrong(f'type "{kind}" is unsupported')
    if album and kind == "animation":
        raise Wrong(f'type "{kind}" can\'t be used in sendMediaGroup')
    stored = _file(api, call, "", optional_string(thing, "media"), kind)
    if stored is None:
        raise Wrong("media not found")
    return _content(api, call, kind, stored, checked_caption(caption), flags)


def _content(api: Api, call: Call, kind: str, stored: Stored, caption: Formatted, flags: dict[str, bool]) -> Json:
    words = caption.fields("caption", "caption_entities")
    if kind == "photo":
        shown: Json = {"photo": api.files.sizes(stored), **words}
    elif stored.picture is not None and stored.picture.moves:
        # A GIF is an animation, whichever method sent it; `document` is set as well: docs, Message.animation.
        shown = {"animation": _animation(stored, stored.picture), "document": described(stored), **words}
    else:
        if kind == "animation":
            call.odd.append(f"{stored.name} is neither GIF nor MP4: people see a file, not an animation")
        shown = {"document": described(stored), **words}
    if flags["has_spoiler"] and kind != "document":
        shown["has_media_spoiler"] = True
    if flags["show_caption_above_media"] and kind != "document":
        shown["show_caption_above_media"] = True
    return shown


def described(stored: Stored) -> Json:
    """As Document."""
    mime = stored.picture.mime if stored.picture is not None else "application/octet-stream"
    return {"file_name": stored.name, "mime_type": mime, **stored.json()}


def _animation(stored: Stored, picture: Picture) -> Json:
    return {"duration": 1, "width": picture.width, "height": picture.height, **described(stored)}


def _file(api: Api, call: Call, field: str, named: str, kind: str) -> Stored | None:
    """A file by id, by attach://name, or under its own field name. Client.cpp, get_input_file."""
    if named.startswith(ATTACHED):
        field = named.removeprefix(ATTACHED)
    elif "." in named:  # an address: this server never calls out
        raise bad("Failed to get HTTP URL content")
    elif named:
        return api.files.find(named, kind)
    upload = call.files.get(field)
    if upload is None:
        return None
    if not upload.data:
        raise bad("File must be non-empty")
    picture = look(upload.data)
    if kind == "photo":
        _check_photo(upload.data, picture)
    ending = MIMES.get(picture.mime, "") if picture is not None else ""
    name = upload.name if "." in upload.name or not ending else f"{upload.name}.{ending}"
    real = "animation" if kind == "document" and picture is not None and picture.moves else kind
    return api.files.add(real, name, upload.data, picture)


def _check_photo(data: bytes, picture: Picture | None) -> None:
    """Docs, sendPhoto.photo. Size: tdlib/td, FileLoaderUtils.cpp; the CONSTANTS come from the main server."""
    if len(data) > LARGEST_PHOTO:
        size = f"File of size {len(data)} bytes is too big for a photo"
        raise bad(f"{size}; the maximum size is {LARGEST_PHOTO} bytes")
    if picture is None or picture.mime == "video/mp4":
        raise bad("IMAGE_PROCESS_FAILED")
    short, long = sorted((picture.width, picture.height))
    if short < 1 or short + long > LONGEST_EDGES or long > THINNEST * short:
        raise bad("PHOTO_INVALID_DIMENSIONS")
