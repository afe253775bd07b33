"""From space to paper: a camera without perspective, and a painter who works from back to front.

Every piece of a limb is small, so sorting the pieces by depth puts arms before chests and hands behind heads. The
outline of a piece is painted a little behind the piece itself: it shows where something lies farther back, and vanishes
where the limb goes on. Three flat tones make it round: they shrink well, and look the same on every screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, hypot, pi, radians, sin, sqrt

from tools.pictures.flesh import Node, Strand
from tools.pictures.themes import Theme, shade
from tools.pictures.vectors import Flat, Vec, dot, hull, sub

WIDTH, HEIGHT = 960, 720
LINE = 3.2
"""How wide an outline is, in pixels."""
LIGHT: Flat = (-0.45, -0.89)
"""Where the light comes from on the paper."""
_ROUND = tuple((cos(2 * pi * i / 20), sin(2 * pi * i / 20)) for i in range(20))
_ROUNDER = tuple((cos(2 * pi * i / 80), sin(2 * pi * i / 80)) for i in range(80))
Ellipse = tuple[Flat, Flat, Flat, float]
"""Middle, the two columns of its shape, and its depth."""


@dataclass(frozen=True, slots=True)
class Camera:
    """Looks from the person's right (yaw 0) or more from the front (yaw above 0: seen from the right front is negative
    depth); `pitch` looks down. `scale` is pixels per metre, `centre` the place in the middle of the paper."""

    yaw: float = 0
    pitch: float = 9
    scale: float = 360
    centre: Vec = (0, 0, 0.6)

    @property
    def basis(self) -> tuple[Vec, Vec, Vec]:
        """Right, up, and into the paper."""
        a, p = radians(self.yaw), radians(self.pitch)
        return (
            (cos(a), -sin(a), 0.0),
            (sin(a) * sin(p), cos(a) * sin(p), cos(p)),
            (sin(a) * cos(p), cos(a) * cos(p), -sin(p)),
        )

    def paper(self, p: Vec) -> Flat:
        right, up, _ = self.basis
        q = sub(p, self.centre)
        return WIDTH / 2 + dot(q, right) * self.scale, HEIGHT / 2 - dot(q, up) * self.scale

    def depth(self, p: Vec) -> float:
        return dot(sub(p, self.centre), self.basis[2])


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to paint: the farthest first."""

    depth: float
    svg: str


def path(points: Iterable[Flat]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def ellipse(node: Node, camera: Camera, basis: tuple[Vec, Vec, Vec]) -> Ellipse:
    """How an ellipsoid looks on the paper."""
    right, up, into = basis
    k = camera.scale
    flat = [(dot(axis, right) * k, -dot(axis, up) * k) for axis in node.axes]
    xx, xy, yy = (sum(a[i] * a[j] for a in flat) for i, j in ((0, 0), (0, 1), (1, 1)))
    a = sqrt(max(xx, 1e-6))
    b = xy / a
    q = sub(node.at, camera.centre)
    middle = WIDTH / 2 + dot(q, right) * k, HEIGHT / 2 - dot(q, up) * k
    return middle, (a, b), (0.0, sqrt(max(yy - b * b, 1e-6))), dot(q, into)


def rim(shape: Ellipse, size: float = 1, light: Flat = LIGHT) -> list[Flat]:
    """The ellipse's rim; a smaller one is pushed towards the light until it touches the rim there."""
    (x, y), (a, b), (_, d), _ = shape
    if size < 1:
        lx, ly = light
        sx, sy = a * (a * lx + b * ly), b * (a * lx + b * ly) + d * d * ly
        span = sqrt(max(lx * sx + ly * sy, 1e-9)) / hypot(lx, ly) if lx or ly else 1.0
        x, y = x + (1 - size) * sx / span, y + (1 - size) * sy / span
    around = _ROUND if max(abs(a), d) < 60 else _ROUNDER
    return [(x + size * a * c, y + size * (b * c + d * s)) for c, s in around]


def lights(shapes: Sequence[Ellipse]) -> list[Flat]:
    """From where each piece of a limb is lit: across the limb, so that the light runs along it."""
    found = []
    for i, shape in enumerate(shapes):
        before, after = shapes[max(i - 1, 0)], shapes[min(i + 1, len(shapes) - 1)]
        dx, dy = after[0][0] - before[0][0], after[0][1] - before[0][1]
        length = hypot(dx, dy)
        if length < 0.3 * hypot(shape[1][0], shape[2][1]):
            found.append(LIGHT)
            continue
        dx, dy = dx / length, dy / length
        along = LIGHT[0] * dx + LIGHT[1] * dy
        found.append((LIGHT[0] - 0.92 * along * dx, LIGHT[1] - 0.92 * along * dy))
    return found


def _outline(points: list[Flat], colour: str, width: float) -> str:
    return f'<path d="{path(points)}" fill="{colour}" stroke="{colour}" stroke-width="{width:.1f}"/>'


def _filled(points: list[Flat], colour: str) -> str:
    return f'<path d="{path(points)}" fill="{colour}"/>'


def paint(strand: Strand, fill: str, camera: Camera, theme: Theme) -> list[Mark]:
    """A strand as marks: outline, shadow, colour and light of each piece."""
    shapes = _fine([ellipse(node, camera, camera.basis) for node in strand.nodes])
    from_where = lights(shapes)
    dark, light = shade(fill, theme["line"], 0.22), shade(fill, "#ffffff", 0.15)
    line = shade(fill, theme["line"], 0.72)
    marks = []
    pieces = list(zip(shapes, from_where, _ends(shapes), strict=True))
    for (a, p, e), (b, q, f) in pairwise(pieces) if len(pieces) > 1 else [(pieces[0], pieces[0])]:
        depth, back, fore = (
            (a[3] + b[3]) / 2 - strand.near,
            max(e[1], f[1]) - strand.near,
            min(e[0], f[0]) - strand.near,
        )
        fore = max(fore, depth - 0.03)
        whole = hull(rim(a) + rim(b))
        marks.append(Mark(back + strand.halo, _outline(whole, line, 2 * LINE)))
        marks.append(Mark(back + min(0.028, strand.halo * 0.85), _outline(whole, dark, 0.6)))
        marks.append(Mark(depth, _filled(hull(rim(a, 0.82, p) + rim(b, 0.82, q)), fill)))
        marks.append(Mark(fore - 0.02, _filled(hull(rim(a, 0.34, p) + rim(b, 0.34, q)), light)))
    return marks


def _ends(shapes: Sequence[Ellipse]) -> list[Flat]:
    """How near and how far a limb gets where it overlaps itself on the paper: there it needs no outline of its own,
    and its light runs on."""
    found = []
    for i, shape in enumerate(shapes):
        reach = max(hypot(shape[1][0], shape[1][1]), shape[2][1])
        near = far = shape[3]
        for way in (range(i + 1, len(shapes)), range(i - 1, -1, -1)):
            for j in way:
                if hypot(shapes[j][0][0] - shape[0][0], shapes[j][0][1] - shape[0][1]) > reach:
                    break
                near, far = min(near, shapes[j][3]), max(far, shapes[j][3])
        found.append((near, far))
    return found


def _fine(shapes: list[Ellipse]) -> list[Ellipse]:
    """The same row, with more pieces where it goes into the paper."""
    fine = shapes[:1]
    for a, b in pairwise(shapes):
        parts = ceil(abs(b[3] - a[3]) / 0.018) or 1
        fine += [_amid(a, b, i / parts) for i in range(1, parts + 1)]
    return fine


def _amid(a: Ellipse, b: Ellipse, share: float) -> Ellipse:
    (ax, ay), (bx, by), (cx, cy) = (
        (p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share) for p, q in zip(a[:3], b[:3], strict=True)
    )
    return (ax, ay), (bx, by), (cx, cy), a[3] + (b[3] - a[3]) * share


def shadow(nodes: Iterable[Node], camera: Camera) -> str:
    """What lies on the floor under them, as one path."""
    basis, parts = camera.basis, []
    for node in nodes:
        flat = Node((node.at[0], node.at[1], 0.0), tuple((a[0], a[1], 0.0) for a in node.axes))  # type: ignore[arg-type]
        parts.append(path(rim(ellipse(flat, camera, basis))))
    return "".join(parts)


def arrow(points: Sequence[Flat], theme: Theme) -> str:
    """A bent arrow through three points of the paper."""
    (x0, y0), (x1, y1), (x2, y2) = points
    dx, dy = x2 - x1, y2 - y1
    length = sqrt(dx * dx + dy * dy) or 1.0
    dx, dy = dx / length, dy / length
    neck = x2 - dx * 26, y2 - dy * 26
    tip = [(x2 + dx * 8, y2 + dy * 8), (neck[0] - dy * 22, neck[1] + dx * 22), (neck[0] + dy * 22, neck[1] - dx * 22)]
    way = f"M{x0:.1f} {y0:.1f}Q{x1:.1f} {y1:.1f} {neck[0]:.1f} {neck[1]:.1f}"
    parts = []
    for colour, extra in ((theme["arrow_edge"], 9), (theme["arrow"], 0)):
        parts.append(f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{13 + extra}"/>')
        parts.append(f'<path d="{path(tip)}" fill="{colour}" stroke="{colour}" stroke-width="{5 + extra}"/>')
    return "".join(parts)


def glow(at: Flat, size: float, theme: Theme) -> str:
    """A warm place: rings, each a little stronger."""
    x, y = at
    rings = ((1.0, 0.16), (0.74, 0.2), (0.48, 0.26))
    return "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size * k:.1f}" fill="{theme["glow"]}" fill-opacity="{o}"/>'
        for k, o in rings
    )


def facing(normal: Vec, camera: Camera) -> float:
    """1: it looks at the camera; below 0: it looks away."""
    return -dot(normal, camera.basis[2])
