"""Were the waits obeyed that Telegram asked for? The rule is told anew here, from what the bot was answered.

A wait asked for one chat holds that chat and all reminders; one asked for a second chat, while the first still waits,
holds everybody. What was claimed before a wait was asked for is on its way already. A process that dies forgets its
waits: the next one learns them from the first answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field

from tests.simulation.network import Sent
from tests.simulation.replay import Replay
from tests.simulation.troubles import Told as Knows
from tests.simulation.world import Story

if TYPE_CHECKING:
    from tests.simulation.checks import Fate


@define
class Gate:
    """Closed from the first instant to the second."""

    since: float
    until: float

    def holds(self, claimed: float, asked: float) -> bool:
        return self.since < claimed and asked < self.until


@define
class Gates:
    """All that one life was told."""

    chats: dict[int, list[Gate]] = field(factory=dict)
    reminders: list[Gate] = field(factory=list)
    everybody: list[Gate] = field(factory=list)

    def told(self, sent: Sent) -> None:
        """A 429, as the bot heard of it."""
        now, gate = sent.told_at, Gate(sent.told_at, sent.told_at + sent.wait)
        others = [each for chat, gates in self.chats.items() if chat != sent.chat for each in gates]
        if any(each.since <= now < each.until for each in others):
            self.everybody.append(gate)
        self.chats.setdefault(sent.chat, []).append(gate)
        self.reminders.append(gate)


def _went_back_for(way: Fate, call: Sent) -> bool:
    """Whether this very answer sent the letter back: nothing else of it was on the wire then."""
    back = next((back for back in way.backs if back.at >= call.told_at), None)
    return back is not None and not any(call.told_at < other.told_at <= back.at for other in way.calls)


def gates_obeyed(story: Story, whole: Replay, fates: dict[int, Fate]) -> Iterator[str]:
    """No letter was claimed and sent while a gate was closed for it. A wait counts where the letter went back for it:
    what the door asks at the side (to take buttons off a card of somebody who deleted everything) is no letter."""
    lives: dict[int, Gates] = {}
    limited = sorted((call for call in story.calls if call.told is Knows.LIMITED), key=lambda call: call.told_at)
    for call in limited:
        if call.letter in fates and _went_back_for(fates[call.letter], call):
            lives.setdefault(call.life, Gates()).told(call)
    for call in story.calls:
        way = fates.get(call.letter)
        gates = lives.get(call.life)
        if way is None or gates is None:
            continue
        claimed = max((claim.at for claim in way.claims if claim.at <= call.asked), default=call.asked)
        mine = [*gates.chats.get(call.chat, ()), *gates.everybody]
        closed = [*mine, *gates.reminders] if way.told.letter.once else mine
        for gate in closed:
            if gate.holds(claimed, call.asked):
                yield f"letter {call.letter} left at {call.asked:.3f}, {gate.until - call.asked:.3f} s too soon"
                break
