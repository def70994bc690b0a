"""Publishing a form: a new version, or none where nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveys.responses.tables import FormVersion, Questionnaire


@dataclass(frozen=True)
class Source:
    """The author's file as it came, and its name."""

    name: str
    content: bytes


def publish(session: Session, questionnaire_id: int, xform: str, source: Source, now: datetime) -> int:
    """Stores a form as the questionnaire's newest version and returns the version's id.

    The same file, or another that compiles to the same form, as the newest version's changes
    nothing. A published version is never changed; responses in progress move to it by the rule of
    `surveys/engine/versions.py`, what was sent stays on its own.
    """
    # Two who publish at once wait for each other here, so that numbers stay unique.
    session.execute(select(Questionnaire.id).where(Questionnaire.id == questionnaire_id).with_for_update()).one()
    newest = session.execute(
        select(FormVersion.id, FormVersion.version, FormVersion.digest, FormVersion.source)
        .where(FormVersion.questionnaire_id == questionnaire_id)
        .order_by(FormVersion.version.desc())
        .limit(1)
    ).one_or_none()
    digest = sha256(xform.encode()).hexdigest()
    if newest is not None and (newest.digest == digest or newest.source == source.content):
        return int(newest.id)
    row = {
        "questionnaire_id": questionnaire_id,
        "version": newest.version + 1 if newest else 1,
        "xform": xform,
        "source": source.content,
        "source_name": source.name,
        "digest": digest,
        "published_at": now,
    }
    return int(session.execute(insert(FormVersion).values(row).returning(FormVersion.id)).scalar_one())
