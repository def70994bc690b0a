"""A clerk sees and reaches the people of their own office, be it a municipality, a union or a zone, and of no other."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Address, Audience, Membership, Participant
from core.process.tables import Office
from core.staff.accounts import NewAccount, add_account, grant_role
from core.staff.errors import ClerkElsewhere
from notifications.ledger.tables import Delivery, Mailing
from notifications.planning.planner import plan_all_due
from surveys.polls.asked import polls_for
from surveys.polls.errors import NotAsked
from surveys.polls.store import polls_of
from surveys.polls.tables import Poll
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.notifications.office import RULES
from tests.polls.scene import chosen, vote
from tests.responses.scene import Scene

__all__ = ["scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
KINDS = {"alto": "municipality", "basso": "municipality", "unione": "union", "zona": "zone"}


@pytest.fixture
def territory(scene: Scene, database: Database, clock: FixedClock) -> dict[str, int]:
    """Two municipalities, their union and their zone, each with a person of its own; the union stands above the two."""

    def work(session: Session) -> dict[str, int]:
        found: dict[str, int] = {}
        for slug in ("unione", "alto", "basso", "zona"):
            parent = found.get("unione") if slug in {"alto", "basso"} else None
            office = Office(slug=slug, name=slug.title(), kind=KINDS[slug], one_person=True, parent_id=parent)
            session.add(office)
            session.flush()
            found[slug] = office.id
            person = Participant(language="it", created_at=clock.now())
            session.add(person)
            session.flush()
            found[f"{slug}-person"] = person.id
            session.add_all([
                Membership(office_id=office.id, participant_id=person.id, name=f"Persona {slug}", attributes={},
                           source="register", legal_basis="public-task", joined_at=clock.now()),
                Address(participant_id=person.id, channel="email", value=f"{slug}@example.org", created_at=clock.now()),
                Audience(office_id=office.id, slug="all", name=f"Tutti {slug}", rule={"everyone": True}),
            ])  # fmt: skip
        return found

    return database.write(work)


def token(page: Any) -> str:
    return str(page.text.split('name="token" value="')[1].split('"')[0])


def asks(clerk: Any, **more: str) -> Any:
    page = clerk.get("/console/ask/bench")
    return clerk.post("/console/ask/bench", data={"token": token(page), **more})


def test_each_reaches_its_own_people_and_no_others(
    territory: dict[str, int], sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    clerks = {slug: sign_in("clerk", slug) for slug in KINDS}
    for slug, clerk in clerks.items():
        page = clerk.get("/console/ask/bench").text
        assert "e-mail: 1" in page and f"Tutti {slug}" in page
        assert not any(f"Tutti {other}" in page for other in KINDS if other != slug), "nothing of others"
        assert asks(clerk).url.path.startswith("/console/polls/")
    database.write(lambda session: plan_all_due(session, clock.now(), RULES))
    told = select(Delivery.participant_id, Mailing.office_id).join(Mailing, Mailing.id == Delivery.mailing_id)
    reached = set(database.read(lambda session: session.execute(told.where(Mailing.poll_id.is_not(None))).all()))
    assert reached == {(territory[f"{slug}-person"], territory[slug]) for slug in KINDS}, "the union not its members'"
    polls = {one.office_id: one for one in database.read(polls_of)}
    for slug in KINDS:
        mine = database.read(partial(polls_for, participant_id=territory[f"{slug}-person"], now=clock.now()))
        assert [one.office_id for one in mine] == [territory[slug]]
    with pytest.raises(NotAsked):
        vote(Scene(database, clock.now()), polls[territory["unione"]], territory["alto-person"], chosen("A"))


def test_what_another_office_has_looks_like_what_nobody_has(
    territory: dict[str, int], sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    alto, others = sign_in("clerk", "alto"), [sign_in("clerk", slug) for slug in ("basso", "unione", "zona")]
    poll_path = asks(alto).url.path
    poll_id = int(poll_path.rsplit("/", 1)[1])
    poll = database.read(lambda session: session.get_one(Poll, poll_id))
    mailing = database.read(lambda s: s.scalars(select(Mailing.id).where(Mailing.poll_id == poll_id)).first())
    assert alto.get(f"{poll_path}/result.png").headers["content-type"] == "image/png"
    repeated = alto.post(f"{poll_path}/repeat", data={
        "token": token(alto.get(poll_path)), "weeks": "4", "open_days": "5", "remind_days": "0", "first": "2023-07-20",
    })  # fmt: skip
    series_path = repeated.url.path
    foreign = (
        poll_path, f"{poll_path}/edit", f"{poll_path}/result.png", series_path, f"/console/mailings/{mailing}/review",
        f"/console/mailings/{mailing}", f"/console/mailings/{mailing}/audience",
        f"/console/processes/{poll.process_id}", f"/console/processes/{poll.process_id}/polls",
        f"/console/processes/{poll.process_id}/plan", f"/console/ask/bench?office={territory['alto']}",
    )  # fmt: skip
    for other in others:
        assert {path: other.get(path).status_code for path in foreign} == dict.fromkeys(foreign, 404)
        audience = database.read(lambda s: s.scalar(select(Audience.id).where(Audience.office_id == territory["alto"])))
        assert asks(other, audience=str(audience)).status_code == 422, "nobody asks another's audience"
        mine = token(other.get("/console/ask"))
        for path in (f"{poll_path}/acts/close", f"{poll_path}/repeat", f"{series_path}/acts/start",
                     f"{series_path}/trend.csv", f"/console/mailings/{mailing}/acts/pause"):  # fmt: skip
            assert other.post(path, data={"token": mine}).status_code in {404, 422}, path
    shown = alto.get(f"/console/mailings/{mailing}/review?person=Persona").text
    assert "Persona alto" in shown and not any(f"Persona {one}" in shown for one in ("basso", "unione", "zona"))


def test_an_authority_has_no_clerks_and_others_do(
    territory: dict[str, int], database: Database, clock: FixedClock
) -> None:
    new = NewAccount("nora@example.org", "Nora", "a long enough password")
    account = database.write(lambda session: add_account(session, new, clock.now()))
    for slug in KINDS:
        grant = partial(grant_role, account_id=account, office_slug=slug, role="clerk", now=clock.now())
        database.write(grant)
    with pytest.raises(ClerkElsewhere):
        database.write(lambda session: grant_role(session, account, "metro", "clerk", clock.now()))


def test_who_works_in_two_offices_says_for_which(
    territory: dict[str, int], sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    clerk = sign_in("clerk", "alto")
    database.write(lambda session: grant_role(session, 1, "basso", "clerk", clock.now()))
    page = clerk.get("/console/ask").text
    assert "Alto" in page and "Basso" in page
    path = f"/console/ask/bench?office={territory['basso']}"
    assert "Tutti basso" in clerk.get(path).text
    clerk.post(path, data={"token": token(clerk.get(path))})
    assert [one.office_id for one in database.read(polls_of)] == [territory["basso"]]
