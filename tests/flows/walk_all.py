"""The walks: each is exhaustive in its alphabet, together they take every edge of the table."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from attrs import frozen

from flows.conversation import Conversation
from flows.events import Asked, Blocked, Event, Sent, Started, Stopped, Unblocked, Woke, Wrote
from flows.pages import Book
from flows.stages import STRANGE, Stage
from tests.flows.walk_books import QUESTIONS
from tests.flows.walk_moves import COMMANDS, CRISIS, EMERGENCY, Alphabet, Move
from tests.flows.walking import Place, Walk, go, play, walk

OPENED = (Started(), "age_band=18_64", "consent=agree", "country=GB")
WELL = tuple(f"{question}=no" for question in QUESTIONS)
CHECKED = ("level=0", "drink=no", "early=no", "prop=partner", "props=done")


def taps(**choices: str) -> Callable[[str, str], bool]:
    """Which buttons are tapped: `home="stretch settings"` some of a question, `seen="*"` all of it."""
    known = {ask: set(words.split()) for ask, words in choices.items()}

    def tapped(ask: str, choice: str) -> bool:
        return ask in known and (choice in known[ask] or "*" in known[ask])

    return tapped


REFERRED = {
    "refer": "misread again worse checked ok close getting_help",
    "professional_ok": "*",
    "seen": "*",
    "help": "*",
}


@frozen
class Plan:
    """A walk to be made: where it begins, what can happen, and how many places it has at most."""

    starts: Callable[[Book], Collection[Place]]
    alphabet: Alphabet
    most: int

    def made(self, book: Book) -> Walk:
        return walk(book, self.alphabet, list(self.starts(book)), self.most)


def opening(book: Book) -> list[Place]:
    return [Place()]


def screening(book: Book) -> list[Place]:
    return [play(book, *OPENED)]


def home(book: Book) -> list[Place]:
    return [play(book, *OPENED, *WELL)]


def with_lot(book: Book) -> list[Place]:
    """Someone whose "around 8" is five minutes past."""
    return [play(book, *OPENED, *WELL, start=Place(Conversation(lot=300)))]


def reminded(book: Book) -> list[Place]:
    """A reminder is set, around 09:45 in London."""
    taps = ("home=reminder", "time=09:00", "quarter=09:45", "clock=yes", "day=done")
    return [play(book, *taps, start=with_lot(book)[0])]


def due_soon(book: Book) -> list[Place]:
    """In a sitting, and in a few minutes the reminder comes due."""
    later = go(reminded(book)[0], Move(timedelta(hours=23, minutes=40), None), book)
    return [play(book, "home=stretch", *FIRST, *CHECKED, start=later)]


def in_danger(book: Book) -> list[Place]:
    """A reminder is set, and words of danger were read."""
    return [play(book, Wrote(words), start=reminded(book)[0]) for words in (EMERGENCY, CRISIS)]


def sitting(book: Book) -> list[Place]:
    return [play(book, *OPENED, *WELL, "home=stretch", *CHECKED)]


def sitting_in_pain(book: Book) -> list[Place]:
    amber = ("level=4", *CHECKED[1:])
    return [*sitting(book), play(book, *OPENED, *WELL, "home=stretch", *amber)]


def sat_once(book: Book) -> list[Place]:
    """A sitting is behind the person: a seed, and nothing hurt."""
    done = play(book, *_sat("seated_twist"))
    return [done]


def _sat(stretch: str) -> tuple[str | Event, ...]:
    steps = {"seated_twist": 4, "pelvic_tilt": 1}[stretch]
    begin = (f"choose={stretch}", "briefing=start")
    return (*OPENED, *WELL, "home=stretch", *CHECKED, *begin, *("step=fine",) * steps, "level=0", "list=finish")


def day_after(book: Book) -> list[Place]:
    done = play(book, *_sat("pelvic_tilt"))
    return [go(done, Move(timedelta(hours=20), Woke("follow")), book)]


def two_flares(book: Book) -> list[Place]:
    """Two mornings on which it was worse: stretching waits for a professional's word."""
    first = play(book, "level=3", "refer=ok", start=day_after(book)[0])
    again = go(first, Move(timedelta(hours=49), None), book)
    other = ("choose=seated_gentle_rotation", "briefing=start", "step=fine", "level=0", "list=finish")
    checks = ("quick_check=no", "changes=no", "level=0", "drink=no", "early=no", "props=done")
    done = play(book, "home=stretch", *checks, *other, start=again)
    return [play(book, "level=3", start=go(done, Move(timedelta(hours=20), Woke("follow")), book))]


def on_the_brink(book: Book) -> list[Place]:
    """In twenty minutes it will be fourteen days since anything happened, or thirty days since the questions were
    answered: the screening runs out in mid-sitting."""
    late = go(home(book)[0], Move(timedelta(days=14, minutes=-20), None), book)
    old = play(book, *_sat("pelvic_tilt"))
    since = old.talk.screened.at if old.talk.screened else old.now
    for days in (13, 26):
        old = go(old, Move(since + timedelta(days=days) - old.now, None), book)
        old = play(book, "home=stretch", *FIRST, *AGAIN, *DONE, start=old)
    old = go(old, Move(since + timedelta(days=30, minutes=-20) - old.now, None), book)
    return [
        play(book, "home=stretch", *FIRST, *CHECKED, start=late), play(book, "home=stretch", *FIRST, *AGAIN, start=old),
    ]  # fmt: skip


AGAIN = ("level=0", "drink=no", "early=no", "props=done")
"""The checks of a later sitting: the props are known."""
DONE = ("choose=pelvic_tilt", "briefing=start", "step=fine", "level=0", "list=finish")


FIRST = ("quick_check=no", "changes=no")


def not_followed(book: Book) -> list[Place]:
    """Yesterday's sitting was not asked about yet."""
    return [go(play(book, *_sat("pelvic_tilt")), Move(timedelta(hours=21), None), book)]


def held(book: Book) -> list[Place]:
    """An urgent answer, and its waiting time is over."""
    place = play(book, *OPENED, "emergency_nerves=not_sure", "refer=ok")
    return [go(place, Move(timedelta(hours=73), None), book)]


def word_runs_out(book: Book) -> list[Place]:
    """A professional's word of ninety days ends while yesterday's sitting is asked about."""
    answers = ("emergency_nerves=no", "injury=no", "nerve_problem=yes")
    place = play(
        book,
        *OPENED,
        *answers,
        "refer=checked",
        "professional_ok=yes",
        "neck_dizzy=no",
        "home=stretch",
        *CHECKED,
        "list=finish",
    )
    since = place.now
    for days in (29, 58, 87):
        place = go(place, Move(since + timedelta(days=days) - place.now, None), book)
        place = play(
            book, "home=stretch", *answers, "neck_dizzy=no", *CHECKED[:-2], "props=done", "list=finish", start=place
        )
    place = go(place, Move(since + timedelta(days=89, hours=3) - place.now, None), book)
    place = play(book, "home=stretch", *FIRST, *AGAIN, *DONE, start=place)
    place = go(place, Move(since + timedelta(days=89, hours=23, minutes=50) - place.now, None), book)
    return [play(book, "home=stretch", start=place)]


def switched_off(book: Book) -> list[Place]:
    """A sharp pain: that stretch is out until a professional has looked, and the advice was closed."""
    told = ("step=popped", "pop=yes", "level=2", "refer=ok")
    return [play(book, *OPENED, *WELL, "home=stretch", *CHECKED, "choose=seated_twist", "briefing=start", *told)]


def not_today(book: Book) -> list[Place]:
    """Too much pain before a sitting: asked about again tomorrow."""
    place = play(book, *OPENED, *WELL, "home=stretch", "level=6")
    return [go(place, Move(timedelta(hours=20), Woke("tomorrow")), book)]


BETWEEN = frozenset({Stage.HOME, Stage.REFERRED})
RESTS = frozenset({Stage.RESTING})
NO = dict.fromkeys(QUESTIONS, "no")
SIT = {
    "briefing": "start",
    "step": "fine",
    "list": "finish",
    "drink": "no",
    "early": "no",
    "props": "done",
    "quick_check": "no",
    "changes": "no",
}
PLANS = {
    "opening": Plan(opening, Alphabet(
        taps(opening="*", age_band="18_64 under_18", consent="*", country="GB skip", offer="*"),
        events=(*COMMANDS, Wrote(EMERGENCY), Wrote("yes"), Sent(), Blocked(), Unblocked(), Woke("reminder")),
        old=(("consent", "agree"), ("age_band", "18_64"), ("emergency_nerves", "yes"), ("offer", "forget")),
        waits=("25h",), where=frozenset(STRANGE),
    ), 2000),
    "screening": Plan(screening, Alphabet(
        taps(emergency_nerves="*", injury="*", nerve_problem="no yes", neck_dizzy="no yes", **REFERRED, home="stretch"),
        events=(Woke("help"), Woke("seen"), Woke("hold_over")), old=(("nerve_problem", "yes"),),
        waits=("25h", "73h"), where=BETWEEN,
    ), 4000),
    "words": Plan(screening, Alphabet(
        taps(emergency_nerves="no", injury="no yes", nerve_problem="no", neck_dizzy="no", **REFERRED, home="stretch"),
        events=(Wrote(EMERGENCY), Wrote(CRISIS)), waits=("25h", "49h"), where=BETWEEN,
    ), 3000),
    "months": Plan(home, Alphabet(
        taps(emergency_nerves="no", injury="no", nerve_problem="no yes", neck_dizzy="no yes",
             **REFERRED, home="stretch settings", age_band="65_74 under_18", quick_check="*", changes="*", drink="*",
             settings="questions age leave", minor="*"),
        old=(("neck_dizzy", "yes"), ("changes", "yes")), waits=("15d", "31d", "91d"), where=BETWEEN,
    ), 4000),
    "steps": Plan(sitting, Alphabet(
        taps(choose="seated_twist", briefing="*", step="fine strong back pause popped", paused="*",
             list="finish again", level="0", pop="no", rested="*"),
        events=(Wrote("hm"), Woke("lapse"), Woke("silence")), waits=("11min", "31min"),
    ), 3000),
    "brink": Plan(on_the_brink, Alphabet(
        taps(choose="seated_twist", briefing="*", step="fine pause popped", paused="*", list="finish again",
             level="0", pop="no"),
        events=(Wrote("hm"), Started(), Asked("help"), Woke("reminder"), Unblocked()),
        old=(("step", "fine"),), waits=("21min",),
    ), 3000),
    "partner": Plan(sitting, Alphabet(
        taps(choose="partner_press", briefing="*", step="fine pause", paused="*", list="finish again others",
             others="*", alternative="*", rules="*", present="*", sober="*", person="*", partner="*", level="0",
             breath="*"),
        events=(Wrote("hm"), Blocked()), old=(("partner", "yes"), ("briefing", "start")), waits=("31min",),
    ), 3000),
    "pain": Plan(sitting_in_pain, Alphabet(
        taps(choose="seated_twist", briefing="start", step="fine popped", hurt="*", list="finish", pop="*", dizzy="*",
             rested="*", level="0 1 2 4 6 8 signs", signal="just_sore sharp runs weak dizzy none",
             emergency_nerves="*"),
        events=(Woke("lapse"),), waits=("11min",), where=RESTS,
    ), 4000),
    "told": Plan(sitting, Alphabet(
        taps(choose="seated_twist", briefing="start", step="fine popped", list="finish", pop="*", rested="*",
             level="0 2 4", signal="just_sore none"),
        events=(Woke("rested"),), old=(("hurt", "hurt"),),
    ), 2000),
    "late": Plan(sitting, Alphabet(
        taps(choose="pelvic_tilt", briefing="start", step="fine pause", paused="*", list="finish", rested="*",
             level="0", signal="just_sore none"),
        events=(Sent(), Woke("lapse")), old=(("hurt", "hurt"),), waits=("31min", "21h"),
    ), 2000),
    "switched_off": Plan(switched_off, Alphabet(
        taps(**NO, settings="checked questions leave", professional_ok="*", refer="ok checked", home="settings"),
        events=(Asked("settings"),), waits=("25h",), where=BETWEEN,
    ), 2000),
    "not_today": Plan(not_today, Alphabet(
        taps(level="0 4 6 8", refer="ok worse", emergency_nerves="*", home="stretch"),
        events=(Woke("tomorrow"),), waits=("25h",), where=BETWEEN,
    ), 2000),
    "twice": Plan(sat_once, Alphabet(
        taps(choose="seated_twist pelvic_tilt", level="0", **{**SIT, "drink": "*"}, home="stretch", refer="ok"),
        events=(Asked("stretch"),),
    ), 4000),
    "not_followed": Plan(not_followed, Alphabet(
        taps(**NO, level="0 2", quick_check="*", changes="no", drink="no", home="stretch settings",
             settings="questions leave"),
        events=(Stopped(),), old=(("nerve_problem", "yes"),), waits=("25h",), where=BETWEEN,
    ), 2000),
    "held": Plan(held, Alphabet(
        taps(**NO, **REFERRED, level="0", home="stretch settings",
             settings="questions checked leave"),
        events=(Asked("stretch"),),
    ), 2000),
    "word_runs_out": Plan(word_runs_out, Alphabet(
        taps(**NO, **REFERRED, level="0", home="stretch"), waits=("11min", "31d"),
        where=frozenset({Stage.RATING, Stage.REFERRED}),
    ), 2000),
    "morning": Plan(day_after, Alphabet(
        taps(level="0 1 2 6 8 signs", signal="*", dizzy="*", refer="ok worse", emergency_nerves="*"),
        events=(Woke("follow"), Wrote("2")), waits=("25h",),
    ), 2000),
    "flares": Plan(day_after, Alphabet(
        taps(choose="pelvic_tilt", level="0 2", **SIT, home="stretch", refer="ok"),
        events=(Woke("follow"),), waits=("21h", "49h"), where=BETWEEN,
    ), 4000),
    "two_flares": Plan(two_flares, Alphabet(
        taps(**NO, level="2", signal="runs none", refer="again checked ok misread close", professional_ok="*",
             home="stretch"),
        events=(Wrote("it hurts"), Wrote(EMERGENCY)), waits=("31d",), where=BETWEEN,
    ), 2000),
    "thumbs": Plan(sitting, Alphabet(
        taps(choose="pelvic_tilt seated_gentle_rotation", briefing="start", step="fine", level="0", thumb="*",
             show="*", others="back",
             list="others finish", home="settings progress", settings="hidden leave", hidden="*"),
    ), 2000),
    "reminders": Plan(with_lot, Alphabet(
        taps(home="reminder", reminding="leave", time="09:00", quarter="09:45", echo="*", zone="Europe/London other",
             where="GB US", clock="*", day="done", offer="keep_reminder"),
        events=(Stopped(), Wrote("9:45"), Woke("reminder"), Blocked()),
    ), 1500),
    "rings": Plan(reminded, Alphabet(
        taps(reminder="*", offer="keep_reminder", home="stretch", quick_check="no"),
        events=(Stopped(), Woke("reminder"), Woke("later"), Woke("anew"), Blocked(), Unblocked()),
        waits=("24h",), where=frozenset({Stage.HOME, Stage.CHECKING}),
    ), 1500),
    "changes": Plan(reminded, Alphabet(
        taps(home="reminder", reminding="*", day="6", quiet="none 22:00-07:00", pause="3 0", time="09:00",
             quarter="09:45"),
        events=(Woke("reminder"), Wrote("6 days"), Wrote("23:00 to 6:30")),
    ), 1500),
    "ignored": Plan(reminded, Alphabet(
        taps(still="*", reminder="not_today", reminding="resume silent leave", home="reminder"),
        events=(Woke("reminder"), Woke("anew"), Woke("later")), waits=("24h",), where=frozenset({Stage.HOME}),
    ), 1500),
    "checkins": Plan(in_danger, Alphabet(
        taps(seen="*", refer="worse card helplines safe close", emergency_nerves="no", reminder="*", home="stretch"),
        events=(Woke("reminder"),), waits=("24h",), where=BETWEEN,
    ), 1500),
    "due_in_a_sitting": Plan(due_soon, Alphabet(
        taps(choose="pelvic_tilt", briefing="start", step="fine pause", paused="*", hurt="*", level="0 6",
             signal="just_sore", list="finish", refer="ok"),
        events=(Woke("reminder"), Woke("later")), waits=("11min", "24h"),
    ), 1500),
    "year": Plan(home, Alphabet(
        taps(home="settings", settings="leave"),
        events=(Woke("idle"), Woke("stale"), Started(), Blocked(), Unblocked()), waits=("15d", "31d", "351d"),
    ), 2000),
}  # fmt: skip
