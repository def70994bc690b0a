"""The ready set of mailings around an event, as drafts that staff read, change and release; it is made once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.i18n import pick_text, translator
from core.people.tables import Audience
from core.process.package.dates import to_instant
from core.process.tables import Event, Process
from core.process.waiting import lock_event
from notifications.ledger.states import EVENTS
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.anchors import due_local, parse_anchor, to_utc
from notifications.planning.schedule import timetables
from notifications.planning.writing import Draft, save_draft
from notifications.ready.pieces import (
    AUDIENCE_NAMES,
    INVITED,
    PIECES,
    ROUND_DAYS,
    ROUND_TITLE,
    SATISFACTION,
    Around,
    Piece,
)
from notifications.ready.texts import ready_texts
from surveys.ready.forms import ensure_ready_form
from surveys.responses.round_times import of_event
from surveys.responses.tables import Round


@dataclass(frozen=True)
class Prepared:
    """A mailing of the set: when it is or would be due, its row once it is there, what became of it."""

    piece: Piece
    due_at: datetime
    mailing_id: int = 0
    state: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is prepared: which mailings, and whom the invitation goes to (without it there is none)."""

    pieces: Collection[str]
    invite: int | None = None
    asks_how_it_was: bool = True


def prepared(session: Session, event_id: int) -> list[Prepared]:
    """The set of an event as it stands, in the order of time."""
    event = session.get_one(Event, event_id)
    around = _around(session, event)
    found = select(Mailing.slug, Mailing.id, Mailing.state, Occurrence.due_at)
    found = found.outerjoin(Occurrence, Occurrence.mailing_id == Mailing.id)
    rows = {row.slug: row for row in session.execute(found.where(Mailing.process_id == event.process_id))}
    known = [(piece, rows.get(around.mailing(piece.name))) for piece in PIECES]
    table = timetables(session, {event.process_id})[event.process_id]

    def due(piece: Piece) -> datetime:
        return to_utc(due_local(parse_anchor(piece.anchor_of(event.slug)), table), table.zone)

    return [
        Prepared(piece, due(piece)) if row is None else Prepared(piece, row.due_at or due(piece), row.id, row.state)
        for piece, row in known
    ]


def prepare_set(session: Session, event_id: int, wanted: Wanted, author: int, now: datetime) -> list[int]:
    """Writes the drafts that are not there yet, with their audiences, questionnaire and round; the new mailings' ids.

    The event is held meanwhile: of two who press at once the second finds everything there.
    """
    event = lock_event(session, event_id)
    process = session.get_one(Process, event.process_id)
    missing = [
        one.piece
        for one in prepared(session, event_id)
        if not one.mailing_id
        and one.piece.name in wanted.pieces
        and (one.piece.audience != INVITED or wanted.invite is not None)
    ]
    making = _Making(session, event, process, now)
    return [making.mailing(one, wanted, author) for one in missing]


def _around(session: Session, event: Event) -> Around:
    return Around(session.get_one(Process, event.process_id).slug, event.slug)


@dataclass(frozen=True)
class _Making:
    session: Session
    event: Event
    process: Process
    now: datetime

    @property
    def around(self) -> Around:
        return Around(self.process.slug, self.event.slug)

    def mailing(self, piece: Piece, wanted: Wanted, author: int) -> int:
        asks = piece.asks_how_it_was and wanted.asks_how_it_was
        texts = ready_texts(piece.name, self.process.languages, with_answer=asks)
        draft = Draft(
            kind=piece.kind.value,
            purpose=EVENTS,
            audience_id=wanted.invite if piece.audience == INVITED else self._audience(piece.audience),
            round_id=self._round() if asks else None,
            anchor=piece.anchor_of(self.event.slug),
            missed=piece.missed,
            spread={},
            texts={language: {"attachments": [], **text} for language, text in texts.items()},
            slug=self.around.mailing(piece.name),
        )
        return save_draft(self.session, self.process, draft, author, self.now)

    def _audience(self, audience: str) -> int:
        slug = self.around.of_office(audience)
        mine = Audience.office_id == self.process.office_id, Audience.slug == slug
        found = self.session.scalar(select(Audience.id).where(*mine))
        if found is not None:
            return int(found)
        language = self.process.languages[0]
        name = translator(language)(AUDIENCE_NAMES[audience], event=pick_text(self.event.title, language))
        row = {"office_id": self.process.office_id, "slug": slug, "name": name, "rule": self.around.rule(audience)}
        return int(self.session.execute(insert(Audience).values(row).returning(Audience.id)).scalar_one())

    def _round(self) -> int:
        slug, process = self.around.of_office(SATISFACTION), self.process
        mine = Round.office_id == process.office_id, Round.slug == slug
        found = self.session.scalar(select(Round.id).where(*mine))
        if found is not None:
            return int(found)
        ends: dict[str, Any] = {"event": self.event.slug, "at": "ends", "days": 0, "time": ""}
        hangs_on = {"opens_at": ends, "closes_at": {**ends, "days": ROUND_DAYS}}
        times = {name: to_instant(of_event(when, self.event), process.time_zone) for name, when in hangs_on.items()}
        row = {
            "office_id": process.office_id,
            "process_id": process.id,
            "questionnaire_id": ensure_ready_form(self.session, process.id, SATISFACTION, self.now),
            "audience_id": self._audience("present"),
            "slug": slug,
            "title": {
                language: translator(language)(ROUND_TITLE, event=pick_text(self.event.title, language))
                for language in process.languages
            },
            "subject_kind": "participant",
            "quotas": [],
            "hangs_on": hangs_on,
            **times,
        }
        return int(self.session.execute(insert(Round).values(row).returning(Round.id)).scalar_one())
