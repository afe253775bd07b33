"""What a body can do, and what we ask of it: always less than that.

Ranges in degrees, well inside what a healthy grown-up reaches: no picture shows an extreme.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import acos, atan2, degrees

from tools.pictures.skeleton import SIDES, Bones, Frame, Pose
from tools.pictures.vectors import Vec, across, cross, dot, mul, norm, sub, turned, unit

SPINE: dict[str, tuple[tuple[float, float], float, float]] = {
    "lumbar": ((-28, 40), 20, 20),
    "thorax": ((-28, 35), 20, 35),
    "neck": ((-30, 40), 30, 65),
}
"""Part of the spine to its bend (back, forward), to the side, and its turn."""
KNEE, ELBOW = (0.0, 152.0), (0.0, 150.0)
"""How far they fold; 0 is straight, and less would be the wrong way."""
KNEE_ROLL, ELBOW_ROLL = 62.0, 120.0
"""How far the thigh or the upper arm may be turned around itself."""
HIP_FORWARD, HIP_OUT = (-30.0, 130.0), (-35.0, 62.0)
ARM_BACK, ARM_ACROSS = 65.0, 48.0
"""How far an elbow goes behind the body, and across to the other side."""
ANKLE, WRIST = (0.0, 112.0), 95.0
REACH = 0.02
"""How far a hand or a foot may miss its place, in metres."""


def angle(a: Vec, b: Vec) -> float:
    return degrees(acos(max(-1.0, min(1.0, dot(unit(a), unit(b))))))


def strains(pose: Pose, bones: Bones) -> list[str]:
    """What no body does, or does not gladly, in one line each; empty when all is well."""
    return [*_spine(pose), *(line for side in SIDES for line in (*_leg(bones, side), *_arm(bones, side)))]


def _spine(pose: Pose) -> Iterator[str]:
    for part, ((back, forward), aside, turn) in SPINE.items():
        bend = getattr(pose, part)
        if not back <= bend[0] <= forward or abs(bend[1]) > aside or abs(bend[2]) > turn:
            yield f"{part} is bent too far: {bend}"


def _leg(bones: Bones, side: str) -> Iterator[str]:
    joints, pelvis = bones.joints, bones.frames["pelvis"]
    hip, knee, ankle = (joints[f"{name}_{side}"] for name in ("hip", "knee", "ankle"))
    thigh, shin = sub(knee, hip), sub(ankle, knee)
    yield from _outside(f"knee_{side}", angle(thigh, shin), KNEE)
    if (roll := rolled(pelvis, thigh, mul(shin, -1), SIDES[side])) > KNEE_ROLL:
        yield f"knee_{side} bends the wrong way: {roll:.0f}"
    x, y, z = pelvis.seen(unit(thigh))
    yield from _outside(f"hip_{side} forward", degrees(atan2(x, -z)), HIP_FORWARD)
    yield from _outside(f"hip_{side} out", 90 - angle((x, y, z), (0, SIDES[side], 0)), HIP_OUT)
    yield from _outside(f"ankle_{side}", angle(bones.frames[f"foot_{side}"].front, shin), ANKLE)


def _arm(bones: Bones, side: str) -> Iterator[str]:
    joints, chest = bones.joints, bones.frames["chest"]
    shoulder, elbow, wrist = (joints[f"{name}_{side}"] for name in ("shoulder", "elbow", "wrist"))
    upper, fore = sub(elbow, shoulder), sub(wrist, elbow)
    yield from _outside(f"elbow_{side}", angle(upper, fore), ELBOW)
    if (roll := rolled(chest, upper, fore, SIDES[side])) > ELBOW_ROLL:
        yield f"elbow_{side} bends the wrong way: {roll:.0f}"
    x, y, z = chest.seen(unit(upper))
    if 90 - angle((x, y, z), (-1, 0, 0)) > ARM_BACK:
        yield f"arm_{side} is too far back"
    if 90 - angle((x, y, z), (0, -SIDES[side], 0)) > ARM_ACROSS:
        yield f"arm_{side} is too far across"
    if (bent := angle(fore, bones.frames[f"hand_{side}"].front)) > WRIST:
        yield f"wrist_{side} is bent too far: {bent:.0f}"
    if norm(sub(joints[f"palm_{side}"], joints[f"aimed_{side}"])) > REACH:
        yield f"hand_{side} does not reach its place"


def rolled(base: Frame, upper: Vec, folds: Vec, sign: int) -> float:
    """How far a limb is turned around itself: between where its second bone folds and where it would fold if the limb
    had only been swung there from hanging down. 0 where it is nearly straight."""
    upper = unit(upper)
    fold = across(folds, upper)
    if norm(fold) < 0.1:
        return 0.0
    down = mul(base.up, -1)
    axis = cross(down, upper)
    swung = turned(base.front, axis, angle(down, upper)) if norm(axis) > 0.02 else base.front
    return angle(fold, across(swung, upper))


def _outside(name: str, value: float, limits: tuple[float, float]) -> Iterator[str]:
    if not limits[0] - 0.5 <= value <= limits[1] + 0.5:
        yield f"{name}: {value:.0f} is outside {limits[0]:.0f} to {limits[1]:.0f}"
