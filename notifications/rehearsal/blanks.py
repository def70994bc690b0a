"""For how many people a variable of a text has no value: it vanishes from what they read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.people.tables import Membership, Participant
from notifications.content.text import Setting, Text, fill_states
from notifications.content.variables import blanks
from notifications.ledger.reach import Meant, reached
from notifications.planning.preview import Preview, meant_now
from notifications.planning.rules import Rules
from notifications.sending.context import Voice, load_context


@dataclass(frozen=True)
class Blank:
    """A variable that stands in the text of a language and is empty for so many of its readers."""

    language: str
    variable: str
    people: int


def blanks_of(
    session: Session, mailing_id: int, preview: Preview, now: datetime, telling: tuple[Rules, Voice]
) -> tuple[Blank, ...]:
    """What vanishes, for whom, as of now. What a text says otherwise (`{% if name %}`) is not among it."""
    rules, voice = telling
    context = load_context(session, mailing_id, voice, ())
    meant = meant_now(session, mailing_id, now, rules)
    nameless = _nameless(session, meant) if meant is not None else {}
    readers: dict[str, int] = {}
    for one in preview.readers:
        readers[one.language] = readers.get(one.language, 0) + one.people
    found = []
    for language, text in context.texts.items():
        for variable in sorted(_blank(text, context.settings[language])):
            people = (nameless if variable == "name" else readers).get(language, 0)
            found += [Blank(language, variable, people)] if people else []
    return tuple(found)


def _blank(text: Text, setting: Setting) -> set[str]:
    sources, states = (text.subject, text.body), fill_states(setting, has_name=False)
    return set().union(*(blanks(source, states) for source in sources))


def _nameless(session: Session, meant: Meant) -> dict[str, int]:
    """How many who would get it have no name in the office, by language."""
    each = reached(meant)
    member = and_(Membership.participant_id == each.c.id, Membership.office_id == meant.mailing.office_id)
    statement = (
        select(Participant.language, func.count())
        .select_from(each)
        .join(Participant, Participant.id == each.c.id)
        .outerjoin(Membership, member)
        .where(each.c.reason == "", func.trim(func.coalesce(Membership.name, "")) == "")
        .group_by(Participant.language)
    )
    return {str(row[0]): int(row[1]) for row in session.execute(statement)}
