"""Every method, over real HTTP, through python-telegram-bot."""

from __future__ import annotations

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAnimation,
    InputMediaPhoto,
    MenuButtonCommands,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest

from bot.playground.methods import REFUSED, TABLE
from bot.playground.testing import Playground, Somebody
from tests.playground.conftest import GIF, Raw, png

BUTTONS = [InlineKeyboardButton(word, callback_data=word[0].lower()) for word in ("Yes", "No")]
KEYS = InlineKeyboardMarkup([BUTTONS])


async def test_get_me(bot: Bot, playground: Playground) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (1_000_001, True, playground.api.profile.username)
    assert me.can_join_groups is True
    assert me.can_read_all_group_messages is False


async def test_a_message_comes_back_without_tags(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_message(anna.id, "<b>Hello</b> &lt;you&gt;", parse_mode="HTML", reply_markup=KEYS)
    assert sent.text == "Hello <you>"
    assert [(entity.type, entity.offset, entity.length) for entity in sent.entities] == [("bold", 0, 5)]
    assert sent.chat.id == anna.id
    assert sent.chat.first_name == "Anna"
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert sent.reply_markup == KEYS
    assert anna.screen().splitlines()[-2:] == ["bot: Hello <you>", "    [Yes] [No]"]


async def test_a_reply_protected_and_silent(bot: Bot, anna: Somebody) -> None:
    first = await bot.send_message(anna.id, "one")
    second = await bot.send_message(
        anna.id,
        "two",
        protect_content=True,
        disable_notification=True,
        reply_parameters=ReplyParameters(first.message_id),
    )
    assert second.reply_to_message is not None
    assert second.reply_to_message.text == "one"
    assert second.has_protected_content
    assert anna.chat.messages[second.message_id].silent
    lonely = await bot.send_message(
        anna.id, "three", reply_parameters=ReplyParameters(9999, allow_sending_without_reply=True)
    )
    assert lonely.reply_to_message is None


async def test_a_photo_in_several_sizes_sent_again_by_its_id(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_photo(anna.id, png(640, 480), caption="<i>Step 1</i>", parse_mode="HTML", has_spoiler=True)
    assert [(size.width, size.height) for size in sent.photo] == [(90, 68), (320, 240), (640, 480)]
    assert sent.caption == "Step 1"
    assert sent.has_media_spoiler
    assert sent.caption_entities[0].type == "italic"
    for size in sent.photo:
        again = await bot.send_photo(anna.id, size.file_id)
        assert again.photo


async def test_a_gif_is_an_animation_however_it_is_sent(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_animation(anna.id, GIF, filename="step.gif", show_caption_above_media=True, caption="Look")
    assert sent.animation is not None
    assert (sent.animation.width, sent.animation.height, sent.animation.mime_type) == (16, 8, "image/gif")
    assert sent.document is not None
    assert sent.show_caption_above_media
    again = await bot.send_animation(anna.id, sent.animation.file_id)
    assert again.animation == sent.animation
    detected = await bot.send_document(anna.id, GIF, filename="step.gif")
    assert detected.animation is not None
    plain = await bot.send_document(anna.id, GIF, filename="step.gif", disable_content_type_detection=True)
    assert plain.animation is None


async def test_a_document_and_its_bytes_again(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_document(anna.id, b"summary", filename="summary.txt", caption="For your doctor")
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("summary.txt", 7)
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"summary"


async def test_an_album_by_attached_files(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_media_group(anna.id, [InputMediaPhoto(png(), caption="one"), InputMediaPhoto(png(9, 9))])
    assert [message.caption for message in sent] == ["one", None]
    assert len({message.media_group_id for message in sent}) == 1
    assert sent[0].message_id < sent[1].message_id


async def test_typing_ends_with_the_message_or_after_five_seconds(
    bot: Bot, anna: Somebody, playground: Playground
) -> None:
    assert await bot.send_chat_action(anna.id, "typing")
    assert anna.typing
    await bot.send_message(anna.id, "done")
    assert anna.chat.action == ""
    await bot.send_chat_action(anna.id, "typing")
    playground.clock.advance(6)
    assert anna.chat.typing_until < playground.clock.now()


async def test_edit_text_without_markup_takes_the_buttons_away(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_message(anna.id, "one", reply_markup=KEYS)
    edited = await bot.edit_message_text("two", anna.id, sent.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup) == ("two", None)
    assert edited.edit_date is not None
    assert anna.buttons() == []
    assert anna.screen().splitlines()[-1] == "bot: two (edited)"


async def test_edit_the_buttons_alone_does_not_show_as_edited(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_message(anna.id, "one")
    await bot.edit_message_reply_markup(anna.id, sent.message_id, reply_markup=KEYS)
    assert anna.buttons() == ["Yes", "No"]
    assert "edited" not in anna.screen()


async def test_edit_the_caption_and_take_it_away(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_photo(anna.id, png(), caption="one")
    edited = await bot.edit_message_caption(anna.id, sent.message_id, caption="*two*", parse_mode="MarkdownV2")
    assert isinstance(edited, Message)
    assert (edited.caption, edited.caption_entities[0].type) == ("two", "bold")
    assert edited.photo == sent.photo
    bare = await bot.edit_message_caption(anna.id, sent.message_id)
    assert isinstance(bare, Message)
    assert bare.caption is None


async def test_edit_media_turns_a_text_into_a_picture_and_that_into_an_animation(bot: Bot, anna: Somebody) -> None:
    sent = await bot.send_message(anna.id, "words")
    picture = await bot.edit_message_media(InputMediaPhoto(png(), caption="p"), anna.id, sent.message_id)
    assert isinstance(picture, Message)
    assert (picture.text, picture.caption) == (None, "p")
    assert picture.photo
    moving = await bot.edit_message_media(InputMediaAnimation(GIF, filename="a.gif"), anna.id, sent.message_id)
    assert isinstance(moving, Message)
    assert moving.animation is not None
    assert not moving.photo
    again = await bot.edit_message_media(InputMediaPhoto(picture.photo[-1].file_id), anna.id, sent.message_id)
    assert isinstance(again, Message)
    assert again.photo[-1].file_unique_id == picture.photo[-1].file_unique_id


async def test_delete_one_and_several_also_what_the_person_wrote(bot: Bot, anna: Somebody) -> None:
    sent = [await bot.send_message(anna.id, str(number)) for number in range(3)]
    assert await bot.delete_message(anna.id, sent[0].message_id)
    written = await anna.say("my answer")
    assert await bot.delete_messages(anna.id, [sent[1].message_id, written.id, 9999])
    assert anna.screen() == "Anna: Hello\nbot: 2"


async def test_a_tap_is_answered_with_a_toast_and_an_alert(bot: Bot, anna: Somebody) -> None:
    await bot.send_message(anna.id, "?", reply_markup=KEYS)
    for text, alert in (("noted", False), ("stop!", True)):
        tap = await anna.tap("Yes")
        assert tap.spinning
        assert await bot.answer_callback_query(tap.id, text, show_alert=alert)
        assert (tap.spinning, tap.alert) == (False, alert)
    assert anna.toasts == ["noted", "stop!"]


async def test_commands_by_scope_and_language(bot: Bot, anna: Somebody, playground: Playground) -> None:
    profile = playground.api.profile
    await bot.set_my_commands([BotCommand("start", "Begin"), BotCommand("stop", "Stop")])
    await bot.set_my_commands([BotCommand("start", "Los")], scope=BotCommandScopeAllPrivateChats(), language_code="de")
    assert [command.command for command in await bot.get_my_commands()] == ["start", "stop"]
    german = await bot.get_my_commands(scope=BotCommandScopeAllPrivateChats(), language_code="de")
    assert german[0].description == "Los"
    assert [command["description"] for command in profile.commands_for(anna.id, "de")] == ["Los"]
    assert len(profile.commands_for(anna.id, "en")) == 2
    await bot.set_my_commands([BotCommand("only", "Anna's")], scope=BotCommandScopeChat(anna.id))
    assert profile.commands_for(anna.id, "de")[0]["command"] == "only"
    await bot.delete_my_commands(scope=BotCommandScopeChat(anna.id))
    assert profile.commands_for(anna.id, "de")[0]["command"] == "start"


async def test_names_and_descriptions_by_language(bot: Bot) -> None:
    await bot.set_my_name("Unkink")
    await bot.set_my_description("Gentle stretches", language_code="")
    await bot.set_my_description("Sanftes Dehnen", language_code="de")
    await bot.set_my_short_description("Stretch")
    assert (await bot.get_my_name()).name == "Unkink"
    assert (await bot.get_my_description("de")).description == "Sanftes Dehnen"
    assert (await bot.get_my_description("fr")).description == "Gentle stretches"
    assert (await bot.get_my_short_description()).short_description == "Stretch"
    await bot.set_my_description(language_code="de")
    assert (await bot.get_my_description("de")).description == "Gentle stretches"


async def test_the_menu_button(bot: Bot, anna: Somebody) -> None:
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button(anna.id)).type == "commands"


async def test_pin_unpin_and_the_chat(bot: Bot, anna: Somebody) -> None:
    sent = [await bot.send_message(anna.id, text) for text in ("one", "two")]
    for message in sent:
        assert await bot.pin_chat_message(anna.id, message.message_id)
    chat = await bot.get_chat(anna.id)
    assert chat.pinned_message is not None
    assert (chat.first_name, chat.username, chat.pinned_message.text) == ("Anna", "anna_example", "two")
    assert await bot.unpin_chat_message(anna.id)
    again = await bot.get_chat(anna.id)
    assert again.pinned_message is not None
    assert again.pinned_message.text == "one"


async def test_a_reaction(bot: Bot, anna: Somebody) -> None:
    written = await anna.say("done!")
    assert await bot.set_message_reaction(anna.id, written.id, "👍")
    assert written.reactions == ["👍"]
    assert await bot.set_message_reaction(anna.id, written.id)
    assert written.reactions == []


async def test_a_group_that_the_bot_leaves(bot: Bot, anna: Somebody, playground: Playground) -> None:
    group = playground.group("Family")
    await anna.invites_bot(group)
    await anna.say("we talk among us", group=group)
    await anna.say("/start", group=group)
    await anna.say("/start@somebody_else_bot", group=group)
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["/start"]
    assert updates[0].my_chat_member is not None
    assert updates[0].my_chat_member.new_chat_member.status == "member"
    assert (await bot.send_message(group.id, "Write to me in private")).chat.type == "group"
    assert await bot.leave_chat(group.id)
    assert not group.bot_inside


async def test_the_table_has_all_methods_and_no_other_exists(raw: Raw, playground: Playground) -> None:
    assert len(TABLE) == 35
    answer = await raw("sendSticker", chat_id=1)
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}
    assert playground.api.ledger.entries()[-1].kind == "unknown"


@pytest.mark.parametrize("method", sorted(REFUSED))
async def test_the_bot_cannot_log_out(raw: Raw, playground: Playground, method: str) -> None:
    assert (await raw(method))["error_code"] == 400
    assert playground.api.ledger.entries()[-1].kind == "unknown"


async def test_method_names_in_any_case_and_as_a_parameter(raw: Raw) -> None:
    assert (await raw("GETME"))["ok"]
    assert (await raw("", method="getMe"))["ok"]


async def test_a_wrong_token_is_refused_and_kept_nowhere(playground: Playground, client: aiohttp.ClientSession) -> None:
    secret = "87654321:" + "AbCdE" * 7
    async with client.post(f"{playground.base_url}{secret}/getMe") as answer:
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert playground.api.ledger.refusals()[-1].note == "Unauthorized"
    assert secret not in repr(playground.api.ledger.entries())


async def test_everything_asked_and_refused_is_in_the_ledger(bot: Bot, anna: Somebody, playground: Playground) -> None:
    await bot.send_message(anna.id, "hello")
    with pytest.raises(BadRequest):
        await bot.send_message(anna.id, "<b>hello", parse_mode="HTML")
    call, refusal = playground.api.ledger.entries()[-2:]
    assert (call.kind, call.method, call.parameters["text"]) == ("call", "sendMessage", "hello")
    assert call.answer["message_id"] > 0
    assert (refusal.kind, refusal.code, refusal.parameters["text"]) == ("refusal", 400, "<b>hello")
    assert playground.calls("sendmessage") == 2
