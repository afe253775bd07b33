"""Who may do what: commands by role. An admin is a number in the settings, in a private chat; every use is logged."""

from __future__ import annotations

import pytest
from attrs import evolve
from structlog.testing import capture_logs

from bot.channels.telegram.profile import COMMANDS
from bot.desk import Desk
from bot.playground.testing import Playground, Somebody
from flows import book
from flows.events import Asked, Event, Started, Stopped, Tapped, Wrote
from tests.telegram.conftest import Running
from tests.telegram.ways import CLEARED, walk

UNKNOWN = book.load().say("topic.unknown")
ADMINS = ("status",)
"""What an admin may ask, and nobody else."""
STATUS = "hearing: Telegram was last heard"


@pytest.fixture
async def people(playground: Playground, idle: Running) -> dict[str, Somebody]:
    """An admin, somebody else, and somebody who took the admin's name."""
    found = {
        "admin": playground.person("Ada", username="ada"),
        "anybody": playground.person("Ben", username="ben"),
        "namesake": playground.person("Ada", username="ada_"),
    }
    idle.settings = evolve(idle.settings, admins=(found["admin"].id,))
    await idle.start()
    return found


@pytest.mark.parametrize(("role", "may"), [("admin", True), ("anybody", False), ("namesake", False)])
async def test_admin_commands_by_role(role: str, may: bool, people: dict[str, Somebody], idle: Running) -> None:
    who = people[role]
    await walk(who, idle, *CLEARED)
    before = idle.talk(who)
    for name in ADMINS:
        await who.say(f"/{name}")
        await (who.sees(STATUS) if may else who.sees(UNKNOWN))
    assert (STATUS in who.screen()) is may
    assert (idle.talk(who) == before) is may  # an admin's command reaches no conversation
    who.playground.nothing_refused()


@pytest.mark.parametrize("role", ["admin", "anybody"])
async def test_everybody_may_do_what_everybody_may(role: str, people: dict[str, Somebody], idle: Running) -> None:
    who = people[role]
    await walk(who, idle, *CLEARED)
    for name in COMMANDS:
        await walk(who, idle, f"/{name}")
        assert UNKNOWN not in who.screen()
    who.playground.nothing_refused()


async def test_in_a_group_an_admin_gets_no_answer(
    people: dict[str, Somebody], idle: Running, playground: Playground
) -> None:
    group = playground.group("Friends")
    await people["admin"].invites_bot(group)
    await people["admin"].say("/status", group=group)
    await idle.settled()
    assert not [message for message in group.visible() if STATUS in message.words]


async def test_the_status_holds_counts_and_nobody(people: dict[str, Somebody], idle: Running) -> None:
    await walk(people["anybody"], idle, *CLEARED[:2])
    await people["admin"].say("/status")
    shown = (await people["admin"].sees(STATUS)).words
    assert "turns kept: " in shown
    assert str(people["anybody"].id) not in shown
    assert len(shown) < 2000


def test_every_use_is_logged_without_the_number() -> None:
    desk = Desk((42,), lambda: {"status": lambda: "well"})
    with capture_logs() as lines:
        assert desk.answer("telegram:42", Asked("status")) == "well"
        assert desk.answer("telegram:41", Asked("status")) == ""
        assert desk.answer("telegram:42", Asked("mydata")) == ""
    (line,) = lines
    assert (line["event"], line["what"], line["log_level"]) == ("an admin asked", "status", "warning")
    assert "42" not in line["who"] or len(line["who"]) == 12
    assert "telegram" not in repr(line)


@pytest.mark.parametrize("event", [Wrote("status"), Started(), Stopped(), Tapped(1, "status", "status")])
def test_only_a_command_is_one(event: Event) -> None:
    assert Desk((42,), lambda: {"status": lambda: "well"}).answer("telegram:42", event) == ""
