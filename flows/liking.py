"""What a person thinks of a stretch: a thumb down takes it out of the offers, a thumb up brings it forward.

It works on what `flows.clearance` already allows, and only takes out or puts in another order: nothing here can offer
more (promise 1). A stretch that is out can still be asked for by its name, and has its way back on the list and in the
settings.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from flows.conversation import Conversation
from flows.pages import Stretch
from flows.progress import helped


def arranged(allowed: Iterable[Stretch], talk: Conversation) -> tuple[Stretch, ...]:
    """Those not hidden: first the liked ones, then those after which there was less pain, then the rest as they
    came."""
    first = helped(talk.history)
    rank = {stretch: place for place, stretch in enumerate(first)}

    def place(stretch: Stretch) -> tuple[bool, int]:
        return stretch.id not in talk.liked, rank.get(stretch.id, len(first))

    return tuple(sorted((each for each in allowed if each.id not in talk.hidden), key=place))


def order(shown: Iterable[Stretch], talk: Conversation) -> str:
    """Why some of these stand in front, as the end of a message's key: liked, less (pain), both; empty: none does."""
    ids = {each.id for each in shown}
    is_liked, is_less = not ids.isdisjoint(talk.liked), not ids.isdisjoint(helped(talk.history))
    return "both" if is_liked and is_less else "liked" if is_liked else "less" if is_less else ""


def up(talk: Conversation, stretch: str) -> Conversation:
    return evolve(show(talk, stretch), liked=(*_without(talk.liked, stretch), stretch))


def down(talk: Conversation, stretch: str) -> Conversation:
    return evolve(talk, liked=_without(talk.liked, stretch), hidden=(*_without(talk.hidden, stretch), stretch))


def show(talk: Conversation, stretch: str) -> Conversation:
    """Offer it again; a stretch that was not hidden stays as it is."""
    return evolve(talk, hidden=_without(talk.hidden, stretch))


def _without(stretches: tuple[str, ...], stretch: str) -> tuple[str, ...]:
    return tuple(each for each in stretches if each != stretch)
