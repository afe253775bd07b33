"""What the page may ask for. Everything that comes in is checked; what cannot be done is said in words for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.playground import acts
from bot.playground.desk import Desk
from bot.playground.people import Message, Person
from bot.playground.refusals import Json
from bot.playground.values import Wrong, optional_bool, required_number, required_string

LONGEST_DATA = 200  # characters; a tampered client may send more than 64 bytes, but not a book
LANGUAGES = frozenset("en de es fr it pt nl pl tr uk ru ar hi zh".split())


def grant(desk: Desk, asked: object) -> Json:
    """Do it; what the page is told in return, empty if nothing. ValueError: why not."""
    if not isinstance(asked, dict):
        raise ValueError("That cannot be read.")
    try:
        return TABLE.get(str(asked.get("do")), _unknown)(desk, asked)
    except Wrong as wrong:
        raise ValueError(f"That cannot be read: {wrong}.") from None


def _unknown(desk: Desk, asked: Json) -> Json:
    raise ValueError("There is no such wish.")


def _person(desk: Desk, asked: Json) -> Person:
    return desk.person(required_number(asked, "person"))


def _say(desk: Desk, asked: Json) -> Json:
    person, text = _person(desk, asked), required_string(asked, "text").strip()
    if text:
        desk.write(person, text)
    return {}


def _tap(desk: Desk, asked: Json) -> Json:
    person, data = _person(desk, asked), required_string(asked, "data")[:LONGEST_DATA]
    message = desk.api.people.chats[person.id].messages.get(required_number(asked, "message"))
    if message is None or not message.mine:
        raise ValueError("There is no such message.")
    if not any(tap.spinning and tap.message is message and tap.data == data for tap in desk.api.taps.of(person)):
        desk.recording.sent(person, _words(message, data))
    acts.tap(desk.api, person, message, data)
    return {}


def _words(message: Message, data: str) -> str:
    """The words on the button behind which this data lies."""
    words = (word for row in message.buttons for word in row)
    return next((word for word in words if message.data_behind(word) == data), data)


def _add(desk: Desk, asked: Json) -> Json:
    person = desk.add(required_string(asked, "name"), _language(asked))
    return {"added": person.id}


def _language(asked: Json) -> str:
    language = required_string(asked, "language")
    if language not in LANGUAGES:
        raise ValueError("There is no such language here.")
    return language


def _rename(desk: Desk, asked: Json) -> Json:
    person = _person(desk, asked)
    desk.rename(person, required_string(asked, "name"))
    desk.speak(person, _language(asked))
    return {}


def _block(desk: Desk, asked: Json) -> Json:
    person, wanted = _person(desk, asked), optional_bool(asked, "on")
    chat = desk.api.people.chats[person.id]
    if chat.blocked != wanted:
        (acts.block if wanted else acts.unblock)(desk.api, person)
    return {}


def _fault(desk: Desk, asked: Json) -> Json:
    desk.switches.turn(required_string(asked, "fault"), optional_bool(asked, "on"))
    return {}


def _move(desk: Desk, asked: Json) -> Json:
    seconds = float(required_number(asked, "seconds"))
    desk.moving.start(seconds)
    desk.recording.moved(seconds)
    return {}


def _kill(desk: Desk, asked: Json) -> Json:
    if not desk.child.kill():
        raise ValueError("The bot is not running at this moment.")
    return {}


def _journey(desk: Desk, asked: Json) -> Json:
    person = _person(desk, asked)
    return {"journey": desk.recording.journey(person), "name": person.first_name}


TABLE: Mapping[str, Callable[[Desk, Json], Json]] = {
    "say": _say,
    "tap": _tap,
    "add": _add,
    "rename": _rename,
    "block": _block,
    "fault": _fault,
    "move": _move,
    "kill": _kill,
    "journey": _journey,
}
