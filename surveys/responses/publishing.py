"""Publishing a form: a new version, or none where nothing changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.file_contents import keep_content
from surveys.responses.tables import FormFile, FormVersion, Questionnaire
from surveys.xlsform.compile import Compiled
from surveys.xlsform.media import FormFile as NewFile


@dataclass(frozen=True)
class Source:
    """The author's file as it came, and its name."""

    name: str
    content: bytes


def publish(session: Session, questionnaire_id: int, compiled: Compiled, source: Source, now: datetime) -> int:
    """Stores a form with its files as the questionnaire's newest version and returns the version's id.

    The same files, or others that compile to the same form, as the newest version's change
    nothing. A published version is never changed; responses in progress move to it by the rule of
    `surveys/engine/versions.py`, what was sent stays on its own.
    """
    # Two who publish at once wait for each other here, so that numbers stay unique.
    session.execute(select(Questionnaire.id).where(Questionnaire.id == questionnaire_id).with_for_update()).one()
    newest = session.execute(
        select(FormVersion.id, FormVersion.version, FormVersion.digest, FormVersion.sent)
        .where(FormVersion.questionnaire_id == questionnaire_id)
        .order_by(FormVersion.version.desc())
        .limit(1)
    ).one_or_none()
    digest = _digest(compiled.xform, compiled.files)
    if newest is not None and (newest.digest == digest or newest.sent == compiled.digest):
        if newest.sent != compiled.digest:  # the same to people, written otherwise
            session.execute(update(FormVersion).where(FormVersion.id == newest.id).values(sent=compiled.digest))
        return int(newest.id)
    row = {
        "questionnaire_id": questionnaire_id,
        "version": newest.version + 1 if newest else 1,
        "xform": compiled.xform,
        "source": source.content,
        "source_name": source.name,
        "digest": digest,
        "sent": compiled.digest,
        "published_at": now,
    }
    version_id = int(session.execute(insert(FormVersion).values(row).returning(FormVersion.id)).scalar_one())
    _keep_files(session, version_id, compiled.files)
    return version_id


def _digest(xform: str, files: Iterable[NewFile]) -> str:
    """Of what people are shown: the form, and the files of its labels."""
    named = (f"{one.name} {sha256(one.content).hexdigest()}" for one in files)
    return sha256("\n".join([xform, *named]).encode()).hexdigest()


def _keep_files(session: Session, version_id: int, files: Iterable[NewFile]) -> None:
    """A file that several versions show is stored once."""
    for one in files:
        known = keep_content(session, one.content)
        row = {"form_version_id": version_id, "name": one.name, "media_type": one.media_type, "sha256": known}
        session.execute(insert(FormFile).values(row))
