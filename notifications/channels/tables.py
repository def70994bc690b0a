"""What a channel has to remember."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class TelegramFile(Base):
    """Telegram's name for a file that a bot sent before; only that bot can use it."""

    __tablename__ = "telegram_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)  # photo, audio, video, document
    file_id: Mapped[str]
