"""The texts that left: each is kept once, as it was, for whoever has to show what people were sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.content.files import MailedFile
from notifications.content.markdown import pictures_of
from notifications.ledger.tables import MailingText, SentText


@dataclass(frozen=True)
class Wording:
    """A mailing's text in one language at one moment; `digest` is the same for the same words."""

    digest: str
    row: Mapping[str, Any] = field(compare=False)


def wording_of(text: MailingText, files: Mapping[str, MailedFile]) -> Wording:
    """`files` are the mailing's, of which a text sends those it shows or has attached."""
    row: dict[str, Any] = {
        "mailing_id": text.mailing_id,
        "language": text.language,
        "subject": text.subject,
        "body": text.body,
        "buttons": text.buttons,
    }
    names = [*(name for name, _ in pictures_of(text.body)), *text.attachments] if files else []
    sent = [files[name] for name in dict.fromkeys(names) if name in files]
    if sent:  # a text without files is known by the digest it always had
        row["attachments"] = list(text.attachments)
        row["files"] = [{"name": one.name, "media_type": one.media_type, "sha256": one.sha256} for one in sent]
    told = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return Wording(hashlib.sha256(told.encode()).hexdigest()[:32], row)


def keep_wording(session: Session, wording: Wording) -> None:
    """Keeps a text that is about to leave."""
    if session.connection().scalar(_KEPT, {"wording": wording.digest}) is None:
        row = {"digest": wording.digest, **wording.row}
        session.execute(insert_into(session, SentText).values(row).on_conflict_do_nothing())


_KEPT = select(SentText.digest).where(SentText.digest == bindparam("wording"))


def sent_texts(session: Session, mailing_id: int) -> Sequence[SentText]:
    """What left of a mailing, in all languages and wordings."""
    statement = select(SentText).where(SentText.mailing_id == mailing_id).order_by(SentText.language, SentText.digest)
    return session.scalars(statement).all()
