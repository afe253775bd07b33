"""Every pose is one that a body can take: it bends the right way, reaches what it holds, and lies on what carries it.

Pure geometry, nothing is drawn. The last tests spoil good poses on purpose: each fault is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows import book
from tests.pictures import touching
from tools.pictures import pose, scene
from tools.pictures.limits import strains
from tools.pictures.pose import Body, Scene
from tools.pictures.scene import Built
from tools.pictures.skeleton import Hand, Pose, mirrored, solve
from tools.pictures.vectors import add, norm, sub

STRETCHES = pose.stretches()
SINKS = 0.012
"""How far skin may go into the floor, in metres: a sole gives."""
FLOATS = 0.022
"""How much air may be between two that touch; an outline is as wide."""
PRESSES = 0.06
"""How far what is soft may be pressed in: a thigh, a pillow, a ball."""
COMES_NEAR = 0.08
"""In the animation, on the way from pose to pose."""


def scenes(stretch: str) -> Iterator[tuple[str, Scene, list[Built]]]:
    for name, shown in pose.moves(stretch).steps.items():
        yield name, shown, scene.build(shown)


def faults(shown: Scene, people: list[Built]) -> list[str]:
    """All that is wrong with one picture, in lines."""
    found = [line for one in people for line in (*strains(one.pose, one.bones), *_sunk(one), *_pierced(one))]
    for touch in shown.touches:
        if not -PRESSES <= touching.distance(shown, people, touch) <= FLOATS:
            found.append(f"{touch}: {touching.distance(shown, people, touch):+.3f}")
    return found


def _sunk(one: Built) -> Iterator[str]:
    for strand in one.strands:
        low = min(node.lowest() for node in touching.dense(strand))
        if low < -SINKS:
            yield f"{strand.name} sinks into the floor: {low:.3f}"


def _pierced(one: Built) -> Iterator[str]:
    """Hands that are inside the body."""
    for side in ("l", "r"):
        palm = touching.strand(one, f"hand_{side}").nodes[1]
        for strand in one.strands:
            if strand.name in ("hips", "seat", "trunk", "head", "leg_l", "leg_r"):
                depth = min(touching.inside(palm, node) for node in touching.dense(strand))
                if depth < 0.9:
                    yield f"hand_{side} is inside {strand.name}: {depth:.2f}"


@pytest.mark.parametrize("stretch", STRETCHES)
def test_every_pose_is_one_that_a_body_takes(stretch: str) -> None:
    assert {name: found for name, shown, people in scenes(stretch) if (found := faults(shown, people))} == {}


@pytest.mark.parametrize("stretch", STRETCHES)
def test_every_body_says_what_carries_it(stretch: str) -> None:
    for name, shown, people in scenes(stretch):
        assert not people or shown.touches, name


@pytest.mark.parametrize("stretch", STRETCHES)
def test_the_weight_is_over_what_carries_it(stretch: str) -> None:
    """Seen from above, the middle of the mass lies between the places on which the body stands, sits or lies."""
    for name, shown, people in scenes(stretch):
        if not people:
            continue
        ground = [touch.split()[0] for touch in shown.touches if touch.split()[-1] not in ("trunk", "head")]
        nodes = [node for part in ground if part != "their" for node in touching.strand(people[0], part).nodes]
        for axis, middle in enumerate(touching.middle_of_mass(people[0])):
            low = min(node.at[axis] - node.radius for node in nodes)
            high = max(node.at[axis] + node.radius for node in nodes)
            assert low <= middle <= high, (name, axis, round(low, 2), round(middle, 2), round(high, 2))


@pytest.mark.parametrize("stretch", STRETCHES)
def test_nothing_sinks_or_tears_on_the_way_from_pose_to_pose(stretch: str) -> None:
    ways = list({id(frame): frame[0] for frame in scene.frames(pose.moves(stretch))}.values())
    for one in (one for shown in ways[4::7] for one in scene.build(shown)):
        assert min(node.lowest() for strand in one.strands for node in strand.nodes) > -COMES_NEAR
        assert [line for line in strains(one.pose, one.bones) if "bends the wrong way" in line] == []


@pytest.mark.parametrize("stretch", STRETCHES)
def test_the_animation_ends_where_it_begins(stretch: str) -> None:
    """From the last frame to the first it is one small step, as between any two; and something does move."""
    row = [shown for shown, _ in scene.frames(pose.moves(stretch))]
    first, last, before = (scene.build(shown) for shown in (row[0], row[-1], row[-2]))
    assert 0 < moved(last, first) <= moved(before, last) + 0.01
    assert moved(first, scene.build(row[len(row) // len(pose.moves(stretch).loop.through)])) > 0.015
    assert 36 <= len(row) <= 75


def moved(a: list[Built], b: list[Built]) -> float:
    """How far the farthest joint goes from one to the other, in metres."""
    pairs = [(one.bones.joints, other.bones.joints) for one, other in zip(a, b, strict=True)]
    joints = ((at, there[name]) for here, there in pairs for name, at in here.items() if "aimed" not in name)
    return max(norm(sub(at, other)) for at, other in joints)


def test_every_step_has_a_pose_and_every_pose_a_step() -> None:
    stretches = book.load().stretches
    assert set(STRETCHES) == set(stretches)
    for stretch in stretches.values():
        walked = {step.id for step in stretch.walk}
        drawn = pose.moves(stretch.id).steps
        assert {
            name for name in drawn if not name.startswith("_")
        } <= walked  # _swing: only on the way, in the animation
        for step in walked:
            pose.scene(stretch.id, step)


def test_the_other_side_is_the_first_side_mirrored() -> None:
    first, other = pose.scene("seated_twist", "turn"), pose.scene("seated_twist", "turn_other")
    assert (first.mirror, other.mirror) == (False, True)
    assert replace(other, mirror=False) == first


def test_a_mirrored_pose_is_the_same_body_on_the_other_side() -> None:
    turn = pose.scene("seated_twist", "turn").bodies[0].pose
    bones, other = solve(turn), solve(mirrored(turn))
    for name, (x, y, z) in bones.joints.items():
        swapped = {"l": "r", "r": "l"}.get(name[-1], name[-1]) if "_" in name else ""
        twin = other.joints[name[:-1] + swapped if swapped and name[-2] == "_" else name]
        assert twin == pytest.approx((x, -y, z), abs=1e-6), name
    assert mirrored(mirrored(turn)) == turn


# --- spoiled on purpose


def spoiled(stretch: str, step: str, **change: object) -> list[str]:
    shown = pose.scene(stretch, step)
    body = shown.bodies[0]
    worse: Pose = replace(body.pose, **change)  # type: ignore[arg-type]
    shown = replace(shown, bodies=(Body(body.person, worse), *shown.bodies[1:]))
    return faults(shown, scene.build(shown))


def of(stretch: str, step: str) -> Pose:
    return pose.scene(stretch, step).bodies[0].pose


def test_a_body_that_floats_is_found() -> None:
    raised = spoiled("seated_gentle_rotation", "sit", rest=0.50)
    assert any(line.startswith("seat chair") for line in raised)
    feet = {side: replace(foot, at=add(foot.at, (0, 0, 0.05))) for side, foot in of("cat_cow", "kneel").feet.items()}
    assert any(line.startswith("foot_l mat") for line in spoiled("cat_cow", "kneel", feet=feet))


def test_a_body_that_sinks_is_found() -> None:
    assert any("sinks" in line for line in spoiled("pelvic_tilt", "lie", rest=-0.03))


def test_a_knee_that_bends_the_wrong_way_is_found() -> None:
    feet = {
        side: replace(foot, knee=(-1.0, 0.0, 0.0)) for side, foot in of("standing_hands_on_spine", "stand").feet.items()
    }
    found = spoiled("standing_hands_on_spine", "stand", feet=feet, pelvis=(0.0, 0.0, 0.85))
    assert any("knee_l bends the wrong way" in line for line in found)


def test_an_elbow_that_bends_the_wrong_way_is_found() -> None:
    hand = Hand("chest", (0.20, 0.20, -0.50), elbow=(1.0, 0.0, 0.0))
    found = spoiled("standing_hands_on_spine", "stand", hands={"l": hand})
    assert any("elbow_l bends the wrong way" in line for line in found)


def test_a_hand_that_does_not_reach_is_found() -> None:
    far = Hand("room", (2.0, 0.0, 0.5))
    assert any("hand_r does not reach" in line for line in spoiled("cat_cow", "kneel", hands={"r": far}))


def test_a_hand_inside_the_body_is_found() -> None:
    inside = Hand("lumbar3", (0.0, 0.0, 0.0))
    assert any("is inside trunk" in line for line in spoiled("standing_hands_on_spine", "stand", hands={"l": inside}))


@pytest.mark.parametrize("bend", ["lumbar", "thorax", "neck"])
def test_a_spine_bent_to_the_extreme_is_found(bend: str) -> None:
    found = spoiled("prone_press_up", "push", **{bend: (-45.0, 0.0, 0.0)})
    assert any(line.startswith(f"{bend} is bent too far") for line in found)
