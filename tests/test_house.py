"""The house keeps its budgets: sizes, names, what lies at the top, and what no file may hold."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("bot", "flows", "storage")

TOP = {
    *FLOORS, "tests", "deploy", "tools", "docs", "requirements", "NOTICE",
    ".ci", ".github", ".editorconfig", ".gitattributes", ".gitignore", ".dockerignore",
    "ARCHITECTURE.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SAFETY.md",
    "SECURITY.md", "pyproject.toml", "run.py",
}  # fmt: skip

CODE = {".css", ".html", ".js", ".py", ".sh", ".sql"}
LONGEST_FILE, USUAL_FILE = 400, 100
LONGEST_FUNCTION, USUAL_FUNCTION, USUAL_SHARE = 50, 20, 0.9

BANNED = {
    word + end for word in ("user", "state", "context", "manager", "service", "util", "helper") for end in ("", "s")
}
FORCED: dict[str, set[str]] = {}
"""File to names that a library forces on us, each with the reason beside it."""

PATH_BEGINS = r"(?<![\w.~*})-])"
LEAKS = {
    "registry": re.compile(r"https?://[^\s/\"'`]*(?:pypi|pythonhosted|npmjs|registry|artifact|nexus|mirror|goproxy)"),
    "index option": re.compile(r"(?:index-url|find-links|trusted-host)[ =]+[\"']?[\w~.:/-]*[./]\w", re.IGNORECASE),
    "machine path": re.compile(PATH_BEGINS + r"/(?:(?:root|work|Users)/\w|home/(?!you/|unkink/)\w+/)|[A-Z]:\\Users\\"),
    "Telegram token": re.compile(r"\b\d{8,10}:[\w-]{35}(?![\w-])"),
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "service token": re.compile(
        r"\b(?:gh[opsu]_\w{36}|github_pat_\w{22}|glpat-[\w-]{20}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10}|sk-[\w-]{32})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."),
}

BUILT_IN, OF_DATETIME = {"input", "open", "print"}, {"now", "today", "utcnow"}
"""Calls that the import rules cannot see."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def listed() -> list[Path]:
    """Every file of the repository, those not yet added too; outside git, all but what tools leave behind."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    git = subprocess.run(command, cwd=ROOT, capture_output=True, check=False) if (ROOT / ".git").exists() else None
    if git is not None and git.returncode == 0:
        names = {Path(name) for name in git.stdout.decode().split("\0") if name}
    else:
        dropped = re.compile(r"(^|/)(\.venv.*|\..*_cache|__pycache__|\.hypothesis|\.git|build|dist)(/|$)")
        names = {path.relative_to(ROOT) for path in ROOT.rglob("*") if not dropped.search(str(path.relative_to(ROOT)))}
    return sorted(name for name in names if (ROOT / name).is_file())


FILES = listed()
MODULES = {name: ast.parse((ROOT / name).read_text(encoding="utf-8")) for name in FILES if name.suffix == ".py"}


def test_the_list_of_files_is_the_repository() -> None:
    assert {Path("run.py"), Path("pyproject.toml"), Path("tests/test_house.py"), Path("flows/__init__.py")} <= set(
        FILES
    )
    assert not [name for name in FILES if name.parts[0] in {".venv", ".git"}]


def test_nothing_strange_lies_at_the_top() -> None:
    assert {name.parts[0] for name in FILES} - TOP == set()


def test_files_are_short() -> None:
    sizes = {name: lines_of(name) for name in FILES if name.suffix in CODE}
    assert {str(name): size for name, size in sizes.items() if size > LONGEST_FILE} == {}
    of_floors = [size for name, size in sizes.items() if name.parts[0] in FLOORS and size]
    assert statistics.median(of_floors) < USUAL_FILE


def lines_of(name: Path) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_functions_are_short() -> None:
    sizes = {f"{name}:{at.lineno} {at.name}": length(at) for name, tree in MODULES.items() for at in functions(tree)}
    assert {at: size for at, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    of_floors = [size for at, size in sizes.items() if at.split("/")[0] in FLOORS]
    assert sum(size <= USUAL_FUNCTION for size in of_floors) >= USUAL_SHARE * len(of_floors)


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    return span(function) - (span(first) if documented else 0)


def span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_length_leaves_the_docstring_out() -> None:
    (function,) = functions(ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a\n'))
    assert length(function) == 3


def test_no_name_is_one_of_the_words_that_say_nothing() -> None:
    wrong = {
        f"{name}:{line} {word}"
        for name, tree in MODULES.items()
        for word, line in defined(tree)
        if banned(word) and word not in FORCED.get(name.as_posix(), set())
    }
    assert wrong == set()
    assert [str(name) for name in FILES for part in name.with_suffix("").parts if banned(part)] == []


def test_every_forced_name_is_still_forced() -> None:
    assert {Path(name) for name in FORCED} <= set(MODULES)
    for name, words in FORCED.items():
        assert words <= {word for word, _ in defined(MODULES[Path(name)])}


def defined(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a file brings into the world, each with its line; not those of libraries that it only calls."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=str(word)) | ast.AsyncFunctionDef(name=str(word)) | ast.ClassDef(name=str(word)):
                yield word, node.lineno
            case ast.Name(id=word, ctx=ast.Store()) | ast.arg(arg=word):
                yield word, node.lineno
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=word, ctx=ast.Store()):
                yield word, node.lineno
            case ast.ExceptHandler(name=str(word)) | ast.MatchAs(name=str(word)) | ast.MatchStar(name=str(word)):
                yield word, node.lineno
            case ast.alias(asname=str(word)):
                yield word, node.lineno


def banned(word: str) -> bool:
    """Whether one of its parts is banned: Context, user_id, loadState."""
    return any(part.lower() in BANNED for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", word))


@pytest.mark.parametrize("word", ["user", "user_id", "ChatState", "loadState", "UTILS", "_helper", "services"])
def test_banned_parts_are_found(word: str) -> None:
    assert banned(word)


@pytest.mark.parametrize("word", ["stage", "statement", "serviceable", "restated", "used", "contextual"])
def test_words_that_only_contain_a_banned_one_are_not(word: str) -> None:
    assert not banned(word)


def test_flows_reads_no_clock_and_opens_nothing() -> None:
    pure = {name: tree for name, tree in MODULES.items() if name.parts[0] == "flows"}
    assert [f"{name}:{call}" for name, tree in pure.items() for call in impure(tree)] == []


def impure(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=word)) if word in BUILT_IN:
                yield f"{node.lineno} {word}"
            case ast.Call(func=ast.Attribute(attr=word)) if word in OF_DATETIME:
                yield f"{node.lineno} {word}"


@pytest.mark.parametrize("line", ["datetime.now(UTC)", "dt.date.today()", "open('a')", "print(1)"])
def test_impure_calls_are_found(line: str) -> None:
    assert list(impure(ast.parse(f"x = 1\n{line}")))


def test_no_file_holds_what_belongs_to_one_machine_or_one_person() -> None:
    found = [f"{name}:{line} {kind}" for name in FILES for kind, line in leaks((ROOT / name).read_bytes())]
    assert found == []


def leaks(content: bytes) -> Iterator[tuple[str, int]]:
    """Each kind found, with its line. Pictures are no text and hold none."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return
    for kind, leak in LEAKS.items():
        for hit in leak.finditer(text):
            yield kind, text.count("\n", 0, hit.start()) + 1


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        ("registry", ("https://", "pypi.example.org/simple")),
        ("index option", ("--extra-index-", "url https://example.org/simple")),
        ("index option", ("find-", "links = /srv/wheels")),
        ("machine path", ("cd /", "root/project")),
        ("machine path", ('"/', 'home/ann/unkink"')),
        ("Telegram token", ("1234567890", ":", "A" * 35)),
        ("private key", ("-----BEGIN ", "RSA PRIVATE KEY-----")),
        ("service token", ("gh", "p_", "a" * 36)),
        ("signed token", ("ey", "J" + "a" * 12, ".ey", "J" + "b" * 12, ".c")),
    ],
)
def test_each_kind_of_leak_is_found(kind: str, pieces: tuple[str, ...]) -> None:
    assert list(leaks(("first\n" + "".join(pieces)).encode())) == [(kind, 2)]


@pytest.mark.parametrize(
    "text", ["https://example.org/" + "root/x", "/home/unkink/data", "~/work/x", "12:30 and 1234567890:short"]
)
def test_what_is_no_leak_is_let_through(text: str) -> None:
    assert list(leaks(text.encode())) == []
