"""In which languages an office speaks to people: those of its processes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import LANGUAGES
from core.process.own_process import SLUG, spoken
from core.process.tables import Process


def languages_of(session: Session, office_id: int | None = None) -> tuple[str, ...]:
    """Those of an office, or of all, in our order; all of ours where no process names any.

    The process that an office gets by itself names those that its people read by now, and so limits nobody.
    """
    named = select(Process.languages).where(Process.slug != SLUG)
    mine = named if office_id is None else named.where(Process.office_id == office_id)
    found = {one for languages in session.scalars(mine) for one in languages}
    return tuple(one for one in LANGUAGES if one in found) or tuple(LANGUAGES)


def nearest_language(session: Session, office_id: int, language: str) -> str:
    """What an office speaks to somebody of a language: that one if it has it, else its first."""
    offered = languages_of(session, office_id)
    return language if language in offered else offered[0]


def written_in(session: Session, process: Process) -> list[str]:
    """In which languages we write a message: those of the process, and those that its office's people read."""
    return list(dict.fromkeys([*process.languages, *spoken(session, process.office_id)]))
