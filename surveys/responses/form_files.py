"""The pictures, sounds and films of published forms."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.responses.tables import FormFile


@dataclass(frozen=True)
class ShownFile:
    """A file of a published form; `sha256` tells it from every other."""

    name: str
    media_type: str
    sha256: str


def find_file(session: Session, form_version_id: int, name: str) -> ShownFile | None:
    """What is known of a file, None where the form has none of this name."""
    statement = select(FormFile.media_type, FormFile.sha256).where(
        FormFile.form_version_id == form_version_id, FormFile.name == name
    )
    found = session.execute(statement).one_or_none()
    return ShownFile(name, found.media_type, found.sha256) if found else None
