"""From a fresh account to a question that people read, and back to them with its result."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Address, Membership, Participant
from core.process.tables import Office, Process
from core.staff.accounts import NewAccount, add_account, grant_role
from core.staff.tables import AuditEntry
from notifications.content.errors import TextWrong
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import changes
from notifications.staff.tables import Alarm
from surveys.polls.kinds import State
from surveys.polls.store import polls_of
from tests.console.conftest import PASSWORD, SignIn, browser, scene, sign_in, web
from tests.notifications.office import RULES
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb
from web.console import reviewing

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


def village(database: Database, clock: FixedClock, *, one_person: bool = True, slug: str = "valprato") -> int:
    """A municipality's office with three people, two of whom can be reached, and no process yet."""

    def work(session: Session) -> int:
        office = Office(slug=slug, name="Comune di Valprato", kind="municipality", one_person=one_person)
        session.add(office)
        session.flush()
        for name, channel, value in (
            ("Ada", "email", f"ada@{slug}.example.org"),
            ("Bruno", "telegram", "901"),
            ("Carla", "", ""),
        ):
            person = Participant(language="it", created_at=clock.now())
            session.add(person)
            session.flush()
            session.add(
                Membership(
                    office_id=office.id,
                    participant_id=person.id,
                    name=name,
                    attributes={},
                    source="register",
                    legal_basis="public-task",
                    joined_at=clock.now(),
                )
            )
            if channel:
                session.add(
                    Address(
                        participant_id=person.id,
                        channel=channel,
                        value=value + ("" if slug == "valprato" else "7"),
                        proved_at=clock.now(),
                        created_at=clock.now(),
                    )
                )
        return office.id

    return database.write(work)


class Hands:
    """Counts what a person does: fields they fill in and things they press."""

    def __init__(self, page: Page) -> None:
        self.page, self.fields, self.presses = page, 0, 0

    def fill(self, label: str, text: str) -> None:
        self.fields += 1
        self.page.get_by_label(label).fill(text)

    def press(self, role: str, name: str) -> None:
        self.presses += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


def test_a_fresh_clerk_asks_the_village_with_four_presses(
    scene: Scene,
    web: RunningWeb,
    browser: Browser,
    clock: FixedClock,
    record_property: Callable[[str, object], None],
) -> None:
    """How long it takes by the browser's own clock is recorded with the test's report, and not judged, as a test must
    not hang on a machine's speed; docs/polls.md (Ask the people) tells the figure."""
    database = scene.database
    office_id = village(database, clock)
    new = NewAccount("clerk@valprato.example.org", "Dora Clerk", PASSWORD, "en")
    account = database.write(lambda session: add_account(session, new, clock.now()))
    database.write(lambda session: grant_role(session, account, "valprato", "clerk", clock.now()))
    with page_of(browser, narrow=True, language="en") as page:
        hands = Hands(page)
        page.goto(f"{web.url}/console/sign-in")
        begun = page.evaluate("Date.now()")
        hands.fill("E-mail address", "clerk@valprato.example.org")
        hands.fill("Password", PASSWORD)
        hands.press("button", "Sign in")
        hands.press("link", "Ask the people")
        page.get_by_role("heading", name="Ask the people").wait_for()
        assert violations(page) == [] and overflow(page) <= 0
        hands.press("link", "Where to put the bench")
        page.get_by_role("heading", name="To how many it goes").wait_for()
        assert violations(page) == [] and overflow(page) <= 0
        said = page.locator(".reach").inner_text()
        assert "Telegram: 1" in said and "e-mail: 1" in said and "left out: 1 (no address)" in said
        hands.press("button", "Ask")
        page.get_by_role("heading", name="Dove mettiamo").or_(page.get_by_role("status")).first.wait_for()
        took = (page.evaluate("Date.now()") - begun) / 1000
        record_property("seconds from sign-in to sent", took)
        print(f"from sign-in to sent: {took:.1f} s")
        assert violations(page) == [] and overflow(page) <= 0
        newest = database.read(lambda s: s.scalars(select(Mailing.id).order_by(Mailing.id.desc())).first())
        page.goto(f"{web.url}/console/mailings/{newest}/review")
        page.get_by_role("heading", name="Poll", exact=True).wait_for()
        assert violations(page) == [] and overflow(page) <= 0
    assert (hands.fields, hands.presses) == (2, 4)
    (poll,) = database.read(polls_of)
    assert (poll.office_id, poll.state, poll.definition.closes_local) == (office_id, State.OPEN, "2023-07-14T18:00")
    planned = database.write(lambda session: plan_all_due(session, clock.now(), RULES))
    assert [one.added for one in planned] == [3], "the invitation leaves at once, and nothing else"
    states = database.read(
        lambda session: session.scalars(select(Mailing.state).where(Mailing.poll_id == poll.id)).all()
    )
    assert list(states) == [MailingState.RELEASED, MailingState.RELEASED]
    acts = database.read(lambda s: s.scalars(select(AuditEntry.act).where(AuditEntry.office_id == office_id)).all())
    assert {"poll.added", "mailing.written", "mailing.released", "poll.opened"} <= set(acts)


def test_where_two_work_a_colleague_opens_the_question_with_its_invitation(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock, one_person=False)
    clerk, reviewer = sign_in("clerk", "valprato"), sign_in("reviewer", "valprato")
    path = "/console/ask/satisfaction"
    before = database.read(lambda s: len(s.scalars(select(Process)).all()))
    assert "released it" in clerk.get(path).text
    assert database.read(lambda s: len(s.scalars(select(Process)).all())) == before, "a look makes no process"
    token = clerk.get(path).text.split('name="token" value="')[1].split('"')[0]
    made = clerk.post(path, data={"token": token})
    assert made.status_code == 200, made.text[made.text.find("<h1") :][:1500]
    (poll,) = database.read(polls_of)
    assert made.url.path == f"/console/polls/{poll.id}" and "somebody else of the office" in made.text
    assert poll.state is State.DRAFT
    mailing_id = database.read(lambda s: s.scalars(select(Mailing.id).where(Mailing.poll_id == poll.id)).first())
    shown = clerk.get(f"/console/mailings/{mailing_id}/review")
    revision = shown.text.split('name="revision" value="')[1].split('"')[0] if 'name="revision"' in shown.text else ""
    assert (
        clerk.post(
            f"/console/mailings/{mailing_id}/acts/release", data={"token": token, "revision": revision}
        ).status_code
        == 403
    )
    page = reviewer.get(f"/console/mailings/{mailing_id}/review").text
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("token", "revision")}
    assert reviewer.post(f"/console/mailings/{mailing_id}/acts/release", data=form).status_code == 200
    (poll,) = database.read(polls_of)
    assert poll.state is State.OPEN


def test_what_is_wrong_is_said_with_everything_kept(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    village(database, clock)
    database.write(
        lambda s: s.execute(
            update(Participant)
            .where(Participant.id == s.scalar(select(Membership.participant_id).where(Membership.name == "Ada")))
            .values(language="fr")
        )
    )
    clerk = sign_in("clerk", "valprato")
    path = "/console/ask/bench"
    page = clerk.get(path).text
    assert "Où mettons-nous" in page and 'name="title-en"' not in page, "the languages are those of the people"
    token = page.split('name="token" value="')[1].split('"')[0]
    for wrong, words in (
        ({"title-it": "Dove la fontana?"}, "not in French"),
        ({"closes": "2023-07-01"}, "passed already"),
        ({"options-it": "uno"}, "as many options in each language"),
        ({"audience": "99"}, "one of the list"),
        ({"invitation-body-it": "{{ nobody }}"}, "nobody"),
        ({"result-subject-fr": ""}, "Message with the result"),
    ):
        refused = clerk.post(path, data={"token": token, **wrong})
        assert refused.status_code == 422 and words in refused.text, (wrong, refused.text)
    assert "nobody yet" not in clerk.post(path, data={"token": token, "look": "yes"}).text
    assert database.read(polls_of) == []
    assert clerk.get("/console/ask/dance").status_code == 404
    assert clerk.get("/console/ask/bench?office=1").status_code == 404, "another office is not there"
    assert sign_in("reader").get("/console/ask").status_code == 403


def test_a_draft_that_is_taken_away_takes_its_messages_along(
    scene: Scene, sign_in: SignIn, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    village(database, clock, one_person=False)
    clerk, path = sign_in("clerk", "valprato"), "/console/ask/ideas"
    token = clerk.get(path).text.split('name="token" value="')[1].split('"')[0]
    here = clerk.post(path, data={"token": token}).url.path
    assert clerk.post(f"{here}/acts/drop", data={"token": token}).status_code == 200
    assert database.read(polls_of) == []
    drafts = select(Mailing).where(Mailing.purpose.in_(["polls", "results"])).order_by(Mailing.id)
    assert database.read(lambda s: s.scalars(drafts).all()) == [], "what never left goes with the poll"
    log = select(AuditEntry.act).order_by(AuditEntry.id.desc()).limit(3)
    assert database.read(lambda s: s.scalars(log).all()) == ["poll.dropped", "mailing.dropped", "mailing.dropped"]
    assert database.read(changes) == [], "nothing looks for a poll that is not there"
    here = clerk.post(path, data={"token": token}).url.path
    invitation, result = database.read(lambda s: [one.id for one in s.scalars(drafts).all()])

    def kept(session: Session) -> None:
        session.execute(update(Mailing).where(Mailing.id == invitation).values(anchor={}))
        alarm = {"kind": "release", "key": f"mailing:{result}", "mailing_id": result, "severe": False, "values": {}}
        session.add(Alarm(**alarm, office_id=None, since=clock.now(), ended_at=clock.now()))

    database.write(kept)
    assert clerk.post(f"{here}/acts/drop", data={"token": token}).status_code == 200
    (other,) = database.read(lambda s: s.scalars(drafts).all())
    assert (other.id, other.state, other.poll_id) == (invitation, MailingState.CANCELLED, None), "it hung on no poll"
    shown = clerk.get(f"/console/mailings/{invitation}/review")
    assert shown.status_code == 200 and "poll button" in shown.text, "a text that cannot be written is said on its page"
    monkeypatch.setattr(reviewing, "samples_for", _no_text)
    assert clerk.get(f"/console/mailings/{invitation}/review").status_code == TextWrong.status, "no other fault"


def _no_text(*_: object) -> None:
    raise TextWrong
