"""What each kind of event is weighed by. Called once per turn, before the guards look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import evolve

from flows import clearance
from flows.conversation import Conversation
from flows.effects import Kind
from flows.events import Alarmed, Answered, Asked, Blocked, Doubted, Hurt, Started, Stopped, Woke
from flows.findings import Finding
from flows.hearing import question_is_old
from flows.holding import close_sitting, fade, raise_hold
from flows.stages import AT_REST, STRANGE, Stage
from flows.turn import Turn, Weigh
from flows.weighing import check, home, keeping, opening, rate, remind, ring, screen, sit, wishing
from flows.weighing.said import answered


def _checked(turn: Turn) -> Finding:
    """Between the checks before a sitting comes the level of pain."""
    found = check.answer(turn)
    if found is Finding.RATE:
        rate.begin(turn, "before")
    return found


ANSWERS: Mapping[Stage, Weigh] = {
    Stage.NEW: opening.new,
    Stage.AGE: opening.age,
    Stage.CONSENT: opening.consent,
    Stage.COUNTRY: opening.country,
    Stage.INFORMED: opening.informed,
    Stage.MINOR: opening.minor,
    Stage.HOME: home.home,
    Stage.SCREENING: screen.answer,
    Stage.CHECKING: _checked,
    Stage.CHOOSING: sit.choosing,
    Stage.BRIEFING: sit.briefing,
    Stage.MOVING: sit.moving,
    Stage.PAUSED: sit.paused,
    Stage.RATING: rate.answer,
    Stage.RESTING: sit.resting,
    Stage.REFERRED: home.referred,
    Stage.REMINDING: remind.reminding,
    Stage.SETTINGS: home.settings,
}


def learn(turn: Turn) -> None:
    """Weigh the event; the finding is what the guards ask for."""
    if turn.talk.asleep and not isinstance(turn.event, Woke | Blocked):
        _awaken(turn)
    weigh = WEIGH.get(type(turn.event), _other)
    turn.finding = weigh(turn)


def _answer(turn: Turn) -> Finding:
    if answered(turn).ask == "offer":
        return _offered(turn, answered(turn).choice)
    turn.talk = evolve(turn.talk, offer="", kept_reminder=None)
    found = ANSWERS[turn.stage](turn)
    return FURTHER[found](turn) if found in FURTHER else found


def _offered(turn: Turn, choice: str) -> Finding:
    """The one extra button of a card."""
    if choice == "forget":
        turn.talk = Conversation(turn=turn.talk.turn)
        return Finding.FORGET
    kept = turn.talk.kept_reminder
    turn.talk = evolve(turn.talk, offer="", kept_reminder=None)
    if kept is not None:
        ring.arm(turn, evolve(kept, armed=turn.now))
    return Finding.KEEP


def _popped(turn: Turn) -> Finding:
    """A painless pop leads on to the next step; after the last one the pain check goes on with its next question."""
    return Finding.MOVE if sit.popped(turn) is Finding.MORE else Finding.MORE


def _ready(turn: Turn) -> Finding:
    turn.ask("list")
    return Finding.READY


FURTHER: Mapping[Finding, Weigh] = {Finding.WISH: wishing.go, Finding.POPPED: _popped, Finding.READY: _ready}


def _other(turn: Turn) -> Finding:
    """A question that was left for a day is asked anew."""
    if turn.stage is Stage.SCREENING and question_is_old(turn.before, turn.now):
        return screen.begin_anew(turn)
    return Finding.NOTHING


def _alarm(turn: Turn) -> Finding:
    """A red flag. Without the agreement nothing is kept; the message is shown all the same."""
    event = turn.event
    if not isinstance(event, Alarmed):
        return Finding.NOTHING
    kind = event.kind or event.level
    if turn.stage in STRANGE or turn.talk.agreement is None:
        return Finding.EMERGENCY if event.level == "emergency" else Finding.URGENT
    return raise_hold(turn, kind, event.raised_by, event.source)


def _doubt(turn: Turn) -> Finding:
    event = turn.event
    source = event.source if isinstance(event, Doubted) else ""
    close_sitting(turn, stopped=True)
    turn.talk = evolve(turn.talk, due="doubt", answering=None, wish=False, cleared_at=None)
    turn.mark("doubt", source)
    if turn.talk.holds:
        return wishing.refer(turn)
    screen.begin(turn, "doubt")
    return Finding.SCREEN


def _stop(turn: Turn) -> Finding:
    """Everything stops in this one turn: the stretch, the questions, the reminder (promises 2 and 5)."""
    close_sitting(turn, stopped=True)
    kept = turn.talk.reminder or (turn.talk.kept_reminder if turn.talk.offer == "keep_reminder" else None)
    ring.end(turn)
    turn.talk = evolve(
        turn.talk,
        answering=None,
        rating=None,
        wish=False,
        draft_time="",
        draft_zone="",
        draft_country="",
        kept_reminder=kept,
        offer="keep_reminder" if kept else "",
    )
    return Finding.NOTHING


def _ask(turn: Turn) -> Finding:
    """A command. What would tear something half done waits; the rest is answered anywhere."""
    event = turn.event
    topic = event.topic if isinstance(event, Asked) else ""
    if topic not in TOPICS:
        return Finding.OFFER_FORGET if topic == "delete" else Finding.INFORM
    if turn.talk.agreement is None:
        return Finding.BEGIN
    if turn.stage not in AT_REST:
        return Finding.BUSY
    if topic == "stretch":
        return wishing.wish(turn)
    if topic == "reminder":
        return remind.begin(turn)
    turn.ask("menu")
    return Finding.SETTINGS


TOPICS = ("stretch", "reminder", "settings")


def _start(turn: Turn) -> Finding:
    event = turn.event
    if isinstance(event, Started) and event.language:
        turn.talk = evolve(turn.talk, language=event.language)
    return Finding.BEGIN if turn.stage is Stage.NEW else _other(turn)


def _hurt(turn: Turn) -> Finding:
    """Pain told in the middle of a stretch stops it; told elsewhere it is asked about where health may be asked
    about."""
    sitting = turn.talk.sitting
    if turn.stage in (Stage.MOVING, Stage.PAUSED) and sitting is not None:
        rate.begin(turn, "during", kind=True)
        return Finding.HURTING
    if turn.stage in (Stage.CHECKING, Stage.CHOOSING, Stage.BRIEFING) and sitting is not None:
        last = sitting.done[-1].stretch if sitting.done else ""
        turn.talk = evolve(turn.talk, sitting=evolve(sitting, stretch=last, partner=()))
        rate.begin(turn, "after" if last else "before", kind=True)
        rate.hurt(turn)
        return Finding.RATE
    if turn.stage is Stage.RATING:
        rate.hurt(turn)
        return Finding.NOTHING
    if turn.stage is Stage.RESTING:
        rate.hurt(turn)
        turn.hush("rested")
        turn.ask("level")
        return Finding.HURTING
    if turn.stage in (Stage.HOME, Stage.REMINDING, Stage.SETTINGS):
        rate.begin(turn, "home", kind=True)
        return Finding.RATE
    return Finding.NOTHING


def _block(turn: Turn) -> Finding:
    close_sitting(turn, stopped=True)
    turn.hush("reminder", "later", "follow", "help", "seen", "hold_over", "tomorrow")
    turn.talk = evolve(turn.talk, asleep=True, answering=None, rating=None, wish=False)
    return Finding.NOTHING


def _awaken(turn: Turn) -> None:
    """The person is back, whether they let the bot in again or just wrote: what comes by itself comes again."""
    turn.talk = evolve(turn.talk, asleep=False)
    if turn.talk.reminder is not None:
        ring.arm(turn, evolve(turn.talk.reminder, armed=turn.now))


def _wake(turn: Turn) -> Finding:
    event = turn.event
    name = event.name if isinstance(event, Woke) else ""
    weigh = WAKES.get(name)
    return weigh(turn) if weigh is not None else Finding.NOTHING


def _silence(turn: Turn) -> Finding:
    if turn.stage is not Stage.MOVING:
        return Finding.NOTHING
    turn.ask("silent")
    return Finding.PAUSE


def _rested(turn: Turn) -> Finding:
    return sit.rested(turn) if turn.stage is Stage.RESTING else Finding.NOTHING


def _quiet_time(turn: Turn) -> bool:
    """Whether something sent by itself is welcome now: nothing is half done, and nobody is asleep."""
    return turn.stage in (Stage.HOME, Stage.REFERRED) and turn.talk.sitting is None and not turn.talk.asleep


def _follow(turn: Turn) -> Finding:
    """The question of the day after: at 20 hours, once more at 28, given up at 48."""
    held = turn.talk.follow
    if held is None or not clearance.follow_up_due(turn.talk, turn.book, turn.now):
        return _give_up_following(turn)
    hours = turn.book.pain.next_day_ask_again_hours if not held.asked else turn.book.pain.next_day_give_up_hours
    turn.talk = evolve(turn.talk, follow=evolve(held, asked=held.asked + 1))
    turn.wake("follow", held.ended - turn.now + _hours(hours))
    if turn.talk.holds or not (_quiet_time(turn) or _is_following(turn)):
        return Finding.NOTHING
    rate.begin(turn, "next_day")
    return Finding.FOLLOW


def _is_following(turn: Turn) -> bool:
    return turn.stage is Stage.RATING and turn.talk.rating is not None and turn.talk.rating.phase == "next_day"


def _tomorrow(turn: Turn) -> Finding:
    """The day after someone was told to rest without having begun a stretch."""
    if turn.talk.holds or not _quiet_time(turn):
        return Finding.NOTHING
    rate.begin(turn, "home")
    return Finding.FOLLOW


def _fade(turn: Turn) -> Finding:
    """What is older than a year goes, also of those who never come back."""
    fade(turn)
    return Finding.NOTHING


def _give_up_following(turn: Turn) -> Finding:
    open_question = _is_following(turn)
    turn.talk = evolve(turn.talk, follow=None, rating=None if open_question else turn.talk.rating)
    return Finding.LAPSED if open_question else Finding.NOTHING


def _lapse(turn: Turn) -> Finding:
    """A sitting that was left is over."""
    if turn.talk.sitting is None or not clearance.left_alone(turn.talk, turn.now):
        return Finding.NOTHING
    rating = turn.talk.rating
    if rating is not None and rating.phase in ("during", "after") and not turn.talk.sitting.over:
        turn.talk = evolve(turn.talk, sitting=evolve(turn.talk.sitting, over=True))
        turn.wake("lapse", UNFINISHED_PAIN)
        return Finding.NOTHING
    close_sitting(turn, stopped=rating is not None)
    return Finding.LAPSED


def _help(turn: Turn) -> Finding:
    return _ask_after(turn, "help")


def _seen(turn: Turn) -> Finding:
    return _ask_after(turn, "seen")


def _hold_over(turn: Turn) -> Finding:
    """The waiting time of a hold is over: said once, when nothing else is going on. It opens nothing by itself."""
    if clearance.wish(turn.talk, turn.book, turn.now) is not Finding.SEEN:
        return Finding.NOTHING
    if not _quiet_time(turn):
        turn.wake("hold_over", ASK_AGAIN)
        return Finding.NOTHING
    return Finding.HOLD_OVER


def _ask_after(turn: Turn, ask: str) -> Finding:
    if not turn.talk.holds:
        return Finding.NOTHING
    if not _quiet_time(turn):
        turn.wake(ask, ASK_AGAIN)
        return Finding.NOTHING
    turn.ask(ask, Kind.ALERT)
    return Finding.HELP


UNFINISHED_PAIN = timedelta(hours=12)
"""A pain check that was left open can still be answered for so long; then what is known decides. Design choice."""
ASK_AGAIN = timedelta(minutes=10)
"""A question about help that found the person in the midst of something comes again after this."""


def _hours(hours: int) -> timedelta:
    return timedelta(hours=hours)


WAKES: Mapping[str, Weigh] = {
    "silence": _silence,
    "rested": _rested,
    "follow": _follow,
    "help": _help,
    "seen": _seen,
    "hold_over": _hold_over,
    "reminder": ring.reminder,
    "later": ring.later,
    "anew": ring.anew,
    "lapse": _lapse,
    "tomorrow": _tomorrow,
    "fade": _fade,
    "idle": keeping.idle,
    "stale": keeping.stale,
}
WEIGH: Mapping[type, Weigh] = {
    Answered: _answer,
    Alarmed: _alarm,
    Doubted: _doubt,
    Stopped: _stop,
    Asked: _ask,
    Started: _start,
    Hurt: _hurt,
    Blocked: _block,
    Woke: _wake,
}
