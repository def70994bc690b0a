"""Requests that aiogram's models would let through and Telegram would not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.server.errors import Refusal
from sandbox.server.strict import Upload, check_request, known_methods
from tests.support.sandbox import RunningSandbox

METHODS = known_methods()
URL = "/telegram/bot1001:participants"
BUTTON = {"text": "Sì", "callback_data": "si"}


def inline(*buttons: object) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def page(url: str) -> dict[str, Any]:
    return inline({"text": "Apri", "web_app": {"url": url}})


def send(**more: object) -> dict[str, Any]:
    return {"chat_id": 7, "text": "Buongiorno"} | more


REFUSED = [
    (send(txet="x"), 'parameter "txet" is unknown in sendMessage'),
    ({"chat_id": 7}, "message text is empty"),
    ({"text": "x"}, "chat_id is empty"),
    (send(text=5), 'can\'t parse field "text": it must be of type String'),
    (send(disable_notification="perhaps"), 'can\'t parse field "disable_notification": it must be of type Boolean'),
    (send(disable_notification=1), 'can\'t parse field "disable_notification": it must be of type Boolean'),
    (send(message_thread_id="x"), 'can\'t parse field "message_thread_id": it must be of type Integer'),
    (send(message_thread_id=1.5), 'can\'t parse field "message_thread_id": it must be of type Integer'),
    (send(message_thread_id=True), 'can\'t parse field "message_thread_id": it must be of type Integer'),
    (send(reply_markup="{"), "can't parse reply markup JSON object"),
    (
        send(reply_markup=inline(BUTTON | {"colour": "red"})),
        'can\'t parse reply_markup.inline_keyboard[0][0]: field "colour" is unknown in InlineKeyboardButton',
    ),
    (
        send(reply_markup=inline({"callback_data": "si"})),
        'can\'t parse reply_markup.inline_keyboard[0][0]: field "text" of InlineKeyboardButton must be specified',
    ),
    (
        send(reply_markup=inline(BUTTON | {"text": 1})),
        'can\'t parse field "reply_markup.inline_keyboard[0][0].text": it must be of type String',
    ),
    (
        send(reply_markup={"remove_keyboard": False}),
        'can\'t parse field "reply_markup.remove_keyboard": one of True is expected',
    ),
    (send(entities=[{"type": "bold", "offset": 0}]), 'field "length" of MessageEntity must be specified'),
]


@pytest.mark.parametrize(("given", "reason"), REFUSED)
def test_what_does_not_fit_is_refused_at_every_depth(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_request(METHODS["sendmessage"], given, {})
    assert refusal.value.status == 400
    assert reason in refusal.value.description


def test_forms_carry_everything_as_text() -> None:
    given = {
        "chat_id": "7",
        "text": "5",
        "disable_notification": "true",
        "message_thread_id": "3",
        "reply_markup": json.dumps(inline(BUTTON)),
    }
    assert check_request(METHODS["sendmessage"], given, {}) == {
        "chat_id": "7",
        "text": "5",
        "disable_notification": True,
        "message_thread_id": 3,
        "reply_markup": inline(BUTTON),
    }


def test_files_are_found_where_they_are_spoken_of() -> None:
    upload = Upload("a.png", b"x", "image/png")
    direct = check_request(METHODS["sendphoto"], {"chat_id": 7}, {"photo": upload})
    attached = check_request(METHODS["sendphoto"], {"chat_id": 7, "photo": "attach://k"}, {"k": upload})
    assert direct["photo"] is attached["photo"] is upload
    with pytest.raises(Refusal, match="not attached"):
        check_request(METHODS["sendphoto"], {"chat_id": 7, "photo": "attach://other"}, {"k": upload})
    media = [{"type": "photo", "media": "attach://k", "caption": "x"}]
    checked = check_request(METHODS["sendmediagroup"], {"chat_id": 7, "media": json.dumps(media)}, {"k": upload})
    assert checked["media"][0]["media"] is upload


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (inline({"text": "Sì"}), "Text buttons are unallowed in the inline keyboard"),
        (inline(BUTTON | {"callback_data": "é" * 33}), "BUTTON_DATA_INVALID"),
        (inline(BUTTON | {"callback_data": ""}), "BUTTON_DATA_INVALID"),
        (inline({"text": " ", "callback_data": "si"}), "Button text must be non-empty"),
        (inline(BUTTON | {"url": "https://a.example"}), "exactly one action is expected"),
        (inline({"text": "Apri", "url": "comune"}), "inline keyboard button URL 'comune' is invalid"),
        (page("http://comune.example/app"), "Only HTTPS links are allowed"),
        (page("http://127.0.0.1.example/app"), "Only HTTPS links are allowed"),
        (page(""), "Only HTTPS links are allowed"),
        (inline(BUTTON | {"web_app": {"url": "https://a.example"}}), "exactly one action is expected"),
        ({"inline_keyboard": [[BUTTON]] * 101}, "reply markup is too long"),
    ],
)
async def test_keyboards_that_telegram_refuses(sandbox: RunningSandbox, markup: dict[str, Any], reason: str) -> None:
    await sandbox.person(7).says("/start")
    answer = await sandbox.http.post(f"{URL}/sendMessage", json=send(reply_markup=markup))
    assert answer.status_code == 400
    assert answer.json()["description"].startswith("Bad Request: ")
    assert reason in answer.json()["description"]
    assert await sandbox.sent() == []


@pytest.mark.parametrize("url", ["https://a.example/app", "http://127.0.0.1:8000/app/x?at=1"])
async def test_pages_open_from_private_chats_alone(sandbox: RunningSandbox, url: str) -> None:
    await sandbox.person(7).says("/start")
    assert (await sandbox.http.post(f"{URL}/sendMessage", json=send(reply_markup=page(url)))).status_code == 200
    said = {"text": "Buongiorno", "from": {"id": 7, "first_name": "Ada"}}
    await sandbox.http.post("/telegram/participants/groups/55/messages", json=said)
    sent = (await sandbox.http.post(f"{URL}/sendMessage", json=send(chat_id=-55))).json()["result"]["message_id"]
    in_group = send(chat_id=-55, message_id=sent, reply_markup=page(url))
    answers = [
        await sandbox.http.post(f"{URL}/sendMessage", json=send(chat_id=-55, reply_markup=page(url))),
        await sandbox.http.post(f"{URL}/editMessageText", json=in_group),
    ]
    assert [answer.json()["description"] for answer in answers] == ["Bad Request: BUTTON_TYPE_INVALID"] * 2


async def test_64_bytes_of_data_and_4096_characters_are_enough(sandbox: RunningSandbox) -> None:
    await sandbox.person(7).says("/start")
    markup = inline(BUTTON | {"callback_data": "é" * 32})
    request = send(text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML", reply_markup=markup)
    assert (await sandbox.http.post(f"{URL}/sendMessage", json=request)).status_code == 200
    answer = await sandbox.http.post(f"{URL}/sendMessage", json=send(text="x" * 4097))
    assert answer.json()["description"] == "Bad Request: message is too long"
    answer = await sandbox.http.post(f"{URL}/sendMessage", json=send(text=" \n"))
    assert answer.json()["description"] == "Bad Request: message text is empty"


async def test_every_way_of_asking_is_understood(sandbox: RunningSandbox) -> None:
    await sandbox.person(7).says("/start")
    answers = [
        await sandbox.http.get(f"{URL}/sendMessage", params=send()),
        await sandbox.http.post(f"{URL}/SENDMESSAGE", data=send()),
        await sandbox.http.post(f"{URL}/sendMessage", json=send()),
        await sandbox.http.post(f"{URL}/sendMessage", data=send(), files={"unused": b""}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    broken = await sandbox.http.post(f"{URL}/sendMessage", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 400


async def test_what_is_not_played_says_so(sandbox: RunningSandbox) -> None:
    answer = await sandbox.http.get(f"{URL}/logOut")
    assert answer.json()["description"] == "Bad Request: the sandbox does not play logOut"
