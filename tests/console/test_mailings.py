"""A mailing from the form to its release by somebody else, paused, stopped, settled, and proved."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from core.people.tables import Address, Audience, Membership, Participant
from core.process.tables import Office, Phase, Process
from core.staff.tables import AuditEntry
from notifications.channels.contract import Delivered, Mail, Outcome, UnreachableNow
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence, SentText
from notifications.planning.rules import Rules
from notifications.planning.timers import PlannerDeps, plan_due, rederive
from notifications.review.acting import ACTS
from notifications.sending.context import Voice
from tests.console.conftest import SignIn, enter_console
from tests.console.test_pages import rows_of, text_of, tree
from tests.console.test_signing import form_token
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb, running_web
from web.console.telling import Telling

NEW = "/console/processes/1/mailings/new"
BODY = "Gentile **{{ name }}**,\n\ncome va? <b>ciao</b>"


class Tried(list[Mail]):
    """Takes trial mails; `says` is what the relay answers."""

    says: Outcome = Delivered("1")

    async def take(self, mail: Mail) -> Outcome:
        self.append(mail)
        return self.says


@pytest.fixture
def tried() -> Tried:
    return Tried()


@pytest.fixture
def web(scene: Scene, database: Database, clock: FixedClock, links: Links, tried: Tried) -> Iterator[RunningWeb]:
    """Pages that know of an audience, a phase, and a relay."""
    scene.insert(Audience, office_id=scene.office_id, slug="all", name="Everybody", rule={"everyone": True})
    day = date(2023, 8, 1)
    scene.insert(
        Phase, process_id=scene.process_id, slug="analysis", position=9, title={"en": "Analysis"}, summary={},
        starts_on=day, ends_on=day + timedelta(days=30),
    )  # fmt: skip
    for number, name in enumerate(("ada", "bruno"), 1):
        value = f"{name}@example.org"
        scene.insert(
            Address, participant_id=number, channel="email", value=value, created_at=scene.now, proved_at=scene.now
        )
    database.write(
        lambda s: s.execute(update(Membership).where(Membership.participant_id == 1).values(reference="A-1"))
    )
    database.write(lambda s: s.execute(update(Membership).values(legal_basis="public-task")))
    voice = Voice("Office <office@example.org>", PublicUrls("https://ascolto.example.org"), "example.org")
    telling = Telling(voice=voice, rates={"email": 0.01, "telegram": 1}, try_mail=tried.take)
    with running_web(database, clock, links, telling=telling) as running:
        yield running


def form(client: Any, languages: tuple[str, ...] = ("it", "en"), **values: str) -> dict[str, str]:
    usual = {
        "token": form_token(client), "kind": "mailing", "purpose": "questionnaires", "audience": "1", "round": "",
        "moment": "phase:analysis:opens", "days": "2", "working": "yes", "time": "09:30", "missed": "ask",
        "within": "", "spread": "2",
    }  # fmt: skip
    for language in languages:
        usual |= {f"subject-{language}": f"Notizie {language}", f"body-{language}": BODY}
        usual |= {f"button-{language}-0": "link", f"label-{language}-0": "Piano", f"url-{language}-0": "https://e.org"}
    return usual | values


def languages_of(database: Database) -> tuple[str, ...]:
    return tuple(database.read(lambda s: s.scalars(select(Process.languages)).first() or ()))


def write(client: Any, database: Database, **values: str) -> str:
    """Writes a mailing; the address of its page."""
    answer = client.post(NEW, data=form(client, languages_of(database), **values))
    assert answer.status_code == 200, text_of(answer)
    return str(answer.url.path)


def seen(client: Any, page: str) -> dict[str, str]:
    """What the forms of a page carry: the session's token, and which revision of the mailing was shown."""
    found = re.search(r'name="revision" value="([0-9a-f]+)"', client.get(page).text)
    assert found is not None
    return {"token": form_token(client), "revision": found[1]}


def test_what_was_written_is_looked_at_and_released_by_somebody_else(sign_in: SignIn, database: Database) -> None:
    author = sign_in("administrator")
    page = write(author, database)
    shown = text_of(author.get(page))
    assert "2 would get it" in shown
    assert "written by The administrator" in shown
    assert rows_of(author.get(page), "Who is left out") == {"no address": ["1"]}
    assert "The first leaves on 3 August 2023, 09:30" in shown
    assert "The last leaves about 3 August 2023, 11:2" in shown
    mailing = int(page.split("/")[3])
    act = page.replace("/review", "/acts/release")
    refused = author.post(act, data=seen(author, page))
    assert (refused.status_code, state(database, mailing)) == (403, "draft")
    assert "somebody else of the office" in refused.text
    reviewer = sign_in("reviewer")
    assert "2 would get it" in text_of(reviewer.get(page))
    assert "Ada" not in reviewer.get(page).text
    assert reviewer.post(act, data=seen(reviewer, page)).status_code == 200
    assert state(database, mailing) == "released"
    assert acts_of(database, mailing) == ["mailing.written", "mailing.released"]
    for name, became in (("pause", "paused"), ("release", "released"), ("cancel", "cancelled")):
        reviewer.post(page.replace("review", f"acts/{name}"), data=seen(reviewer, page))
        assert state(database, mailing) == became
    stopped = {"token": form_token(reviewer), "revision": "stopped"}
    assert reviewer.post(act, data=stopped).status_code == 409


def test_in_an_office_of_one_person_who_writes_releases(sign_in: SignIn, database: Database) -> None:
    database.write(lambda s: s.execute(update(Office).values(one_person=True)))
    client = sign_in("administrator")
    page = write(client, database)
    client.post(page.replace("review", "acts/release"), data=seen(client, page))
    assert state(database, int(page.split("/")[3])) == "released"


def test_a_released_mailing_that_is_changed_is_a_draft_again_until_it_is_planned(
    sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    author, reviewer = sign_in("administrator"), sign_in("reviewer")
    page = write(author, database)
    mailing, edit = int(page.split("/")[3]), page.replace("review", "edit")
    release = page.replace("review", "acts/release")
    reviewer.post(release, data=seen(reviewer, page))
    assert 'value="Notizie it"' in author.get(edit).text
    values = form(author, languages_of(database), days="3") | seen(author, edit)
    assert author.post(edit, data=values).status_code == 200
    assert state(database, mailing) == "draft"
    assert reviewer.get(edit).status_code == 404
    reviewer.post(release, data=seen(reviewer, page))
    told = seen(author, page)
    database.write(lambda s: s.execute(update(Occurrence).values(state="planned")))
    late = author.post(edit, data=values | told)
    assert late.status_code == 409
    assert "cannot be changed any more" in late.text
    assert state(database, mailing) == "released"


def test_a_sample_is_as_somebody_reads_it_and_its_links_lead_nowhere(
    sign_in: SignIn, database: Database, tried: Tried
) -> None:
    client = sign_in()
    page = write(client, database)
    whole = client.get(f"{page}?person=A-1").text
    assert "Ada &lt;b&gt;Rossa&lt;/b&gt;" in whole
    assert "Nobody of this office has B-9 in their name" in client.get(f"{page}?person=B-9").text
    sample = client.get(page.replace("review", "sample/it?person=A-1"))
    assert "sandbox" in sample.headers["content-security-policy"]
    assert "Ada &lt;b&gt;Rossa&lt;/b&gt;" in sample.text
    assert "<b>ciao" not in sample.text
    for links in (sample.text, whole):
        assert "/unsubscribe/" not in links
        assert "/q/" not in links
    answer = client.post(page.replace("review", "try"), data={"token": form_token(client), "language": "it"})
    assert "The test has left" in answer.text
    assert [mail.recipient for mail in tried] == ["administrator0@example.org"]
    assert b"Notizie it" in tried[0].data
    tried.says = UnreachableNow("<i>451 later</i>")
    refused = client.post(page.replace("review", "try"), data={"token": form_token(client), "language": "it"})
    assert refused.status_code == 409
    assert "&lt;i&gt;451 later&lt;/i&gt;" in refused.text


def test_everybody_who_is_meant_and_why_not(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    page = write(client, database).replace("review", "audience")
    shown = text_of(client.get(page))
    assert all(name in shown for name in ("Bruno Verdi", "Carla Neri", "no address", "e-mail"))
    only = text_of(client.get(f"{page}?reason=no-address"))
    assert "Carla Neri" in only
    assert "Bruno Verdi" not in only
    deliveries = database.read(lambda s: s.scalars(select(Delivery.id)).all())
    assert len(deliveries) == 3  # those of the mailing that left: looking has planned nothing


def test_the_plan_has_counts_and_what_stands_in_the_way(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    write(client, database)
    write(client, database, time="10:30")
    shown = text_of(client.get("/console/processes/1/plan"))
    assert "3 August 2023" in shown
    assert "e-mail: 2 · left out: 1" in shown
    assert "on this day some people get more than one message" in shown
    assert "nobody has released it yet" in shown
    assert "Nothing is due" not in shown
    assert (
        "Nothing is due" in text_of(sign_in("reader").get("/console/processes/1/plan?weeks=4")) or "3 August" in shown
    )


async def test_what_was_missed_leaves_when_staff_say_so(sign_in: SignIn, database: Database, clock: FixedClock) -> None:
    client = sign_in()
    page = write(client, database)
    mailing = int(page.split("/")[3])
    database.write(lambda s: s.execute(update(Mailing).values(state="released", released_at=clock.now())))
    clock.advance(timedelta(days=60))
    deps = PlannerDeps(database, clock, Telling().rules)
    assert isinstance(deps.rules, Rules)
    await rederive(deps)
    await plan_due(deps)
    client = sign_in()  # two months later nobody is signed in any more
    shown = client.get(page)
    words = "Let it leave now, after its time? 2 people would get it. As people read it"
    assert asked_once_more(shown) == [f"Let it leave now {words} Yes: Let it leave now"]
    assert "Pause" in text_of(shown), "what stops is not asked again"
    client.post(page.replace("review", "acts/missed"), data={"token": form_token(client)})
    states = database.read(lambda s: sorted(s.scalars(select(Delivery.state).where(Delivery.mailing_id == mailing))))
    assert states == ["planned", "planned", "skipped"]
    assert asked_once_more(client.get(page)) == [], "nobody is missing"
    left_out = select(Delivery.participant_id).where(Delivery.state == "skipped", Delivery.mailing_id == mailing)
    third = database.read(lambda s: s.scalars(left_out).one())
    address = {"channel": "email", "value": "carla@example.org", "proved_at": None, "created_at": clock.now()}
    database.write(lambda s: s.add(Address(participant_id=third, **address)))
    (sure,) = asked_once_more(client.get(page))
    assert "Send it to those who did not get it and may have it now? 1 person would get it." in sure


def asked_once_more(page: Any) -> list[str]:
    """What stands behind the buttons that ask again before something leaves."""
    found: Any = tree(page).xpath("//details[@class='sure'][.//form]")
    return [" ".join(one.text_content().split()) for one in found]


def test_what_was_missed_says_why_it_does_not_leave(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    page = write(client, database)
    mailing = int(page.split("/")[3])

    def miss(session: Session) -> None:
        session.execute(update(Mailing).values(state="released"))
        session.execute(update(Occurrence).where(Occurrence.mailing_id == mailing).values(state="asked"))
        session.execute(update(Participant).values(language="fr"))

    database.write(miss)
    refused = client.post(page.replace("review", "acts/missed"), data={"token": form_token(client)})
    assert refused.status_code == 409
    assert "has no text in: fr" in refused.text
    assert (
        database.read(lambda s: s.scalar(select(Occurrence.state).where(Occurrence.mailing_id == mailing))) == "asked"
    )
    assert acts_of(database, mailing) == ["mailing.written"]


@pytest.mark.parametrize(("how", "became"), [("again", "planned"), ("sent", "sent")])
def test_staff_decide_on_what_is_in_doubt(sign_in: SignIn, database: Database, how: str, became: str) -> None:
    client = sign_in("organiser")
    page = client.get("/console/mailings/1?state=in-doubt")
    assert "Take as sent" in page.text
    given = {"token": form_token(client), "delivery": "2", "how": how}
    assert client.post("/console/mailings/1/settle", data=given).status_code == 200
    assert database.read(lambda s: s.get_one(Delivery, 2).state) == became
    assert client.post("/console/mailings/1/settle", data=given).status_code == 409
    entry = database.read(lambda s: s.scalars(select(AuditEntry).where(AuditEntry.subject == "delivery:2")).one())
    assert entry.account_id is not None
    for wrong in ("1", "99", "-1", "x", "9" * 30):
        assert client.post("/console/mailings/1/settle", data=given | {"delivery": wrong}).status_code == 409
    assert sign_in("reviewer").post("/console/mailings/1/settle", data=given).status_code in {403, 404}


@pytest.mark.parametrize(("how", "became"), [("again", "planned"), ("sent", "sent")])
def test_staff_decide_on_all_that_is_in_doubt_on_a_page(
    sign_in: SignIn, database: Database, how: str, became: str
) -> None:
    def doubt(session: Session) -> None:
        session.execute(update(Delivery).where(Delivery.id <= 2).values(state="in-doubt"))

    database.write(doubt)
    client = sign_in("organiser")
    page: Any = html.fromstring(client.get("/console/mailings/1?state=in-doubt").text)
    (all_of_them,) = [one for one in page.forms if one.xpath(".//details")]
    shown = [value for name, value in all_of_them.form_values() if name == "delivery"]
    assert sorted(shown) == ["1", "2"]
    given = {"token": form_token(client), "delivery": [*shown, "3", "99", "x"], "how": how}
    before = database.read(lambda s: s.get_one(Delivery, 3).state)
    assert client.post("/console/mailings/1/settle", data=given).status_code == 200
    assert database.read(lambda s: [s.get_one(Delivery, one).state for one in (1, 2, 3)]) == [became, became, before]
    decided = select(AuditEntry.subject).where(AuditEntry.subject.like("delivery:%")).order_by(AuditEntry.subject)
    assert database.read(lambda s: s.scalars(decided).all()) == ["delivery:1", "delivery:2"]
    assert client.post("/console/mailings/1/settle", data=given).status_code == 409


def test_the_proof_holds_everybody_and_the_texts_as_they_left(sign_in: SignIn, database: Database) -> None:
    words = {"subject": "Il Suo parere", "body": "Gentile {{ name }}", "buttons": []}
    database.write(lambda s: s.add(SentText(digest="abc", mailing_id=1, language="it", **words)))
    database.write(lambda s: s.execute(update(Delivery).where(Delivery.id == 1).values(text_digest="abc")))
    database.write(lambda s: s.execute(update(Membership).where(Membership.participant_id == 1).values(name="=cmd()")))
    database.write(lambda s: s.execute(update(MailingText).values(body="changed since")))
    client = sign_in()
    sent = client.post("/console/mailings/1/proof.zip", data={"token": form_token(client)})
    archive = zipfile.ZipFile(io.BytesIO(sent.content))
    rows = list(csv.DictReader(io.StringIO(archive.read("deliveries.csv").decode("utf-8-sig"))))
    assert [(row["state"], row["text"]) for row in rows] == [("sent", "abc"), ("in-doubt", ""), ("skipped", "")]
    assert rows[0]["name"] == "'=cmd()"
    assert "Gentile {{ name }}" in archive.read("texts/abc.it.md").decode()
    assert acts_of(database, 1) == ["ledger.exported"]
    assert sign_in("reviewer").post("/console/mailings/1/proof.zip", data={"token": "x"}).status_code in {403, 404}


@pytest.mark.parametrize("path", ["", "/review", "/audience", "/edit", "/sample/it"])
def test_another_office_sees_none_of_it(sign_in: SignIn, scene: Scene, path: str) -> None:
    scene.insert(Office, slug="other", name="Other", kind="municipality")
    assert sign_in(office="other").get(f"/console/mailings/1{path}").status_code == 404


@pytest.mark.parametrize("path", ["/edit", "/try", "/settle", "/proof.zip", *(f"/acts/{name}" for name in ACTS)])
def test_another_office_reaches_none_of_it(sign_in: SignIn, scene: Scene, path: str) -> None:
    scene.insert(Office, slug="other", name="Other", kind="municipality")
    client = sign_in(office="other")
    told = form(client) | {"language": "it", "delivery": "2"}
    assert client.post(f"/console/mailings/1{path}", data=told).status_code == 404
    assert client.get("/console/processes/1/plan").status_code == 404
    assert client.post(NEW, data=form(client)).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_a_clerk_writes_one_in_the_browser(
    sign_in: SignIn, web: RunningWeb, browser: Browser, database: Database
) -> None:
    sign_in()
    with page_of(browser, narrow=True, language="en-GB") as page:
        enter_console(page, web)
        page.goto(f"{web.url}{NEW}")
        page.get_by_label("Audience").select_option("Everybody")
        page.get_by_label("Counted from").select_option("Analysis: opens")
        for number in range(len(languages_of(database))):
            page.get_by_label("Subject").nth(number).fill("News")
        page.get_by_role("button", name="Keep and look at it").click()
        page.get_by_role("alert").wait_for()
        assert violations(page) == []
        for number in range(len(languages_of(database))):
            page.get_by_label("Text", exact=True).nth(number).fill("Good morning {{ name }}.")
        page.get_by_role("button", name="Keep and look at it").click()
        page.get_by_role("heading", name="News", level=1).wait_for()
        inside = page.frame_locator("iframe").first
        inside.get_by_text("Good morning Maria Rossi.").wait_for()
        assert violations(page) == []
        assert overflow(page) <= 0


def state(database: Database, mailing: int) -> str:
    return database.read(lambda s: s.get_one(Mailing, mailing).state)


def acts_of(database: Database, mailing: int) -> list[str]:
    statement = select(AuditEntry.act).where(AuditEntry.subject == f"mailing:{mailing}").order_by(AuditEntry.id)
    return list(database.read(lambda s: s.scalars(statement).all()))
