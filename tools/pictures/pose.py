"""Poses as data: `poses/<stretch>.toml` read into scenes.

A step inherits from the one that it names with `from`; arrows and glows are its own. `hands` and `feet` set both sides
at once (told for the left, mirrored for the right), `hand_l` or `foot_r` one of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tools.pictures.drawing import Camera
from tools.pictures.people import PEOPLE, Person
from tools.pictures.props import Prop, make
from tools.pictures.skeleton import Foot, Hand, Pose
from tools.pictures.vectors import Flat, Vec, flip

POSES = Path(__file__).with_name("poses")
OTHER = "_other"
"""The end of the id of a step that is walked again on the other side."""
OWN = ("arrows", "glow", "glows", "from", "mirror")
"""What a step does not inherit."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A bent arrow: three points, in metres to the right of a joint and above it on the paper."""

    on: str
    by: tuple[Flat, Flat, Flat]


@dataclass(frozen=True, slots=True)
class Glow:
    """Where something may be felt."""

    on: str
    at: Vec
    size: float


@dataclass(frozen=True, slots=True)
class Body:
    person: Person
    pose: Pose


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: who, how, with what, and seen from where. The first body is the one that the words speak to."""

    bodies: tuple[Body, ...]
    props: tuple[Prop, ...]
    camera: Camera
    arrows: tuple[Arrow, ...] = ()
    glows: tuple[Glow, ...] = ()
    mirror: bool = False
    touches: tuple[str, ...] = ()
    """What must lie on what, such as "foot_l floor"; the tests hold the pose to it."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The animation: the steps that it goes through and back to the first, and how long it takes."""

    through: tuple[str, ...]
    seconds: float
    camera: Camera


@dataclass(frozen=True, slots=True)
class Moves:
    """All scenes of a stretch by the id of the step."""

    steps: Mapping[str, Scene]
    loop: Loop


@cache
def moves(stretch: str) -> Moves:
    """Raises KeyError, TypeError or ValueError where the file is not as it must be."""
    table = tomllib.loads((POSES / f"{stretch}.toml").read_text(encoding="utf-8"))
    steps = {name: _scene(_whole(name, table), table) for name in table["step"]}
    loop = table["loop"]
    camera = Camera(**_camera({**table.get("camera", {}), **loop.get("camera", {})}))
    return Moves(steps, Loop(tuple(loop["through"]), float(loop["seconds"]), camera))


def stretches() -> list[str]:
    return sorted(path.stem for path in POSES.glob("*.toml"))


def scene(stretch: str, step: str) -> Scene:
    """The scene of a step; on the other side, the first side's mirrored. KeyError where there is none."""
    steps = moves(stretch).steps
    if step in steps:
        return steps[step]
    first = steps[step.removesuffix(OTHER)]
    return replace(first, mirror=not first.mirror)


def _whole(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    own = table["step"][name]
    if "from" not in own:
        return dict(own)
    above = {key: value for key, value in _whole(own["from"], table).items() if key not in OWN}
    merged = {**above, **own}
    if "partner" in above and "partner" in own:
        merged["partner"] = {**above["partner"], **own["partner"]}
    return merged


_POSE = {"pelvis", "up", "face", "lumbar", "thorax", "neck", "rest", "eyes", "hands", "hand_l", "hand_r", "feet",
         "foot_l", "foot_r"}  # fmt: skip
_SCENE = {"camera", "props", "arrows", "glow", "glows", "mirror", "partner", "touches", "from", "alone"}


def _scene(step: Mapping[str, Any], table: Mapping[str, Any]) -> Scene:
    if unknown := step.keys() - _POSE - _SCENE:
        raise KeyError(f"unknown: {', '.join(sorted(unknown))}")
    bodies = [] if step.get("alone") else [Body(PEOPLE[table["person"]], _pose(step))]
    if "partner" in step and not step.get("alone"):
        bodies.append(Body(PEOPLE[table["partner"]], _pose(step["partner"])))
    return Scene(
        bodies=tuple(bodies),
        props=tuple(make(prop) for prop in step.get("props", table.get("props", []))),
        camera=Camera(**_camera({**table.get("camera", {}), **step.get("camera", {})})),
        arrows=tuple(Arrow(a["on"], _bend(a["by"])) for a in step.get("arrows", [])),
        glows=tuple(Glow(g["on"], _vec(g.get("at", (0, 0, 0))), g.get("size", 0.13)) for g in _glows(step)),
        mirror=bool(step.get("mirror")),
        touches=tuple(step.get("touches", ())),
    )


def _bend(points: Any) -> tuple[Flat, Flat, Flat]:
    (a, b), (c, d), (e, f) = points
    return (a, b), (c, d), (e, f)


def _glows(step: Mapping[str, Any]) -> list[Any]:
    return [*step.get("glows", []), *([step["glow"]] if "glow" in step else [])]


def _camera(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _vec(value) if key == "centre" else float(value) for key, value in table.items()}


def _vec(given: Any) -> Vec:
    x, y, z = given
    return float(x), float(y), float(z)


def _pose(table: Mapping[str, Any]) -> Pose:
    vectors = {
        name: _vec(table[name]) for name in ("pelvis", "up", "face", "lumbar", "thorax", "neck") if name in table
    }
    hands = {side: _hand(limb) for side, limb in _both("hand", "hands", table).items()}
    feet = {side: _foot(limb) for side, limb in _both("foot", "feet", table).items()}
    return Pose(**vectors, hands=hands, feet=feet, rest=table.get("rest") or None, eyes=table.get("eyes", "open"))


def _both(one: str, two: str, table: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The limbs of both sides: what is told for both, then what is told for one."""
    sides = {}
    for side in ("l", "r"):
        limb = {key: value for key, value in table.get(two, {}).items() if key != "keep"}
        if side == "r":
            limb = {key: _flipped(value) for key, value in limb.items()}
        own = table.get(f"{one}_{side}")
        if own is not None:
            limb = {**limb, **own} if own.get("keep", True) else dict(own)
            limb.pop("keep", None)
        if limb:
            sides[side] = limb
    return sides


def _flipped(value: Any) -> Any:
    if isinstance(value, list):
        return flip(_vec(value))
    if isinstance(value, str) and value.endswith("_l"):
        return value[:-1] + "r"
    return value


def _hand(table: Mapping[str, Any]) -> Hand:
    given: dict[str, Any] = {
        key: _vec(value) if key in ("at", "aim", "palm", "elbow") else value for key, value in table.items()
    }
    return Hand(**given)


def _foot(table: Mapping[str, Any]) -> Foot:
    given: dict[str, Any] = {
        key: _vec(value) if key in ("at", "toe", "knee") else value for key, value in table.items()
    }
    return Foot(**given)
