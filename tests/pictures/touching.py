"""How far the bodies of a scene are from what they lie, sit and hold on to. Pure geometry, nothing is drawn."""

from __future__ import annotations

from itertools import pairwise, product

from tools.pictures.flesh import Node, Strand
from tools.pictures.pose import Scene
from tools.pictures.props import MAT, SEAT, Prop
from tools.pictures.scene import Built
from tools.pictures.vectors import add, mix, mul, norm, sub, unit

FINE = 4
HAND = ("hand", "thumb")


def dense(strand: Strand) -> list[Node]:
    """The nodes of a strand and some between them."""
    found = list(strand.nodes)
    for a, b in pairwise(strand.nodes):
        for i in range(1, FINE):
            axes = tuple(mix(p, q, i / FINE) for p, q in zip(a.axes, b.axes, strict=True))
            found.append(Node(mix(a.at, b.at, i / FINE), (axes[0], axes[1], axes[2])))
    return found


def strand(built: Built, name: str) -> Strand:
    return next(each for each in built.strands if each.name == name)


def gap(ours: Strand, theirs: Strand) -> float:
    """The air between two strands; below 0 they press into each other."""
    return min(apart(a, b) for a, b in product(dense(ours), dense(theirs)))


def apart(a: Node, b: Node) -> float:
    way = unit(sub(b.at, a.at))
    return norm(sub(b.at, a.at)) - a.reach(way) - b.reach(way)


def distance(scene: Scene, people: list[Built], touch: str) -> float:
    """What lies between the two that a line of `touches` names, such as "hand_l mat" or "their hand_l trunk"."""
    words = touch.split()
    one = people[1] if words[0] == "their" else people[0]
    part, thing = words[-2:]
    body = strand(one, part)
    if thing in ("floor", "mat", "chair"):
        height = {"floor": 0.0, "mat": MAT, "chair": SEAT}[thing]
        return min(node.lowest() for node in dense(body)) - height
    if thing == "chair_top":
        return min(_to_edge(node, scene) for node in dense(body))
    for prop in scene.props:
        if prop.kind == thing or (thing == "folded" and prop.kind == "towel"):
            return _above(body, prop) if prop.kind != "ball" else min(gap(body, each) for each in prop.strands)
    return gap(body, strand(people[0], thing))


def _above(body: Strand, prop: Prop) -> float:
    """From what is over a pillow or a towel down to its top."""
    top = max(node.at[2] + node.reach((0, 0, 1)) for node in prop.nodes)
    found = [9.0]
    for node in dense(body):
        spots = ((sub(node.at, each.at), each) for each in prop.nodes)
        if any(abs(d[0]) < each.reach((1, 0, 0)) + 0.02 and abs(d[1]) < 0.12 for d, each in spots):
            found.append(node.lowest() - top)
    return min(found)


def _to_edge(node: Node, scene: Scene) -> float:
    """From a node to the upper front edge of the chair's back."""
    chair = next(prop for prop in scene.props if prop.kind == "chair")
    top = max(box[1][2] for box in chair.boxes)
    edge = (min(box[0][0] for box in chair.boxes) + 0.035, node.at[1], top)
    below = (edge[0], edge[1], min(node.at[2], top))
    way = unit(sub(below, node.at))
    return norm(sub(below, node.at)) - node.reach(way)


def middle_of_mass(one: Built) -> tuple[float, float]:
    """Where the weight is, seen from above: every node weighs what it holds."""
    total, spot = 0.0, (0.0, 0.0, 0.0)
    for each in one.strands:
        for node in dense(each):
            weight = norm(node.axes[0]) * norm(node.axes[1]) * norm(node.axes[2])
            total, spot = total + weight, add(spot, mul(node.at, weight))
    return spot[0] / total, spot[1] / total


def inside(node: Node, other: Node) -> float:
    """How deep the middle of one lies in the other: 0 in its middle, 1 on its skin."""
    d = sub(node.at, other.at)
    parts = []
    for axis in other.axes:
        size = norm(axis)
        parts.append(sum(p * q for p, q in zip(d, axis, strict=True)) / (size * size))
    return float(sum(part * part for part in parts) ** 0.5)
