"""The documents are true where a machine can see it: settings, commands, exit codes, pictures, paths, links."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from attrs import fields

from bot import cli
from bot.settings import LEVELS, PREFIX, READERS, SECRETS, Settings
from flows.book import load
from flows.upgrades import FORM
from storage import sql
from tools import docs

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "SAFETY.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LEFT_OUT = "[...]"
MADE_LATER = {"unkink.toml"}
"""Files that a document names and that no clone holds."""
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*(?:\.(?:py|toml|md|txt|sql|bin|jsonl)(?:::\w+)?|/)")
CLAIM = re.compile(
    r"\b(?:treat|reliev|cur|prevent|heal)(?:e?s|e|ing|ed)?\s+(?:your |any |back |the )*(?:back|pain)\b", re.I
)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def visible(text: str) -> str:
    """What a reader sees: without comments."""
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def rows(text: str, head: str) -> list[list[str]]:
    """The rows of the table whose first column is headed so."""
    found = re.search(rf"^\| {re.escape(head)} \|.*\n\| ---.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found is not None, f"no table headed {head!r}"
    lines = (re.split(r"(?<!\\)\|", line)[1:-1] for line in found[1].splitlines())
    return [[cell.strip() for cell in line] for line in lines]


def spans(text: str) -> Iterator[str]:
    """What stands in code style within a line; blocks of code are left out."""
    prose = re.sub(r"```.*?```", "", visible(text), flags=re.DOTALL)
    return (match[1] for match in re.finditer(r"`([^`\n]+)`", prose))


# --- what is drawn


@pytest.mark.parametrize("name", DOCUMENTS)
def test_drawn_parts_are_as_the_program_draws_them(name: str) -> None:
    assert docs.drawn(text_of(name)) == text_of(name), "run: python -m tools.docs"


def test_every_part_that_can_be_drawn_stands_in_a_document() -> None:
    opened = [part for name in DOCUMENTS for part in re.findall(r"<!-- drawn: (\w+) -->", text_of(name))]
    assert sorted(opened) == sorted(docs.PARTS)
    assert opened == [part[2] for name in DOCUMENTS for part in docs.PART.finditer(text_of(name))], "an end is missing"


# --- settings and the command line


def test_the_settings_are_those_of_the_program() -> None:
    table = {row[0].strip("`"): row for row in rows(text_of("README.md"), "setting")}
    assert set(table) == {PREFIX + name.upper() for name in READERS} | {f"{PREFIX}SETTINGS"}
    for field in fields(Settings):
        if isinstance(field.default, str):
            shown = table[PREFIX + field.name.upper()][1]
            assert shown.startswith(f"`{field.default}`" if field.default else "none"), field.name
    for name in SECRETS:
        assert f"`{PREFIX}{name.upper()}_FILE`" in table[PREFIX + name.upper()][2]
    assert all(f"`{level}`" in table[f"{PREFIX}LOG_LEVEL"][2] for level in LEVELS)


def test_what_is_said_to_be_unused_is_and_nothing_else() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py") if path.stem != "settings"
    )
    used = set(re.findall(r"\bsettings\.(\w+)", code))
    used |= {"data", "database"} if "database_address" in used else set()
    said = {row[0].strip("`") for row in rows(text_of("README.md"), "setting") if "not used" in row[2]}
    assert said == {PREFIX + name.upper() for name in READERS if name not in used}


def test_no_document_names_a_setting_that_is_none() -> None:
    known = {PREFIX + name.upper() for name in READERS} | {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    named = {word for name in DOCUMENTS for word in re.findall(rf"\b{PREFIX}[A-Z_]+\b", text_of(name))}
    assert named - known - {f"{PREFIX}SETTINGS"} == set()


def test_the_commands_are_those_of_the_program() -> None:
    table = rows(text_of("README.md"), "command")
    assert {row[0].strip("`").split()[1] for row in table} == set(cli.unkink.commands)
    for name, command in cli.unkink.commands.items():
        described = " ".join(" ".join(row) for row in table if row[0].strip("`").split()[1] == name)
        options = [word for each in command.params if isinstance(each, click.Option) for word in each.opts]
        assert [word for word in options if word.startswith("--") and f"`{word}" not in described] == []


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = {value for name, value in vars(cli).items() if name.isupper() and type(value) is int}
    assert {int(row[0]) for row in rows(text_of("README.md"), "exit code")} == codes


@pytest.mark.parametrize("name", DOCUMENTS)
def test_whatever_is_to_be_typed_exists(name: str) -> None:
    own = set(re.findall(r'word == "(\w+)"', text_of("run.py")))
    assert own == {"test", "check"}
    typed = re.findall(r"run\.py ([a-z]\w*)", text_of(name))
    assert set(typed) - own - set(cli.unkink.commands) == set()
    after = re.findall(r"(?:`unkink|run\.py --) ([a-z]\w*)", visible(text_of(name)))
    assert set(after) - set(cli.unkink.commands) == set()


def test_the_way_to_telegram_is_shown_when_there_is_one() -> None:
    shown = "## Telegram in three steps" in visible(text_of("README.md"))
    assert shown == ("run" in cli.unkink.commands)


# --- journeys, paths, links


def excerpts(text: str) -> list[tuple[str, list[str]]]:
    """Each piece of a journey that is shown: its file, and what stands between the gaps."""
    found = re.findall(r"<!-- journey: (\S+) -->\n```text\n(.*?)```", text, re.DOTALL)
    return [(file, [piece.strip("\n") for piece in shown.split(LEFT_OUT)]) for file, shown in found]


def test_the_chat_that_is_shown_was_recorded() -> None:
    shown = [excerpt for name in DOCUMENTS for excerpt in excerpts(text_of(name))]
    assert shown
    for file, pieces in shown:
        rest = text_of(file)
        for piece in pieces:
            assert f"\n{piece}\n" in rest, f"{file}: {piece.splitlines()[0]}"
            rest = rest[rest.index(f"\n{piece}\n") :]


def known_paths() -> set[str]:
    left = {".git", ".venv", "__pycache__"}
    return {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if left.isdisjoint(path.parts)}


PATHS = known_paths()


def lost(span: str) -> bool:
    """Whether it looks like a path, with a test behind :: perhaps, and is none."""
    if not PATH.fullmatch(span) or span in MADE_LATER:
        return False
    path, _, test = span.partition("::")
    if path.rstrip("/") not in PATHS:
        return True
    return bool(test) and not re.search(rf"^(?:async )?def {test}\(", text_of(path), re.MULTILINE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_and_test_that_is_named_exists(name: str) -> None:
    assert [span for span in spans(text_of(name)) if lost(span)] == []


@pytest.mark.parametrize(
    "span", ["flows/nothing.py", "tests/test_docs.py::test_nothing", "nothing.toml", "bot/nothing/"]
)
def test_a_lost_path_is_found(span: str) -> None:
    assert lost(span)
    assert list(spans(f"a `{span}` b\n```\n`x.py`\n```\n<!-- `y.py` -->")) == [span]


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


def dead_links(text: str, name: str) -> list[str]:
    """Relative links that lead nowhere."""
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        if file and file.rstrip("/") not in PATHS:
            dead.append(target)
        elif anchor and anchor not in anchors(text_of(file) if file else text):
            dead.append(f"{name}: {target}")
    return dead


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_link_is_dead(name: str) -> None:
    assert dead_links(text_of(name), name) == []


def test_a_dead_link_is_found() -> None:
    assert dead_links("[a](NOTHING.md) [b](#nowhere) [c](https://example.org) [d](LICENSE)", "x") == [
        "NOTHING.md",
        "x: #nowhere",
    ]


def test_every_suite_is_described() -> None:
    here = {path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")}
    suites = {f"{path.parent.as_posix()}/" if len(path.parts) > 2 else path.as_posix() for path in here}
    assert {row[0].strip("`") for row in rows(text_of("ARCHITECTURE.md"), "suite")} == suites


def test_every_file_of_content_is_described() -> None:
    content = ROOT / "flows" / "content"
    files = {path.relative_to(ROOT).as_posix() for path in content.glob("*.toml")}
    described = {row[0].strip("`") for row in rows(text_of("CONTRIBUTING.md"), "file")}
    assert described == files | {"flows/content/stretches/"}


def test_the_tables_of_the_database_are_described() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        for step in sql.migrations():
            db.executescript(step)
        found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        tables = {name for (name,) in found}
    assert {row[0].strip("`") for row in rows(text_of("ARCHITECTURE.md"), "table")} == tables


# --- versions and words


def test_the_newest_change_is_of_this_version() -> None:
    assert re.findall(r"^## (\S+)", text_of("CHANGELOG.md"), re.MULTILINE)[0] == PROJECT["version"]


def test_the_form_number_is_the_present_one() -> None:
    assert re.findall(r"now form (\d+)", text_of("ARCHITECTURE.md")) == [str(FORM)]


def test_the_intended_use_is_that_of_the_book_and_so_is_the_review() -> None:
    book, safety = load(), " ".join(text_of("SAFETY.md").split())
    assert book.intended_use.partition(": ")[2] in safety.replace("General wellness: Unkink ", "")
    unread = ["reviewed by a licensed clinician yet" in " ".join(text_of("README.md").split()),
              "No licensed clinician has reviewed" in safety]  # fmt: skip
    assert unread == [not book.reviewed_by] * 2


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_promises_health(name: str) -> None:
    assert CLAIM.findall(visible(text_of(name))) == []
    assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", text_of(name)), "no emoji"


@pytest.mark.parametrize("words", ["treats back pain", "relieves pain", "cures your back", "prevents any back pain"])
def test_a_promise_is_found(words: str) -> None:
    assert CLAIM.search(f"It {words}.")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_code_is_torn_between_two_lines(name: str) -> None:
    prose = re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL)
    assert [line for line in prose.splitlines() if line.count("`") % 2] == []


def test_the_first_page_stays_short() -> None:
    assert len(text_of("README.md").splitlines()) < 200
