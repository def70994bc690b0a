"""Whoever asked to be erased stays away, whatever list is loaded again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.database import Database
from core.notices import News, tell
from core.people.erasing import PERSON, erase_person
from core.people.importing.importing import Became, Report, import_people
from core.people.importing.writing import Origin
from core.people.tables import Address, Erased, Membership
from core.process.tables import PackageItem
from core.tables import Notice
from tests.conftest import NOW
from tests.people import scene

PEOPLE = """reference,name,email,consent_questionnaires,consent_date,consent_source
A1,Ada Riva,ada@example.org,,,
A2,Bo Neri,hall@example.org,,,
A3,Cleo Neri,hall@example.org,,,
"""
LATER = NOW + timedelta(days=30)


@pytest.fixture
def office_id(database: Database, tmp_path: Path) -> int:
    made = database.write(scene.office)
    take(database, tmp_path, made, PEOPLE)
    return made


def take(database: Database, folder: Path, office_id: int, content: str) -> Report:
    path = folder / "people.csv"
    path.write_text(content)
    origin = Origin(office_id, "a list", "public-task")
    return database.write(lambda session: import_people(session, path, origin, LATER))


def erase(database: Database, reference: str) -> int:
    who = select(Membership.participant_id).where(Membership.reference == reference)
    participant_id = database.read(lambda s: s.scalars(who).one())
    database.write(lambda s: erase_person(s, participant_id, [], NOW))
    return participant_id


def test_the_erased_are_left_out_of_the_list_they_were_in(database: Database, office_id: int, tmp_path: Path) -> None:
    erase(database, "A1")
    again = take(database, tmp_path, office_id, PEOPLE)
    assert (again.counts[Became.ERASED], again.counts[Became.ADDED]) == (1, 0)
    assert [(one.line, "erased" in one.text) for one in again.warnings] == [(2, True)]


@pytest.mark.parametrize("row", ["B9,A. Riva,ada@example.org,,,", ",Ada Riva,ADA@example.org,,,", "A1,Somebody,,,,"])
def test_another_spelling_does_not_bring_them_back(
    database: Database, office_id: int, tmp_path: Path, row: str
) -> None:
    erase(database, "A1")
    assert take(database, tmp_path, office_id, f"{PEOPLE.splitlines()[0]}\n{row}\n").counts[Became.ERASED] == 1


def test_who_shares_a_mailbox_with_the_erased_stays_and_may_be_added(
    database: Database, office_id: int, tmp_path: Path
) -> None:
    erase(database, "A2")
    again = take(database, tmp_path, office_id, PEOPLE + "A4,Dino Neri,hall@example.org,,,\n")
    counts = {became: count for became, count in again.counts.items() if count}
    assert counts == {Became.ADDED: 1, Became.UNCHANGED: 2, Became.ERASED: 1}


@pytest.mark.parametrize(("day", "became"), [("2023-01-01", Became.ERASED), ("after", Became.ADDED)])
def test_only_a_consent_given_since_lets_them_in_again(
    database: Database, office_id: int, tmp_path: Path, day: str, became: Became
) -> None:
    erase(database, "A1")
    given = (NOW + timedelta(days=2)).date().isoformat() if day == "after" else day
    row = f"A1,Ada Riva,ada@example.org,yes,{given},paper form"
    assert take(database, tmp_path, office_id, f"{PEOPLE.splitlines()[0]}\n{row}\n").counts[became] == 1


def test_another_office_is_not_bound_by_it(database: Database, office_id: int, tmp_path: Path) -> None:
    erase(database, "A1")
    other = database.write(lambda s: scene.office(s, "other"))
    assert take(database, tmp_path, other, PEOPLE).counts[Became.ADDED] == 3


def test_nothing_that_names_them_stays(database: Database, office_id: int) -> None:
    def mark(session: Session) -> None:
        scene.put(
            session, PackageItem, office_id=office_id, process_slug="plan", kind=PERSON, slug="A1", digest="d",
            loaded_at=NOW,
        )  # fmt: skip

    database.write(mark)
    participant_id = database.read(
        lambda s: s.scalars(select(Membership.participant_id).where(Membership.reference == "A1")).one()
    )
    database.write(lambda s: tell(s, News("join-code", "k", participant_id, "email", office_id), NOW))
    assert erase(database, "A1") == participant_id

    def left(session: Session) -> list[int]:
        mine = [
            select(func.count()).select_from(Address).where(Address.participant_id == participant_id),
            select(func.count()).select_from(Notice).where(Notice.participant_id == participant_id),
            select(func.count()).select_from(PackageItem).where(PackageItem.slug == "A1"),
        ]
        return [session.scalar(one) or 0 for one in mine]

    assert database.read(left) == [0, 0, 0]
    digests = database.read(lambda s: s.scalars(select(Erased.digest)).all())
    assert len(digests) == 3  # the reference, the address, the address with the name
    assert not any("ada" in one or "A1" in one for one in digests)
