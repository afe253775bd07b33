"""A scene as SVG, and the animation as a row of scenes between scenes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, pi, radians, sin
from typing import Any

from tools.pictures import drawing
from tools.pictures.drawing import HEIGHT, WIDTH, Camera, Mark
from tools.pictures.flesh import Strand, flesh
from tools.pictures.head import head, skin
from tools.pictures.people import Person
from tools.pictures.pose import Body, Moves, Scene
from tools.pictures.props import footprint, marks
from tools.pictures.skeleton import Bones, Foot, Frame, Hand, Pose, solve
from tools.pictures.themes import Theme, shade
from tools.pictures.vectors import Vec, add, mix, sub, unit

FPS = 12
HELD = 0.34
"""The share of a move's time in which the body rests in the pose it has reached."""
GLOWS = 0.075
"""How far before its place a glow is painted, in metres: before the trunk's skin, behind a near arm."""
FAR = 0.12
"""How much darker a limb on the far side is."""


@dataclass(frozen=True, slots=True)
class Built:
    """A body in place: its bones, and all strands on them by name."""

    person: Person
    pose: Pose
    bones: Bones
    strands: tuple[Strand, ...]


def build(scene: Scene) -> list[Built]:
    """Everybody in a scene. A partner comes second and may reach for the first."""
    built: list[Built] = []
    for body in scene.bodies:
        built.append(
            _built(body, {f"their_{name}": frame for name, frame in (built[0].bones.frames if built else {}).items()})
        )
    return built


def _built(body: Body, anchors: dict[str, Frame]) -> Built:
    pose = body.pose
    for _ in range(3 if pose.rest is not None else 1):
        bones = solve(pose, anchors)
        strands = (*flesh(bones, body.person), *skin(bones.frames["head"]))
        if pose.rest is not None:
            lift = pose.rest - lowest(strands, ("seat", "hips", "trunk", "yoke_l", "yoke_r"))
            pose = replace(pose, pelvis=add(pose.pelvis, (0, 0, lift)))
    bones = solve(pose, anchors)
    return Built(body.person, pose, bones, (*flesh(bones, body.person), *skin(bones.frames["head"])))


def lowest(strands: tuple[Strand, ...], names: tuple[str, ...]) -> float:
    return min(node.lowest() for strand in strands if strand.name in names for node in strand.nodes)


def svg(scene: Scene, theme: Theme, strength: float = 1.0) -> str:
    """The picture. `strength` is how strong the glow is."""
    camera, people = scene.camera, build(scene)
    painted = [mark for prop in scene.props for mark in marks(prop, camera, theme) if not prop.flat]
    for one in people:
        painted += _person(one, camera, theme)
    painted += _glows(scene, people, theme, strength)
    painted.sort(key=lambda mark: -mark.depth)
    beneath = [
        mark.svg
        for prop in scene.props
        if prop.flat
        for mark in sorted(marks(prop, camera, theme), key=lambda m: -m.depth)
    ]
    nodes = [node for prop in scene.props for node in footprint(prop)]
    nodes += [node for one in people for strand in one.strands for node in strand.nodes]
    layers = (
        _room(camera, theme), *beneath,
        f'<g fill="{theme["shadow"]}" opacity=".2"><path d="{drawing.shadow(nodes, camera)}"/></g>',
        *(mark.svg for mark in painted), *_arrows(scene, people, theme),
    )  # fmt: skip
    turn = f' transform="translate({WIDTH} 0) scale(-1 1)"' if scene.mirror else ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
    return f'{head}<g{turn} stroke-linejoin="round" stroke-linecap="round">{"".join(layers)}</g></svg>'


def _room(camera: Camera, theme: Theme) -> str:
    """A bare wall and a round carpet."""
    x, y = camera.paper((camera.centre[0], camera.centre[1], 0))
    tall = 30 + 560 * sin(radians(camera.pitch))
    return (
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme["wall"]}"/>'
        f'<ellipse cx="{x:.1f}" cy="{y + 8:.1f}" rx="462" ry="{tall:.1f}" fill="{theme["floor"]}"/>'
    )


def _person(one: Built, camera: Camera, theme: Theme) -> list[Mark]:
    painted = []
    middle = camera.depth(one.bones.joints["waist"])
    for strand in one.strands:
        if strand.name in ("head", "nose", "ear_l", "ear_r"):
            continue
        fill = theme[f"{one.person.name}.{strand.fill}"]
        far = sum(camera.depth(node.at) for node in strand.nodes) / len(strand.nodes) - middle
        fill = shade(fill, theme["line"], FAR * min(max((far - 0.04) / 0.08, 0.0), 1.0))
        painted += drawing.paint(strand, fill, camera, theme)
    return painted + head(one.bones.frames["head"], one.person, one.pose.eyes, camera, theme)


def _glows(scene: Scene, people: list[Built], theme: Theme, strength: float) -> list[Mark]:
    """Over the trunk, and behind an arm that lies before it."""
    camera, found = scene.camera, []
    for glow in scene.glows if strength > 0.03 else ():
        place = _place(people[0].bones, glow.on, glow.at)
        rings = drawing.glow(camera.paper(place), glow.size * camera.scale, theme)
        found.append(Mark(camera.depth(place) - GLOWS, f'<g opacity="{strength:.2f}">{rings}</g>'))
    return found


def _arrows(scene: Scene, people: list[Built], theme: Theme) -> list[str]:
    camera, parts = scene.camera, []
    for arrow in scene.arrows:
        x, y = camera.paper(_place(people[0].bones, arrow.on, (0, 0, 0))) if people else camera.paper((0, 0, 0))
        k = camera.scale
        parts.append(drawing.arrow([(x + dx * k, y - dy * k) for dx, dy in arrow.by], theme))
    return parts


def _place(bones: Bones, on: str, at: Vec) -> Vec:
    if on in bones.frames:
        return bones.frames[on].place(at)
    return add(bones.joints[on], at)


# --- the animation


def frames(moves: Moves) -> list[tuple[Scene, float]]:
    """Scenes of the loop with the strength of the glow in each; the last leads to the first without a jump.

    A frame that comes again (a pose is held, or the way back is the way there) is the same object again.
    """
    keys = {name: replace(moves.steps[name], camera=moves.loop.camera, arrows=()) for name in moves.loop.through}
    names = moves.loop.through
    whole = round(moves.loop.seconds * FPS / len(names))
    moving = whole - round(whole * HELD)
    shares = [0.0] * (whole - moving + 1) + [round((1 - cos(pi * i / moving)) / 2, 4) for i in range(1, moving)]
    known: dict[tuple[str, str, float], tuple[Scene, float]] = {}
    found = []
    for i, name in enumerate(names):
        for share in shares:
            there = names[(i + 1) % len(names)] if share else name
            a, b, way = min((name, there, share), (there, name, round(1 - share, 4))) if share else (name, name, 0.0)
            if (a, b, way) not in known:
                known[a, b, way] = _at(keys[a], keys[b], way)
            found.append(known[a, b, way])
    return found


def _at(a: Scene, b: Scene, share: float) -> tuple[Scene, float]:
    return between(a, b, share), (1 - share) * bool(a.glows) + share * bool(b.glows)


def between(a: Scene, b: Scene, share: float) -> Scene:
    """A scene on the way from one to the other."""
    if share <= 0:
        return a
    first, second = build(a), build(b)
    bodies = tuple(Body(p.person, _between(p, q, share)) for p, q in zip(first, second, strict=True))
    return replace(a, bodies=bodies, glows=b.glows or a.glows)


def _between(a: Built, b: Built, share: float) -> Pose:
    p, q = a.pose, b.pose
    vectors: dict[str, Any] = {
        name: mix(getattr(p, name), getattr(q, name), share)
        for name in ("pelvis", "up", "face", "lumbar", "thorax", "neck")
    }
    hands = {side: _hand(side, a, b, share) for side in ("l", "r")}
    feet = {side: _foot(side, a, b, share) for side in ("l", "r")}
    rest = None if p.rest is None or q.rest is None else p.rest + (q.rest - p.rest) * share
    return Pose(**vectors, hands=hands, feet=feet, rest=rest, eyes=p.eyes if share < 0.5 else q.eyes)


def _hand(side: str, a: Built, b: Built, share: float) -> Hand:
    """A hand on the same place in both stays on it; another travels through the room."""
    p, q = a.pose.hands.get(side), b.pose.hands.get(side)
    if p and q and p.on == q.on and p.aim and q.aim and p.on not in ("", "room"):
        elbow = mix(p.elbow, q.elbow, share) if p.elbow and q.elbow else p.elbow
        palm = mix(p.palm, q.palm, share) if p.palm and q.palm else p.palm
        return Hand(p.on, mix(p.at, q.at, share), mix(p.aim, q.aim, share), palm, elbow)
    frames = a.bones.frames[f"hand_{side}"], b.bones.frames[f"hand_{side}"]
    ends = [built.bones.joints[f"palm_{side}"] for built in (a, b)]
    return Hand("room", mix(ends[0], ends[1], share), mix(frames[0].front, frames[1].front, share),
                mix(frames[0].up, frames[1].up, share), mix(_elbow(side, a), _elbow(side, b), share))  # fmt: skip


def _elbow(side: str, built: Built) -> Vec:
    joints = built.bones.joints
    return unit(sub(joints[f"elbow_{side}"], mix(joints[f"shoulder_{side}"], joints[f"wrist_{side}"], 0.5)))


def _foot(side: str, a: Built, b: Built, share: float) -> Foot:
    ends = [built.bones.joints[f"ankle_{side}"] for built in (a, b)]
    toes = [built.bones.frames[f"foot_{side}"].front for built in (a, b)]
    return Foot(
        "room", mix(ends[0], ends[1], share), mix(toes[0], toes[1], share), mix(_knee(side, a), _knee(side, b), share)
    )


def _knee(side: str, built: Built) -> Vec:
    joints = built.bones.joints
    return unit(sub(joints[f"knee_{side}"], mix(joints[f"hip_{side}"], joints[f"ankle_{side}"], 0.5)))
