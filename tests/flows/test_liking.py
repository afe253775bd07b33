"""Thumbs: they take out and put in another order, nothing more, and every one of them has its way back."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from flows import kept, liking
from flows.book import load
from flows.cards import sit
from flows.conversation import Conversation
from flows.events import Asked, Woke, Wrote
from flows.explaining import why_not
from flows.pages import Stretch
from tests.flows.test_history import ready
from tests.flows.test_progress import talk_of, times
from tests.flows.walk_books import small
from tests.flows.walking import Place, play

WHOLE = tuple(load().stretches.values())
STRETCHES = st.lists(st.sampled_from(WHOLE), unique=True).map(tuple)
SOME = st.lists(st.sampled_from(sorted(load().stretches)), unique=True, max_size=6).map(tuple)
TILTED = ("choose=pelvic_tilt", "briefing=start", "step=fine", "level=2")


@given(STRETCHES, SOME, SOME)
def test_it_only_takes_out_and_reorders(
    allowed: tuple[Stretch, ...], liked: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    shown = liking.arranged(allowed, Conversation(liked=liked, hidden=hidden))
    assert set(shown) <= set(allowed)
    assert {each.id for each in allowed} - {each.id for each in shown} <= set(hidden)
    assert not {each.id for each in shown} & set(hidden)


def test_the_liked_come_first_then_what_went_with_less_pain_then_the_rest() -> None:
    talk = evolve(talk_of(times(6, 5, 3, "prone_press_up")), liked=("seated_twist",))
    shown = [each.id for each in liking.arranged(WHOLE, talk)]
    assert shown[:2] == ["seated_twist", "prone_press_up"]
    assert liking.order(WHOLE, talk) == "both"
    assert liking.order(WHOLE, evolve(talk, liked=())) == "less"
    assert liking.order(WHOLE, evolve(talk, history=())) == "liked"
    assert all(f"choose.first_{order}" in load().messages for order in ("both", "less", "liked"))
    assert shown[2:] == [each.id for each in WHOLE if each.id not in shown[:2]], "the rest keeps its order"


def test_more_pain_after_it_moves_nothing() -> None:
    talk = talk_of(times(9, 3, 5, "pelvic_tilt"))
    assert liking.arranged(WHOLE, talk) == WHOLE
    assert liking.order(WHOLE, talk) == ""


Thumb = Callable[[Conversation, str], Conversation]
THUMBS: st.SearchStrategy[list[tuple[Thumb, str]]] = st.lists(
    st.tuples(st.sampled_from([liking.up, liking.down, liking.show]), st.sampled_from(sorted(load().stretches))),
    max_size=9,
)


@given(SOME, SOME, THUMBS)
def test_a_stretch_is_never_both(
    liked: tuple[str, ...], hidden: tuple[str, ...], thumbs: list[tuple[Thumb, str]]
) -> None:
    talk = Conversation(liked=tuple(each for each in liked if each not in hidden), hidden=hidden)
    for thumb, stretch in thumbs:
        talk = thumb(talk, stretch)
        assert not set(talk.liked) & set(talk.hidden)
        assert len(set(talk.liked)) == len(talk.liked)
        assert len(set(talk.hidden)) == len(talk.hidden)
    assert kept.read(kept.write(talk)) == talk


# --- as a person meets it


def offered(place: Place) -> set[str]:
    return {choice for ask, choice in place.ledger.shown.buttons if ask == "choose"}


def test_nobody_is_asked_before_anything_was_done() -> None:
    assert not {ask for ask, _ in ready().ledger.shown.buttons} & {"thumb", "show"}


def test_nobody_is_asked_to_like_what_hurt() -> None:
    place = play(small(), *TILTED[:-1], "level=4", Woke("rested"), "level=3", start=ready())
    assert place.talk.stage == "choosing"
    assert not {ask for ask, _ in place.ledger.shown.buttons} & {"thumb", "show"}


def test_a_thumb_down_takes_it_out_of_this_sitting_and_the_next() -> None:
    place = play(small(), *TILTED, "thumb=down", start=ready())
    assert "pelvic_tilt" not in offered(place)
    assert ("list", "again") not in place.ledger.shown.buttons
    checks = ("quick_check=no", "changes=no", "level=2", "drink=no", "early=no", "props=done")
    place = play(small(), "list=finish", "home=stretch", *checks, start=place)
    assert place.talk.stage == "choosing"
    assert place.talk.hidden == ("pelvic_tilt",)
    assert "pelvic_tilt" not in offered(place)


def test_the_way_back_is_at_once_on_the_list_and_in_the_settings() -> None:
    hidden = play(small(), *TILTED, "thumb=down", start=ready())
    for way in (
        ("show=pelvic_tilt",), ("list=others", "show=pelvic_tilt"),
        ("list=finish", "home=settings", "settings=hidden", "show=pelvic_tilt"),
    ):  # fmt: skip
        assert play(small(), *way, start=hidden).talk.hidden == ()


def test_the_settings_speak_of_it_only_where_something_is_left_out() -> None:
    assert ("settings", "hidden") not in play(
        small(), "list=finish", Asked("settings"), start=ready()
    ).ledger.shown.buttons


def test_a_thumb_up_stands_first_and_can_become_a_thumb_down() -> None:
    place = play(small(), *TILTED, "thumb=up", start=ready())
    assert place.talk.liked == ("pelvic_tilt",)
    assert ("thumb", "up") not in place.ledger.shown.buttons
    assert play(small(), "thumb=down", start=place).talk.liked == ()


def test_when_all_is_left_out_the_list_says_how_to_get_it_back() -> None:
    place = ready()
    talk = evolve(place.talk, hidden=tuple(small().stretches))
    card = sit.choosing(talk, small(), place.now)
    assert card.text.startswith("You left out all that would fit now.")
    back = {
        button.choice
        for button in sit.choosing(evolve(talk, ask="others"), small(), place.now).buttons
        if button.ask == "show"
    }
    assert back == set(small().stretches) - {"partner_press"}, "the press is never suggested"


def test_what_is_left_out_is_not_suggested_in_the_place_of_another() -> None:
    place = ready()
    talk = evolve(place.talk, hidden=("seated_gentle_rotation",))
    assert "Seated gentle rotation" not in why_not("partner_press", talk, small(), place.now)


def test_what_is_left_out_can_still_be_asked_for_by_name() -> None:
    place = play(small(), *TILTED, "thumb=down", start=ready())
    assert play(small(), Wrote("Pelvic tilt"), start=place).talk.stage == "briefing"
