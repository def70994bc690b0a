"""A bot and a person in a chat, the bot through the real client."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)

from tests.support.attachments import MP3, MP4, OGG, WEBM, png
from tests.support.sandbox import NeverSeen, RunningSandbox

PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (320).to_bytes(4, "big") + (200).to_bytes(4, "big") + bytes(40)


def buttons(**texts: str) -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=data) for data, text in texts.items()]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_a_person_starts_and_the_bot_hears_and_answers(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    await anna.is_called("Anna", "it")
    act = await anna.says("/start abc-123")
    (update,) = await bot.get_updates()
    assert update.update_id == act["update_id"]
    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.from_user.first_name, update.message.from_user.language_code) == ("Anna", "it")
    assert update.message.entities is not None
    assert [(e.type, e.offset, e.length) for e in update.message.entities] == [("bot_command", 0, 6)]
    sent = await bot.send_message(7, "<b>Buongiorno</b> Anna", parse_mode="HTML", reply_markup=buttons(si="Sì"))
    assert sent.text == "Buongiorno Anna"
    seen = await anna.waits_for("Buongiorno")
    assert seen["html"] == "<b>Buongiorno</b> Anna"
    assert seen["buttons"] == [[{"text": "Sì", "data": "si"}]]


async def test_a_press_reaches_the_bot_and_its_answer_the_person(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    await anna.says("/start")
    sent = await bot.send_message(7, "Accetta?", reply_markup=buttons(si="Sì", no="No"))
    act = await anna.presses("Sì")
    update = (await bot.get_updates(offset=act["update_id"]))[0]
    assert update.callback_query is not None
    assert (update.callback_query.data, update.callback_query.message.message_id) == ("si", sent.message_id)  # type: ignore[union-attr]
    await update.callback_query.as_(bot).answer("Grazie", show_alert=True)
    await sent.as_(bot).edit_text("Accettato")
    chat = await anna.chat()
    assert [(toast["text"], toast["alert"]) for toast in chat["toasts"]] == [("Grazie", True)]
    assert (chat["messages"][-1]["text"], chat["messages"][-1]["edited"]) == ("Accettato", True)
    assert chat["messages"][-1]["buttons"] == []


async def test_only_a_button_that_is_there_can_be_pressed(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    await anna.says("/start")
    sent = await bot.send_message(7, "Accetta?", reply_markup=buttons(si="Sì"))
    await bot.edit_message_reply_markup(chat_id=7, message_id=sent.message_id)
    with pytest.raises(NeverSeen):
        await anna.presses("Sì")
    with pytest.raises(AssertionError, match="no such button"):
        await anna.presses_data(sent.message_id, "si")
    stale = await anna.presses_data(sent.message_id, "si", force=True)
    assert (await bot.get_updates(offset=-1))[0].update_id == stale["update_id"]
    await bot.delete_message(7, sent.message_id)
    await anna.presses_data(sent.message_id, "si", force=True)
    gone = (await bot.get_updates(offset=-1))[0].callback_query
    assert gone is not None
    assert gone.message is not None
    assert gone.message.date == 0


async def test_a_bot_cannot_write_first(sandbox: RunningSandbox, bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(7, "Buongiorno")
    await sandbox.person(7).is_called("Anna")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(7, "Buongiorno")


async def test_blocking_is_told_and_forbids(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    await anna.says("/start")
    act = await anna.blocks()
    change = (await bot.get_updates(offset=act["update_id"]))[0].my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(7, "Buongiorno")
    await anna.blocks(False)
    await bot.send_message(7, "Bentornata")
    assert await sandbox.sent("Bentornata")
    assert not await sandbox.sent("Buongiorno")


async def test_messages_that_change_nothing_are_refused(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    said = await anna.says("/start")
    sent = await bot.send_message(7, "Uno", reply_markup=buttons(si="Sì"))
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("Uno", chat_id=7, message_id=sent.message_id, reply_markup=buttons(si="Sì"))
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_reply_markup(chat_id=7, message_id=sent.message_id, reply_markup=buttons(si="Sì"))
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("Due", chat_id=7, message_id=999)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("Due", chat_id=7, message_id=said["message_id"])
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(7, 999)


async def test_old_presses_cannot_be_answered(sandbox: RunningSandbox, bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query("unknown")


async def test_keyboards_come_and_go(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    await anna.says("/start")
    rows = [[KeyboardButton(text="Qui sono", request_location=True), KeyboardButton(text="Salta")]]
    await bot.send_message(7, "Dove?", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    assert (await anna.chat())["keyboard"] == [[{"text": "Qui sono", "asks": "location"}, {"text": "Salta"}]]
    act = await anna.shares_location(45.07, 7.69)
    update = (await bot.get_updates(offset=act["update_id"]))[0]
    assert update.message is not None
    assert update.message.location is not None
    assert update.message.location.latitude == 45.07
    await bot.send_message(7, "Grazie", reply_markup=ReplyKeyboardRemove())
    assert (await anna.chat())["keyboard"] is None
    await bot.send_message(7, "Perché?", reply_markup=ForceReply())
    await bot.send_chat_action(7, "typing")
    assert (await anna.chat())["typing"]


async def test_files_go_both_ways(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    await anna.says("/start")
    photo = await bot.send_photo(
        7, BufferedInputFile(PICTURE, "chart.png"), caption="Il <i>grafico</i>", parse_mode="HTML"
    )
    assert photo.photo is not None
    assert (photo.photo[0].width, photo.photo[0].height, photo.caption) == (320, 200, "Il grafico")
    again = await bot.send_document(7, photo.photo[0].file_id)
    assert again.document is not None
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(7, BufferedInputFile(b"no picture", "x.png"))
    act = await anna.sends_file("document", "piano.pdf", b"%PDF-", caption="Ecco")
    update = (await bot.get_updates(offset=act["update_id"]))[0]
    assert update.message is not None
    assert update.message.document is not None
    file = await bot.get_file(update.message.document.file_id)
    assert file.file_path is not None
    content = await bot.download_file(file.file_path)
    assert content is not None
    assert content.read() == b"%PDF-"


@pytest.mark.parametrize("kind", ["voice", "audio", "video", "video_note", "animation"])
async def test_a_recording_arrives_as_what_it_was_sent_as(sandbox: RunningSandbox, bot: Bot, kind: str) -> None:
    act = await sandbox.person(7).sends_file(kind, "clip.mp4", b"content")
    (update,) = await bot.get_updates(offset=act["update_id"])
    assert update.message is not None
    assert update.message.content_type == kind
    sent = getattr(update.message, kind)
    assert (sent.file_size, sent.duration) == (7, 3)
    assert (update.message.document is None) == (kind != "animation")


async def test_files_are_taken_as_telegram_takes_them(sandbox: RunningSandbox, bot: Bot) -> None:
    await sandbox.person(7).says("/start")
    for content, refusal in ((png(1, 21), "INVALID_DIMENSIONS"), (PICTURE + bytes(10 * 2**20), "too big")):
        with pytest.raises(TelegramBadRequest, match=refusal):
            await bot.send_photo(7, BufferedInputFile(content, "x.png"))
    assert (await bot.send_audio(7, BufferedInputFile(MP3, "x.mp3"))).audio is not None
    assert (await bot.send_video(7, BufferedInputFile(MP4, "x.mp4"))).video is not None
    for sent in (
        await bot.send_audio(7, BufferedInputFile(OGG, "x.ogg")),
        await bot.send_video(7, BufferedInputFile(WEBM, "x.webm")),
    ):
        assert sent.document is not None and not sent.audio and not sent.video


async def test_a_photo_comes_in_sizes_and_an_album_photo_by_photo(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    for _ in range(2):
        await anna.sends_file("photo", "tree.png", PICTURE, album="a")
    sent = [update.message for update in await bot.get_updates()]
    assert [one.media_group_id for one in sent if one is not None] == ["a", "a"]
    first = sent[0]
    assert first is not None
    assert first.photo is not None
    assert [one.width for one in first.photo] == [1, 320], "the largest is the last"
    assert len({one.file_id for one in first.photo}) == 2
    await anna.does("locations", {"latitude": 45.07, "longitude": 7.68, "accuracy": 30})
    place = (await bot.get_updates())[-1].message
    assert place is not None
    assert place.location is not None
    assert place.location.horizontal_accuracy == 30


async def test_replies_and_commands_and_descriptions(sandbox: RunningSandbox, bot: Bot) -> None:
    said = await sandbox.person(7).says("/start")
    reply = await bot.send_message(7, "Eccomi", reply_parameters=ReplyParameters(message_id=said["message_id"]))
    assert reply.reply_to_message is not None
    with pytest.raises(TelegramBadRequest, match="reply message not found"):
        await bot.send_message(7, "Eccomi", reply_parameters=ReplyParameters(message_id=999))
    commands = [BotCommand(command="aiuto", description="Come funziona")]
    await bot.set_my_commands(commands, language_code="it")
    assert [command.command for command in await bot.get_my_commands(language_code="it")] == ["aiuto"]
    assert await bot.get_my_commands() == []
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="Aiuto!", description="x")])
    await bot.set_my_description("Ascolta", language_code="it")
    await bot.set_my_short_description("Breve")
    assert (await bot.get_my_description(language_code="it")).description == "Ascolta"
    assert (await bot.get_my_short_description()).short_description == "Breve"
    assert (await bot.get_me()).username == "participants_bot"
    assert (await bot.get_chat(7)).type == "private"


async def test_a_group_hears_and_is_written_to(sandbox: RunningSandbox, bot: Bot) -> None:
    content = {"text": "/voto", "from": {"id": 7, "first_name": "Anna"}}
    answer = await sandbox.http.post("/telegram/participants/groups/55/messages", json=content)
    (update,) = await bot.get_updates(offset=answer.json()["update_id"])
    assert update.message is not None
    assert (update.message.chat.id, update.message.chat.type) == (-55, "group")
    await bot.send_message(-55, "Votate")
    chat = (await sandbox.http.get("/telegram/participants/groups/55/chat")).json()
    assert [message["author"] for message in chat["messages"]] == ["Anna", "Participants"]


async def test_two_bots_share_no_chat_and_no_token(sandbox: RunningSandbox, bot: Bot) -> None:
    await sandbox.person(7).says("/start")
    async with sandbox.bot("staff") as staff:
        assert await staff.get_updates() == []
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await staff.send_message(7, "Buongiorno")
    answer = await sandbox.http.get("/telegram/bot1001:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


async def test_a_method_that_does_not_exist_is_not_found(sandbox: RunningSandbox) -> None:
    answer = await sandbox.http.get("/telegram/bot1001:participants/getMeNot")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_unread_updates_are_counted(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    act = await anna.says("/start")
    assert (await anna.chat())["pending"] == 1
    await bot.get_updates(offset=act["update_id"] + 1)
    assert (await anna.waits_until_heard())["pending"] == 0


async def test_many_people_at_once(sandbox: RunningSandbox, bot: Bot) -> None:
    await asyncio.gather(*(sandbox.person(n).says("/start") for n in range(1, 60)))
    updates = await bot.get_updates(limit=100)
    assert len({update.update_id for update in updates}) == 59
