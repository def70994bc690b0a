"""Acting as a person over HTTP: `/telegram/<bot>/people/<id>/...` and `/telegram/<bot>/groups/<id>/...`."""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.people import acts
from sandbox.people.acts import Act, Impossible
from sandbox.people.mini_app import opened
from sandbox.people.view import chat_view
from sandbox.server.bot import Bot
from sandbox.server.chats import Chat, Person
from sandbox.server.errors import Refusal
from sandbox.server.files import picture_type
from sandbox.server.strict import Upload

Json = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """Who acts where, and with what."""

    bot: Bot
    chat: Chat
    person: Person
    content: Json


Doing = Callable[[Stage], Act]


@dataclass(frozen=True)
class PeopleApi:
    """The bots by name, and a call after every act so that webhooks hear of it."""

    bots: dict[str, Bot]
    told: Callable[[str], None]

    def routes(self) -> Iterable[Route]:
        for where in ("people", "groups"):
            base = f"/telegram/{{bot}}/{where}/{{id}}"
            yield Route(base, self._introducing, methods=["PUT"])
            yield Route(f"{base}/chat", self._seen, methods=["GET"])
            yield Route(f"{base}/app", self._opening, methods=["GET"])
            for name, doing in DOINGS.items():
                yield Route(f"{base}/{name}", self._acting(doing), methods=["POST"])
        yield Route("/telegram/{bot}/sent", self._sent, methods=["GET"])
        yield Route("/telegram/{bot}/media/{file_id}", self._media, methods=["GET"])

    def _acting(self, doing: Doing) -> Callable[[Request], Awaitable[Response]]:
        async def act(request: Request) -> Response:
            bot = self.bots.get(request.path_params["bot"])
            if bot is None:
                return _unknown_bot()
            try:
                done = doing(_stage(bot, request, await _content(request)))
            except (Impossible, Refusal) as reason:
                return JSONResponse({"error": str(reason)}, status_code=400)
            self.told(bot.name)
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse(request.url.path.rpartition("/")[0], status_code=303)
            return JSONResponse({"update_id": done.update_id, "message_id": done.message_id})

        return act

    async def _introducing(self, request: Request) -> Response:
        bot = self.bots.get(request.path_params["bot"])
        if bot is None:
            return _unknown_bot()
        try:
            stage = _stage(bot, request, await _content(request))
        except Impossible as reason:
            return JSONResponse({"error": str(reason)}, status_code=400)
        if stage.chat.person is None:
            stage.chat.title = str(stage.content.get("title", stage.chat.title))
        return JSONResponse(chat_view(bot, stage.chat))

    async def _seen(self, request: Request) -> Response:
        bot = self.bots.get(request.path_params["bot"])
        if bot is None:
            return _unknown_bot()
        try:
            return JSONResponse(chat_view(bot, _chat(bot, request)))
        except Impossible as reason:
            return JSONResponse({"error": str(reason)}, status_code=400)

    async def _opening(self, request: Request) -> Response:
        """`?url=`: leads to the page of a button, as Telegram opens it."""
        bot = self.bots.get(request.path_params["bot"])
        if bot is None:
            return _unknown_bot()
        try:
            page = opened(bot, _chat(bot, request), request.query_params.get("url", ""))
        except Impossible as reason:
            return JSONResponse({"error": str(reason)}, status_code=400)
        return RedirectResponse(page, 303)

    async def _sent(self, request: Request) -> Response:
        """Everything a bot has sent, to count duplicates; `?text_contains=`, `?chat_id=`."""
        bot = self.bots.get(request.path_params["bot"])
        if bot is None:
            return _unknown_bot()
        part, chat_id = request.query_params.get("text_contains", ""), request.query_params.get("chat_id")
        lines = [line for line in bot.sent if part in line.text and chat_id in {None, str(line.chat_id)}]
        shown = [vars(line) | {"at": line.at.isoformat()} for line in lines]
        return JSONResponse({"count": len(shown), "sent": shown})

    async def _media(self, request: Request) -> Response:
        bot = self.bots.get(request.path_params["bot"])
        upload = bot.files.kept.get(request.path_params["file_id"]) if bot else None
        if upload is None:
            return JSONResponse({"error": "no such file"}, status_code=404)
        kind = picture_type(upload.content)
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        return Response(upload.content, media_type=kind, headers=headers)


def _say(stage: Stage) -> Act:
    return acts.say(stage.bot, stage.chat, stage.person, str(stage.content.get("text", "")))


def _press(stage: Stage) -> Act:
    return acts.press(stage.bot, stage.chat, stage.person, stage.content)


def _locate(stage: Stage) -> Act:
    try:
        latitude, longitude = float(stage.content["latitude"]), float(stage.content["longitude"])
        accuracy = float(stage.content["accuracy"]) if "accuracy" in stage.content else None
    except (KeyError, TypeError, ValueError):
        raise Impossible("latitude and longitude are needed") from None
    return acts.share_location(stage.bot, stage.chat, stage.person, (latitude, longitude, accuracy))


def _share_contact(stage: Stage) -> Act:
    number = str(stage.content.get("phone_number", "+390115550100"))
    return acts.share_contact(stage.bot, stage.chat, stage.person, number)


def _send_file(stage: Stage) -> Act:
    """Multipart with `file`, or JSON with `content` in base64 and `name`; `kind`, `caption` and `album` in both."""
    upload = stage.content.get("file")
    if not isinstance(upload, Upload):
        try:
            content = base64.b64decode(stage.content["content"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise Impossible("a file, or its content in base64, is needed") from None
        name = str(stage.content.get("name", "file"))
        upload = Upload(name, content, mimetypes.guess_type(name)[0] or "application/octet-stream")
    kind, caption = str(stage.content.get("kind", "document")), str(stage.content.get("caption", ""))
    sent = (kind, upload, caption, str(stage.content.get("album", "")))
    return acts.send_file(stage.bot, stage.chat, stage.person, sent)


def _block(stage: Stage) -> Act:
    blocked = stage.content.get("blocked", True)
    if blocked in {"true", "false"}:
        blocked = blocked == "true"
    if not isinstance(blocked, bool):
        raise Impossible("blocked is true or false")
    return acts.block(stage.bot, stage.chat, stage.person, blocked)


def _vote(stage: Stage) -> Act:
    return acts.vote(stage.bot, stage.chat, stage.person, stage.content)


DOINGS: dict[str, Doing] = {
    "votes": _vote,
    "messages": _say,
    "presses": _press,
    "locations": _locate,
    "contacts": _share_contact,
    "files": _send_file,
    "blocks": _block,
}


def _stage(bot: Bot, request: Request, content: Json) -> Stage:
    chat = _chat(bot, request)
    who = content if chat.person is not None else content.get("from") or {}
    if not isinstance(who, dict):
        raise Impossible("from is an object with id and first_name")
    person = chat.person or Person(int(who.get("id", 1)), f"Persona {who.get('id', 1)}")
    for name in ("first_name", "language_code"):
        if name in who:
            setattr(person, name, str(who[name]))
    return Stage(bot, chat, person, content)


def _chat(bot: Bot, request: Request) -> Chat:
    """People are told from groups by the sign: the group 5 of an address is the chat -5."""
    try:
        number = abs(int(request.path_params["id"]))
    except ValueError:
        raise Impossible("an id is a number") from None
    return bot.group(-number) if "/groups/" in request.url.path else bot.private_chat(number)


async def _content(request: Request) -> Json:
    if request.headers.get("content-type", "").startswith(("multipart/", "application/x-www-form")):
        async with request.form() as form:
            return {name: await _part(value) for name, value in form.items()}
    try:
        content = json.loads(await request.body() or b"{}")
    except ValueError:
        raise Impossible("the body is not JSON") from None
    if not isinstance(content, dict):
        raise Impossible("the body is not an object")
    return content


async def _part(value: UploadFile | str) -> Upload | str:
    if isinstance(value, str):
        return value
    return Upload(value.filename or "file", await value.read(), value.content_type or "application/octet-stream")


def _unknown_bot() -> Response:
    return JSONResponse({"error": "no such bot"}, status_code=404)
