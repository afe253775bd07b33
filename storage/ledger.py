"""What happens inside a transaction: plain functions on a SQLite connection, run on its own thread.

Nothing here begins or commits; the caller does. Whatever SQLite raises for the disk's sake goes up and rolls back the
whole transaction. What is one turn's own fault is rolled back to that turn's savepoint and comes back as Failed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage import sql, tally
from storage.errors import SealBroken, StoreFull
from storage.limits import check_decision, check_instant, check_turn, check_word
from storage.seal import Seal
from storage.store import MOST_NAMES, Behind, Decide, Decision, Failed, Kept, Letter, Outcome, Seen, Turn, Waiting, Wake

SQL = sql.queries()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
OF_A_PERSON = (
    "forget_conversation", "forget_aside", "forget_wakes", "forget_letters", "forget_flying", "forget_sent",
)  # fmt: skip
"""The queries that remove a person."""

# Raised by SQLite for what it was given, not for how the disk is; any other sqlite3.Error is everybody's.
_ONE_TURNS_FAULT = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)


def keep(
    db: sqlite3.Connection, seal: Seal, turns: Sequence[Turn], decide: Decide, now: datetime, *, sparing: bool = False
) -> tuple[list[Outcome], list[str]]:
    """The outcomes of a group, and who was forgotten. `sparing`: a turn that does not forget fails with StoreFull."""
    forgotten: list[str] = []
    failed: set[str] = set()
    outcomes: list[Outcome] = []
    judged = sparingly(decide) if sparing else decide
    for turn in turns:
        outcome = Behind() if turn.person in failed else _keep_one(db, seal, turn, judged, now, forgotten)
        if isinstance(outcome, Failed) and not sparing:
            failed.add(turn.person)
        outcomes.append(outcome)
    return outcomes, forgotten


def sparingly(decide: Decide) -> Decide:
    """The same decisions, where there is only room to forget."""

    def judged(turn: Turn, conversation: str | None) -> Decision:
        decision = check_decision(decide(turn, conversation))
        if not decision.forget:
            raise StoreFull("the disk is nearly full; free space on it, nothing kept is lost")
        return decision

    return judged


def read(db: sqlite3.Connection, seal: Seal, person: str) -> str | None:
    """The conversation of a person."""
    row = _one(db, "conversation", person=person)
    return None if row is None else seal.open(row[0], person, "conversation")


def due(db: sqlite3.Connection, now: datetime, limit: int) -> list[tuple[str, Wake]]:
    """Wake-ups that have come."""
    rows = db.execute(SQL["due"], {"now": ticks(now), "limit": limit})
    found = rows.fetchall()
    for person, _, at in (row for row in found if row[1] is None):
        _do(db, "unwake_broken", person=person, at=at)
    return [(person, Wake(name, instant(at))) for person, name, at in found if name is not None]


def coming_up(db: sqlite3.Connection, now: datetime, until: datetime, limit: int) -> int:
    """How many wake-ups come due between two instants."""
    row = _one(db, "coming_up", now=ticks(now), until=ticks(until), limit=limit)
    return int(row[0]) if row is not None else 0


def next_wake(db: sqlite3.Connection) -> datetime | None:
    """The earliest instant of all wake-ups."""
    (at,) = db.execute(SQL["next_wake"]).fetchone()
    return None if at is None else instant(at)


def coming(db: sqlite3.Connection, after: tuple[datetime, str], limit: int) -> list[tuple[str, Wake]]:
    """One page of all wake-ups, in the order of their instants; names that do not open are left to `due`."""
    at, person = after
    rows = {"at": ticks(at), "person": person, "limit": limit + MOST_NAMES}
    found = db.execute(SQL["coming"], rows).fetchall()
    end = limit
    while 0 < end < len(found) and (found[end][0], found[end][2]) == (found[end - 1][0], found[end - 1][2]):
        end += 1
    return [(who, Wake(name, instant(when))) for who, name, when in found[:end] if name is not None]


def mark(db: sqlite3.Connection, name: str) -> str:
    """What was noted about the database under a name."""
    row = _one(db, "fact", name=f"mark {name}")
    return "" if row is None else bytes(row[0]).decode()


def set_mark(db: sqlite3.Connection, name: str, text: str) -> None:
    """Note something about the database."""
    _do(db, "renote", name=f"mark {name}", value=text.encode())


def waiting(db: sqlite3.Connection, seal: Seal, now: datetime, limit: int) -> list[Waiting]:
    """The letters that may be sent; buries those that expired or do not open."""
    found = []
    for (person,) in db.execute(SQL["people_waiting"]).fetchall():
        letter = following(db, seal, person, now, once=False) or following(db, seal, person, now, once=True)
        if letter is not None:
            found.append(letter)
    return sorted(found, key=lambda letter: letter.id)[:limit]


def expire(db: sqlite3.Connection, seal: Seal, now: datetime, limit: int) -> int:
    """Bury some of the letters that nobody came for in time; how many."""
    late = db.execute(SQL["expired"], {"now": ticks(now), "limit": limit}).fetchall()
    for (number,) in late:
        close(db, seal, number, "expired")
    return len(late)


def lane(db: sqlite3.Connection, once: bool, after: int, limit: int) -> list[tuple[int, str]]:
    """Letters of one lane and whom they are for."""
    return db.execute(SQL["lane"], {"once": int(once), "after": after, "limit": limit}).fetchall()


def take(db: sqlite3.Connection, seal: Seal, person: str, now: datetime, *, once: bool) -> Waiting | None:
    """The person's next letter of a lane, claimed."""
    letter = following(db, seal, person, now, once=once)
    return letter if letter is not None and claim(db, letter.id) else None


def following(db: sqlite3.Connection, seal: Seal, person: str, now: datetime, *, once: bool) -> Waiting | None:
    """The person's next letter of a lane; what is in its way is buried."""
    if _one(db, "busy", person=person, once=int(once)) is not None:
        return None
    while rows := db.execute(SQL["following"], {"person": person, "once": int(once)}).fetchall():
        number, cause, expires, body, panel = rows[0]
        overtaken = panel and len(rows) > 1 and rows[1][-1]
        late = expires is not None and expires <= ticks(now)
        try:
            text = seal.open(body, person, letter_field(cause, once, expires))
        except SealBroken:
            close(db, seal, number, "unreadable")
            continue
        if not overtaken and not late:
            return Waiting(number, person, text, cause, once, None if expires is None else instant(expires))
        close(db, seal, number, "expired" if late else "overtaken")
    return None


def claim(db: sqlite3.Connection, number: int) -> bool:
    """Waiting -> in flight."""
    return db.execute(SQL["claim"], {"id": number}).rowcount == 1


def back(db: sqlite3.Connection, seal: Seal, number: int) -> None:
    """In flight -> waiting, or gone if it was hushed meanwhile."""
    row = _one(db, "letter", id=number)
    if row is None:
        return
    _, _, flying, hushed, _ = row
    if flying and hushed:
        close(db, seal, number, "hushed")
    else:
        _do(db, "land", id=number)


def close(db: sqlite3.Connection, seal: Seal, number: int, fate: str, reference: str = "") -> None:
    """A letter's fate is known: its body goes, a line of it stays (unless it was to leave no trace)."""
    row = _one(db, "letter", id=number)
    if row is None:
        return
    person, kept, _, _, parting = row
    _do(db, "drop", id=number)
    if not parting:
        sealed = seal.seal(reference, person, "reference") if reference else None
        _do(db, "post", id=number, person=person, fate=fate, reference=sealed, kept=kept)


def reference(db: sqlite3.Connection, seal: Seal, person: str) -> str:
    """The newest reference of a person."""
    row = _one(db, "reference", person=person)
    return "" if row is None else seal.open(row[0], person, "reference")


def lay_aside(db: sqlite3.Connection, seal: Seal, person: str, now: datetime) -> bool:
    """Take a conversation that does not open out of the way."""
    try:
        read(db, seal, person)
    except SealBroken:
        _do(db, "lay_aside", person=person, now=ticks(now))
        _do(db, "forget_conversation", person=person)
        return True
    return False


def set_aside(
    db: sqlite3.Connection, seal: Seal, turn: Turn, reason: str, now: datetime, letters: Sequence[Letter]
) -> None:
    """A turn that failed for good."""
    check_turn(turn)
    _unwake(db, turn)
    if _one(db, "seen", key=turn.key) is not None:
        return
    _do(db, "handle", key=turn.key, now=ticks(now), reason=check_word(reason, "reason"))
    for letter in letters:
        _write(db, seal, turn.person, letter, now, parting=False)


def recover(db: sqlite3.Connection, seal: Seal) -> None:
    """After a start nobody knows which letters in flight arrived: a reminder is given up, the rest go again."""
    for number, once, hushed in db.execute(SQL["flying"]).fetchall():
        if hushed:
            close(db, seal, number, "hushed")
        elif once:
            close(db, seal, number, "unknown")
        else:
            _do(db, "land", id=number)


def ticks(at: datetime) -> int:
    """An instant as it is kept: microseconds since 1970, UTC."""
    return (check_instant(at, "instant") - _EPOCH) // _TICK


def instant(number: int) -> datetime:
    """The instant that was kept."""
    return _EPOCH + number * _TICK


def _keep_one(
    db: sqlite3.Connection, seal: Seal, turn: Turn, decide: Decide, now: datetime, forgotten: list[str]
) -> Outcome:
    db.execute("SAVEPOINT turn")
    try:
        outcome = _turn(db, seal, turn, decide, now, forgotten)
    except Exception as error:
        if isinstance(error, sqlite3.Error) and not isinstance(error, _ONE_TURNS_FAULT):
            raise
        db.execute("ROLLBACK TO turn")
        outcome = Failed(error)
    db.execute("RELEASE turn")
    return outcome


def _turn(
    db: sqlite3.Connection, seal: Seal, turn: Turn, decide: Decide, now: datetime, forgotten: list[str]
) -> Outcome:
    check_turn(turn)
    if turn.wake is None:
        fresh = _one(db, "seen", key=turn.key) is None
    else:
        fresh = _one(db, "stands", **_wake_row(turn.person, turn.wake)) is not None
    if not fresh:
        return Seen()
    decision = check_decision(decide(turn, read(db, seal, turn.person)))
    _do(db, "handle", key=turn.key, now=ticks(now), reason="")
    _unwake(db, turn)
    _apply(db, seal, turn, decision, now)
    tally.count(db, seal, decision.counts, now)
    if decision.forget:
        forgotten.append(turn.person)
    return Kept()


def _apply(db: sqlite3.Connection, seal: Seal, turn: Turn, decision: Decision, now: datetime) -> None:
    person = turn.person
    if decision.forget:
        _forget(db, person)
    else:
        for name in decision.hush:
            _do(db, "hush_wake", person=person, name=name)
        _recall(db, seal, person, (*decision.hush, *decision.recall))
        if decision.cancel:
            _cancel(db, seal, person)
        if decision.conversation is not None:
            sealed = seal.seal(decision.conversation, person, "conversation")
            _do(db, "converse", person=person, conversation=sealed)
        for wake in decision.wakes:
            if wake != turn.wake:  # else it would come due for ever
                _do(db, "wake", **_wake_row(person, wake))
    for letter in decision.letters:
        _write(db, seal, person, letter, now, parting=decision.forget or decision.traceless)


def _write(db: sqlite3.Connection, seal: Seal, person: str, letter: Letter, now: datetime, *, parting: bool) -> None:
    expires = None if letter.expires is None else ticks(letter.expires)
    body = seal.seal(letter.body, person, letter_field(letter.cause, letter.once, expires))
    row = {"person": person, "cause": letter.cause, "once": int(letter.once), "expires": expires, "body": body}
    _do(db, "write", **row, now=ticks(now), parting=int(parting), panel=int(letter.panel))


def _recall(db: sqlite3.Connection, seal: Seal, person: str, names: Iterable[str]) -> None:
    for name in names:
        _do(db, "hush_flying", person=person, name=name)
        for (number,) in db.execute(SQL["hushable"], {"person": person, "name": name}).fetchall():
            close(db, seal, number, "hushed")


def _cancel(db: sqlite3.Connection, seal: Seal, person: str) -> None:
    _do(db, "cancel_flying", person=person)
    for (number,) in db.execute(SQL["cancellable"], {"person": person}).fetchall():
        close(db, seal, number, "cancelled")


def _forget(db: sqlite3.Connection, person: str) -> None:
    for query in OF_A_PERSON:
        _do(db, query, person=person)


def _unwake(db: sqlite3.Connection, turn: Turn) -> None:
    if turn.wake is not None:
        _do(db, "unwake", **_wake_row(turn.person, turn.wake))


def _wake_row(person: str, wake: Wake) -> Mapping[str, str | int]:
    return {"person": person, "name": wake.name, "at": ticks(wake.at)}


def letter_field(cause: str, once: int, expires: int | None) -> str:
    """What the body of a letter is sealed for: a reminder cannot be turned into an answer."""
    return f"letter {int(once)} {expires} {cause}"


def _do(db: sqlite3.Connection, query: str, **values: object) -> None:
    db.execute(SQL[query], values)


def _one(db: sqlite3.Connection, query: str, **values: object) -> Sequence[Any] | None:
    row: Sequence[Any] | None = db.execute(SQL[query], values).fetchone()
    return row
