"""The operator's commands, as they stand on the command line (what they do: caretaking.py)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import click

from bot import settings as configuration

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Copy the database to FILE, whole, while the bot runs. Never over another file."""
    from bot import caretaking

    _show(caretaking.backing_up(configuration.read(os.environ), file))


@click.command()
@click.argument("file", type=FILE)
@click.option("--old", is_flag=True, help="Take a backup that is older than the deletion list.")
def restore(file: Path, old: bool) -> None:
    """Put the backup FILE in the place of the database (the bot must be stopped)."""
    from bot import caretaking

    _show(caretaking.restoring(configuration.read(os.environ), file, old=old))


@click.command()
def rotate() -> None:
    """Seal everything with a new key (the bot must be stopped). Cut short, it can be run again."""
    from bot import caretaking

    _show(caretaking.rotating(configuration.read(os.environ)))


@click.command()
@click.argument("person")
def forget(person: str) -> None:
    """Delete everything about PERSON, a number on Telegram (the bot must be stopped)."""
    from bot import caretaking

    if not 0 < len(person) <= 100 or not person.isprintable():
        raise click.BadParameter("write the number of the person, such as 42 or telegram:42", param_hint="PERSON")
    _show(asyncio.run(caretaking.forgetting(configuration.read(os.environ), person)))


@click.command()
def events() -> None:
    """Print what went wrong, as a table per stretch. It names nobody."""
    from bot import caretaking

    _show(caretaking.events(configuration.read(os.environ)))


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


COMMANDS = (backup, restore, rotate, forget, events)
