"""Things: mat, chair, wall, ball, towel, pillow. Each knows its surface (for the tests) and how it is painted.

Boxes are painted in small pieces, like limbs, so that a thigh lies before the seat and the back rest behind the back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

from tools.pictures.drawing import Camera, Mark, paint, path
from tools.pictures.flesh import Node, Strand, ball
from tools.pictures.skeleton import Frame
from tools.pictures.themes import Theme, shade
from tools.pictures.vectors import Vec, mix

CELL = 0.07
"""The largest piece of a box, in metres."""
Box = tuple[Vec, Vec]
"""The lowest and the highest corner."""

SEAT = 0.45
MAT = 0.015
_FACES = (  # two free axes, the axis it faces, and the end of it
    (0, 1, 2, 1), (0, 1, 2, 0), (0, 2, 1, 0), (0, 2, 1, 1), (1, 2, 0, 1), (1, 2, 0, 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prop:
    """One thing in a scene: boxes of a colour, or round strands, standing at a place."""

    kind: str
    boxes: tuple[Box, ...] = ()
    strands: tuple[Strand, ...] = ()
    fill: str = ""
    flat: bool = False
    """It lies under everything and is painted first."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for strand in self.strands for node in strand.nodes)


def make(table: Mapping[str, Any]) -> Prop:
    """A thing from its line in a file of poses. Raises KeyError for an unknown kind."""
    maker: Callable[[Mapping[str, Any]], Prop] = _MAKERS[table["kind"]]
    return maker(table)


def _vec(table: Mapping[str, Any], name: str, default: Vec) -> Vec:
    x, y, z = table.get(name, default)
    return float(x), float(y), float(z)


def _mat(table: Mapping[str, Any]) -> Prop:
    x, y, _ = _vec(table, "at", (0, 0, 0))
    long, wide = table.get("size", (1.76, 0.7))
    return Prop("mat", (((x - long / 2, y - wide / 2, 0.0), (x + long / 2, y + wide / 2, MAT)),), fill="mat", flat=True)


def _wall(table: Mapping[str, Any]) -> Prop:
    """A piece of wall; `at` is the middle of its foot, `across` the axis along which it stands (x or y)."""
    x, y, _ = _vec(table, "at", (0, 0, 0))
    long, tall = table.get("size", (0.9, 1.7))
    if table.get("across", "y") == "y":
        box = ((x, y - long / 2, 0.0), (x + 0.06, y + long / 2, tall))
    else:
        box = ((x - long / 2, y, 0.0), (x + long / 2, y + 0.06, tall))
    return Prop("wall", (box,), fill="panel", flat=bool(table.get("flat", True)))


def _chair(table: Mapping[str, Any]) -> Prop:
    """A firm chair that looks to +X. `back` is how high the back rest goes above the seat."""
    x, y, _ = _vec(table, "at", (0, 0, 0))
    back, half, deep, leg = float(table.get("back", 0.42)), 0.215, 0.42, 0.04

    def box(x0: float, y0: float, z0: float, x1: float, y1: float, z1: float) -> Box:
        return (x + x0, y + y0, z0), (x + x1, y + y1, z1)

    legs = [
        box(lx, ly, 0, lx + leg, ly + leg, SEAT - 0.035)
        for lx in (-deep / 2, deep / 2 - leg) for ly in (-half, half - leg)
    ]  # fmt: skip
    posts = [box(-deep / 2, ly, SEAT, -deep / 2 + 0.035, ly + leg, SEAT + back) for ly in (-half, half - leg)]
    seat = box(-deep / 2, -half, SEAT - 0.035, deep / 2, half, SEAT)
    top = box(-deep / 2, -half + leg, SEAT + back - 0.15, -deep / 2 + 0.035, half - leg, SEAT + back)
    rail = box(-deep / 2, -half + leg, SEAT + 0.1, -deep / 2 + 0.035, half - leg, SEAT + 0.16)
    return Prop("chair", (*legs, seat, *posts, top, *([rail] if back > 0.35 else [])), fill="wood")


def _ball(table: Mapping[str, Any]) -> Prop:
    x, y, _ = _vec(table, "at", (0, 0, 0))
    r = float(table.get("radius", 0.3))
    node = Node((x, y, r), ((r, 0, 0), (0, r, 0), (0, 0, r)))
    return Prop("ball", strands=(Strand("ball", (node,), "ball", 0.02),), fill="ball")


def _soft(kind: str, size: Vec) -> Any:
    """A pillow or a towel: a flattened, rounded block that lies along its longest side; `at` is the middle of its
    underside."""

    def maker(table: Mapping[str, Any]) -> Prop:
        x, y, z = _vec(table, "at", (0, 0, MAT))
        sx, sy, sz = _vec(table, "size", size)
        r = sz / 2
        if sx <= sz * 1.01:
            count = ceil(sy / CELL)
            ends = (x, y - sy / 2 + r, z + r), (x, y + sy / 2 - r, z + r)
            row = tuple(ball(mix(*ends, i / count), r) for i in range(count + 1))
        else:
            bulge = ((-1.0, 0.78), (-0.62, 1.0), (0.0, 1.0), (0.62, 1.0), (1.0, 0.78))
            row = tuple(
                Node((x, y + k * (sy / 2 - 0.05), z + r), ((sx / 2 * wide, 0, 0), (0, 0.05, 0), (0, 0, r * wide)))
                for k, wide in bulge
            )
        return Prop(kind, strands=(Strand(kind, row, kind, 0.08, -0.15),), fill=kind)

    return maker


_MAKERS = {
    "mat": _mat, "wall": _wall, "chair": _chair, "ball": _ball,
    "pillow": _soft("pillow", (0.34, 0.46, 0.09)), "towel": _soft("towel", (0.085, 0.55, 0.085)),
    "folded": _soft("towel", (0.26, 0.20, 0.05)),
}  # fmt: skip


def marks(prop: Prop, camera: Camera, theme: Theme) -> list[Mark]:
    fill = theme[prop.fill]
    painted = [mark for strand in prop.strands for mark in paint(strand, fill, camera, theme)]
    for box in prop.boxes:
        painted += _painted(box, prop, camera, theme)
    return painted


def _painted(box: Box, prop: Prop, camera: Camera, theme: Theme) -> Iterator[Mark]:
    fill, edge = theme[prop.fill], shade(theme[prop.fill], theme["line"], 0.6)
    sides = {2: shade(fill, "#ffffff", 0.22), 1: fill, 0: shade(fill, theme["line"], 0.18)}
    if prop.flat:
        edge = theme[f"{prop.fill}_edge"]
        sides = {2: fill, 1: edge, 0: edge} if prop.kind == "mat" else {2: edge, 1: fill, 0: fill}
    into = camera.basis[2]
    for a, b, n, end in _FACES:
        if into[n] * (1 if end else -1) > -0.02:
            continue
        yield from _face(box, (a, b, n, end), (sides[n], edge), prop.flat, camera)


def _face(
    box: Box, face: tuple[int, int, int, int], colours: tuple[str, str], flat: bool, camera: Camera
) -> Iterator[Mark]:
    """One side of a box in small pieces; its outline is only where the side ends."""
    a, b, n, end = face
    cell, (fill, edge) = 9.0 if flat else CELL, colours
    rows, columns = list(pairwise(_cuts(box[0][a], box[1][a], cell))), list(pairwise(_cuts(box[0][b], box[1][b], cell)))
    for i, (a0, a1) in enumerate(rows):
        for j, (b0, b1) in enumerate(columns):
            corners = [_corner(face, p, q, box[end][n]) for p, q in ((a0, b0), (a1, b0), (a1, b1), (a0, b1))]
            flat_corners = [camera.paper(c) for c in corners]
            depth = sum(camera.depth(c) for c in corners) / 4
            yield Mark(depth, f'<path d="{path(flat_corners)}" fill="{fill}" stroke="{fill}" stroke-width="0.8"/>')
            ends = (j == 0, i == len(rows) - 1, j == len(columns) - 1, i == 0)
            for k, at_end in enumerate(ends):
                if at_end:
                    (x0, y0), (x1, y1) = flat_corners[k], flat_corners[(k + 1) % 4]
                    line = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
                    yield Mark(depth - 0.003, f'<path d="{line}" stroke="{edge}" stroke-width="2.6"/>')


def _cuts(low: float, high: float, cell: float) -> list[float]:
    count = max(1, ceil((high - low) / cell))
    return [low + (high - low) * i / count for i in range(count + 1)]


def _corner(face: tuple[int, int, int, int], p: float, q: float, n: float) -> Vec:
    place = [0.0, 0.0, 0.0]
    place[face[0]], place[face[1]], place[face[2]] = p, q, n
    return place[0], place[1], place[2]


def footprint(prop: Prop) -> list[Node]:
    """What casts a shadow on the floor."""
    if prop.flat:
        return []
    flat = []
    for low, high in prop.boxes:
        middle = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
        half = [(b - a) / 2 for a, b in zip(low, high, strict=True)]
        frame = Frame((middle[0], middle[1], 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
        flat.append(Node(frame.at, ((half[0] * 1.2, 0, 0), (0, half[1] * 1.2, 0), (0, 0, 0.01))))
    return [*flat, *prop.nodes]
