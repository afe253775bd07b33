"""What can happen to a conversation, in the past tense.

A channel hands in the outer events. `flows.hearing` turns some of them into what they mean just now (a tap on the
present question is an answer, a tap on an old one is not), and the table in `flows.machine` knows all of them.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen


@frozen
class Started:
    """The person sent /start; `language` is the one of their messenger, such as `pt-br`, or empty."""

    language: str = ""


@frozen
class Stopped:
    """/stop, a stop button of any age, or words that mean it."""


@frozen
class Asked:
    """A command other than /start and /stop; `topic` is its name without the slash."""

    topic: str


@frozen
class Tapped:
    """A button: the token of the card it stood on, what that card asked, and the choice."""

    token: int
    ask: str
    choice: str


@frozen
class Wrote:
    """Free text. As a meaning: text that answers nothing and alarms nobody."""

    text: str


@frozen
class Sent:
    """Something that is not text: a picture, a voice message, a sticker."""


@frozen
class Woke:
    """A wake-up is due: the name under which it was asked for, and the instant for which it was."""

    name: str
    at: datetime | None = None


@frozen
class Blocked:
    """The person blocked the bot."""


@frozen
class Unblocked:
    """The person let the bot in again."""


Event = Started | Stopped | Asked | Tapped | Wrote | Sent | Woke | Blocked | Unblocked


@frozen
class Answered:
    """A valid answer to the present question."""

    ask: str
    choice: str
    typed: bool = False


@frozen
class Hurt:
    """ "It hurts or feels wrong": a button of any age, or words."""


@frozen
class Alarmed:
    """A red flag outside the question that is asked now: by words, or by an answer on an old card.

    `level` is emergency, urgent or professional; `kind` is crisis or empty; `source` names the rules or the question
    (never the text).
    """

    level: str
    raised_by: str
    source: str
    kind: str = ""


@frozen
class Doubted:
    """An answer on an old card that makes a passed screening doubtful: the questions must be asked again."""

    source: str


@frozen
class Strayed:
    """A tap that answers nothing: old, doubled or forged."""


Meaning = (
    Started
    | Stopped
    | Asked
    | Wrote
    | Sent
    | Woke
    | Blocked
    | Unblocked
    | Answered
    | Hurt
    | Alarmed
    | Doubted
    | Strayed
)
MEANINGS: tuple[type[Meaning], ...] = (
    Started, Stopped, Asked, Wrote, Sent, Woke, Blocked, Unblocked, Answered, Hurt, Alarmed, Doubted, Strayed,
)  # fmt: skip
