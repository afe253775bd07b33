"""What should have come of the kept order: every update once, one after the other, nothing going wrong.

The order of the keys is the only thing that is taken from the bot's file. What each update meant is read from the
update itself, what follows from it is asked of the conversation alone; then the file is held against it: the letters
of every turn, word for word, the wake-ups and the conversations at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field

from bot import letters
from bot.channels.commands import command
from bot.engine import decision
from bot.lots import lot
from flows import book, kept, taps
from flows.effects import Say
from flows.events import Blocked, Event, Sent, Started, Tapped, Unblocked, Woke, Wrote
from storage import ledger
from storage.store import Decision, Letter, Wake
from tests.simulation.keeping import Row
from tests.simulation.world import SEAL, Noted, Story

BOOK = book.load()
WEEK = timedelta(days=7, hours=1)


@define
class Taken:
    """One turn as it should be. `place`: its line in the file's story."""

    key: str
    place: int
    person: str
    event: Event | None
    now: datetime
    decision: Decision
    text: str | None
    """The conversation afterwards."""
    reminder: bool
    """Whether the person has one after this turn."""
    letters: list[int] = field(factory=list)
    """The numbers under which its letters were kept."""


@define
class Told:
    """A letter: what it says, which turn led to it."""

    number: int
    person: str
    say: Say
    letter: Letter
    turn: Taken


@define
class Replay:
    """The whole story as it should be."""

    turns: list[Taken] = field(factory=list)
    letters: dict[int, Told] = field(factory=dict)
    texts: dict[str, str | None] = field(factory=dict)
    wakes: dict[str, dict[str, datetime]] = field(factory=dict)
    wrong: list[str] = field(factory=list)
    keys: dict[str, str] = field(factory=dict)
    """The keys there can be, by what the file keeps of them."""

    def may_come(self, story: Story, *keys: str) -> None:
        """A turn with one of these keys may come."""
        assert story.veil is not None
        self.keys |= {story.veil.tag(key): key for key in keys}


def event_of(update: dict[str, Any]) -> tuple[str, Event] | None:
    """Who did what in an update; None: nothing for the conversation."""
    if "callback_query" in update:
        query = update["callback_query"]
        return f"telegram:{query['from']['id']}", taps.read(query["data"]) or Tapped(0, "forged", "forged")
    if "my_chat_member" in update:
        change = update["my_chat_member"]
        left = change["new_chat_member"]["status"] in ("kicked", "left")
        return f"telegram:{change['chat']['id']}", Blocked() if left else Unblocked()
    message = update["message"]
    text = message.get("text")
    event: Event = Sent() if text is None else Wrote(text)
    if text is not None and text.strip().startswith("/"):
        event = command(text.strip())
    if isinstance(event, Started):
        event = Started(message["from"]["language_code"])
    return f"telegram:{message['chat']['id']}", event


def replay(story: Story) -> Replay:
    """The story again, without any fault."""
    whole = Replay()
    turn: Taken | None = None
    seen: set[str] = set()
    whole.may_come(story, *story.before, *(f"telegram:{number}" for number in story.updates))
    for place, noted in enumerate(story.rows):
        if noted.row.what == "turn":
            key = whole.keys.get(noted.row.key or "", f"its own turn {noted.row.n}")
            if key in seen:
                whole.wrong.append(f"{key} was handled twice")
            seen.add(key)
            turn = _take(story, whole, key, noted, story.rows[place + 1].row)
        elif noted.row.what == "letter":
            whole.may_come(story, f"gone:{noted.row.id}")
            _write(whole, turn, noted)
    for turn in whole.turns:
        if len(turn.letters) != len(turn.decision.letters):
            whole.wrong.append(f"{turn.key} kept {len(turn.letters)} letters, not {len(turn.decision.letters)}")
    return whole


def _take(story: Story, whole: Replay, key: str, noted: Noted, after: Row) -> Taken | None:
    row = noted.row
    assert row.at is not None
    if row.cause:
        whole.wrong.append(f"{key} was set aside: {row.cause}")
        return None
    now = ledger.instant(row.at)
    found = _meant(story, whole, key) or _by_itself(after)
    if found is None:
        whole.wrong.append(f"{key} was handled and nobody knows it")
        return None
    person, event, wake = found
    if wake is not None:
        _check_due(whole, key, person, wake, now)
    text = whole.texts.get(person)
    decided = story.before[key] if event is None else decision(text, event, BOOK, now, lot(person))
    _apply(whole, person, decided)
    has = kept.read(whole.texts.get(person)).reminder is not None
    turn = Taken(key, row.n, person, event, now, decided, whole.texts.get(person), has)
    whole.turns.append(turn)
    return turn


def _meant(story: Story, whole: Replay, key: str) -> tuple[str, Event | None, Wake | None] | None:
    kind, _, number = key.partition(":")
    if kind == "telegram" and int(number) in story.updates:
        found = event_of(story.updates[int(number)])
        return None if found is None else (*found, None)
    if kind == "gone" and int(number) in whole.letters:
        return whole.letters[int(number)].person, Blocked(), None
    if key in story.before:
        return key.removeprefix("put "), None, None
    return None


def _by_itself(after: Row) -> tuple[str, Event, Wake | None] | None:
    """A turn that nobody sent: a wake-up, told by the one that it takes away, or a reminder that is counted anew."""
    if after.what == "unwake" and after.at is not None:
        wake = Wake(after.cause or "", ledger.instant(after.at))
        return after.person or "", Woke(wake.name, wake.at), wake
    return (after.person or "", Woke("anew"), None) if after.what == "talk" else None


def _check_due(whole: Replay, key: str, person: str, wake: Wake, now: datetime) -> None:
    if whole.wakes.get(person, {}).get(wake.name) != wake.at:
        whole.wrong.append(f"{key}: a wake-up that stood no longer")
    if wake.at > now:
        whole.wrong.append(f"{key}: woken too soon")
    whole.wakes.get(person, {}).pop(wake.name, None)


def _apply(whole: Replay, person: str, decided: Decision) -> None:
    wakes = whole.wakes.setdefault(person, {})
    if decided.forget:
        wakes.clear()
        whole.texts.pop(person, None)
        return
    for name in decided.hush:
        wakes.pop(name, None)
    if decided.conversation is not None:
        whole.texts[person] = decided.conversation
    for wake in decided.wakes:
        wakes[wake.name] = wake.at


def _write(whole: Replay, turn: Taken | None, noted: Noted) -> None:
    row = noted.row
    assert row.id is not None
    assert row.person is not None
    if turn is None or turn.person != row.person or len(turn.letters) >= len(turn.decision.letters):
        whole.wrong.append(f"letter {row.id} belongs to no turn")
        return
    should = turn.decision.letters[len(turn.letters)]
    expires = None if should.expires is None else ledger.ticks(should.expires)
    if (row.cause, row.once, row.panel, row.expires) != (should.cause, should.once, should.panel, expires):
        whole.wrong.append(f"letter {row.id} was not kept as it should be")
    body = SEAL.open(row.body or b"", row.person, f"letter {row.once} {row.expires} {row.cause}")
    if body != should.body:
        whole.wrong.append(f"letter {row.id} does not say what it should")
    turn.letters.append(row.id)
    whole.letters[row.id] = Told(row.id, row.person, letters.read(should.body), should, turn)


def kept_as_it_should_be(story: Story, whole: Replay) -> Iterator[str]:
    """The end: conversations, wake-ups, and that every update had its effect."""
    yield from whole.wrong
    for person in sorted(story.kept.keys() | whole.texts.keys()):
        if story.kept.get(person) != whole.texts.get(person):
            yield f"the conversation of {person} is not what its turns make of it"
    should = {(who, name, ledger.ticks(at)) for who, wakes in whole.wakes.items() for name, at in wakes.items()}
    if story.wakes != should:
        yield f"wake-ups: {sorted(story.wakes ^ should)}"
    handled = {turn.key for turn in whole.turns}
    for number in sorted(story.updates.keys() - story.expired):
        if f"telegram:{number}" not in handled:
            yield f"update {number} had no effect"
    yield from _reminded(story, whole)
    if story.left:
        yield f"letters {story.left} were never told"


def _reminded(story: Story, whole: Replay) -> Iterator[str]:
    """Who wants a reminder has one to come: within a week, or when a pause or a rest is over."""
    now = story.rows[-1].clock
    for person, text in whole.texts.items():
        talk = kept.read(text)
        rings = whole.wakes[person].get("reminder")
        if talk.reminder is None or talk.asleep:
            continue
        begins = max([now, *(at for at in (talk.reminder.paused, talk.rest_until) if at is not None)])
        if rings is None or rings > begins + WEEK:
            yield f"{person} is not reminded any more: {rings}"
