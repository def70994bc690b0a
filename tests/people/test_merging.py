"""Two who are one: what either said of consent holds for the one who remains."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.consent import Proof, consents, state_consent
from core.people.exporting import export_people
from core.people.merging import merge
from tests.conftest import NOW
from tests.people import scene

PAPER = Proof("", "paper form")


@pytest.mark.parametrize(("objected_days_ago", "stands"), [(1, False), (9, True)])
def test_the_later_word_counts(database: Database, objected_days_ago: int, stands: bool) -> None:
    def work(session: Session) -> dict[tuple[str, str], bool]:
        office = scene.office(session)
        kept, gone = scene.member(session, office, name="Ada"), scene.member(session, office, name="A. Riva")
        agreed, objected = NOW - timedelta(days=5), NOW - timedelta(days=objected_days_ago)
        state_consent(session, kept, office, "events", "email", True, PAPER, agreed)
        state_consent(session, gone, office, "events", "email", False, PAPER, objected)
        merge(session, gone, kept, NOW)
        return consents(session, kept, office)

    assert database.write(work) == {("events", "email"): stands}


def test_the_one_who_went_is_not_exported(database: Database) -> None:
    def work(session: Session) -> str:
        office = scene.office(session)
        kept, gone = scene.member(session, office, name="Ada"), scene.member(session, office, name="A. Riva")
        merge(session, gone, kept, NOW)
        out = io.StringIO()
        assert export_people(session, office, out) == 1
        return out.getvalue()

    assert "A. Riva" not in database.write(work)
