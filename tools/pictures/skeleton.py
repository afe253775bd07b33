"""A person as bones: from a pose (where pelvis, hands and feet are) to the place of every joint.

The spine is a chain that starts at the pelvis and bends a little at each link. Arms and legs have two bones each; the
place of elbow or knee follows from where hand or foot must be, and from the side to which it points (inverse
kinematics). Legs come first, so that a hand may hold a knee.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

from tools.pictures.vectors import Vec, X, Y, Z, across, add, cross, dot, flip, mix, mul, norm, sub, turned, unit

SIDES = {"l": 1, "r": -1}
"""Left and right, and the sign of Y there."""

LUMBAR, THORAX, NECK = 0.20, 0.275, 0.10
UPPER, FORE, PALM = 0.285, 0.245, 0.075
"""Upper arm, forearm, and from the wrist to the middle of the palm."""
THIGH, SHIN, SOLE = 0.425, 0.415, 0.075
"""Thigh, shin, and from the ankle down to the sole."""
HIP, SHOULDER = 0.092, 0.168
"""From the middle to one side."""
SPINE_LINKS, NECK_LINKS = 5, 3
ELBOW_LIES = 0.056
"""How high an elbow is when it lies on a mat."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Where the middle of a palm is. `on` names what `at` counts from: the room, the head, a joint, ..."""

    on: str = ""
    at: Vec = (0, 0, 0)
    aim: Vec | None = None
    """Where the fingers point; without it they go on from the forearm."""
    palm: Vec | None = None
    """Where the palm faces."""
    elbow: Vec | None = None
    """The side to which the elbow points."""
    grip: bool = False


@dataclass(frozen=True, slots=True)
class Foot:
    """Where an ankle is."""

    on: str = ""
    at: Vec = (0, 0, 0)
    toe: Vec = X
    knee: Vec = X
    """The side to which the knee points."""


@dataclass(frozen=True, slots=True)
class Pose:
    """All that makes a posture. Bends are (forward, to the left, turned left) in degrees."""

    pelvis: Vec = (0, 0, 0.93)
    up: Vec = Z
    face: Vec = X
    lumbar: Vec = (0, 0, 0)
    thorax: Vec = (0, 0, 0)
    neck: Vec = (0, 0, 0)
    hands: Mapping[str, Hand] = field(default_factory=dict)
    feet: Mapping[str, Foot] = field(default_factory=dict)
    rest: float | None = None
    """The height on which the trunk lies or sits; the pelvis is lifted or lowered until it does."""
    eyes: str = "open"


@dataclass(frozen=True, slots=True)
class Frame:
    """A place with its own front, left and up."""

    at: Vec
    front: Vec
    left: Vec
    up: Vec

    def place(self, p: Vec) -> Vec:
        return add(self.at, self.turn(p))

    def turn(self, p: Vec) -> Vec:
        return add(add(mul(self.front, p[0]), mul(self.left, p[1])), mul(self.up, p[2]))

    def seen(self, p: Vec) -> Vec:
        """A direction of the room, told in front, left and up of this place."""
        return dot(p, self.front), dot(p, self.left), dot(p, self.up)


@dataclass(frozen=True, slots=True)
class Bones:
    """The joints by name, and the frames of what has a front: pelvis, every link of the spine, head, hands, feet."""

    joints: dict[str, Vec]
    frames: dict[str, Frame]


def solve(pose: Pose, anchors: Mapping[str, Frame] | None = None) -> Bones:
    """Find every joint. `anchors` are further places that a hand may reach for, such as another person's back."""
    bones = Bones({}, {})
    _spine(pose, bones)
    for side in SIDES:
        _leg(pose, side, bones)
    for side in SIDES:
        _arm(pose, side, bones, anchors or {})
    return bones


def _spine(pose: Pose, bones: Bones) -> None:
    up = unit(pose.up)
    front = unit(across(pose.face, up))
    frame = Frame(pose.pelvis, front, cross(up, front), up)
    bones.frames["pelvis"] = frame
    frame = _bend(frame, pose.lumbar, LUMBAR, SPINE_LINKS, "lumbar", bones)
    frame = _bend(frame, pose.thorax, THORAX, SPINE_LINKS, "thorax", bones)
    bones.frames["chest"] = frame
    frame = _bend(Frame(frame.place((-0.012, 0, -0.005)), frame.front, frame.left, frame.up), pose.neck, NECK,
                  NECK_LINKS, "neck", bones)  # fmt: skip
    bones.frames["head"] = Frame(frame.place((0.028, 0, 0.088)), frame.front, frame.left, frame.up)
    bones.joints.update({name: frame.at for name, frame in bones.frames.items()})
    bones.joints["waist"] = bones.joints[f"lumbar{SPINE_LINKS}"]


def _bend(frame: Frame, bend: Vec, length: float, links: int, name: str, bones: Bones) -> Frame:
    for i in range(1, links + 1):
        for axis, degrees in ((frame.left, bend[0]), (frame.front, -bend[1]), (frame.up, bend[2])):
            front, left, up = (turned(v, axis, degrees / links) for v in (frame.front, frame.left, frame.up))
            frame = Frame(frame.at, front, left, up)
        frame = Frame(frame.place((0, 0, length / links)), frame.front, frame.left, frame.up)
        bones.frames[f"{name}{i}"] = frame
    return frame


def _leg(pose: Pose, side: str, bones: Bones) -> None:
    pelvis = bones.frames["pelvis"]
    hip = pelvis.place((0, SIDES[side] * HIP, 0))
    foot = pose.feet.get(side)
    if foot is None:
        foot = Foot("pelvis", (0.0, SIDES[side] * HIP, -THIGH - SHIN), X, X)
    frame = _anchor(foot.on, bones, {})
    knee, ankle = reach(hip, frame.place(foot.at), frame.turn(foot.knee), THIGH, SHIN)
    shin = unit(sub(ankle, knee))
    front = unit(across(sub(knee, mix(hip, ankle, 0.5)), shin))
    sideways = cross(front, shin)
    toe = unit(frame.turn(foot.toe))
    dorsum = unit(across(cross(toe, sideways), toe))
    bones.frames[f"foot_{side}"] = Frame(ankle, toe, cross(dorsum, toe), dorsum)
    along, knee_cap = unit(sub(knee, hip)), sub(knee, mix(hip, ankle, 0.5))
    top = unit(across(knee_cap, along)) if norm(across(knee_cap, along)) > 1e-3 else unit(across(pelvis.front, along))
    bones.frames[f"thigh_{side}"] = Frame(mix(knee, hip, 0.4), along, cross(top, along), top)
    bones.joints.update({f"hip_{side}": hip, f"knee_{side}": knee, f"ankle_{side}": ankle})
    bones.joints[f"toe_{side}"] = bones.frames[f"foot_{side}"].place((0.15, 0, -SOLE + 0.02))
    bones.joints[f"sole_{side}"] = bones.frames[f"foot_{side}"].place((0.05, 0, -SOLE))


def _arm(pose: Pose, side: str, bones: Bones, anchors: Mapping[str, Frame]) -> None:
    chest, sign = bones.frames["chest"], SIDES[side]
    shoulder = chest.place((0.0, sign * SHOULDER, -0.035))
    hand = pose.hands.get(side)
    if hand is None:
        hand = Hand("chest", (0.04, sign * (SHOULDER + 0.075), -0.035 - UPPER - FORE - PALM + 0.02))
    frame = _anchor(hand.on, bones, anchors)
    palm = frame.place(hand.at)
    shoulder = add(shoulder, mul(unit(sub(palm, shoulder)), 0.025))
    pole = frame.turn(hand.elbow) if hand.elbow else chest.turn((-0.6, sign * 0.8, -0.3))
    aim = unit(frame.turn(hand.aim)) if hand.aim else unit(sub(palm, shoulder))
    for _ in range(6):
        elbow, wrist = reach(shoulder, sub(palm, mul(aim, PALM)), pole, UPPER, FORE)
        if hand.aim is None:
            aim = unit(sub(wrist, elbow))
    elbow = _lifted(elbow, shoulder, wrist)
    faces = frame.turn(hand.palm) if hand.palm else chest.turn((0, -sign, 0))
    faces = unit(across(faces, aim)) if norm(across(faces, aim)) > 0.05 else unit(across(chest.front, aim))
    bones.joints.update({f"shoulder_{side}": shoulder, f"elbow_{side}": elbow, f"wrist_{side}": wrist})
    bones.joints[f"palm_{side}"] = add(wrist, mul(aim, PALM))
    bones.joints[f"aimed_{side}"] = palm
    bones.frames[f"hand_{side}"] = Frame(wrist, aim, mul(cross(faces, aim), sign), faces)


def _lifted(elbow: Vec, shoulder: Vec, wrist: Vec) -> Vec:
    """An elbow does not sink into the floor: it swings around the line from shoulder to wrist until it lies on it."""
    if elbow[2] >= ELBOW_LIES:
        return elbow
    axis = sub(wrist, shoulder)
    for step in range(5, 181, 5):
        for degrees in (step, -step):
            swung = add(shoulder, turned(sub(elbow, shoulder), axis, degrees))
            if swung[2] >= ELBOW_LIES:
                return swung
    return elbow


def _anchor(on: str, bones: Bones, anchors: Mapping[str, Frame]) -> Frame:
    """What `on` names. A joint has no front of its own: there the room's directions count."""
    if on in ("", "room"):
        return Frame((0, 0, 0), X, Y, Z)
    if on in anchors:
        return anchors[on]
    if on in bones.frames:
        return bones.frames[on]
    return Frame(bones.joints[on], X, Y, Z)


def reach(start: Vec, target: Vec, pole: Vec, first: float, second: float) -> tuple[Vec, Vec]:
    """The middle joint and the end of two bones that start here, reach for there, and bend towards the pole."""
    way = sub(target, start)
    span = min(max(norm(way), abs(first - second) + 0.01), (first + second) * 0.9995)
    way = unit(way)
    along = (first * first - second * second + span * span) / (2 * span)
    out = sqrt(max(first * first - along * along, 0.0))
    bend = across(pole, way)
    bend = unit(bend) if norm(bend) > 1e-6 else unit(across(X if abs(way[0]) < 0.9 else Z, way))
    return add(add(start, mul(way, along)), mul(bend, out)), add(start, mul(way, span))


def mirrored(pose: Pose) -> Pose:
    """The same posture on the other side of the body."""
    other = {"l": "r", "r": "l"}
    bends = {name: _unbend(getattr(pose, name)) for name in ("lumbar", "thorax", "neck")}
    hands = {other[side]: _flip_hand(hand) for side, hand in pose.hands.items()}
    feet = {
        other[side]: Foot(_flip_name(foot.on), flip(foot.at), flip(foot.toe), flip(foot.knee))
        for side, foot in pose.feet.items()
    }
    return Pose(flip(pose.pelvis), flip(pose.up), flip(pose.face), bends["lumbar"], bends["thorax"], bends["neck"],
                hands, feet, pose.rest, pose.eyes)  # fmt: skip


def _unbend(bend: Vec) -> Vec:
    return bend[0], -bend[1], -bend[2]


def _flip_hand(hand: Hand) -> Hand:
    aim, palm, elbow = (flip(v) if v else None for v in (hand.aim, hand.palm, hand.elbow))
    return Hand(_flip_name(hand.on), flip(hand.at), aim, palm, elbow, hand.grip)


def _flip_name(on: str) -> str:
    return on[:-1] + {"l": "r", "r": "l"}[on[-1]] if on.endswith(("_l", "_r")) else on
