"""No pattern of ours can be made to run for ever: none repeats a repetition without need, and all are timed."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot
import flows
import storage

ROOT = Path(__file__).resolve().parents[1]
PARSER: Any = vars(re)["_parser"]
REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
FUNCTIONS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
UNAMBIGUOUS = {
    r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]': "a string, unrolled: each part begins with a backslash",
    r"^-- (?P<name>[a-z_]+): .+\n(?P<query>(?:(?!-- ).*\n)+)": "lines of our own files, each ended by a line break",
}
"""Patterns that repeat a repetition and cannot be read in two ways."""
LONGEST = 5_000
"""Characters; a message has 4096 at most."""
MOST_SECONDS = 0.5
PIECES = ("a", "0", " ", "\n", '"', "\\", '\\"', "a ", "0:", "-- a: b\n", "http://", ": ", "up to 1", ".!?", "'", "_a")


def patterns(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literal patterns handed to `re`, with their lines."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        named = isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in FUNCTIONS
        first = node.args[0]
        if named and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
            text = first.value
            yield node.lineno, text if isinstance(text, str) else text.decode("latin-1")


def sources() -> Iterator[Path]:
    return (path for folder in ("bot", "flows", "storage") for path in sorted((ROOT / folder).rglob("*.py")))


def nested(parsed: Any, inside: bool = False) -> bool:
    """Whether something without a bound is repeated without a bound."""
    for kind, value in parsed:
        endless = str(kind) in REPEATS and value[1] == PARSER.MAXREPEAT
        if endless and inside:
            return True
        for part in value if isinstance(value, tuple | list) else [value]:
            for each in part if isinstance(part, list) else [part]:
                if isinstance(each, PARSER.SubPattern) and nested(each, inside or endless):
                    return True
    return False


def is_risky(pattern: str) -> bool:
    return nested(PARSER.parse(pattern))


@pytest.mark.parametrize("pattern", [r"^(\w+\s?)+$", r"(a*)*", r"(?:x+|y)+", r"((a+)b?)*"])
def test_the_lint_knows_what_it_looks_for(pattern: str) -> None:
    assert is_risky(pattern)


def test_no_pattern_repeats_a_repetition() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {pattern}"
        for path in sources()
        for line, pattern in patterns(ast.parse(path.read_text(encoding="utf-8")))
        if pattern not in UNAMBIGUOUS and is_risky(pattern)
    ]
    assert not found


def test_the_lint_sees_the_patterns() -> None:
    assert sum(1 for path in sources() for _ in patterns(ast.parse(path.read_text(encoding="utf-8")))) > 40


def compiled() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that stands at the top of a module of ours, however it was put together."""
    for package in (bot, flows, storage):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name == "bot.__main__" or module.name.startswith("bot.playground"):
                continue  # the playground speaks to this machine alone, in messages of 4096 characters
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern):
                    yield f"{module.name}.{name}", value


PATTERNS = dict(compiled())


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_long_on_any_long_text(name: str) -> None:
    pattern = PATTERNS[name]
    for piece in PIECES:
        text = (piece * LONGEST)[:LONGEST] + "\x00"
        shown: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
        begun = time.process_time()
        pattern.fullmatch(shown)
        pattern.search(shown)
        sum(1 for _ in pattern.finditer(shown))
        assert time.process_time() - begun < MOST_SECONDS, piece
