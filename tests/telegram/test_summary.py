"""/summary on Telegram: a page and a text, made when they are sent, and nowhere kept."""

from __future__ import annotations

from bot.playground.people import Message
from bot.playground.testing import Playground, Somebody
from flows import book
from tests.telegram.conftest import Running
from tests.telegram.test_enclosed import downloaded
from tests.telegram.ways import STEP, walk

HURT = (*STEP, "It hurts or feels wrong", "5", "Sharp or electric")
TOLD = "sharp or electric, pain 5 of 10"


def documents(who: Somebody) -> list[Message]:
    return [message for message in who.chat.visible() if "document" in message.content]


async def test_a_page_and_a_text_to_copy_arrive(playground: Playground, bot: Running) -> None:
    anna = playground.person("Anna")
    await walk(anna, bot, *HURT, "/summary")
    (page,) = documents(anna)
    assert page.content["document"]["file_name"] == f"back-summary-{bot.clock.now():%Y-%m-%d}.pdf"
    assert page.words.startswith("Here is your summary")
    assert (await downloaded(playground, page.content["document"]["file_id"])).startswith(b"%PDF-")
    text = await anna.sees(TOLD, anywhere=True)
    assert text.words.startswith(book.load().say("summary.copy"))
    (block,) = [each for each in text.content["entities"] if each["type"] == "pre"]
    assert block["length"] > 1000
    playground.nothing_refused()


async def test_the_summary_is_sent_to_the_one_who_asked_and_kept_nowhere(playground: Playground, bot: Running) -> None:
    anna, ben = playground.person("Anna"), playground.person("Ben")
    await walk(ben, bot, "/start")
    await walk(anna, bot, *HURT)
    await walk(anna, bot, "/summary")
    assert TOLD in anna.screen()
    assert TOLD not in ben.screen()
    assert not documents(ben)
    written = [path for path in bot.settings.data.parent.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if path.suffix in (".pdf", ".txt") or b"%PDF" in path.read_bytes()]
    assert "pain 5 of 10" not in repr(bot.talk(anna))
