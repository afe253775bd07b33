"""The sitting: choosing, the briefing, the steps, the pause."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from flows import clearance, liking, screening
from flows.cards.layout import bullets, card, hurt_button, paragraphs, rows_of, stop_button
from flows.cards.screen import yes_no
from flows.clearance import PARTNER, PARTNER_LOCK
from flows.conversation import Conversation, Sitting
from flows.counting import SHORTEST, ticks
from flows.effects import Button, Card, Look
from flows.pages import Book, Stretch
from flows.phrases import props_line, side_words, step_index, step_text

PAGE = 6
"""Stretches on one page of the list."""
SHORT_MINUTES = 2


def choosing(talk: Conversation, book: Book, now: datetime) -> Card:
    if talk.ask == "region":
        return _regions(book)
    if talk.ask == "others":
        return _others(talk, book, now)
    return _list(talk, book, now)


def listed(talk: Conversation, book: Book, now: datetime) -> tuple[Stretch, ...]:
    """What the list offers under its filters; the partner press is never suggested [SEED4]."""
    sitting = talk.sitting
    if sitting is None or sitting.left == 0 or clearance.out_of_time(sitting, book, now):
        return ()
    return tuple(
        stretch
        for stretch in liking.arranged(clearance.choices(talk, book, now), talk)
        if stretch.id not in (PARTNER, sitting.stretch if may_repeat(talk, book, now) else "")
        and sitting.region in ("", stretch.region)
        and not (sitting.short and stretch.minutes > SHORT_MINUTES)
    )


def _list(talk: Conversation, book: Book, now: datetime) -> Card:
    sitting = talk.sitting or Sitting(now)
    offered = listed(talk, book, now)
    page = offered[sitting.page * PAGE : (sitting.page + 1) * PAGE]
    again = may_repeat(talk, book, now) and sitting.stretch not in talk.hidden
    buttons = [_again_button(talk, book)] if again else []
    buttons += [_stretch_button(stretch, book) for stretch in page]
    buttons += _thumbs(talk, book)
    if len(offered) > PAGE:
        buttons.append(Button(book.say("choose.more"), "list", "more"))
    buttons += _filter_buttons(sitting, book)
    buttons += [
        Button(book.say("choose.others"), "list", "others"),
        Button(book.say("choose.finish"), "list", "finish", Look.GO),
    ]
    filtered = bool(sitting.region) or sitting.short
    left_out = hidden_here(talk, book, now)
    none = "choose.none" if filtered else "choose.none_shown" if left_out else "choose.none_at_all"
    text = book.say("choose.text" if offered else none)
    if order := liking.order(offered, talk):
        text = f"{text} {book.say(f'choose.first_{order}')}"
    gentle = book.say("choose.gentle") if sitting.gentle else ""
    words = paragraphs(_thumb_words(talk, book), _filter_words(sitting, book), gentle, text)
    return card(book, book.say("choose.title"), words, buttons)


def hidden_here(talk: Conversation, book: Book, now: datetime) -> tuple[Stretch, ...]:
    """Stretches that would be offered now but for the person's thumb down."""
    return tuple(each for each in clearance.choices(talk, book, now) if each.id in talk.hidden and each.id != PARTNER)


def just_done(talk: Conversation, book: Book) -> Stretch | None:
    """The stretch that was done last in this sitting, if it went well enough to ask about it: not stopped, no rise."""
    last = talk.sitting.done[-1] if talk.sitting and talk.sitting.done else None
    if last is None or last.stopped:
        return None
    rose = last.level is not None and last.before is not None and last.level > last.before
    return None if rose else book.stretches.get(last.stretch)


def _thumbs(talk: Conversation, book: Book) -> list[Button]:
    last = just_done(talk, book)
    if last is None:
        return []
    if last.id in talk.hidden:
        return [Button(book.say("thumb.back"), "show", last.id)]
    more = [] if last.id in talk.liked else [Button(book.say("thumb.up"), "thumb", "up")]
    return [*more, Button(book.say("thumb.down"), "thumb", "down")]


def _thumb_words(talk: Conversation, book: Book) -> str:
    last = just_done(talk, book)
    if last is None:
        return ""
    said = "hidden" if last.id in talk.hidden else "liked" if last.id in talk.liked else "asked"
    return book.say(f"thumb.{said}", name=last.name)


def _stretch_button(stretch: Stretch, book: Book) -> Button:
    return Button(book.say("choose.stretch", name=stretch.name, minutes=stretch.minutes), "choose", stretch.id)


def _again_button(talk: Conversation, book: Book) -> Button:
    return Button(book.say("choose.again"), "list", "again", Look.MAIN)


def may_repeat(talk: Conversation, book: Book, now: datetime) -> bool:
    """Whether the stretch just done may be done once more: never to chase a pop, at most so often, still safe [SEED6,
    S30]."""
    sitting = talk.sitting
    if sitting is None or not any(done.stretch == sitting.stretch for done in sitting.done):
        return False
    return clearance.may_start(sitting.stretch, talk, book, now) and clearance.may_move(talk, book, now)


def _filter_buttons(sitting: Sitting, book: Book) -> list[Button]:
    region = Button(book.say("choose.region"), "list", "region")
    key, choice = ("choose.any_length", "any_length") if sitting.short else ("choose.short", "short")
    return [region, Button(book.say(key, minutes=SHORT_MINUTES), "list", choice)]


def _filter_words(sitting: Sitting, book: Book) -> str:
    words = [book.say(f"region.{sitting.region}")] if sitting.region else []
    words += [book.say("choose.short", minutes=SHORT_MINUTES)] if sitting.short else []
    return book.say("choose.filter", filters=", ".join(words)) if words else ""


def _regions(book: Book) -> Card:
    regions = dict.fromkeys(stretch.region for stretch in book.stretches.values())
    buttons = [Button(book.say(f"region.{region}"), "region", region) for region in regions]
    buttons.append(Button(book.say("choose.any_region"), "region", "any"))
    return card(book, book.say("choose.region_title"), book.say("choose.region_text"), buttons)


def _others(talk: Conversation, book: Book, now: datetime) -> Card:
    inside = {stretch.id for stretch in clearance.choices(talk, book, now) if stretch.id != PARTNER}
    buttons = [show_button(stretch, book) for stretch in hidden_here(talk, book, now)]
    buttons += [Button(s.name, "choose", s.id) for s in book.stretches.values() if s.id not in inside]
    back = Button(book.say("button.back"), "others", "back")
    return card(book, book.say("choose.others_title"), book.say("choose.others_text"), [*buttons, back])


def show_button(stretch: Stretch, book: Book) -> Button:
    return Button(book.say("thumb.show", name=stretch.name), "show", stretch.id)


def briefing(talk: Conversation, book: Book, now: datetime) -> Card:
    sitting = talk.sitting or Sitting(now)
    stretch = book.stretches[sitting.stretch]
    if talk.ask in PARTNER_LOCK:
        return _partner_page(talk.ask, stretch, book)
    alternatives = [
        other
        for other in stretch.alternatives
        if other not in talk.hidden and clearance.may_start(other, talk, book, now)
    ]
    buttons = [Button(book.say("briefing.start"), "briefing", "start", Look.GO)]
    buttons += [_stretch_button(book.stretches[other], book) for other in alternatives if other != PARTNER]
    buttons.append(Button(book.say("briefing.another"), "briefing", "another"))
    text = _briefing_text(talk, stretch, book, now)
    shown = card(book, stretch.name, text, buttons, picture=stretch.id)
    return evolve(shown, text_only=not talk.pictures)


def _briefing_text(talk: Conversation, stretch: Stretch, book: Book, now: datetime) -> str:
    found = clearance.verdict(talk, book, now)
    notes = screening.notes(found, book) if found else ()
    first = talk.sitting is None or not talk.sitting.done
    opening = book.cards["card_before_you_start"].text if first else ""
    return paragraphs(
        opening,
        " ".join(
            part for part in (book.say("briefing.minutes", minutes=stretch.minutes), props_line(stretch, book)) if part
        ),
        bullets([*stretch.must_say, *([stretch.safety_add] if stretch.safety_add else [])]),
        book.say("briefing.feels", feels=stretch.feels_ok) + "\n" + book.say("briefing.stop", stop=stretch.stop_if),
        book.say("briefing.not_when", text=stretch.when_not_text),
        bullets(notes),
        book.rules.pop_is_not_a_goal if stretch.pop_possible else "",
        book.say("briefing.evidence", evidence=stretch.evidence),
    )


def _partner_page(page: str, stretch: Stretch, book: Book) -> Card:
    title = book.say(f"partner.{page}_title")
    if page == "alternative":
        text = paragraphs(bullets(stretch.must_say), stretch.evidence, book.say("partner.alternative"))
        known = [book.stretches[other] for other in stretch.alternatives[:1] if other in book.stretches]
        take = [Button(book.say("partner.take_other", name=o.name), "alternative", "other", Look.GO) for o in known]
        return card(book, title, text, [*take, Button(book.say("partner.still_this"), "alternative", "still")])
    if page == "rules":
        read = Button(book.say("partner.rules_read"), "rules", "yes")
        return card(book, title, paragraphs(book.say("partner.rules"), bullets(stretch.partner_rules)), [read])
    return card(book, title, book.say(f"partner.{page}"), yes_no(book, page))


def moving(talk: Conversation, book: Book, now: datetime) -> Card:
    sitting = talk.sitting or Sitting(now)
    stretch = book.stretches[sitting.stretch]
    index = step_index(stretch, sitting.step)
    side = side_words(stretch, index, book)
    place = book.say("step.title", name=stretch.name, number=index + 1, total=len(stretch.walk))
    title = f"{place} · {side}" if side else place
    eased = book.say("step.ease_off") if sitting.eased else ""
    text = paragraphs(eased, step_text(stretch.walk[index], book))
    rows = (*rows_of(_step_buttons(stretch, index, sitting, book)), (stop_button(book),))
    count = ticks(stretch.walk[index].hold_s, sitting.held_at, book, now) if sitting.held_at is not None else ()
    picture, shows = f"{stretch.id}.{sitting.step}", stretch.walk[index].shows
    return Card(text, title, rows, picture, shows, text_only=not talk.pictures, ticks=count)


def _step_buttons(stretch: Stretch, index: int, sitting: Sitting, book: Book) -> list[Button]:
    hold = stretch.walk[index].hold_s
    counts = hold >= SHORTEST and sitting.held_at is None
    buttons = [
        *([Button(book.say("count.button", seconds=hold), "step", "hold", Look.MAIN)] if counts else []),
        Button(book.say("button.fine"), "step", "fine", Look.GO),
        Button(book.say("button.strong"), "step", "strong"),
    ]
    if stretch.pop_possible:
        buttons.append(Button(book.pain.pop_button.button, "step", "popped"))
    buttons.append(hurt_button(book))
    if index > 0:
        buttons.append(Button(book.say("button.back"), "step", "back"))
    return [*buttons, Button(book.say("button.pause"), "step", "pause")]


def paused(talk: Conversation, book: Book, now: datetime) -> Card:
    go_on = Button(book.say("paused.no_go_on" if talk.ask == "hurting" else "paused.go_on"), "paused", "go_on", Look.GO)
    finish = Button(book.say("choose.finish"), "paused", "finish")
    return card(
        book, book.say(f"paused.{talk.ask}_title"), book.say(f"paused.{talk.ask}"), [go_on, hurt_button(book), finish]
    )
