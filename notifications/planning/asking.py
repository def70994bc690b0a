"""A poll with all that belongs to it, made at once: its invitation, and the mailing that tells the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.ids import Ids
from core.people.tables import Audience
from core.process.tables import Process
from notifications.content.poll_texts import INVITATION, RESULT
from notifications.ledger.reach import Meant, reached
from notifications.ledger.release import release
from notifications.ledger.report import Count
from notifications.ledger.result_pictures import result_files
from notifications.ledger.states import POLLS, RESULTS, DeliveryState, Kind
from notifications.ledger.tables import Mailing
from notifications.planning.result_telling import To, result_audience
from notifications.planning.rules import Rules
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.writing import Amiss, Draft, check_draft, save_draft
from surveys.polls.making import add_poll
from surveys.polls.poll import Definition
from surveys.polls.store import Place, load_poll


@dataclass(frozen=True)
class Question:
    """A poll and what is said of it; `invitation` and `result` are texts by language, as drafts have them."""

    slug: str
    definition: Definition
    invitation: Mapping[str, Mapping[str, Any]]
    result: Mapping[str, Mapping[str, Any]]
    limit_mb: int = 10
    result_to: To = To.ASKED


class TextsWrong(Problem):
    """`amiss` says all of it, each beside "invitation" or "result"."""

    text = N_("The texts cannot leave as they are. Please put them right.")

    def __init__(self, amiss: Sequence[tuple[str, Amiss]]) -> None:
        super().__init__()
        self.amiss = amiss


@dataclass(frozen=True)
class Asked:
    """What was made: a draft of a poll, and drafts of its mailings, the invitation first."""

    poll_id: int
    mailing_ids: tuple[int, ...]


def make_question(session: Session, ids: Ids, process: Process, new: Question, by: tuple[int, datetime]) -> Asked:
    """Nothing of it leaves before it is released. `by` is whose account, and when. Raises PollSlugTaken, TextsWrong."""
    author, now = by
    place = Place(process.office_id, process.id, process.time_zone)
    poll_id = add_poll(session, ids, place, (new.slug, new.definition), now)
    poll = load_poll(session, poll_id)
    files = result_files(session, poll, new.result)
    invitation = _draft(new, POLLS, "opens", poll_id)
    to = result_audience(session, poll, new.result_to)
    result = _draft(new, RESULTS, "closes", poll_id, files=files, audience_id=to)
    drafts = {INVITATION: invitation, RESULT: result}
    amiss = [(part, one) for part, draft in drafts.items() for one in check_draft(session, process, draft)]
    if amiss:
        raise TextsWrong(amiss)
    kept = tuple(save_draft(session, process, one, author, now) for one in drafts.values())
    return Asked(poll_id, kept)


def launch(session: Session, asked: Asked, account_id: int, now: datetime) -> None:
    """Releases the invitation, with which the poll opens and the message with the result is released.

    Raises FourEyes where somebody else has to.
    """
    release(session, asked.mailing_ids[0], account_id, now)
    schedule_occurrences(session, list(asked.mailing_ids), now)


def reach_of(session: Session, process: Process, audience_id: int | None, now: datetime, rules: Rules) -> list[Count]:
    """To how many an invitation to a poll would go by which channel, and how many not, with the reason."""
    return reach_for(session, process, (audience_id, POLLS), now, rules)


def reach_for(
    session: Session, process: Process, to: tuple[int | None, str], now: datetime, rules: Rules
) -> list[Count]:
    """As `reach_of`, for an audience and the purpose to which people agree."""
    audience_id, purpose = to
    mailing = Mailing(office_id=process.office_id, process_id=process.id, slug="", kind=Kind.MAILING, purpose=purpose)
    clause: ColumnElement[bool] = true()
    if audience_id is not None:
        clause = rules.clause(session.get_one(Audience, audience_id).rule, process.office_id, now)
    each = reached(Meant(mailing, clause, now, contact_budget=rules.contact_budget))
    key = each.c.channel, each.c.reason
    found = session.execute(select(*key, func.count()).group_by(*key).order_by(*key))
    return [
        Count(DeliveryState.SKIPPED if reason else DeliveryState.PLANNED, channel, reason, people)
        for channel, reason, people in found
    ]


def _draft(new: Question, purpose: str, at: str, poll_id: int, **more: Any) -> Draft:
    texts = new.invitation if purpose == POLLS else new.result
    return Draft(
        kind=Kind.MAILING.value, purpose=purpose, round_id=None, poll_id=poll_id,
        anchor={"poll": new.slug, "at": at, "days": 0, "working": False}, missed={"rule": "catch-up"}, spread={},
        texts=texts, limit_mb=new.limit_mb, **{"audience_id": None, **more},
    )  # fmt: skip
