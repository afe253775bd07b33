"""Reading the book: every fault of every file at once, each with its file, its place and a mend."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import attrs
import pytest

from flows import book as books
from flows.book import BookError, faults, load
from flows.draft import PAGES, Draft, Fault, draft
from flows.proof import prove
from flows.proofs.words import reading_grade

CONTENT = Path(str(files("flows"))) / "content"


class Break(NamedTuple):
    """One change for the worse, and the fault it must raise."""

    file: str
    old: str
    new: str
    place: str
    what: str

    told_in: str = ""
    """The file that the fault names, where it is another one."""
    alone: bool = False
    """It would hide another break."""


def breaks(kind: str) -> list[Break]:
    table = tomllib.loads((Path(__file__).parent / "reference" / "breaks.toml").read_text(encoding="utf-8"))
    return [Break(**each) for each in table[kind]]


WRONG_KINDS = breaks("wrong_kind")
"""The page does not come about."""
BROKEN_RULES = breaks("rule")
"""The page comes about and breaks a rule."""
TWIST = "stretches/seated_twist.toml"
CHAIR = "stretches/chair_lean_back.toml"
KNEE = "stretches/knee_to_chest.toml"
TILT = "stretches/pelvic_tilt.toml"
TURN = "stretches/seated_gentle_rotation.toml"
COW = "stretches/cat_cow.toml"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content to break."""
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    return folder


def spoiled(text: str, each: Break) -> str:
    assert each.old in text, f"{each.file} has no {each.old!r} to break"
    return text.replace(each.old, each.new, 1)


def spoil(folder: Path, some: Iterable[Break]) -> None:
    for each in some:
        path = folder / each.file
        path.write_text(spoiled(path.read_text(encoding="utf-8"), each), encoding="utf-8")


def told(found: Iterable[Fault], wanted: Break) -> bool:
    file = wanted.told_in or wanted.file
    at_place = (fault for fault in found if (fault.file, fault.place) == (file, wanted.place))
    return any(wanted.what in fault.what and fault.mend for fault in at_place)


def test_the_content_has_no_fault() -> None:
    assert faults() == []
    assert load() is load()


def test_a_folder_reads_as_the_packaged_content_does(content: Path) -> None:
    assert load(content).screening == load().screening
    assert load(content).stretches == load().stretches


@pytest.fixture(scope="module")
def sound() -> Draft:
    """The draft of the content as it ships."""
    names = [path.relative_to(CONTENT).as_posix() for path in CONTENT.glob("**/*.toml")]
    return draft({name: (CONTENT / name).read_bytes() for name in names if not name.startswith("watch/")})[0]


def with_file(sound: Draft, name: str, text: str) -> tuple[Draft, list[Fault]]:
    """The draft with one file read anew, and what is wrong with that file alone."""
    read, misread = draft({name: text.encode()})
    wrong = [fault for fault in misread if fault.file == name]
    if name in PAGES:
        attribute = PAGES[name][0]
        return attrs.evolve(sound, **{attribute: getattr(read, attribute)}), wrong
    others = {stem: page for stem, page in sound.stretches.items() if name != f"stretches/{stem}.toml"}
    return attrs.evolve(sound, stretches=others | dict(read.stretches)), wrong


@pytest.mark.parametrize("broken", [*WRONG_KINDS, *BROKEN_RULES], ids=lambda each: f"{each.file}:{each.place}")
def test_a_broken_content_is_told_with_file_and_place(sound: Draft, broken: Break) -> None:
    text = spoiled((CONTENT / broken.file).read_text(encoding="utf-8"), broken)
    read, misread = with_file(sound, broken.file, text)
    found = [*misread, *prove(read)]
    assert told(found, broken), "\n".join(map(str, found))


def test_all_faults_are_told_at_once(content: Path) -> None:
    """Many rules broken in every file, and wrong kinds in files of their own, which then say nothing more."""
    kinds_in = (COW, KNEE, "cards.toml")
    wrong_kinds = [each for each in WRONG_KINDS if each.file in kinds_in]
    rules = [each for each in BROKEN_RULES if each.file not in (*kinds_in, "book.toml") and not each.alone]
    spoil(content, [*wrong_kinds, *rules])
    found = faults(content)
    assert [each for each in (*wrong_kinds, *rules) if not told(found, each)] == []
    assert len(wrong_kinds) + len(rules) > 25
    with pytest.raises(BookError) as caught:
        load(content)
    assert str(caught.value).splitlines() == [str(fault) for fault in found]


def test_a_fault_reads_as_one_line(content: Path) -> None:
    spoil(content, WRONG_KINDS[:1])
    assert [str(fault) for fault in faults(content)] == [
        "stretches/seated_twist.toml: steps[3].hold_s: expected a whole number, found 'ten'; "
        "write it in digits, without quotes"
    ]


def test_a_file_that_cannot_be_read_brings_no_second_fault(content: Path) -> None:
    """What it would have named is not called unknown because of it."""
    (content / "sources.toml").write_text("[[sources]\n", encoding="utf-8")
    (content / TILT).write_text('id = "pelvic_tilt"\nname = \n', encoding="utf-8")
    assert [(fault.file, fault.place) for fault in faults(content)] == [
        ("sources.toml", "line 1, column 10"),
        (TILT, "line 2, column 8"),
    ]


def test_broken_files_are_told_like_any_fault(content: Path) -> None:
    (content / "pain.toml").unlink()
    (content / "screening.toml").write_bytes(b'# ok\nversion = "\xff"\n')
    (content / "note.txt").write_text("call Anna", encoding="utf-8")
    (content / "stretches" / "Cat Cow.toml").write_text("", encoding="utf-8")
    found = {(fault.file, fault.place, fault.what) for fault in faults(content)}
    assert ("pain.toml", "", "the file is missing") in found
    assert ("screening.toml", "line 2", "the file is not UTF-8 text") in found
    assert ("note.txt", "", "nothing reads this file") in found
    assert ("stretches/Cat Cow.toml", "", "nothing reads this file") in found


def test_a_lost_stretch_is_missed_wherever_it_is_named(content: Path) -> None:
    (content / TURN).unlink()
    found = {(fault.file, fault.place) for fault in faults(content)}
    assert {("screening.toml", "gentle_core"), (TILT, "alternatives"), (CHAIR, "alternatives")} <= found


def test_a_lost_stretch_of_the_brief_is_missed(content: Path) -> None:
    (content / CHAIR).unlink()
    assert Fault("stretches/", "seed_item 1", "0 stretches have it", "each of 1 to 7 belongs to one stretch") in faults(
        content
    )


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="there is no such folder"):
        load(tmp_path / "nowhere")


def test_hidden_files_and_the_watch_are_none_of_ours(content: Path) -> None:
    (content / ".notes.toml.swp").write_bytes(b"\xff")
    (content / "watch").mkdir(exist_ok=True)
    (content / "watch" / "more.toml").write_text("anything", encoding="utf-8")
    assert faults(content) == []


def test_messages_are_read_flat_and_their_paragraphs_and_lists_kept(content: Path) -> None:
    (content / "messages.toml").write_text(
        'lone = "One"\n[home]\nhello = """\nHello\nyou, {name}\n\nTwo:\n- a\n  b\n- c\n"""\n[home.deep]\nend = "Bye"\n',
        encoding="utf-8",
    )
    book = load(content)
    assert book.messages["home.hello"] == "Hello you, {name}\n\nTwo:\n- a b\n- c"
    assert (book.messages["lone"], book.messages["home.deep.end"]) == ("One", "Bye")
    assert book.say("home.hello", name="Ada").startswith("Hello you, Ada")


def test_messages_may_be_missing_and_are_checked_when_there(content: Path) -> None:
    path = content / "messages.toml"
    path.unlink(missing_ok=True)
    assert load(content).messages == {}
    path.write_text(
        f'[home]\nnumber = 5\nclaim = "This cures you."\nlong = "{"a" * 4097}"\n[button]\nwide = "{"b" * 41}"\n'
        f'[alert]\nwide = "{"c" * 201}"\n',
        encoding="utf-8",
    )
    assert [(fault.file, fault.place) for fault in faults(content)] == [
        ("messages.toml", name) for name in ("alert.wide", "button.wide", "home.claim", "home.long", "home.number")
    ]


def test_line_breaks_in_a_text_count_as_spaces(content: Path) -> None:
    spoil(content, [Break(TILT, 'name = "Pelvic tilt"', 'name = """\nPelvic\n   tilt\n"""', "", "")])
    assert load(content).stretches["pelvic_tilt"].name == "Pelvic tilt"


def test_windows_line_ends_do_no_harm(content: Path) -> None:
    for path in content.glob("*.toml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(content).screening == load().screening


@pytest.mark.parametrize("length", [900, 901])
def test_a_step_that_does_not_fit_its_card_is_told(content: Path, length: int) -> None:
    step = load().stretches["cat_cow"].steps[2]
    rest = len("\n".join(("", step.breathe, step.feel, step.stop)))
    words = ("Go on. " * length)[: length - rest]
    spoil(content, [Break(COW, step.do, words, "", "")])
    assert [fault.place for fault in faults(content)] == (["steps[3]"] if length > 900 else [])


def test_an_impossible_length_of_words_is_hard_to_read(content: Path) -> None:
    hard = "Unquestionably characteristic musculoskeletal manifestations necessitate individualised evaluation " * 8
    spoil(content, [Break("cards.toml", "Keep water near you.", hard + ".", "", "")])
    assert [(fault.file, fault.place) for fault in faults(content)] == [("cards.toml", "cards[1].text")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0.0, 0.0),
        ("The cat sat on the mat. It was warm.", -3.0, 1.0),
        ("Back pain often comes from sitting awkwardly. Most of the time it goes away by itself.", 3.0, 7.0),
        ("Comprehensive evaluation of musculoskeletal complaints necessitates individual examination.", 20.0, 40.0),
    ],
)
def test_the_reading_grade_is_about_right(text: str, low: float, high: float) -> None:
    assert low <= reading_grade(text) <= high


def test_nothing_at_all_is_a_list_of_faults_not_a_crash() -> None:
    read, wrong = draft({})
    assert not read.stretches
    assert {fault.file for fault in wrong} == {
        "book.toml", "screening.toml", "pain.toml", "referral.toml", "cards.toml", "emergency_numbers.toml",
        "sources.toml", "stretches/",
    }  # fmt: skip
    assert books.NOT_OURS == ("watch",)
