"""A sandbox on free ports for one test, and people who act in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer

from bots.participants.session import BotSession
from core.clock import Clock, SystemClock
from sandbox.server.rates import Limits
from sandbox.serving import Addresses, serving
from sandbox.world import World, create_world

Json = dict[str, Any]
TOKENS = {"participants": "1001:participants", "staff": "1002:staff"}
FAST = Limits(overall=100_000, per_chat=100_000, chat_burst=1000, per_group_minute=100_000)


class NeverSeen(AssertionError):
    """What was waited for did not come; the text shows the chat as it was."""


@dataclass(frozen=True)
class Person:
    """Somebody who chats with a bot, over HTTP only."""

    http: httpx.AsyncClient
    id: int
    bot: str = "participants"

    async def says(self, text: str) -> Json:
        return await self.does("messages", {"text": text})

    async def presses(self, button_text: str, *, force: bool = False) -> Json:
        """Presses the newest button whose text is (or else contains) the one given."""
        chat = await self.chat()
        buttons = [(m["id"], b) for m in reversed(chat["messages"]) for row in m["buttons"] for b in row if "data" in b]
        found = [x for x in buttons if x[1]["text"] == button_text] or [
            x for x in buttons if button_text in x[1]["text"]
        ]
        if not found:
            raise NeverSeen(f"no button {button_text!r} in {chat['messages'][-3:]}")
        return await self.does("presses", {"message_id": found[0][0], "data": found[0][1]["data"], "force": force})

    async def presses_data(self, message_id: int, data: str, *, force: bool = False) -> Json:
        return await self.does("presses", {"message_id": message_id, "data": data, "force": force})

    async def shares_location(self, latitude: float, longitude: float) -> Json:
        return await self.does("locations", {"latitude": latitude, "longitude": longitude})

    async def sends_file(self, kind: str, name: str, content: bytes, caption: str = "", album: str = "") -> Json:
        fields = {"kind": kind, "caption": caption, "album": album}
        answer = await self.http.post(f"{self._base}/files", data=fields, files={"file": (name, content)})
        answer.raise_for_status()
        return dict(answer.json())

    async def blocks(self, blocked: bool = True) -> Json:
        return await self.does("blocks", {"blocked": blocked})

    async def is_called(self, first_name: str, language_code: str = "it") -> Json:
        content = {"first_name": first_name, "language_code": language_code}
        answer = await self.http.put(self._base, json=content)
        answer.raise_for_status()
        return dict(answer.json())

    async def does(self, act: str, content: Json) -> Json:
        answer = await self.http.post(f"{self._base}/{act}", json=content)
        if answer.is_error:
            raise AssertionError(answer.text)
        return dict(answer.json())

    async def chat(self) -> Json:
        answer = await self.http.get(f"{self._base}/chat")
        answer.raise_for_status()
        return dict(answer.json())

    async def bot_messages(self) -> list[Json]:
        return [message for message in (await self.chat())["messages"] if message["from"] == "bot"]

    async def waits_for(self, wanted: str | Callable[[Json], object], timeout_seconds: float = 10) -> Json:
        """Looks until the bot shows a message that contains a text, or a chat that fits; returns it.

        Raises NeverSeen after `timeout_seconds`.
        """
        attempts = max(1, round(timeout_seconds / 0.02))
        chat: Json = {}
        for _ in range(attempts):
            chat = await self.chat()
            if callable(wanted):
                if wanted(chat):
                    return chat
            else:
                for message in reversed(chat["messages"]):
                    if message["from"] == "bot" and wanted in message["text"]:
                        return dict(message)
            await asyncio.sleep(0.02)
        raise NeverSeen(f"waited for {wanted!r}, saw {chat}")

    async def waits_until_heard(self, timeout_seconds: float = 10) -> Json:
        """Waits until the bot has confirmed everything this person did."""
        return await self.waits_for(lambda chat: chat["pending"] == 0, timeout_seconds)

    @property
    def _base(self) -> str:
        return f"/telegram/{self.bot}/people/{self.id}"


@dataclass(frozen=True)
class RunningSandbox:
    """A world on its ports."""

    world: World
    addresses: Addresses
    http: httpx.AsyncClient

    def person(self, number: int, bot: str = "participants") -> Person:
        return Person(self.http, number, bot)

    @asynccontextmanager
    async def bot(self, name: str = "participants") -> AsyncIterator[Bot]:
        """An aiogram bot that speaks with this world."""
        session = BotSession(api=TelegramAPIServer.from_base(self.addresses.telegram))
        bot = Bot(self.world.bots[name].token, session=session)
        try:
            yield bot
        finally:
            # aiogram's own close waits a quarter of a second for TLS to end.
            await (await session.create_session()).close()

    async def misbehaves(self, **wishes: Json) -> None:
        answer = await self.http.post("/misbehave", json=wishes)
        answer.raise_for_status()

    async def behaves(self) -> None:
        """Ends all misbehaviour."""
        answer = await self.http.delete("/misbehave")
        answer.raise_for_status()

    async def sent(self, text_contains: str = "", bot: str = "participants") -> list[Json]:
        answer = await self.http.get(f"/telegram/{bot}/sent", params={"text_contains": text_contains})
        return list(answer.json()["sent"])

    async def mail(self, to: str | None = None) -> list[Json]:
        answer = await self.http.get("/mail/messages", params={"to": to} if to else {})
        return list(answer.json())


@asynccontextmanager
async def running_sandbox(clock: Clock | None = None, limits: Limits = FAST) -> AsyncIterator[RunningSandbox]:
    """A new world on free loopback ports, with the bots of TOKENS."""
    world = create_world(TOKENS, clock or SystemClock(), limits=limits)
    async with serving(world) as addresses, httpx.AsyncClient(base_url=addresses.http, timeout=60) as http:
        yield RunningSandbox(world, addresses, http)
