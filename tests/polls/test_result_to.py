"""The result is told to everybody who was asked, or to those who took part; of a secret poll by its register alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.audience import member_clause
from core.people.predicates import core_predicates
from core.people.tables import Audience, Membership
from notifications.ledger.release import set_state
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Delivery, Mailing
from notifications.planning.planner import plan_all_due
from notifications.planning.rules import Rules
from notifications.planning.schedule import schedule_occurrences
from surveys.polls.kinds import Secrecy
from surveys.polls.making import close_poll
from surveys.polls.poll import Poll
from surveys.polls.predicates import poll_predicates
from surveys.polls.store import polls_of
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_console import post
from tests.polls.scene import BOOTH, chosen, vote
from tests.polls.test_quick import village
from tests.responses.scene import Scene

__all__ = ["scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
RULES = Rules(member_clause({**core_predicates(), **poll_predicates()}))


def people(database: Database, office_id: int) -> dict[str, int]:
    found = select(Membership.name, Membership.participant_id).where(Membership.office_id == office_id)
    return {row.name: row.participant_id for row in database.read(lambda s: s.execute(found).all())}


def told(database: Database, purpose: str) -> set[int]:
    """Whom mailings of a purpose were planned for."""
    mine = select(Delivery.participant_id).join(Mailing, Mailing.id == Delivery.mailing_id)
    wanted = mine.where(Mailing.purpose == purpose, Delivery.state == "planned")
    return set(database.read(lambda s: s.scalars(wanted).all()))


def close(database: Database, poll: Poll, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=1))

    def work(session: Session) -> None:
        close_poll(session, BOOTH.ids, poll.id, clock.now())
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), RULES)

    database.write(work)


def test_whoever_asks_can_have_only_voters_told_also_of_a_secret_poll(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    office = village(database, clock)
    clerk = sign_in("clerk", "valprato")
    page = clerk.get("/console/ask/bench").text
    assert "Who is told the result" in page and "nothing of what they chose" in page
    made = post(clerk, "/console/ask/bench", secrecy="anonymous", **{"result-to": "voters"})
    assert made.status_code == 200 and "/console/polls/" in made.url.path
    (poll,) = database.read(polls_of)
    assert poll.definition.secrecy is Secrecy.ANONYMOUS
    known = people(database, office)
    vote(scene, poll, known["Bruno"], chosen(poll.names[0]), now=clock.now())
    close(database, poll, clock)
    assert told(database, "results") == {known["Bruno"]}, "Ada was asked and took no part"
    rows = database.read(lambda s: s.scalars(select(Audience).where(Audience.office_id == office)).all())
    assert [(one.name, one.rule) for one in rows] == [
        ("Ha partecipato a: Dove mettiamo la nuova panchina?", {"voted": poll.slug})
    ]


def test_staff_choose_on_the_polls_page_until_it_has_left(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    office = village(database, clock)
    clerk = sign_in("clerk", "valprato")
    post(clerk, "/console/ask/bench", secrecy="named")
    (poll,) = database.read(polls_of)
    here = f"/console/polls/{poll.id}"
    (mailing,) = database.read(lambda s: s.scalars(select(Mailing).where(Mailing.purpose == "results")).all())
    assert mailing.audience_id is None and mailing.state == MailingState.RELEASED, "everybody, if nothing is chosen"
    shown = post(clerk, here, f"{here}/result-mailing", **{"result-to": "voters"})
    assert shown.url.path == f"/console/mailings/{mailing.id}/review"
    (changed,) = database.read(lambda s: s.scalars(select(Mailing).where(Mailing.purpose == "results")).all())
    assert changed.audience_id is not None and changed.state == MailingState.DRAFT, "others: it is released anew"
    assert 'value="voters" checked' in clerk.get(here).text
    post(clerk, here, f"{here}/result-mailing", **{"result-to": "voters"})
    assert len(database.read(lambda s: s.scalars(select(Audience).where(Audience.office_id == office)).all())) == 1
    known = people(database, office)
    vote(scene, poll, known["Ada"], chosen(poll.names[0]), now=clock.now())
    database.write(lambda s: set_state(s, mailing.id, MailingState.RELEASED, clock.now()))
    close(database, poll, clock)
    assert told(database, "results") == {known["Ada"]}
    page = clerk.get(here).text
    assert "has left, or is leaving" in page and f"{here}/result-mailing" not in page
    assert page.count(f'href="/console/mailings/{mailing.id}/review"') == 2, (
        "among its mailings, and where it was offered"
    )
    late = post(clerk, here, f"{here}/result-mailing", **{"result-to": "asked"})
    assert late.status_code == 409 and "has left" in late.text
    database.write(lambda s: set_state(s, mailing.id, MailingState.CANCELLED, clock.now()))
    assert f"{here}/result-mailing" in clerk.get(here).text
    again = post(clerk, here, f"{here}/result-mailing", **{"result-to": "asked"})
    assert again.url.path != shown.url.path and "Il risultato" in again.text, "a poll that has none gets one"
    database.write(lambda s: schedule_occurrences(s, None, clock.now()))
    reader = sign_in("reader", "valprato")
    assert post(reader, here, f"{here}/result-mailing", **{"result-to": "asked"}).status_code == 403
    assert sign_in("organiser", "metro").get(here).status_code in (403, 404)
