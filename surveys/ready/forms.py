"""Questionnaires that are ready to be used as they are, or to begin with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.process.tables import Process
from surveys.responses.publishing import Source, publish
from surveys.responses.tables import FormVersion, Questionnaire
from surveys.xlsform.compile import compile_form

FOLDER = Path(__file__).parent
READY = tuple(sorted(one.stem for one in FOLDER.glob("*.md")))


def ready_form(name: str) -> Path:
    return FOLDER / f"{name}.md"


def ensure_ready_form(session: Session, process_id: int, name: str, now: datetime) -> int:
    """The id of the process's questionnaire of this name: the one it has, else the ready one, published now."""
    mine = Questionnaire.process_id == process_id, Questionnaire.slug == name
    found = session.scalar(select(Questionnaire.id).where(*mine))
    if found is None:
        office_id = session.get_one(Process, process_id).office_id
        row = {"office_id": office_id, "process_id": process_id, "slug": name}
        found = session.execute(insert(Questionnaire).values(row).returning(Questionnaire.id)).scalar_one()
    if session.scalar(select(FormVersion.id).where(FormVersion.questionnaire_id == found).limit(1)) is None:
        path = ready_form(name)
        compiled = compile_form(path, path.name, name=name, version=1)
        publish(session, found, compiled, Source(path.name, path.read_bytes()), now)
    return int(found)
