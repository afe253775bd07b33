"""Ways to every place in the conversation, as lines that a person sends."""

from __future__ import annotations

from collections.abc import Mapping

from bot.playground.testing import Somebody
from flows.stages import Stage
from tests.telegram.conftest import Running
from tests.telegram.replay import send

OPENING = ("/start", "18 to 64", "I agree", "Germany")
CLEARED = (*OPENING, *["No"] * 12)
CHECKED = (*CLEARED, "Stretch now", "2")
CHOOSING = (*CHECKED, "No", "No", "☐ Chair", "☐ Mat or carpet", "Done")
STEP = (*CHOOSING, "Pelvic tilt · 2 min", "Start")
RESTING = (*STEP, "It hurts or feels wrong", "3", "Just sore there")
REMINDED = (*CLEARED, "/reminder", "7.30 pm", "Yes", "Yes", "Done", "/reminder", "Exactly at 19:30", "Close")

WAYS: Mapping[Stage, tuple[str, ...]] = {
    Stage.NEW: ("/start", "/stop"),
    Stage.AGE: OPENING[:1],
    Stage.CONSENT: OPENING[:2],
    Stage.COUNTRY: OPENING[:3],
    Stage.INFORMED: (*OPENING[:2], "No, thanks"),
    Stage.MINOR: ("/start", "Under 18"),
    Stage.SCREENING: OPENING,
    Stage.HOME: CLEARED,
    Stage.RATING: CHECKED[:-1],
    Stage.CHECKING: CHECKED,
    Stage.CHOOSING: CHOOSING,
    Stage.BRIEFING: STEP[:-1],
    Stage.MOVING: STEP,
    Stage.PAUSED: (*STEP, "Pause"),
    Stage.RESTING: RESTING,
    Stage.REFERRED: (*OPENING, "Yes"),
    Stage.REMINDING: (*CLEARED, "/reminder"),
    Stage.SETTINGS: (*CLEARED, "/settings"),
}


async def walk(who: Somebody, bot: Running, *lines: str) -> None:
    """Send each line and wait until nothing is left to do."""
    for line in lines:
        await send(line, who, bot)


async def reach(stage: Stage, who: Somebody, bot: Running) -> None:
    """Go to a place, and see that it is the right one."""
    await walk(who, bot, *WAYS[stage])
    assert bot.talk(who).stage is stage, who.screen()
