"""A question to the people, asked by staff through whichever door: where it is asked, and all of it kept at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.i18n import LANGUAGES, N_
from core.ids import Ids
from core.process.lending import lenders
from core.process.offices import audiences_of
from core.process.own_process import need_process, spoken, usual_process
from core.process.tables import Office, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.content.poll_texts import INVITATION, RESULT
from notifications.planning.asking import Asked, Question, launch, make_question
from notifications.planning.lent import Words, ask_lent
from notifications.planning.planner import window_of
from notifications.planning.result_telling import To
from notifications.planning.windows import Window
from notifications.review.one_person import may_release
from surveys.polls.making import slug_for
from surveys.polls.poll import Definition
from surveys.polls.store import load_poll, slugs_of

NEEDED = (Permission.MANAGE_POLLS, Permission.WRITE_MAILINGS)
WHY = {
    "anonymous": N_(
        "Anonymous: nobody can find out who chose what, the office neither; so people say what they think. If only a "
        "few vote, nobody is shown what was chosen."
    ),
    "named": N_("Named: the office reads who chose what, so that it can come back to them; names are not published."),
}

Texts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Desk:
    """Where it is asked: the office, by the clock of its process, and what can be chosen."""

    office_id: int
    office: str
    zone: str
    languages: Sequence[str]
    audiences: Sequence[tuple[int, str]]
    window: Window  # in which messages leave
    releases: bool  # whether whoever asks lets it leave
    lenders: Sequence[tuple[int, str]] = ()  # the municipalities of a union that let it ask their people too


@dataclass(frozen=True)
class Said:
    """What is asked, with the texts of the invitation and of the message with the result, by language; `lent` are
    the offices whose people are asked too."""

    definition: Definition
    texts: Mapping[str, Texts]
    limit_mb: int = 10
    result_to: To = To.ASKED
    lent: Collection[int] = ()


def asking_offices(staff: Staff) -> list[int]:
    """Those in which somebody may ask."""
    return [one for one in staff.offices(NEEDED[0]) if staff.may(NEEDED[1], one)]


def open_desk(session: Session, staff: Staff, office_id: int) -> tuple[Desk, Process]:
    """Raises NotAllowed."""
    for permission in NEEDED:
        staff.need(permission, office_id)
    process = usual_process(session, office_id)
    office = session.get_one(Office, office_id)
    known = {*process.languages, *spoken(session, office_id)}
    desk = Desk(
        office_id=office_id,
        office=office.name,
        zone=process.time_zone,
        languages=[one for one in LANGUAGES if one in known],
        audiences=audiences_of(session, office_id),
        window=window_of(session, process)[0],
        releases=office.one_person and may_release(session, staff, office_id),
        lenders=lenders(session, office_id),
    )
    return desk, process


def ask_people(session: Session, ids: Ids, by: tuple[Staff, Desk], said: Said, now: datetime) -> Asked:
    """The poll with its mailings, let go at once where one person may; raises TextsWrong, and nothing is kept then."""
    staff, desk = by
    office_id, definition = desk.office_id, said.definition
    process = need_process(session, office_id)
    slug = slug_for(next(iter(definition.title.values()), ""), slugs_of(session, office_id))
    new = Question(slug, definition, said.texts[INVITATION], said.texts[RESULT], said.limit_mb, said.result_to)
    made = make_question(session, ids, process, new, (staff.account_id, now))
    words = Words(said.texts[INVITATION], said.texts[RESULT], said.result_to)
    ask_lent(session, load_poll(session, made.poll_id), said.lent, words, now)
    poll, mailings = [f"poll:{made.poll_id}"], [f"mailing:{one}" for one in made.mailing_ids]
    done = [("poll.added", poll), ("mailing.written", mailings)]
    if desk.releases:
        launch(session, made, staff.account_id, now)
        done += [("mailing.released", mailings), ("poll.opened", poll)]
    for act, subjects in done:
        for subject in subjects:
            record(session, Act(act, subject, staff.account_id, office_id), now)
    return made
