"""The health report: what the running bot says of itself, how it gets to whoever asks, and when it is red."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import health, watching
from bot.clock import SetClock
from bot.counting import CountingStore
from bot.engine import Engine, running
from bot.figures import COUNTED, OTHER, Figures
from bot.health import STALE_AFTER, WRITE_EVERY, Check, Health
from bot.listening import listening
from bot.metrics import application
from bot.watching import OVERDUE_AFTER, Backlog, tell_supervisor, watch
from flows import book
from flows.events import Started, Wrote
from storage.errors import StoreFull
from storage.sqlite import SqliteStore
from storage.store import Decision, Failed, Letter, Turn, Wake
from tests.bot.person import Ended, Person
from tests.bot.talks import MORNING

WELL, ILL = Check("store", True, "the last change was kept"), Check("hearing", False, "not heard")
CANARY = "my legs are numb"


def report_of(*checks: Check, figures: Figures | None = None) -> Health:
    return Health(figures or Figures(), [always(check) for check in checks])


def always(check: Check) -> Callable[[], Check]:
    return lambda: check


# --- the file


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    health.write(tmp_path / "data", report_of(WELL, ILL).report())
    running_check, *others = health.read(tmp_path / "data", datetime.now(UTC))
    assert running_check.well
    assert str(os.getpid()) in running_check.says
    assert others == [WELL, ILL]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [health.FILE]
    assert (tmp_path / "data" / health.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("late", [STALE_AFTER + 1, -STALE_AFTER - 1, 10**9])
def test_an_old_report_is_red_whatever_it_says(tmp_path: Path, late: float) -> None:
    health.write(tmp_path, report_of(WELL).report())
    assert all(check.well for check in health.read(tmp_path, datetime.now(UTC) + timedelta(seconds=STALE_AFTER - 5)))
    (check,) = health.read(tmp_path, datetime.now(UTC) + timedelta(seconds=late))
    assert not check.well
    assert "hangs" in check.says
    assert WRITE_EVERY * 3 < STALE_AFTER


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"at": 7}', '{"at": "2026-01-01", "checks": 1}', "\u00e9"])
def test_a_report_that_cannot_be_read_is_red(tmp_path: Path, content: str) -> None:
    (tmp_path / health.FILE).write_text(content, encoding="utf-8")
    (check,) = health.read(tmp_path, datetime.now(UTC))
    assert not check.well
    assert "cannot be read" in check.says


# --- the command


def test_the_command_where_nothing_runs(here: Callable[..., Ended]) -> None:
    ended = here("health")
    assert ended.returncode == 1
    assert ended.stdout.startswith(b"BAD  running: no bot runs on ")


@pytest.mark.parametrize(("checks", "code"), [((WELL,), 0), ((WELL, ILL), 1)])
def test_the_command_says_a_line_for_each_check(
    anna: Person, here: Callable[..., Ended], checks: tuple[Check, ...], code: int
) -> None:
    health.write(anna.data, report_of(*checks).report())
    ended = here("health")
    lines = ended.stdout.decode().splitlines()
    assert ended.returncode == code
    assert [line.split()[1] for line in lines] == ["running:", *(f"{check.name}:" for check in checks)]
    assert [line.startswith("ok ") for line in lines] == [True, *(check.well for check in checks)]


def test_the_command_needs_neither_token_nor_key_and_makes_nothing(anna: Person) -> None:
    ended = anna.run("health")
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert list(anna.folder.iterdir()) == []


# --- kept up to date


async def test_the_report_is_written_again_and_again_and_goes_at_the_end(tmp_path: Path) -> None:
    written = list[float]()

    async def nap(_: float) -> None:
        written.append((tmp_path / health.FILE).stat().st_mtime_ns)
        if len(written) == 3:
            await asyncio.Event().wait()

    async def look() -> None:
        raise StoreFull("how the store is, the report says by itself")

    task = asyncio.create_task(watch(tmp_path, report_of(WELL), look, nap))
    async with asyncio.timeout(5):
        while len(written) < 3:
            await asyncio.to_thread(lambda: None)
    assert len(set(written)) == 3
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert os.listdir(tmp_path) == []


async def test_a_report_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    naps = asyncio.Event()

    async def nap(_: float) -> None:
        naps.set()
        await asyncio.Event().wait()

    async def look() -> None:
        return None

    task = asyncio.create_task(watch(tmp_path / "data", report_of(WELL), look, nap))
    await asyncio.wait_for(naps.wait(), 5)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is for Linux")
def test_the_supervisor_is_told_that_the_loop_turns(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        tell_supervisor(str(tmp_path / "notify"))
        assert listener.recv(100) == b"WATCHDOG=1"
    tell_supervisor(str(tmp_path / "notify"))  # nobody listens any more
    tell_supervisor("")


# --- what is counted


def test_no_figure_carries_what_is_not_in_its_table() -> None:
    figures = Figures()
    figures.count("letters", CANARY)
    figures.count("letters", "telegram:42")
    assert figures.counts()["letters"][OTHER] == 2
    assert {name: set(counts) for name, counts in figures.counts().items()} == {
        name: {*counted.values, *([OTHER] if name == "letters" else [])} for name, counted in COUNTED.items()
    }
    with pytest.raises(KeyError):
        figures.count("nonsense", "x")


async def test_turns_and_letters_are_counted(store: SqliteStore, clock: SetClock) -> None:
    figures = Figures()
    counting = CountingStore(store, figures)
    async with running(counting.store, book.load(), clock) as engine:
        await engine.handle("telegram:42", Started(), "one")
        await engine.handle("telegram:42", Wrote(CANARY), "two")
        await engine.handle("telegram:42", Wrote(CANARY), "two")
    letter = await counting.store.take("telegram:42", clock.now(), once=False)
    assert letter is not None
    await counting.store.sent(letter.id, "1:2:3:4")
    await counting.store.bury(letter.id + 1, "gone")
    await counting.store.set_aside(Turn("telegram:42", "three"), "ValueError", clock.now())
    counts = figures.counts()
    assert counts["turns"] == {"kept": 2, "seen": 1, "failed": 0, "set_aside": 1}
    assert {fate: number for fate, number in counts["letters"].items() if number} == {"sent": 1, "gone": 1}
    assert counting.check().well
    assert await counting.store.read("telegram:42") == await store.read("telegram:42")


async def test_a_turn_that_fails_is_counted(store: SqliteStore) -> None:
    figures = Figures()

    def decide(turn: Turn, _: str | None) -> Decision:
        raise ValueError(turn.key)

    (outcome,) = await CountingStore(store, figures).store.keep([Turn("p", "k")], decide, MORNING)
    assert isinstance(outcome, Failed)
    assert figures.counts()["turns"]["failed"] == 1


async def test_a_store_that_cannot_keep_is_red_until_it_can(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = Figures()
    counting = CountingStore(store, figures)

    async def full(*_: object, **__: object) -> None:
        raise StoreFull("no room")

    for name, given in (("keep", ([], None, MORNING)), ("take", ("p", MORNING)), ("prune", (MORNING,))):
        with monkeypatch.context() as patch:
            patch.setattr(SqliteStore, name, full)
            with pytest.raises(StoreFull):
                await getattr(counting.store, name)(*given)
        assert not counting.check().well
        assert figures.measured()["store_ok"] == 0
        await counting.store.due(MORNING)
        assert not counting.check().well, "reading goes well on a full disk"
        await counting.store.prune(MORNING)
        assert counting.check().well
    assert figures.counts()["store_errors"]["StoreFull"] == 3


async def test_what_waits_is_measured(store: SqliteStore, engine: Engine, clock: SetClock) -> None:
    figures = Figures()
    backlog = Backlog(store, clock, figures)

    def decide(turn: Turn, _: str | None) -> Decision:
        letters = (Letter("answer"), Letter("reminder", "remind", once=True))
        return Decision("talk", letters, (Wake("pause", MORNING + timedelta(minutes=1)),))

    await store.keep([Turn(f"p{number}", f"k{number}") for number in range(3)], decide, MORNING)
    await backlog.look()
    assert figures.measured() == {
        "answers_waiting": 3, "reminders_waiting": 3, "wakes_overdue": 0, "overdue_seconds": 0,
        "coming_up": 3,
    }  # fmt: skip
    assert backlog.forecast() == Check("forecast", True, "3 come due within the hour; they leave in 0 min or less")
    assert backlog.check().well
    clock.move_by(timedelta(seconds=60 + OVERDUE_AFTER))
    await backlog.look()
    assert figures.measured()["wakes_overdue"] == 3
    assert backlog.check().well
    clock.move_by(timedelta(seconds=1))
    await backlog.look()
    assert not backlog.check().well
    assert figures.measured()["overdue_seconds"] == OVERDUE_AFTER + 1


async def test_more_reminders_than_can_be_sent_are_foretold(
    store: SqliteStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = Figures()
    backlog = Backlog(store, clock, figures)

    async def coming_up(now: datetime, until: datetime, limit: int) -> int:
        return 25 * 3600 * 3 + 1 if limit == 200_000 and until - now == timedelta(hours=1) else 0

    monkeypatch.setattr(store, "coming_up", coming_up)
    await backlog.look()
    assert not backlog.forecast().well
    assert "they leave in 180 min or less" in backlog.forecast().says


# --- over HTTP


async def get(port: int, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, answer.headers["Content-Type"], await answer.text()


@pytest.mark.parametrize(("checks", "status"), [((WELL,), 200), ((WELL, ILL), 503)])
async def test_the_page_for_supervisors(checks: tuple[Check, ...], status: int) -> None:
    async with listening(application(report_of(*checks)), "127.0.0.1:0", "X") as port:
        code, kind, text = await get(port, "/healthz")
        page = json.loads(text)
        assert (code, kind.partition(";")[0], page["well"]) == (status, "application/json", status == 200)
        assert [each["name"] for each in page["checks"]] == [check.name for check in checks]


async def test_the_page_for_prometheus() -> None:
    figures = Figures()
    figures.count("turns", "kept", 3)
    figures.count("letters", CANARY)
    figures.gauge("heard_seconds", "Seconds since Telegram was last heard", lambda: 1.5)
    async with listening(application(report_of(WELL, ILL, figures=figures)), "127.0.0.1:0", "X") as port:
        code, kind, text = await get(port, "/metrics")
        assert (code, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert samples["unkink_turns_total", "kept"] == 3
    assert samples["unkink_letters_total", "other"] == 1
    assert samples["unkink_heard_seconds",] == 1.5
    assert (samples["unkink_well", "store"], samples["unkink_well", "hearing"]) == (1, 0)
    assert {f"unkink_{name}" for name in COUNTED} <= set(families)
    labels = {label for family in families.values() for sample in family.samples for label in sample.labels}
    assert labels == {"outcome", "fate", "kind", "status", "check"}
    assert CANARY not in text
    assert all(family.documentation for family in families.values())


async def test_nothing_listens_unless_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.settings import Settings

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it listens")

    monkeypatch.setattr("bot.listening.listening", refuse)
    async with watching.shown(Settings(tmp_path, tmp_path / "key"), report_of(WELL)):
        pass
