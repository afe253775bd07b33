"""The files that ship: one for every step, small enough, drawn from the present poses, and found by their id."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot import pictures
from bot.playground.pictures import look
from flows import book
from tools.pictures import manifest

FOLDER = Path(pictures.__file__).parent
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in manifest.KINDS)
KEPT = json.loads((FOLDER / manifest.NAME).read_text(encoding="utf-8"))
STEPS = [f"{stretch.id}.{step.id}" for stretch in book.load().stretches.values() for step in stretch.walk]
AGAIN = "draw them anew: python tools/build_pictures.py"
MOST, MOST_IN_ALL = 60_000, 6_000_000
"""Bytes: of one file, and of all together."""


# What was drawn is what the poses say


def test_the_pictures_were_drawn_by_the_present_code() -> None:
    assert KEPT["drawing"] == manifest.drawing(), AGAIN


def test_the_pictures_were_drawn_from_the_present_poses() -> None:
    assert KEPT["poses"] == manifest.poses(), AGAIN


def test_no_picture_was_changed_or_lost_since() -> None:
    assert KEPT["files"] == manifest.files(FOLDER), AGAIN


def test_a_changed_pose_or_picture_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(manifest.HERE, tmp_path / "pictures", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(manifest, "HERE", tmp_path / "pictures")
    assert (manifest.drawing(), manifest.poses()) == (KEPT["drawing"], KEPT["poses"])
    changed = tmp_path / "pictures" / "poses" / "cat_cow.toml"
    changed.write_bytes(changed.read_bytes().replace(b"\n", b"\r\n"))
    assert manifest.poses() == KEPT["poses"]
    changed.write_text(changed.read_text(encoding="utf-8").replace("0.5", "0.6"), encoding="utf-8")
    assert {name for name, known in KEPT["poses"].items() if manifest.poses()[name] != known} == {"cat_cow"}
    (tmp_path / "pictures" / "themes.py").write_text("", encoding="utf-8")
    assert manifest.drawing() != KEPT["drawing"]


# What ships


@pytest.mark.parametrize("dark", [False, True])
def test_every_step_has_its_picture_and_every_stretch_its_animation(dark: bool) -> None:
    ending = ".dark" if dark else ""
    found = {path.name for path in (*(pictures.find(step, dark=dark) for step in STEPS),) if path is not None}
    assert found == {f"{step}{ending}.png" for step in STEPS}
    moving = {stretch: pictures.animation(stretch, dark=dark) for stretch in book.load().stretches}
    assert {name: path and path.name for name, path in moving.items()} == {n: f"{n}{ending}.mp4" for n in moving}


def test_no_picture_lies_there_that_no_step_shows() -> None:
    stems = {path.name.removesuffix(path.suffix).removesuffix(".dark") for path in FILES}
    assert stems == {*STEPS, *book.load().stretches}


def test_pictures_are_small() -> None:
    assert {path.name: path.stat().st_size for path in FILES if path.stat().st_size > MOST} == {}
    assert sum(path.stat().st_size for path in FILES) < MOST_IN_ALL


def test_pictures_have_the_shape_of_a_card() -> None:
    shapes = {path.name: look(path.read_bytes()) for path in FILES}
    assert {shape and (shape.mime, shape.width, shape.height) for shape in shapes.values()} == {
        ("image/png", 960, 720), ("video/mp4", 720, 540),
    }  # fmt: skip


def test_animations_are_what_messengers_play() -> None:
    """H.264, no sound, and the index before the film: it starts while it is still coming in."""
    for path in FILES:
        if path.suffix == ".mp4":
            film = path.read_bytes()
            assert b"avc1" in film, path.name
            assert film.index(b"moov") < film.index(b"mdat"), path.name
            assert [mark for mark in (b"soun", b"Lavf") if mark in film] == [], path.name


# Found by their id


@pytest.mark.parametrize(
    "text",
    ["", ".", "cat_cow", "cat_cow.", "cat_cow.nothing", "../cat_cow.round", "cat_cow.round.png", "cat_cow/round",
     "manifest.json", "cat_cow.round\0", "CAT_COW.ROUND", "cat_cow.round\n", "a" * 5000 + ".b", "cat_cow.é"],
)  # fmt: skip
def test_whatever_is_asked_for_there_is_an_answer(text: str) -> None:
    assert pictures.find(text) is None
    assert pictures.animation(text) is None or text == "cat_cow"


def test_what_has_no_dark_twin_is_shown_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.b.png").touch()
    monkeypatch.setattr(pictures, "_HERE", tmp_path)
    assert pictures.find("a.b", dark=True) == pictures.find("a.b") == tmp_path / "a.b.png"
    assert list(pictures.faults(book.load()))[:1] == [
        "stretches/chair_lean_back.toml: sit: the step has no picture; draw it: see CONTRIBUTING.md"
    ]


# Told in words


def test_every_step_says_what_its_picture_shows() -> None:
    told = {f"{s.id}.{step.id}": step.shows for s in book.load().stretches.values() for step in s.walk}
    assert [name for name, words in told.items() if not words.endswith(".") or len(words) < 20] == []


def test_the_other_side_is_told_with_its_sides_swapped() -> None:
    walk = {step.id: step.shows for step in book.load().stretches["seated_twist"].walk}
    assert "Left elbow at the right knee" in walk["turn"]
    assert "Right elbow at the left knee" in walk["turn_other"]
    assert walk["other_side"].startswith("The left knee is bent")
