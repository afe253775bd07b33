"""Write the drawn parts of the documents anew: pictures and tables that the program and its content already hold.

    python -m tools.docs        with the Python of .venv, from the top folder; says which documents changed

A drawn part stands between `<!-- drawn: name -->` and `<!-- end of name -->`. `tests/test_docs.py` fails when one is
not what this file would write.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from flows import diagram
from flows.book import load
from flows.pages import PainRow, Question, Stretch

ROOT = Path(__file__).resolve().parent.parent
EXCERPT = "moving"
"""The stage whose edges ARCHITECTURE.md shows: the only one that shows a step."""
PHASES = {"any": "any time", "before": "before", "during": "during", "after": "after", "next_day": "next day"}
PART = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)
CHOICE = re.compile(r"design choice", re.IGNORECASE)
BESIDE = re.compile(r"^(\w+ = [^#\n]+?) +# (.*design choice.*)$", re.IGNORECASE | re.MULTILINE)
ABOVE = re.compile(r"^# (.*design choice.*)\n(\w+ = .+)$", re.IGNORECASE | re.MULTILINE)


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; `head` names its columns with | between."""
    columns = head.split("|")
    lines = ["| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns))]
    cells = ([re.sub(r"\s+", " ", cell).strip().replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in cells)])


def ids(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def picture() -> str:
    return f"```mermaid\n{diagram.mermaid()}\n```"


def edges() -> str:
    """The edges that leave one stage, in the order in which they are tried."""
    rows = ((event, guard, goes, reply) for event, stage, guard, goes, reply in diagram.rows() if stage == EXCERPT)
    return table(
        "event|only if|next stage|reply", ((event, guard, goes, f"`{reply}`") for event, guard, goes, reply in rows)
    )


def questions() -> str:
    book = load()

    def row(number: int, question: Question) -> list[str]:
        effects = [effect(question, each) for each in (question.yes, question.not_sure)]
        return [str(number), f"`{question.id}`", *effects, ", ".join(question.sources)]

    def effect(question: Question, said: str) -> str:
        if said != "excludes":
            return said.replace("_", " ")
        routine = ", and a routine visit" if question.refer_routine else ""
        return f"leaves out {len(question.excludes)} of {len(book.stretches)}{routine}"

    asked = enumerate(book.screening.questions, 1)
    return table('no.|question|"Yes"|"Not sure"|sources', (row(number, question) for number, question in asked))


def pain() -> str:
    words = {signal.id: signal.words for signal in load().pain.signals}
    rows = (_pain_row(row, words) for row in load().pain.rows)
    return table("row|when|told|level|rise|what happens|ground", rows)


def _pain_row(row: PainRow, words: Mapping[str, str]) -> list[str]:
    told = "; ".join(words[signal] for signal in row.signals)
    flares = f"{row.flares_min} flares" if row.flares_min is not None else ""
    ground = row.basis + ("; design choice" if row.design_choice else "")
    return [str(row.n), PHASES[row.phase], told or flares, span(row.level_min, row.level_max),
            span(row.rise_min, row.rise_max), row.then, ground]  # fmt: skip


def span(low: int | None, high: int | None) -> str:
    return "" if low is None else str(low) if low == high else f"{low} to {high}"


def stretches() -> str:
    def row(stretch: Stretch) -> list[str]:
        origin = f"brief, {stretch.seed_item}" if stretch.seed else "addition"
        return [
            stretch.name,
            origin,
            ids(stretch.excluded_by) or "nobody",
            stretch.evidence,
            ", ".join(stretch.sources),
        ]

    return table("stretch|from|left out for|what is known|sources", map(row, load().stretches.values()))


def choices() -> str:
    """All that calls itself a design choice, in code and content; the rows of the pain table mark their own."""
    return table("where|what|why", sorted([*_in_code(), *_in_content()]))


def _in_code() -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / "flows").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = ast.parse(text).body
        for node, after in pairwise(lines):
            if isinstance(node, ast.Assign | ast.AnnAssign) and CHOICE.search(_words(after)):
                yield _place(path), f"`{ast.unparse(node)}`", _reason(_words(after))
        yield from ((_place(path), f"`{node.name}`", _reason(words)) for node, words in _functions(ast.parse(text)))


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, str]]:
    for node in ast.walk(tree):
        words = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
        if isinstance(node, ast.FunctionDef) and words and CHOICE.search(words):
            yield node, words


def _words(node: ast.stmt) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str(words))):
            return words
    return ""


def _in_content() -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / "flows" / "content").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        yield from ((_place(path), f"`{match[1]}`", _reason(match[2])) for match in BESIDE.finditer(text))
        yield from ((_place(path), f"`{match[2]}`", _reason(match[1])) for match in ABOVE.finditer(text))


def _place(path: Path) -> str:
    return f"`{path.relative_to(ROOT).as_posix()}`"


def _reason(words: str) -> str:
    """The words without the phrase itself: every row of that table is one."""
    return re.sub(r"\s+", " ", re.sub(r"\(?design choice\)?[.;]?", "", words, flags=re.IGNORECASE)).strip(" ;,")


PARTS: Mapping[str, Callable[[], str]] = {
    "picture": picture,
    "edges": edges,
    "questions": questions,
    "pain": pain,
    "stretches": stretches,
    "choices": choices,
}


def drawn(document: str) -> str:
    """The document with its drawn parts as they should be. KeyError: it names a part that is not known."""
    return PART.sub(lambda part: f"{part[1]}{PARTS[part[2]]()}\n{part[3]}", document)


def main() -> None:
    for path in sorted(ROOT.glob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = drawn(before)
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            print(f"written: {path.name}")


if __name__ == "__main__":
    main()
