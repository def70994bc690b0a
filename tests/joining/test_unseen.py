"""Before it is confirmed a request is seen by nobody, and it goes by itself when its time is over."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.ids import CountedIds
from core.people.addresses import add_address
from core.people.erasing import erase_person
from core.people.exporting import export_people
from core.people.importing.importing import Became, Report, import_people
from core.people.importing.writing import Origin
from core.people.join_requests import LASTS, MOST_AT_ONCE, Wanted, ask_to_join, confirm_request, forget_requests
from core.people.my_data import export_person
from core.people.open_offices import OpenOffice, find_open_office
from core.people.personal import PersonalData
from core.people.preferences import WITHOUT_END, pause
from core.people.suppression import is_suppressed
from core.people.tables import Address, Consent, JoinRequest, Membership, Participant
from core.process.tables import Office
from notifications.intake.bounces import complain
from notifications.intake.my_data import erase_mails
from notifications.intake.tables import IncomingMail
from notifications.ledger.tables import Delivery
from notifications.planning.notices import plan_notices
from notifications.planning.timers import PlannerDeps, run_planner
from tests.joining.stage import ADA, TEXT
from tests.notifications.office import RULES
from tests.responses.scene import Scene, build

PEOPLE = "reference,name,email\nA1,Ada Prova,ada@example.org\n"


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    made = build(database, clock.now())
    made.change(Office, made.office_id, joining={"open": True, "text": TEXT})
    return made


def asks(scene: Scene, ids: CountedIds, email: str = ADA, name: str = "Ada Prova") -> int:
    """Asks to join; the request's nonce."""

    def work(session: Session) -> int:
        office: OpenOffice = find_open_office(session, "metro")
        wanted = Wanted(email, "en", ["events"], office.version_in("en"), name)
        ask_to_join(session, office, wanted, ids, scene.now)
        return session.scalars(select(JoinRequest.nonce).order_by(JoinRequest.id.desc()).limit(1)).one()

    return scene.database.write(work)


def count(scene: Scene, table: type[Address | Delivery | JoinRequest | Membership | Participant]) -> int:
    return scene.database.read(lambda s: s.scalar(select(func.count()).select_from(table))) or 0


def imports(scene: Scene, folder: Path) -> Report:
    path = folder / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    origin = Origin(scene.office_id, "a list", "public-task")
    return scene.database.write(lambda s: import_people(s, path, origin, scene.now))


def test_a_request_meets_no_import_and_stands_in_no_export(scene: Scene, ids: CountedIds, tmp_path: Path) -> None:
    nonce = asks(scene, ids)
    out = io.StringIO()
    assert scene.database.read(lambda s: export_people(s, scene.office_id, out)) == 0
    assert ADA not in out.getvalue()
    report = imports(scene, tmp_path)
    assert report.counts[Became.ADDED] == 1 and report.warnings == []
    person = scene.database.write(lambda s: confirm_request(s, nonce, scene.now))
    (member,) = scene.database.read(lambda s: s.scalars(select(Membership)).all())
    assert (member.participant_id, member.reference, member.source) == (person, "A1", "a list")
    assert imports(scene, tmp_path).counts[Became.UNCHANGED] == 1


def test_somebody_elses_request_does_not_make_an_address_shared(scene: Scene, ids: CountedIds, tmp_path: Path) -> None:
    """Who is erased stays away from a later list also where somebody asked to join with their address meanwhile."""
    imports(scene, tmp_path)
    person = scene.database.read(lambda s: s.scalars(select(Membership.participant_id)).one())
    asks(scene, ids, name="")
    scene.database.write(lambda s: erase_person(s, person, (), scene.now))
    path = tmp_path / "other.csv"
    path.write_text("name,email\nA. Prova,ada@example.org\n", encoding="utf-8")
    origin = Origin(scene.office_id, "a list", "public-task")
    report = scene.database.write(lambda s: import_people(s, path, origin, scene.now))
    assert report.counts[Became.ERASED] == 1


def test_who_came_back_by_joining_is_met_by_the_old_list(scene: Scene, ids: CountedIds, tmp_path: Path) -> None:
    imports(scene, tmp_path)
    person = scene.database.read(lambda s: s.scalars(select(Membership.participant_id)).one())
    scene.database.write(lambda s: erase_person(s, person, (), scene.now))
    assert imports(scene, tmp_path).counts[Became.ERASED] == 1
    nonce = asks(scene, ids)
    back = scene.database.write(lambda s: confirm_request(s, nonce, scene.now))
    report = imports(scene, tmp_path)
    assert back != person and report.counts[Became.ERASED] == 0 and count(scene, Membership) == 1


def test_a_pause_that_somebody_asked_for_stays(scene: Scene, ids: CountedIds) -> None:
    known = scene.participant(name="Ada Prova")

    def work(session: Session) -> None:
        add_address(session, known, "email", ADA, scene.now)
        pause(session, known)

    scene.database.write(work)
    nonce = asks(scene, ids)
    assert scene.database.write(lambda s: confirm_request(s, nonce, scene.now)) == known
    found = scene.database.read(lambda s: s.get_one(Participant, known))
    assert (found.paused_until, found.language) == (WITHOUT_END, "it"), "a known person's language is theirs"


async def test_the_planner_forgets_what_was_not_confirmed_when_the_clock_moves(
    scene: Scene, ids: CountedIds, clock: FixedClock
) -> None:
    asks(scene, ids)
    kept = asks(scene, ids, "kept@example.org")
    scene.database.write(lambda s: confirm_request(s, kept, scene.now))
    planner = asyncio.ensure_future(run_planner(PlannerDeps(scene.database, clock, RULES)))
    try:
        await until(lambda: count(scene, Delivery) == 2)
        clock.advance(LASTS - timedelta(seconds=1))
        await asyncio.sleep(4)
        assert count(scene, JoinRequest) == 2
        clock.advance(timedelta(seconds=1))
        await until(lambda: count(scene, JoinRequest) == 0)
    finally:
        planner.cancel()
        await asyncio.gather(planner, return_exceptions=True)
    left = scene.database.read(lambda s: s.scalars(select(Address.value)).all())
    assert list(left) == ["kept@example.org"] and count(scene, Membership) == 1


def test_what_was_asked_for_and_agreed_to_is_given_to_the_person(scene: Scene, ids: CountedIds) -> None:
    nonce = asks(scene, ids)
    person = scene.database.write(lambda s: confirm_request(s, nonce, scene.now))
    known = scene.database.read(lambda s: export_person(s, person))
    assert [(one["email"], one["purposes"]) for one in known["requests_to_join"]] == [(ADA, ["events"])]
    assert [one["text"] for one in known["consents"]] == [TEXT["en"]]


def test_so_many_go_in_one_transaction(scene: Scene, ids: CountedIds) -> None:
    for number in range(MOST_AT_ONCE + 3):
        asks(scene, ids, f"p{number}@example.org")
    over = scene.now + LASTS
    gone = [scene.database.write(lambda s: forget_requests(s, (), over)) for _ in range(3)]
    assert gone == [MOST_AT_ONCE, 3, 0]
    assert (count(scene, Address), count(scene, Participant)) == (0, 0)


def test_what_came_back_about_a_mail_goes_too(scene: Scene, ids: CountedIds) -> None:
    asks(scene, ids)
    person = scene.database.read(lambda s: s.scalars(select(Participant.id)).one())
    values = {"received_at": scene.now, "kind": "bounce", "state": "acted", "address": ADA}
    scene.insert(IncomingMail, participant_id=person, **values)
    personal = PersonalData((), (erase_mails,))
    scene.database.write(lambda s: forget_requests(s, personal.erasers, scene.now + LASTS))
    assert scene.database.read(lambda s: s.scalars(select(IncomingMail)).all()) == []


def test_a_complaint_about_a_confirmation_is_the_objection_of_nobody(
    scene: Scene, ids: CountedIds, clock: FixedClock
) -> None:
    asks(scene, ids)
    scene.database.write(lambda s: plan_notices(s, clock.now()))

    def work(session: Session) -> None:
        complain(session, session.scalars(select(Delivery)).one(), scene.now)

    scene.database.write(work)
    assert scene.database.read(lambda s: is_suppressed(s, "email", ADA))
    assert scene.database.read(lambda s: s.scalars(select(Consent)).all()) == []


async def until(fits: object) -> None:
    assert callable(fits)
    for _ in range(300):
        if await asyncio.to_thread(fits):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")
