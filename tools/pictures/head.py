"""The head: skull, jaw, nose and ears as strands; hair and face painted on its surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from math import sqrt

from tools.pictures.drawing import Camera, Mark, facing, paint, path
from tools.pictures.flesh import Strand, disc
from tools.pictures.people import Person
from tools.pictures.skeleton import Frame
from tools.pictures.themes import Theme, shade
from tools.pictures.vectors import Flat, Vec, add, mul, unit

SKULL = (0.100, 0.082, 0.108)
"""Half axes: front, left, up."""
LIFT = 0.014
"""How far the skull's middle lies above the head's."""
JAW = (0.022, 0, -0.045), (0.072, 0.064, 0.06)
"""The lower face: its middle, and its half axes."""
HAIR = 1.07

Edge = Callable[[Vec], float]
"""Above 0 where hair grows, by the direction from the skull's middle (front, left, up)."""


def _short(n: Vec) -> float:
    return (0.84 if n[0] > 0 else 0.55) * n[2] - 0.78 * n[0] + 0.04


def _bob(n: Vec) -> float:
    return (0.84 if n[0] > 0 else 0.5) * n[2] - 0.80 * n[0] + 0.03 + 0.30 * max(abs(n[1]) - 0.15, 0)


def _bun(n: Vec) -> float:
    return (0.9 if n[0] > 0 else 0.5) * n[2] - 0.74 * n[0] + 0.0


EDGES: dict[str, Edge] = {"short": _short, "bob": _bob, "bun": _bun}


def skin(frame: Frame) -> list[Strand]:
    """What of a head is skin; also what lies on a pillow."""
    skull = disc(frame, (0, 0, LIFT), SKULL)
    cheek = disc(frame, JAW[0], JAW[1])
    chin = disc(frame, (0.046, 0, -0.085), (0.042, 0.042, 0.028))
    nose = (
        disc(frame, (0.094, 0, 0.012), (0.010, 0.010, 0.012)),
        disc(frame, (0.104, 0, -0.016), (0.015, 0.014, 0.012)),
    )
    ears = [
        Strand(f"ear_{side}", (disc(frame, (-0.008, sign * 0.081, -0.012), (0.018, 0.010, 0.026)),), "skin", 0.012)
        for side, sign in (("l", 1), ("r", -1))
    ]
    return [Strand("head", (skull, cheek, chin), "skin", 0.03), Strand("nose", nose, "skin", 0.13), *ears]


def tresses(frame: Frame, person: Person) -> list[Strand]:
    """What of the hair stands off the skull."""
    if person.hair == "bun":
        return [Strand("bun", (disc(frame, (-0.062, 0, 0.122), (0.046, 0.046, 0.042)),), "hair", 0.03)]
    if person.hair == "bob":
        sides = [disc(frame, (-0.040, s * 0.060, -0.045), (0.050, 0.028, 0.062)) for s in (1, -1)]
        back = disc(frame, (-0.066, 0, -0.040), (0.04, 0.06, 0.062))
        return [Strand("bob", (sides[0], back, sides[1]), "hair", 0.03)]
    return []


def head(frame: Frame, person: Person, eyes: str, camera: Camera, theme: Theme) -> list[Mark]:
    """The whole head as marks."""
    colour, hair = theme[f"{person.name}.skin"], theme[f"{person.name}.hair"]
    bare = [strand for strand in skin(frame) if person.hair != "bob" or not strand.name.startswith("ear")]
    marks = [mark for strand in bare for mark in paint(strand, colour, camera, theme)]
    marks += [mark for strand in tresses(frame, person) for mark in paint(strand, hair, camera, theme)]
    depth = camera.depth(frame.at)
    line = shade(hair, theme["line"], 0.72)
    inside = scalp(frame, EDGES[person.hair], camera)
    marks.append(
        Mark(
            depth + 0.026,
            f'<path d="{inside}" fill="{line}" stroke="{line}" stroke-width="6"/>',
        )
    )
    marks.append(Mark(depth - 0.056, f'<path d="{inside}" fill="{hair}" stroke="{hair}" stroke-width="1"/>'))
    marks += [Mark(depth - 0.064, svg) for svg in _face(frame, eyes, camera, theme)]
    return marks


def scalp(frame: Frame, edge: Edge, camera: Camera) -> str:
    """The part of the skull on which hair grows and that the camera sees: rows of it, joined."""
    axes = tuple(HAIR * k for k in SKULL)
    middle = frame.place((-0.004, 0, LIFT + 0.003))
    size = max(axes)
    rows = 64
    spans: list[list[Flat]] = []
    for i in range(rows + 1):
        v = (2 * i / rows - 1) * size * 0.9995
        spans.append(_span(partial(_grows, v=v, frame=frame, axes=axes, basis=camera.basis, edge=edge), size))
    x, y = camera.paper(middle)
    k = camera.scale
    parts = []
    for i, (low, high) in enumerate(pairwise(spans)):
        v0, v1 = ((2 * j / rows - 1) * size * 0.9995 for j in (i, i + 1))
        for a, b in ((a, b) for a in low for b in high if a[0] < b[1] and b[0] < a[1]):
            quad = [(a[0], v0), (a[1], v0), (b[1], v1), (b[0], v1)]
            parts.append(path([(x + u * k, y - v * k) for u, v in quad]))
    return "".join(parts)


def _grows(u: float, v: float, frame: Frame, axes: tuple[float, ...], basis: tuple[Vec, Vec, Vec], edge: Edge) -> float:
    """Above 0 where a line of sight meets hair; below where it meets skin or nothing."""
    right, up, into = basis
    start, way = (
        tuple(c / a for c, a in zip(frame.seen(p), axes, strict=True)) for p in (add(mul(right, u), mul(up, v)), into)
    )
    a, b, c = (sum(p * q for p, q in zip(s, t, strict=True)) for s, t in ((way, way), (start, way), (start, start)))
    under = b * b - a * (c - 1)
    if under <= 0:
        return -1.0
    t = (-b - sqrt(under)) / a
    return edge((start[0] + way[0] * t, start[1] + way[1] * t, start[2] + way[2] * t))


def _span(grows: Callable[[float], float], size: float) -> list[Flat]:
    """Where along a row there is hair: from, to; at most two stretches."""
    steps = 28
    marks = [(2 * i / steps - 1) * size for i in range(steps + 1)]
    spans, begin = [], None
    for a, b in pairwise(marks):
        here, there = grows(a) > 0, grows(b) > 0
        if here != there:
            cut = _cut(grows, a, b, here)
            if there:
                begin = cut
            elif begin is not None:
                spans.append((begin, cut))
                begin = None
    return spans


def _cut(grows: Callable[[float], float], a: float, b: float, here: bool) -> float:
    for _ in range(9):
        middle = (a + b) / 2
        if (grows(middle) > 0) == here:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def _spot(frame: Frame, n: Vec, part: tuple[Vec, Vec] = ((0, 0, LIFT), SKULL)) -> tuple[Vec, Vec]:
    """A place on skull or jaw by its direction, and how the face is turned there."""
    n, (middle, size) = unit(n), part
    at = frame.place(add(middle, (n[0] * size[0], n[1] * size[1], n[2] * size[2])))
    return at, unit(frame.turn((n[0] / size[0], n[1] / size[1], n[2] / size[2])))


def _face(frame: Frame, eyes: str, camera: Camera, theme: Theme) -> Iterator[str]:
    ink, k = theme["line"], camera.scale
    for sign in (1, -1):
        at, normal = _spot(frame, (0.88, sign * 0.42, -0.12))
        if facing(normal, camera) < 0.12:
            continue
        if eyes == "closed":
            lid = [
                (0.88, sign * (0.42 + d), -0.14 - h) for d, h in ((-0.15, 0), (-0.07, 0.05), (0.07, 0.05), (0.15, 0))
            ]
            yield _stroke(frame, lid, camera, ink, 0.0075 * k)
        else:
            x, y = camera.paper(at)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{0.0125 * k:.1f}" fill="{ink}"/>'
        brow = [(0.86, sign * (0.42 + d), 0.13 + h) for d, h in ((-0.16, 0.06), (0.0, 0.08), (0.16, 0.01))]
        yield _stroke(frame, brow, camera, ink, 0.007 * k)
    smile = [(0.92, d, -0.52 + d * d * 1.1) for d in (-0.36, -0.24, -0.12, 0.0, 0.12, 0.24, 0.36)]
    yield _stroke(frame, smile, camera, ink, 0.008 * k, JAW)


def _stroke(
    frame: Frame, way: list[Vec], camera: Camera, ink: str, width: float, part: tuple[Vec, Vec] = ((0, 0, LIFT), SKULL)
) -> str:
    spots = [_spot(frame, n, part) for n in way]
    seen = [camera.paper(at) for at, normal in spots if facing(normal, camera) > 0.02]
    if len(seen) < 2:
        return ""
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in seen)
    return f'<path d="{line}" fill="none" stroke="{ink}" stroke-width="{width:.1f}"/>'
