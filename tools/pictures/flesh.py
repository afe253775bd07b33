"""Rounded limbs around the bones.

A strand is a row of ellipsoids; what lies between two neighbours is their hull. So a limb keeps a smooth outline from
every side, and a joint needs no seam.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tools.pictures.people import Person
from tools.pictures.skeleton import SIDES, SOLE, SPINE_LINKS, Bones, Frame
from tools.pictures.vectors import Vec, add, cross, mix, mul, sub, unit


@dataclass(frozen=True, slots=True)
class Node:
    """An ellipsoid: its middle and its three half axes."""

    at: Vec
    axes: tuple[Vec, Vec, Vec]

    @property
    def radius(self) -> float:
        return max(max(abs(c) for c in axis) for axis in self.axes)

    def lowest(self, along: Vec = (0, 0, 1)) -> float:
        """How far down it goes, measured along a direction."""
        return sum(c * d for c, d in zip(self.at, along, strict=True)) - self.reach(along)

    def reach(self, along: Vec) -> float:
        """From its middle to its end in a direction."""
        return float(sum(sum(c * d for c, d in zip(axis, along, strict=True)) ** 2 for axis in self.axes) ** 0.5)


@dataclass(frozen=True, slots=True)
class Strand:
    """Nodes in a row, of one colour. `halo` is how far behind them their outline is painted, in metres."""

    name: str
    nodes: tuple[Node, ...]
    fill: str
    halo: float = 0.06
    near: float = 0.0
    """How much nearer than it is it is painted: a sleeve over its arm."""


def ball(at: Vec, r: float) -> Node:
    return Node(at, ((r, 0, 0), (0, r, 0), (0, 0, r)))


def disc(frame: Frame, shift: Vec, size: Vec) -> Node:
    """An ellipsoid with half axes along front, left and up of a frame."""
    axes = mul(frame.front, size[0]), mul(frame.left, size[1]), mul(frame.up, size[2])
    return Node(frame.place(shift), axes)


def flesh(bones: Bones, person: Person) -> list[Strand]:
    """All strands of a body but the head's."""
    return [
        *_trunk(bones, person),
        *(s for side in SIDES for s in (*_leg(bones, person, side), *_arm(bones, person, side))),
    ]


def _trunk(bones: Bones, person: Person) -> Iterator[Strand]:
    frames, pelvis = bones.frames, bones.frames["pelvis"]
    h, w, c, b = person.hips, person.waist, person.chest, person.belly
    seat = [disc(pelvis, (-0.012, s * 0.075 * h, -0.05), (0.098 * h, 0.082 * h, 0.085 * h)) for s in (1, -1)]
    yield Strand("seat", (seat[0], seat[1]), "trousers", 0.05)
    hips = disc(pelvis, (0, 0, 0.0), (0.1 * h, 0.155 * h, 0.06))
    low = disc(pelvis, (b / 2, 0, 0.03), (0.100 * (h + w) / 2, 0.155 * h, 0.05))
    yield Strand("hips", (hips, low), "trousers", 0.05)
    hem = disc(pelvis, (b / 2, 0, 0.045), (0.104 * (h + w) / 2, 0.158 * h, 0.035))
    lumbar = []
    for i, lean, wide in ((1, 0.7, 0.152), (2, 0.9, 0.144), (3, 1.0, 0.135), (4, 1.0, 0.132), (5, 0.8, 0.134)):
        from_hips = 1 - i / 6
        size = ((0.092 + b * 0.6 * lean) * w, wide * (w + h * from_hips) / (1 + from_hips), 0.035)
        lumbar.append(disc(frames[f"lumbar{i}"], (b * lean, 0, 0), size))
    ribs = ((1, 0.5, 0.100, 0.142), (2, 0.3, 0.108, 0.150), (3, 0.15, 0.112, 0.156), (4, 0.0, 0.104, 0.152))
    thorax = [disc(frames[f"thorax{i}"], (b * lean, 0, 0), (deep * c, wide * c, 0.035)) for i, lean, deep, wide in ribs]
    top = disc(frames[f"thorax{SPINE_LINKS}"], (-0.004, 0, -0.03), (0.076 * c, 0.125 * c, 0.035))
    yield Strand("trunk", (hem, *lumbar, *thorax, top), "shirt", 0.06, 0.012)
    base = frames[f"thorax{SPINE_LINKS}"]
    for side in SIDES:
        neck = ball(base.place((-0.012, SIDES[side] * 0.035, -0.008)), 0.046)
        yield Strand(f"yoke_{side}", (neck, ball(bones.joints[f"shoulder_{side}"], 0.056 * c)), "shirt", 0.03)
    rings = [ball(base.place((-0.008, 0, -0.02)), 0.054)] + [
        disc(frames[f"neck{i}"], (0, 0, 0), (0.052, 0.05, 0.03)) for i in (1, 2, 3)
    ]
    skull = disc(frames["head"], (-0.022, 0, -0.05), (0.055, 0.05, 0.03))
    yield Strand("neck", (*rings, skull), "skin", 0.02)


def _row(points: list[Vec], sizes: list[float], steps: int = 4) -> tuple[Node, ...]:
    """Round nodes along bones, close enough for what is in front to be painted in front."""
    nodes = []
    for (a, b), (r, q) in zip(pairwise(points), pairwise(sizes), strict=True):
        nodes += [ball(mix(a, b, i / steps), r + (q - r) * i / steps) for i in range(steps)]
    return (*nodes, ball(points[-1], sizes[-1]))


def _leg(bones: Bones, person: Person, side: str) -> Iterator[Strand]:
    joints, k = bones.joints, person.limb
    hip, knee, ankle = (joints[f"{name}_{side}"] for name in ("hip", "knee", "ankle"))
    frame = bones.frames[f"foot_{side}"]
    calf = add(mix(knee, ankle, 0.3), mul(unit(sub(mix(hip, ankle, 0.5), knee)), 0.012))
    hem = mix(knee, ankle, 0.86)
    points, sizes = [hip, mix(hip, knee, 0.45), knee, calf, hem], [0.092, 0.080, 0.060, 0.061, 0.046]
    yield Strand(f"leg_{side}", _row(points, [r * k for r in sizes]), "trousers")
    yield Strand(f"shank_{side}", (ball(mix(hem, ankle, 0.2), 0.036 * k), ball(ankle, 0.036)), "skin", 0.03, -0.02)
    # A foot: a round heel, an arch, a flat front. Its sole is SOLE below the ankle.
    heel = disc(frame, (-0.03, 0, -SOLE + 0.034), (0.036, 0.033, 0.034))
    arch = disc(frame, (0.03, 0, -SOLE + 0.034), (0.05, 0.034, 0.034))
    ball_of_foot = disc(frame, (0.10, 0, -SOLE + 0.021), (0.045, 0.042, 0.021))
    toes = disc(frame, (0.145, 0, -SOLE + 0.014), (0.034, 0.038, 0.014))
    yield Strand(f"foot_{side}", (ball(ankle, 0.038), heel), "skin", 0.03)
    yield Strand(f"toes_{side}", (heel, arch, ball_of_foot, toes), "skin", 0.03)


def _arm(bones: Bones, person: Person, side: str) -> Iterator[Strand]:
    joints, k = bones.joints, person.limb
    shoulder, elbow, wrist = (joints[f"{name}_{side}"] for name in ("shoulder", "elbow", "wrist"))
    cuff = mix(shoulder, elbow, person.sleeve)
    skin = _row([cuff, elbow, mix(elbow, wrist, 0.25), wrist], [0.042 * k, 0.040 * k, 0.041 * k, 0.028], 3)
    yield Strand(f"arm_{side}", skin, "skin")
    sleeve = _row([shoulder, mix(shoulder, elbow, 0.3), cuff], [0.060 * k, 0.056 * k, 0.055 * k], 3)
    yield Strand(f"sleeve_{side}", sleeve, "shirt", 0.10, 0.07)
    yield from _hand(bones, side)


def _hand(bones: Bones, side: str) -> Iterator[Strand]:
    frame = bones.frames[f"hand_{side}"]
    along, thumb, faces = frame.front, frame.left, frame.up  # the thumb's side is "left" for both hands
    flat = Frame(frame.at, along, thumb, cross(along, thumb))
    curl = 0.03 if f"grip_{side}" in bones.joints else 0.006

    def part(at: Vec, size: Vec) -> Node:
        middle = add(add(mul(along, at[0]), mul(thumb, at[1])), mul(faces, at[2]))
        return disc(Frame(add(frame.at, middle), flat.front, flat.left, flat.up), (0, 0, 0), size)

    palm = [part((0.0, 0, 0), (0.026, 0.027, 0.024)), part((0.055, 0, 0), (0.03, 0.039, 0.018)),
            part((0.085, 0, 0), (0.02, 0.040, 0.016))]  # fmt: skip
    tips = [
        part((0.12, -0.002, curl * 0.6), (0.02, 0.036, 0.013)),
        part((0.148 - curl, -0.004, curl * 1.6), (0.022, 0.029, 0.011)),
    ]
    yield Strand(f"hand_{side}", (*palm, *tips), "skin", 0.03)
    root, tip = part((0.03, 0.024, 0.004), (0.016, 0.016, 0.016)), part((0.082, 0.056, 0.012), (0.014, 0.012, 0.012))
    yield Strand(f"thumb_{side}", (root, tip), "skin", 0.012)
