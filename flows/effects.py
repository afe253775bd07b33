"""What the world is asked to do after a turn, in the imperative. A channel decides how a card looks there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import evolve, frozen


class Look(StrEnum):
    """How a button stands out, beside its words, never instead of them."""

    PLAIN = ""
    MAIN = "primary"
    GO = "success"
    STOP = "danger"


@frozen
class Button:
    """One choice under a card. `ask` and `choice` travel back in the tap."""

    words: str
    ask: str
    choice: str
    look: Look = Look.PLAIN


@frozen
class Tick:
    """What a card says above its text from so many seconds on."""

    after: float
    words: str


@frozen
class Card:
    """A message as it is meant: a title, the text, and rows of buttons."""

    text: str
    title: str = ""
    rows: tuple[tuple[Button, ...], ...] = ()
    picture: str = ""
    """The id of a picture that shows the same (of a step: `<stretch>.<step>`; that moves: `<stretch>`), or empty."""
    alt: str = ""
    """What the picture shows, for those who do not see it."""
    text_only: bool = False
    """The person wants words and no pictures."""
    ticks: tuple[Tick, ...] = ()
    """A count that changes the card as time goes by; a channel that cannot do that shows its first words."""

    def at(self, seconds: float) -> Card:
        """The card as it is so many seconds after it was shown."""
        said = [tick.words for tick in self.ticks if tick.after <= seconds] or [tick.words for tick in self.ticks[:1]]
        return evolve(self, text="\n\n".join(part for part in (*said[-1:], self.text) if part), ticks=())

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.rows for button in row)


class Kind(StrEnum):
    """How a message reaches the person."""

    CARD = "card"
    """The present question; a channel that can edits the card before it in place."""
    NOTE = "note"
    """Something said on the way; no buttons."""
    ALERT = "alert"
    """A card that must be noticed and found again: always a new message."""
    REMINDER = "reminder"
    """Sent by itself; at most once, and not at all once it is late."""


@frozen
class Say:
    """Tell the person. `token` is what the buttons carry."""

    card: Card
    kind: Kind = Kind.CARD
    token: int = 0
    settles: int = 0
    """The token of the card that was just answered, 0 if none was."""
    settled: Card | None = None
    """That card, to be frozen with the words chosen on it; None: it may go."""
    chosen: str = ""
    """The words that were chosen on that card."""
    replaces: bool = False
    """It takes the place of the card before it, where a channel can do that: the same panel goes on."""
    cause: str = ""
    """The wake-up that led to it: hushing that name recalls it."""
    expires: datetime | None = None
    file: str = ""
    """The name of a file that goes along (`bot.makers`), made from what is kept at the moment of sending: so nothing
    of it stands in the letter. Empty: none. Only a note has one: a card with buttons is edited later, a file is not."""
    silent: bool = False
    """It makes no sound, by the person's wish."""


@frozen
class Wake:
    """Hand in `Woke(name)` at this instant (UTC). One per name: a later one replaces it."""

    name: str
    at: datetime


@frozen
class Hush:
    """No wake-up of this name, and nothing that it caused and that is not yet sent."""

    name: str


@frozen
class Forget:
    """Remove everything about the person."""


@frozen
class Count:
    """Something went wrong. It is counted with the day and the versions, and without the person."""

    action: str
    """An action of the pain table, or `hold_` and the kind of the hold."""
    row: int = 0
    """The row of the pain table; 0 for a hold."""
    stretch: str = ""
    step: str = ""


@frozen
class Overlook:
    """Keep nothing of this turn: the conversation stays as it was, and what is said leaves no trace."""


Effect = Say | Wake | Hush | Forget | Count | Overlook
