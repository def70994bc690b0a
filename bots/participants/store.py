"""Where a chat stands, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from bots.participants.tables import Chat
from core.database.many import Numbers, among
from core.people.channels import TELEGRAM
from core.people.store import remaining
from core.people.tables import Address, Membership, Participant
from core.process.tables import Office

NOTHING: Mapping[str, Any] = MappingProxyType({})


class ChatState(NamedTuple):
    """One chat; `language` is the person's own once they are known.

    `participant_id` is None until somebody joined, `proved` once they may see earlier answers.

    Before that, and once a joining was undone, there is no `response_id` either.
    """

    id: int
    language: str
    address_id: int | None = None
    participant_id: int | None = None
    proved: bool = False
    response_id: int | None = None
    prompt_message_id: int | None = None
    awaiting: Mapping[str, Any] = NOTHING


_LOAD = (
    select(
        Chat.id,
        func.coalesce(Participant.language, Chat.language),
        Chat.address_id,
        Address.participant_id,
        Address.proved_at.is_not(None),
        Chat.response_id,
        Chat.prompt_message_id,
        Chat.awaiting,
        Participant.merged_into,
    )
    .outerjoin(Address, Address.id == Chat.address_id)
    .outerjoin(Participant, Participant.id == Address.participant_id)
    .where(among(Chat.id, bindparam("ids", type_=Numbers())))
)


def load_chat(session: Session, chat_id: int) -> ChatState | None:
    return load_chats(session, [chat_id]).get(chat_id)


def load_chats(session: Session, chat_ids: Collection[int]) -> dict[int, ChatState]:
    """Those that are known, by their ids."""
    found = session.connection().execute(_LOAD, {"ids": chat_ids}).all()
    return {row[0]: _state_of(session, row) for row in found}


def _state_of(session: Session, row: Any) -> ChatState:
    chat_id, language, address_id, participant_id, proved, response_id, prompt_message_id, awaiting, merged_into = row
    if merged_into is not None:
        participant_id = remaining(session, merged_into)
        language = language_of(session, participant_id)
    return ChatState(
        chat_id,
        language,
        address_id=address_id,
        participant_id=participant_id,
        proved=proved,
        response_id=response_id if proved else None,
        prompt_message_id=prompt_message_id,
        awaiting=awaiting,
    )


def add_chat(session: Session, chat_id: int, language: str) -> ChatState:
    session.execute(insert(Chat).values(id=chat_id, language=language, awaiting={}))
    return ChatState(chat_id, language)


def change_chat(session: Session, chat_id: int, **values: Any) -> None:
    session.execute(update(Chat).where(Chat.id == chat_id).values(**values))


def set_blocked(session: Session, account: int, at: datetime | None) -> None:
    """Notes that a person stopped the bot, or (None) took it up again."""
    mine = Address.channel == TELEGRAM, Address.value == str(account)
    session.execute(update(Address).where(*mine).values(blocked_at=at))


def language_of(session: Session, participant_id: int) -> str:
    return str(session.execute(select(Participant.language).where(Participant.id == participant_id)).scalar_one())


def offices_of(session: Session, participant_id: int) -> list[tuple[int, str]]:
    """The offices a person belongs to: (id, name), the oldest first."""
    found = (
        select(Office.id, Office.name)
        .join(Membership, Membership.office_id == Office.id)
        .where(Membership.participant_id == participant_id, Membership.left_at.is_(None))
        .order_by(Membership.id)
    )
    return [(row.id, row.name) for row in session.execute(found)]
