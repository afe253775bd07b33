"""The command line. Exit codes: 0 done, 1 failed, 2 wrong settings or content, 3 database refused, 4 already
running."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import click

from bot import settings as configuration
from bot.caretaker import COMMANDS
from bot.settings import Settings, SettingsError
from bot.trouble import GaveUp
from flows.book import BookError
from flows.pages import Book
from storage.errors import StoreBusy, StoreError, StoreRefused

DONE, FAILED, WRONG, REFUSED, RUNNING, TOKEN_REFUSED = 0, 1, 2, 3, 4, 78


def _version() -> str:
    try:
        return metadata.version("unkink")
    except metadata.PackageNotFoundError:
        return "not installed (run from the sources)"


class Door(click.Group):
    """Without a command: the bot on Telegram if there is a token, else the playground."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            args = ["run"] if _settings().telegram_token else ["try"]
        return super().parse_args(ctx, args)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="unkink")
def unkink() -> None:
    """Unkink: a chat-bot for gentle back stretches. Not a doctor."""


def _instant(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no instant; write 2026-11-24T08:00 (UTC) or add an offset") from None
    if not 2000 <= at.year <= 2100:
        raise click.BadParameter(f"{text!r} is too far away; take a year from 2000 to 2100")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@unkink.command()
@click.option("--person", default="me", show_default=True, help="Whose conversation this is.")
@click.option("--at", callback=_instant, metavar="INSTANT", help="Set the clock; an @ line moves it.")
@click.option("--fresh", is_flag=True, help="Begin with an empty database in memory; nothing is kept.")
def chat(person: str, at: datetime | None, fresh: bool) -> None:
    """Chat in the terminal, or through a pipe."""
    from bot.chat import chatting

    if not person or len(person) > 64 or not person.isprintable():
        raise click.BadParameter("a name has 1 to 64 printable characters", param_hint="--person")
    settings, colour = _settings(), sys.stdout.isatty()
    asyncio.run(chatting(settings, _book(settings), person, at, fresh=fresh, write=_write, colour=colour))


@unkink.command("try")
@click.option("--port", type=click.IntRange(0, 65535), help="Where the page lies; 0: any free port.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep everything in this folder.")
def try_it(port: int | None, no_browser: bool, keep: Path | None) -> None:
    """Try the bot in the browser, on this machine, without an account."""
    from bot.trying import trying

    asyncio.run(trying(port, keep, browser=not no_browser, write=_write))


@unkink.command("run")
def run_bot() -> None:
    """Run the bot on Telegram (needs UNKINK_TELEGRAM_TOKEN)."""
    from bot import logs
    from bot.app import serve

    settings = _with_token()
    logs.configure(settings.log, settings.log_level, settings.telegram_token, settings.webhook_secret)
    asyncio.run(serve(settings, _book(settings)))


@unkink.command()
def setup() -> None:
    """Set the bot's commands, name, descriptions and webhook on Telegram."""
    from bot.app import setting_up

    settings = _with_token()
    for line in asyncio.run(setting_up(settings, _book(settings))):
        click.echo(f"set: {line}")


@unkink.command()
def health() -> None:
    """Say whether the running bot is well: a line for each check; exit code 0 if all are."""
    from bot import health

    checks = health.read(_settings().data, datetime.now(UTC))
    for check in checks:
        click.echo(str(check))
    if not all(check.well for check in checks):
        sys.exit(FAILED)


def _with_token() -> Settings:
    settings = _settings()
    if not settings.telegram_token:
        raise SettingsError("UNKINK_TELEGRAM_TOKEN is not set; get a token from @BotFather, or try `unkink chat`")
    return settings


def _write(line: str) -> None:
    click.echo(line)


@unkink.command()
@click.option(
    "--content", type=click.Path(path_type=Path), help="A folder with content; without it the one that is installed."
)
@click.argument("what", required=False, type=click.Choice(["watch"]))
@click.argument("text", required=False)
def check(content: Path | None, what: str | None, text: str | None) -> None:
    """Check settings and content, and say everything that is wrong at once. `check watch "words"` explains a
    reading."""
    from bot import pictures
    from flows import book, watch

    if what == "watch":
        click.echo(watch.explain(text or ""))
        return
    wrong = [str(fault) for fault in book.faults(content)]
    faults = [*_settings_faults(), *wrong, *([] if wrong else pictures.faults(book.load(content)))]
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        click.echo(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}", err=True)
        sys.exit(WRONG)
    read = book.load(content)
    click.echo(
        f"settings and content are in order: {len(read.stretches)} stretches, {len(read.screening.questions)} questions"
    )
    withheld = _book(_settings()).withheld
    if withheld:
        click.echo(f"withheld by UNKINK_WITHHOLD: {', '.join(sorted(withheld))}")
    if not read.reviewed_by:
        click.echo("the content is not yet reviewed by a licensed clinician (book.toml: reviewed_by)")


@unkink.command()
@click.option("--format", "form", type=click.Choice(["mermaid", "table"]), default="mermaid", show_default=True)
def flow(form: str) -> None:
    """Print the conversation's table as a picture (Mermaid) or as text."""
    from flows import diagram

    click.echo(diagram.mermaid() if form == "mermaid" else diagram.table())


for _command in COMMANDS:
    unkink.add_command(_command)


def _settings_faults() -> list[str]:
    try:
        configuration.read(os.environ)
    except SettingsError as error:
        return str(error).splitlines()
    return []


def _settings() -> Settings:
    return configuration.read(os.environ)


def _book(settings: Settings) -> Book:
    """The book, without what the settings withhold, and with who runs this bot."""
    from attrs import evolve

    from flows import book

    try:
        read = book.without(book.load(), settings.withhold) if settings.withhold else book.load()
    except ValueError as error:
        raise SettingsError(f"UNKINK_WITHHOLD names {error}") from None
    return evolve(read, contact=settings.contact) if settings.contact else read


def run(args: Sequence[str] | None = None) -> int:
    """Run a command; the exit code. Every error that a person can mend is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows "?", and the chat goes on
    try:
        unkink.main(args=args, prog_name="unkink", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return WRONG
    except (click.Abort, KeyboardInterrupt):
        return FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except Exception as error:
        return _failed(error)
    return DONE


def _failed(error: Exception) -> int:
    codes: tuple[tuple[type[Exception], int], ...] = (
        (SettingsError, WRONG), (BookError, WRONG), (StoreBusy, RUNNING), (StoreRefused, REFUSED), (StoreError, FAILED),
        (GaveUp, FAILED),
    )  # fmt: skip
    for kind, code in codes:
        if isinstance(error, kind):
            click.echo(f"unkink: {error}", err=True)
            return code
    if type(error).__name__ == "TokenRefused":
        click.echo(f"unkink: {error}", err=True)
        return TOKEN_REFUSED
    raise error
