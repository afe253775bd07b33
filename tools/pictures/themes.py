"""The colours, for a light and a dark room. Calm ones; the tests measure how well each stands out."""

from __future__ import annotations

from collections.abc import Mapping

Theme = Mapping[str, str]

LIGHT: Theme = {
    "wall": "#F1F5F2", "floor": "#DDE8E2", "rim": "#B7C9C0", "shadow": "#24433A",
    "mat": "#B9C3E6", "mat_edge": "#8E9BCB",
    "wood": "#C69A6D", "wood_dark": "#94683F", "ball": "#6FA3D8", "towel": "#F3D9A4", "pillow": "#FBFBF7",
    "panel": "#DCE3EA", "panel_edge": "#93A3B3", "line": "#22343B",
    "arrow": "#D2460B", "arrow_edge": "#FFFFFF", "glow": "#FF8A3D",
    "mina.skin": "#C68A5E", "mina.hair": "#33231F", "mina.shirt": "#1E9384", "mina.trousers": "#35496B",
    "tom.skin": "#EDBB98", "tom.hair": "#6B4226", "tom.shirt": "#3F74BD", "tom.trousers": "#44505F",
    "ruth.skin": "#8B5A3C", "ruth.hair": "#8E9299", "ruth.shirt": "#B5577F", "ruth.trousers": "#3E4A66",
}  # fmt: skip

DARK: Theme = {
    **LIGHT,
    "wall": "#17212B", "floor": "#22303B", "rim": "#3A4D5B", "shadow": "#05090D",
    "mat": "#2C3657", "mat_edge": "#6573AB",
    "wood": "#B98C5F", "wood_dark": "#805A37", "ball": "#6C9FD6", "towel": "#EBCF97", "pillow": "#E4E6E2",
    "panel": "#2B3945", "panel_edge": "#5F7486", "line": "#0B1318",
    "arrow": "#FF9A5C", "arrow_edge": "#17212B", "glow": "#FFA25E",
    "mina.skin": "#D79B6E", "mina.hair": "#A87C65", "mina.shirt": "#35B3A2", "mina.trousers": "#7F9BCB",
    "tom.skin": "#EFC09E", "tom.hair": "#B37A4D", "tom.shirt": "#6B9FE6", "tom.trousers": "#93A2B5",
    "ruth.skin": "#B97E57", "ruth.hair": "#B4B8BE", "ruth.shirt": "#DB7FA6", "ruth.trousers": "#8A9AC4",
}  # fmt: skip

THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK}


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def shade(colour: str, towards: str, share: float) -> str:
    """`colour` with a share of another in it."""
    mixed = (round(a + (b - a) * share) for a, b in zip(channels(colour), channels(towards), strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def contrast(a: str, b: str) -> float:
    """How well two colours can be told apart, from 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (c / 255 for c in channels(colour))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
