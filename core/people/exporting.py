"""Exports an office's people, in the columns that an import understands."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.importing.known import Known, by_ids
from core.people.tables import Membership, Participant
from core.spreadsheet import safe_cell

COLUMNS = (
    "reference",
    "name",
    "language",
    "channel",
    "email",
    "category",
    "organisation",
    "contact",
    "municipality",
    "zone",
)
BATCH = 1000


def export_people(session: Session, office_id: int, out: TextIO) -> int:
    """Writes CSV, a batch of people at a time; how many. No cell begins a formula."""
    attributes = _attribute_names(session, office_id)
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *(safe_cell(name) for name in attributes)])
    count = 0
    for row in _rows(session, office_id):
        writer.writerow([safe_cell(str(row.get(name, ""))) for name in (*COLUMNS, *attributes)])
        count += 1
    return count


def _rows(session: Session, office_id: int) -> Iterator[dict[str, Any]]:
    last = 0
    while ids := _next(session, office_id, last):
        last = ids[-1]
        settings = {
            row.id: row
            for row in session.execute(
                select(Participant.id, Participant.language, Participant.preferred_channel).where(
                    Participant.id.in_(ids)
                )
            )
        }
        for one in sorted(by_ids(session, office_id, ids), key=lambda known: known.participant_id):
            own = settings[one.participant_id]
            yield _row(one) | {"language": own.language, "channel": own.preferred_channel}


def _row(one: Known) -> dict[str, Any]:
    emails = {"email": one.emails[0] if one.emails else ""}
    return {**one.attributes, **one.values, **emails, "reference": one.reference or ""}


def _next(session: Session, office_id: int, last: int) -> list[int]:
    statement = (
        select(Membership.participant_id)
        .join(Participant, Participant.id == Membership.participant_id)
        .where(
            Membership.office_id == office_id,
            Membership.participant_id > last,
            Membership.left_at.is_(None),
            Participant.erased_at.is_(None),
            Participant.merged_into.is_(None),
        )
        .order_by(Membership.participant_id)
        .limit(BATCH)
    )
    return list(session.scalars(statement))


def _attribute_names(session: Session, office_id: int) -> list[str]:
    found: set[str] = set()
    statement = select(Membership.attributes).where(Membership.office_id == office_id)
    for attributes in session.scalars(statement.execution_options(yield_per=BATCH)):
        found.update(attributes)
    return sorted(found)
