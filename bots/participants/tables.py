"""Where each chat stands: what it shows, beside what the response's session knows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class Chat(Base):
    """One private chat with the bot.

    `address_id` is None until somebody joined by a link; `response_id` is the dialogue being held,
    `prompt_message_id` the message whose buttons are live.
    """

    __tablename__ = "chat"
    __table_args__ = (Index("ix_chat_address_id", "address_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # Telegram's chat id
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id", ondelete="SET NULL"))
    language: Mapped[str]
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id", ondelete="SET NULL"))
    prompt_message_id: Mapped[int | None] = mapped_column(BigInteger)
    awaiting: Mapped[dict[str, Any]]  # a short input outside the questionnaire: {"code": joining nonce}, ...
