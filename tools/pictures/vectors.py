"""Points and directions in space, in metres: X to the person's front, Y to the left, Z up."""

from __future__ import annotations

from math import cos, hypot, radians, sin, sqrt

Vec = tuple[float, float, float]
Flat = tuple[float, float]

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def add(a: Vec, b: Vec) -> Vec:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def sub(a: Vec, b: Vec) -> Vec:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def mul(a: Vec, k: float) -> Vec:
    return a[0] * k, a[1] * k, a[2] * k


def dot(a: Vec, b: Vec) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vec, b: Vec) -> Vec:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def norm(a: Vec) -> float:
    return sqrt(dot(a, a))


def unit(a: Vec) -> Vec:
    length = norm(a)
    return mul(a, 1 / length) if length > 1e-9 else Z


def mix(a: Vec, b: Vec, share: float) -> Vec:
    return add(mul(a, 1 - share), mul(b, share))


def across(a: Vec, axis: Vec) -> Vec:
    """The part of `a` that stands at right angles to `axis` (a unit vector)."""
    return sub(a, mul(axis, dot(a, axis)))


def turned(a: Vec, axis: Vec, degrees: float) -> Vec:
    """`a` turned around `axis`, the way the fingers of a right hand curl when its thumb is the axis."""
    k, c, s = unit(axis), cos(radians(degrees)), sin(radians(degrees))
    return add(add(mul(a, c), mul(cross(k, a), s)), mul(k, dot(k, a) * (1 - c)))


def flip(a: Vec) -> Vec:
    """Left and right swapped."""
    return a[0], -a[1], a[2]


def hull(points: list[Flat]) -> list[Flat]:
    """The convex hull of points on the paper, in order around it."""
    points = sorted(set(points))
    return _chain(points) + _chain(points[::-1])


def _chain(points: list[Flat]) -> list[Flat]:
    kept: list[Flat] = []
    for p in points:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], p) <= 0:
            kept.pop()
        kept.append(p)
    return kept[:-1]


def _turn(a: Flat, b: Flat, c: Flat) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def away(a: Flat, b: Flat) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])
