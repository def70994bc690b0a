"""A union asks the people of its municipalities, through those that allow it, and does not learn who they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.links import Purpose
from core.people.audience import member_clause
from core.people.predicates import core_predicates
from core.process.lending import lenders
from core.process.tables import Office
from core.staff.tables import AuditEntry
from notifications.ledger.tables import Delivery, Mailing, MailingText
from notifications.planning.planner import plan_all_due
from notifications.planning.rules import Rules
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.context import load_context
from surveys.polls.asked import polls_for
from surveys.polls.errors import NotAsked
from surveys.polls.kinds import State
from surveys.polls.making import close_poll
from surveys.polls.predicates import poll_predicates
from surveys.polls.reading import turnout_of
from surveys.polls.store import load_poll, polls_of
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.notifications.sending import VOICE
from tests.polls.scene import BOOTH, chosen, vote
from tests.polls.test_offices import asks, territory, token
from tests.responses.scene import Scene
from tests.support.web import RunningWeb

__all__ = ["scene", "sign_in", "territory", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
RULES = Rules(member_clause({**core_predicates(), **poll_predicates()}))


def lend(clerk: Any, office_id: int, do: str = "allow") -> int:
    data = {"token": token(clerk.get("/console")), "office": str(office_id), "do": do}
    return int(clerk.post("/console/lending", data=data).status_code)


def told(database: Database, clock: FixedClock) -> set[tuple[int, int, str]]:
    """Who gets what is due now: the person, the office it comes from, its purpose."""

    def work(session: Session) -> None:
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), RULES)

    database.write(work)
    found = select(Delivery.participant_id, Mailing.office_id, Mailing.purpose)
    found = found.join(Mailing, Mailing.id == Delivery.mailing_id).where(Mailing.poll_id.is_not(None))
    return {tuple(row) for row in database.read(lambda s: s.execute(found.where(Delivery.state == "planned")).all())}  # type: ignore[misc]


def test_a_union_asks_through_the_municipalities_that_allow_it(
    territory: dict[str, int], sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    alto, basso, union = (sign_in("clerk", slug) for slug in ("alto", "basso", "unione"))
    ids = {slug: territory[slug] for slug in ("alto", "basso", "unione")}
    people = {slug: territory[f"{slug}-person"] for slug in ("alto", "basso", "unione", "zona")}
    assert "Whose people are asked too" not in union.get("/console/ask/bench").text, "nobody has allowed it"
    assert "Unione cannot ask your people" in alto.get("/console/ask").text
    assert lend(alto, ids["alto"]) == 200
    assert "may ask your people too" in alto.get("/console/ask").text
    page = union.get("/console/ask/bench").text
    assert "Alto (1 person can be reached)" in page and "Basso" not in page and "Persona alto" not in page
    assert "through Alto" not in page, "nothing is ticked yet"
    look = asks(union, look="yes", **{f"lent-{ids['alto']}": "yes"}).text
    assert "through Alto: 1 person can be reached" in look and "opens at once and the invitation leaves" in look
    made = asks(union, **{f"lent-{ids['alto']}": "yes", f"lent-{ids['basso']}": "yes", "result-to": "voters"})
    (poll,) = database.read(polls_of)
    assert made.url.path == f"/console/polls/{poll.id}" and poll.state is State.OPEN
    assert "everybody whom the office knows · people lent by Alto</dd>" in made.text
    assert told(database, clock) == {
        (people["unione"], ids["unione"], "polls"), (people["alto"], ids["alto"], "polls"),
    }, "Basso has allowed nothing, whatever the form says"  # fmt: skip
    mine = select(MailingText.body).join(Mailing, Mailing.id == MailingText.mailing_id)
    body = database.read(lambda s: s.scalars(mine.where(Mailing.office_id == ids["alto"])).first())
    assert body is not None and "Unione – {{ office }}" in body, "under both names"
    assert database.read(partial(turnout_of, poll=poll, now=clock.now())).asked == 2
    asked = (partial(polls_for, participant_id=people[slug], now=clock.now()) for slug in ("alto", "basso"))
    offered = [database.read(one) for one in asked]
    assert [[one.id for one in each] for each in offered] == [[poll.id], []]
    hall = Scene(database, clock.now())
    vote(hall, poll, people["alto"], chosen(poll.names[0]))
    for slug in ("basso", "zona"):
        with pytest.raises(NotAsked):
            vote(hall, poll, people[slug], chosen(poll.names[0]))
    clock.advance(timedelta(hours=1))
    database.write(lambda s: close_poll(s, BOOTH.ids, poll.id, clock.now()))
    assert {one for one in told(database, clock) if one[2] == "results"} == {(people["alto"], ids["alto"], "results")}
    shown = union.get(f"/console/polls/{poll.id}").text
    assert "Persona alto" not in shown and "1 of 2" in shown
    lent = database.read(lambda s: s.scalars(select(Mailing.id).where(Mailing.office_id == ids["alto"])).all())
    assert alto.get(f"/console/mailings/{lent[0]}/review").status_code == 200, "whose people they are reads it"
    assert [union.get(f"/console/mailings/{lent[0]}{more}").status_code for more in ("", "/review")] == [404, 404]
    assert (
        alto.get(f"/console/polls/{poll.id}").status_code == basso.get(f"/console/polls/{poll.id}").status_code == 404
    )


def test_whom_another_office_lends_is_told_who_reads_their_name_in_a_named_poll(
    territory: dict[str, int], sign_in: SignIn, web: RunningWeb, database: Database, clock: FixedClock
) -> None:
    alto, union = sign_in("clerk", "alto"), sign_in("clerk", "unione")
    lend(alto, territory["alto"])
    asks(union, **{f"lent-{territory['alto']}": "yes", "secrecy": "named"})
    (poll,) = database.read(polls_of)
    assert not poll.is_secret
    lent = "senza il Suo nome, a meno che Lei non sia già tra le sue persone"
    for slug, words in (("alto", lent), ("unione", "l’ente vede chi ha scelto che cosa")):
        path = f"/p/{web.link(Purpose.VOTE, territory[f'{slug}-person'], poll.id)}"
        assert words in union.get(f"{path}?lang=it").text, slug
        mine = select(Mailing.id).where(Mailing.office_id == territory[slug], Mailing.purpose == "polls")
        (mailing,) = database.read(lambda s, mine=mine: s.scalars(mine).all())  # type: ignore[misc]
        setting = database.read(lambda s, mailing=mailing: load_context(s, mailing, VOICE, ())).settings["it"]  # type: ignore[misc]
        assert setting.poll is not None and words in setting.poll.told, "in the mail as on the page"


def test_on_a_holiday_the_page_says_when_the_invitation_leaves(
    territory: dict[str, int], sign_in: SignIn, clock: FixedClock
) -> None:
    clock.set(datetime(2023, 8, 15, 9, tzinfo=UTC))
    page = sign_in("clerk", "unione").get("/console/ask/bench").text
    assert "The invitation leaves with the next hour of sending, on" in page and "16 August 2023, 08:00" in page
    assert territory["unione"]


def test_what_was_allowed_is_taken_back_and_by_nobody_else(
    territory: dict[str, int], sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    alto, basso, union = (sign_in("clerk", slug) for slug in ("alto", "basso", "unione"))
    ids = {slug: territory[slug] for slug in ("alto", "basso", "unione", "zona")}
    for other in (basso, union):
        assert lend(other, ids["alto"]) == 404, "nobody lends another's people"
    assert lend(sign_in("reader", "alto"), ids["alto"]) in (403, 404)
    assert lend(union, ids["unione"]) == 409, "nothing stands above the union"
    assert lend(alto, ids["alto"]) == 200 == lend(alto, ids["alto"]), "twice is once"
    asks(basso, **{f"lent-{ids['alto']}": "yes"})
    assert all(one[1] == ids["basso"] for one in told(database, clock)), "a municipality asks no other's people"
    database.write(lambda s: s.get_one(Office, ids["unione"]).__setattr__("one_person", False))
    asks(union, **{f"lent-{ids['alto']}": "yes"})
    (poll,) = [one for one in database.read(polls_of) if one.office_id == ids["unione"]]
    states = select(Mailing.state).where(Mailing.office_id == ids["alto"], Mailing.poll_id == poll.id)
    assert set(database.read(lambda s: s.scalars(states).all())) == {"draft"}, "as long as the union's own waits"
    assert lend(alto, ids["alto"], "take-back") == 200
    assert set(database.read(lambda s: s.scalars(states).all())) == {"cancelled"}
    assert database.read(lambda s: lenders(s, ids["unione"])) == []
    acts = select(AuditEntry.act).where(AuditEntry.office_id == ids["alto"])
    assert {"lending.allowed", "lending.taken-back", "mailing.cancelled"} <= set(
        database.read(lambda s: s.scalars(acts).all())
    )
    reviewer = sign_in("reviewer", "unione")
    own = select(Mailing.id).where(Mailing.office_id == ids["unione"], Mailing.purpose == "polls")
    (invitation,) = database.read(lambda s: s.scalars(own).all())
    page = reviewer.get(f"/console/mailings/{invitation}/review").text
    revision = page.split('name="revision" value="')[1].split('"')[0]
    data = {"token": token(reviewer.get("/console")), "revision": revision}
    reviewer.post(f"/console/mailings/{invitation}/acts/release", data=data)
    assert database.read(partial(load_poll, poll_id=poll.id)).state is State.OPEN
    assert not any(one[1] == ids["alto"] for one in told(database, clock)), "what was taken back stays so"
