"""The colours stand out, on a light card and on a dark one."""

from __future__ import annotations

import pytest

from tools.pictures.people import PEOPLE
from tools.pictures.themes import DARK, LIGHT, THEMES, contrast, shade

SEEN = 3.0
"""What WCAG 2 asks of a picture's parts against what is beside them (1.4.11)."""
PARTS = ("skin", "hair", "shirt", "trousers")


def outline(fill: str, theme: str) -> str:
    return shade(fill, THEMES[theme]["line"], 0.72)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("behind", ["wall", "floor", "mat"])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_body_stands_out_by_its_colour_or_its_outline(theme: str, behind: str, person: str) -> None:
    colours = THEMES[theme]
    for part in PARTS:
        fill = colours[f"{person}.{part}"]
        best = max(contrast(fill, colours[behind]), contrast(outline(fill, theme), colours[behind]))
        assert best >= SEEN, (part, round(best, 2))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("behind", ["wall", "floor", "mat"])
def test_an_arrow_stands_out_from_the_room_or_from_its_rim(theme: str, behind: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours["arrow"], colours["arrow_edge"]) >= SEEN
    assert contrast(colours["arrow"], colours[behind]) >= 2.2
    assert contrast(colours["arrow"], colours["wall"]) >= SEEN


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("person", PEOPLE)
def test_shirt_and_trousers_are_two_things(theme: str, person: str) -> None:
    shirt, trousers = (THEMES[theme][f"{person}.{part}"] for part in ("shirt", "trousers"))
    distance = sum(abs(int(shirt[i : i + 2], 16) - int(trousers[i : i + 2], 16)) for i in (1, 3, 5))
    assert distance > 90


def test_both_themes_name_the_same_things() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize(("a", "b", "wanted"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_the_web(a: str, b: str, wanted: float) -> None:
    assert contrast(a, b) == pytest.approx(wanted, abs=0.01)
