"""Calls of the Bot API over kept connections, and what their answers mean; knows no bot library."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from core.clock import Clock
from notifications.channels.contract import (
    Button,
    ChatFile,
    ChatPart,
    Delivered,
    Misconfigured,
    Outcome,
    RecipientGone,
    Rejected,
    ThrottledUntil,
    Unknown,
    UnreachableNow,
)

TIMEOUT_SECONDS = 30
UPLOAD_SECONDS = 180
KEEP_ALIVE_SECONDS = 10  # less than any server's, or a message meets a connection just closed
CONNECTIONS = 100
LONGEST_PAUSE = 86_400.0
GONE = ("chat not found", "user is deactivated", "bot was blocked", "bot can't initiate", "peer_id_invalid")

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What became of a call, and the messages that Telegram made of it."""

    outcome: Outcome
    messages: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Given:
    """A file as a call names it: by Telegram's name, or by its bytes."""

    file: ChatFile
    file_id: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class Call:
    """One request: a method, its parameters, and the files that go along by the names they are attached under."""

    method: str
    parameters: Json
    uploads: Mapping[str, Given]


class BotCalls:
    """One bot's requests; with `paid` each is a paid broadcast."""

    def __init__(self, token: str, api_url: str, machine: Clock, *, paid: bool = False) -> None:
        self._base = f"{api_url.rstrip('/')}/bot{token}"
        self._machine = machine
        self._paid = {"allow_paid_broadcast": True} if paid else {}
        self._session: aiohttp.ClientSession | None = None

    async def make(self, call: Call) -> Answer:
        """Never raises for what the other side or the network does."""
        parameters = call.parameters | self._paid
        body: dict[str, Any] = {"data": _form(call, parameters)} if call.uploads else {"json": parameters}
        seconds = UPLOAD_SECONDS if call.uploads else TIMEOUT_SECONDS
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._open().post(f"{self._base}/{call.method}", timeout=timeout, **body) as response:
                return self._read(response.status, await response.read())
        except aiohttp.ClientConnectorError as error:  # before a byte left
            return Answer(UnreachableNow(type(error).__name__))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Answer(Unknown(type(error).__name__))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # lets the transports close

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)
            )
        return self._session

    def _read(self, status: int, body: bytes) -> Answer:
        """Translates an answer (Bot API, "Making requests"): `ok`, `error_code`, `description`, `parameters`."""
        try:
            answer: Json = json.loads(body)
            if answer["ok"]:
                found = answer["result"]
                messages = tuple(found) if isinstance(found, list) else (found,)
                return Answer(Delivered(str(messages[-1]["message_id"])), messages)
            detail = str(answer.get("description", ""))
        except (ValueError, KeyError, TypeError, IndexError):
            return Answer(Unknown(f"HTTP {status} without an answer of the Bot API"))
        return Answer(self._refused(status, answer, detail))

    def _refused(self, status: int, answer: Json, detail: str) -> Outcome:
        if status == 429:
            return ThrottledUntil(self._machine.now() + timedelta(seconds=_pause(answer)), detail)
        if status == 403 or (status == 400 and any(words in detail.lower() for words in GONE)):
            return RecipientGone(detail)
        if status in {401, 404}:
            return Misconfigured(detail)
        return UnreachableNow(detail) if status >= 500 else Rejected(detail)


def call_for(chat: str, part: ChatPart, given: Sequence[Given] = (), kind: str = "") -> Call:
    """The request that puts a part into a chat; its files as `kind` (photo, document)."""
    common: Json = {"chat_id": int(chat)} | _markup(part.buttons)
    if not given:
        shown = {"text": part.text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
        return Call("sendMessage", common | shown, {})
    places = [one.file_id or f"attach://file{number}" for number, one in enumerate(given)]
    uploads = {f"file{number}": one for number, one in enumerate(given) if not one.file_id}
    if len(given) == 1:
        caption = {"caption": part.text, "parse_mode": "HTML"} if part.text else _caption(given[0].file)
        return Call(f"send{kind.capitalize()}", common | caption | {kind: places[0]}, uploads)
    media = [{"type": kind, "media": place} | _caption(one.file) for one, place in zip(given, places, strict=True)]
    return Call("sendMediaGroup", common | {"media": media}, uploads)


def file_id(message: Json, kind: str) -> str:
    """What Telegram calls the file of a message; of a photo it keeps several sizes, the largest last."""
    found = message.get(kind)
    found = found[-1] if isinstance(found, list) and found else found
    return str(found.get("file_id", "")) if isinstance(found, dict) else ""


def _caption(file: ChatFile) -> Json:
    return {"caption": file.words} if file.words else {}


def _markup(buttons: Sequence[Button]) -> Json:
    keys = [
        [{"text": button.label, **({"callback_data": button.data} if button.data else {"url": button.url})}]
        for button in buttons
    ]
    return {"reply_markup": {"inline_keyboard": keys}} if keys else {}


def _form(call: Call, parameters: Json) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # Telegram reads names as they are, in UTF-8
    for name, value in parameters.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, one in call.uploads.items():
        form.add_field(name, io.BytesIO(one.content), filename=one.file.name, content_type=one.file.media_type)
    return form


def _pause(answer: Json) -> float:
    """The seconds to wait; a second where the answer does not say it so that it can be understood."""
    try:
        return min(LONGEST_PAUSE, max(0.0, float(answer["parameters"]["retry_after"])))
    except (KeyError, TypeError, ValueError):
        return 1
