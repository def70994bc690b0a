"""One bot's world: its chats, its updates, its files and what it has sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.clock import Clock
from core.ids import Ids
from sandbox.server.chats import Chat, Message, Person, as_api
from sandbox.server.errors import bad_request, forbidden
from sandbox.server.files import Files
from sandbox.server.html import Entity
from sandbox.server.rates import Rates
from sandbox.server.updates import Updates

Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A line of the log of everything a bot has sent, deleted messages included."""

    chat_id: int
    message_id: int
    method: str
    text: str
    at: datetime


@dataclass
class Query:
    """A press that wants an answer (callback_query)."""

    chat_id: int
    at: datetime


@dataclass
class Hook:
    """Where updates are posted to, and how the last attempt went."""

    url: str
    secret: str = ""
    last_error: str = ""
    last_error_at: datetime | None = None


@dataclass
class Bot:
    """Everything the server knows of one bot; `name` is its name in our addresses."""

    name: str
    token: str
    clock: Clock
    ids: Ids
    rates: Rates
    files: Files
    updates: Updates = field(default_factory=Updates)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    hook: Hook | None = None
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    last_message_id: int = 0

    @property
    def username(self) -> str:
        return f"{self.name}_bot"

    def as_api(self) -> Json:
        return {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": self.name.capitalize(),
            "username": self.username,
        }

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id

    def private_chat(self, person_id: int) -> Chat:
        """The chat with a person, who begins to exist with it."""
        if person_id not in self.chats:
            self.chats[person_id] = Chat(person_id, person=Person(person_id, f"Persona {person_id}"))
        return self.chats[person_id]

    def group(self, group_id: int) -> Chat:
        if group_id not in self.chats:
            self.chats[group_id] = Chat(group_id, title=f"Gruppo {-group_id}", started=True)
        return self.chats[group_id]

    def known_chat(self, chat_id: Any) -> Chat:
        """The chat a request speaks of; raises "chat not found"."""
        number = int(chat_id) if str(chat_id).lstrip("-").isdecimal() else 0
        chat = self.chats.get(number)
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        return chat

    def open_chat(self, chat_id: Any) -> Chat:
        """A chat the bot may write to; raises "bot was blocked by the user" too."""
        chat = self.known_chat(chat_id)
        if chat.blocked:
            who = "blocked by the user" if chat.person else "kicked from the group chat"
            raise forbidden(f"bot was {who}")
        return chat

    def receive(self, chat: Chat, author: Person, content: Message) -> int | None:
        """Adds what a person has sent and tells the bot; the update's id."""
        chat.messages[content.id] = content
        if chat.person is not None:
            chat.started = True
        return self.updates.add(chat.id, "message", as_api(content, chat) | {"from": author.as_api()})

    def compose(self, author: Json, text: str = "", entities: list[Entity] | None = None) -> Message:
        """A new message, not yet in a chat."""
        return Message(self.next_message_id(), author, self.clock.now(), text, entities or [])
