"""What must hold of every story, whatever went wrong in it: what was sent is held against what was kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from attrs import define, field

from bot.channels.telegram.render import plain_of
from bot.playground.people import Message
from bot.post import DOUBTFUL
from flows import taps
from flows.effects import Say
from flows.events import Blocked, Tapped
from tests.simulation.gates import gates_obeyed
from tests.simulation.network import EDITING, Sent
from tests.simulation.replay import Replay, Told, kept_as_it_should_be, replay
from tests.simulation.troubles import Told as Knows
from tests.simulation.world import Noted, Story

EDIT = "an edit"
MOST_TRIES = len(DOUBTFUL) + 1
"""So many times an answer may have been sent before it is given up."""


@define
class Fate:
    """A letter's way: what became of it, and the calls that were made for it."""

    told: Told
    calls: list[Sent] = field(factory=list)
    fate: Noted | None = None
    ended: Noted | None = None
    claims: list[Noted] = field(factory=list)
    backs: list[Noted] = field(factory=list)

    @property
    def shows(self) -> list[Sent]:
        """Calls that put it before the person's eyes."""
        return [call for call in self.calls if call.shows and call.accepted]

    def unsure(self, call: Sent) -> bool:
        """Whether the bot could not know what became of this call, or did not live to note it."""
        after = [each for each in (*self.claims, *self.backs, self.ended) if each is not None and each.at > call.asked]
        noted_by = min(after, key=lambda each: each.at).life if after else call.life
        return call.told in (Knows.OPEN, None) or noted_by != call.life

    @property
    def opens(self) -> int:
        """Calls of which the bot could not know what became, or that it did not live to hear of."""
        return sum(call.told in (Knows.OPEN, None) for call in self.calls)


def check(story: Story) -> list[str]:
    """What is wrong with a story; nothing, if all promises hold."""
    whole = replay(story)
    fates = {number: Fate(told) for number, told in whole.letters.items()}
    for call in story.calls:
        if call.letter in fates:
            fates[call.letter].calls.append(call)
        elif call.shows and call.method not in EDITING:  # a count on a card is no letter
            story.wrong.append(f"{call.method} without a letter")
    for noted in story.rows:
        _note(fates, noted)
    found = [*story.wrong, *kept_as_it_should_be(story, whole)]
    for each in (told_once, fates_have_reasons, in_order, reminders_stop, gates_obeyed, seen_at_last):
        ask: Callable[[Story, Replay, dict[int, Fate]], Iterator[str]] = each
        found += ask(story, whole, fates)
    return found


def _note(fates: dict[int, Fate], noted: Noted) -> None:
    way = fates.get(noted.row.id or 0)
    if way is None:
        return
    if noted.row.what == "fate":
        way.fate = noted
    elif noted.row.what == "end":
        way.ended = noted
    elif noted.row.what == "claim":
        way.claims.append(noted)
    elif noted.row.what == "back":
        way.backs.append(noted)


def told_once(story: Story, whole: Replay, fates: dict[int, Fate]) -> Iterator[str]:
    """Shown again only where nobody could know; a reminder never; what was surely not sent, exactly once."""
    for number, way in fates.items():
        by_method: dict[str, list[Sent]] = defaultdict(list)
        for call in way.shows:
            by_method[EDIT if call.method in EDITING else call.method].append(call)
        for method, calls in by_method.items():
            if any(not way.unsure(call) for call in calls[:-1]):
                yield f"letter {number} was shown {len(calls)} times by {method}, for no reason"
            if len(calls) > 1 and (way.told.letter.once or method == EDIT):
                yield f"letter {number} was shown twice: {method}"
        if by_method.keys() > {EDIT}:
            yield f"letter {number} was shown in place and as a new message"
        if way.told.letter.once and any(way.unsure(call) for call in way.calls if call.asked < way.claims[-1].at):
            yield f"reminder {number} was tried again though it may have been sent"


def fates_have_reasons(story: Story, whole: Replay, fates: dict[int, Fate]) -> Iterator[str]:
    """Every letter came to an end, for a reason that was there."""
    for number, way in fates.items():
        if way.ended is None:
            yield f"letter {number} has no end"
        elif way.fate is None:
            forgotten = any(t.decision.forget and t.person == way.told.person for t in whole.turns)
            if not forgotten and not way.told.turn.decision.traceless:
                yield f"letter {number} vanished"
        elif not _reason(story, whole, fates, way, way.fate):
            yield f"letter {number} ended as {way.fate.row.cause}, without a reason"


def _reason(story: Story, whole: Replay, fates: dict[int, Fate], way: Fate, fate: Noted) -> bool:
    told, turn = way.told, way.told.turn
    later = [t for t in whole.turns if t.person == told.person and turn.place < t.place <= fate.row.n]
    match fate.row.cause:
        case "sent":
            return bool(way.shows) or _stood_there(way)
        case "overtaken":
            after = [n for n in fates if n > told.number and fates[n].told.person == told.person]
            after = [n for n in after if (end := fates[n].ended) is None or end.row.n > fate.row.n]
            news = [fates[n].told for n in after if fates[n].told.turn.place < fate.row.n]
            answers = [each for each in news if not each.letter.once]
            return told.letter.panel and bool(answers) and answers[0].letter.panel
        case "expired":
            return told.letter.expires is not None and told.letter.expires <= fate.clock
        case "hushed":
            named = [t for t in later if told.letter.cause in (*t.decision.hush, *t.decision.recall)]
            return bool(told.letter.cause and named) or any(t.decision.cancel or t.decision.forget for t in later)
        case "cancelled":
            return any(isinstance(t.event, Blocked) for t in later)
        case "gone":
            return any(call.code == 403 for call in way.calls)
        case "unknown" if told.letter.once:
            return bool(way.claims)
        case "unknown":
            return way.opens >= MOST_TRIES
    return False


def _stood_there(way: Fate) -> bool:
    """It was sent without a call: the same card stands there already. That it does is seen at the end."""
    return bool(way.told.say.card.rows) and way.told.say.replaces


def in_order(story: Story, whole: Replay, fates: dict[int, Fate]) -> Iterator[str]:
    """Answers of a person leave in the order in which they were kept, reminders too."""
    last: dict[tuple[int, bool], int] = {}
    for call in story.calls:
        if not call.shows or not call.accepted or call.letter not in fates:
            continue
        lane = (call.chat, fates[call.letter].told.letter.once)
        if call.letter < last.get(lane, 0):
            yield f"letter {call.letter} came after letter {last[lane]}"
        last[lane] = max(call.letter, last.get(lane, 0))


def reminders_stop(story: Story, whole: Replay, fates: dict[int, Fate]) -> Iterator[str]:
    """One reminder for an occurrence at most; none after the person was told that there are none."""
    occurrences: set[tuple[str, str]] = set()
    for way in fates.values():
        if not way.told.letter.once:
            continue
        if (which := (way.told.person, way.told.turn.key)) in occurrences:
            yield f"two reminders for {which}"
        occurrences.add(which)
    over: dict[str, int] = {}
    for call in story.calls:
        way_of = fates.get(call.letter)
        if way_of is None or not call.shows or not call.accepted:
            continue
        told = way_of.told
        if told.letter.once and told.number < over.get(told.person, 0):
            yield f"reminder {told.number} came after its end was confirmed by letter {over[told.person]}"
        if not told.turn.reminder:
            over[told.person] = max(told.number, over.get(told.person, 0))


def seen_at_last(story: Story, whole: Replay, fates: dict[int, Fate]) -> Iterator[str]:
    """When all is quiet, everybody's newest card is the present one."""
    assert story.api is not None
    for person in whole.texts:
        cards = [way for way in fates.values() if way.told.person == person and way.told.say.card.rows]
        if not cards or cards[-1].fate is None or cards[-1].fate.row.cause != "sent":
            continue
        chat = story.api.people.chats[int(person.removeprefix("telegram:"))]
        shown = [message for message in chat.visible() if message.markup is not None]
        if not shown or not _shows(shown[-1], cards[-1].told.say):
            yield f"{person} does not see the present card (letter {cards[-1].told.number})"


def _shows(message: Message, say: Say) -> bool:
    rows = (message.markup or {}).get("inline_keyboard", [])
    datas = [[button["callback_data"] for button in row] for row in rows]
    should = [[taps.write(Tapped(say.token, button.ask, button.choice)) for button in row] for row in say.card.rows]
    counting = bool(say.card.ticks)  # then the words change by themselves
    return datas == should and (counting or message.words.strip() == plain_of(say.card).strip())
