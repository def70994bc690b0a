"""The page on which a mailing is judged: what is empty, what holds it up, as whom it is read, what can be done."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Membership, Participant
from core.process.tables import Office
from notifications.ledger.tables import Attempt, Delivery, Mailing, MailingText, Occurrence
from tests.console.conftest import SignIn, enter_console
from tests.console.test_mailings import Tried, seen, state, tried, web, write
from tests.console.test_pages import text_of
from tests.console.test_signing import form_token
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["tried", "web"]  # fixtures
IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
EMPTY = "Gentile {{ name }}, {{ round }}{% if place %} a {{ place }}{% endif %}"


def number(page: str) -> int:
    return int(page.split("/")[3])


def buttons_of(answer: Any) -> dict[str, bool]:
    """The acts of a page by their name, and whether they can be done."""
    found = re.findall(r'/acts/([a-z]+)".*?<button[^>]*?(disabled)?(?: aria[^>]*)?>', answer.text)
    return {name: not disabled for name, disabled in found}


def test_it_is_said_for_how_many_a_variable_is_empty(sign_in: SignIn, database: Database) -> None:
    database.write(lambda s: s.execute(update(Membership).where(Membership.participant_id == 2).values(name=" ")))
    client = sign_in()
    shown = text_of(client.get(write(client, database, **{"body-it": EMPTY})))
    assert "{{ name }}, Italiano: empty for 1 person" in shown
    assert "{{ round }}, Italiano: empty for 2 people" in shown
    assert "{{ place }}" not in shown  # the text says something else where it is empty
    assert "empty for" not in text_of(client.get(write(client, database, **{"body-it": "Buongiorno"})))


def test_what_holds_a_mailing_up_is_said_wherever_mailings_are_listed(
    sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    client = sign_in()
    page = write(client, database)
    places = (page, "/console/processes/1", "/console/processes/1/plan?weeks=26")
    mailing = number(page)

    def holds_up(said: str, todo: str, **values: Any) -> None:
        occurrence = {name: value for name, value in values.items() if name != "of"}
        database.write(lambda s: s.execute(update(Mailing).where(Mailing.id == mailing).values(values["of"])))
        due = update(Occurrence).where(Occurrence.mailing_id == mailing)
        database.write(lambda s: s.execute(due.values(occurrence or {"reason": ""})))
        for place in places:
            shown = text_of(client.get(place))
            assert said in shown, (place, shown)
            assert todo in shown

    for place in places:
        assert "Its time has passed, and nobody" not in text_of(client.get(place))
    clock.advance(timedelta(days=60))
    released = {"state": "released", "released_at": clock.now() - timedelta(hours=1)}
    holds_up("nobody has released it", "choose another day", of={"state": "draft"})
    holds_up("It is paused, although", "Let it go on", of={"state": "paused"})
    holds_up("nothing has begun to leave", "planner is running", of=released)
    holds_up("no text in. (fr)", "Add the missing text", of=released, reason="no-text:fr")
    holds_up("not clear to whom", "Choose an audience", of=released, reason="no-audience")
    holds_up("waits for somebody to decide", "Let it leave now", of=released, state="asked", reason="missed")
    holds_up("it did not leave", "if it is still of use", of=released, state="dropped", reason="missed")
    database.write(lambda s: s.execute(update(Mailing).where(Mailing.id == mailing).values(state="cancelled")))
    assert "if it is still of use" not in text_of(client.get("/console/processes/1"))


def test_messages_that_cannot_leave_are_said_with_what_the_relay_answered(
    sign_in: SignIn, database: Database, scene: Scene, clock: FixedClock
) -> None:
    def plan(session: Session) -> None:
        session.execute(update(Delivery).values(state="planned", due_at=clock.now()))

    database.write(plan)
    client = sign_in()
    assert "Messages" not in text_of(client.get("/console/processes/1"))
    clock.advance(timedelta(hours=2))
    for place in ("/console/processes/1", "/console/mailings/1/review"):
        assert "Messages have been waiting for more than an hour" in text_of(client.get(place))
    scene.insert(
        Attempt, delivery_id=1, number=1, channel="email", at=clock.now(), outcome="Misconfigured",
        detail="535 <b>wrong</b> password",
    )  # fmt: skip
    answer = client.get("/console/processes/1")
    assert "the settings of the mail relay or of the bot are wrong. (535 <b>wrong</b> password)" in text_of(answer)
    assert "<b>wrong" not in answer.text
    database.write(lambda s: s.execute(update(Delivery).values(attempts=1)))  # one that counted came after it
    assert "535" not in text_of(client.get("/console/processes/1"))


def test_who_wrote_a_mailing_does_not_undo_the_pause_of_a_reviewer(sign_in: SignIn, database: Database) -> None:
    author, reviewer = sign_in("administrator"), sign_in("reviewer")
    page = write(author, database)
    release, pause = page.replace("review", "acts/release"), page.replace("review", "acts/pause")
    reviewer.post(release, data=seen(reviewer, page))
    reviewer.post(pause, data=seen(reviewer, page))
    assert buttons_of(author.get(page))["release"] is False
    assert "somebody else of the office has to let it go on" in text_of(author.get(page))
    assert author.post(release, data=seen(author, page)).status_code == 403
    assert state(database, number(page)) == "paused"
    organiser = sign_in("organiser")  # may pause, not release
    assert "release" not in buttons_of(organiser.get(page))
    told = seen(author, page) | {"token": form_token(organiser)}
    assert organiser.post(release, data=told).status_code == 403
    database.write(lambda s: s.execute(update(Office).values(one_person=True)))
    assert author.post(release, data=seen(author, page)).status_code == 200
    assert state(database, number(page)) == "released"


def test_only_what_can_be_done_is_offered(sign_in: SignIn, database: Database, scene: Scene) -> None:
    client, reviewer = sign_in(), sign_in("reviewer")
    page = write(client, database)
    assert buttons_of(client.get(page)) == {"release": False, "cancel": True}
    assert buttons_of(reviewer.get(page)) == {"release": True, "cancel": True}
    assert buttons_of(sign_in("organiser").get(page)) == {"release": False}
    left = "/console/mailings/1/review"  # everything of it has left, and one was skipped who still has no address
    assert buttons_of(client.get(left)) == {"missing": False}
    assert "Nobody is missing who could get it now." in text_of(client.get(left))
    database.write(lambda s: s.execute(update(Delivery).where(Delivery.id == 3).values(state="failed")))
    database.write(lambda s: s.execute(update(Mailing).where(Mailing.id == 1).values(audience_id=1)))
    assert buttons_of(client.get(left)) == {"missing": True}
    database.write(lambda s: s.execute(update(Delivery).where(Delivery.id == 3).values(state="planned")))
    assert buttons_of(client.get(left)) == {"pause": True, "missing": False, "cancel": True}
    database.write(lambda s: s.execute(update(Mailing).values(state="cancelled")))
    assert buttons_of(client.get(left)) == {}


def test_it_is_read_as_somebody_found_by_name_or_address(sign_in: SignIn, database: Database, scene: Scene) -> None:
    client = sign_in()
    page = write(client, database)
    for wanted in ("bruno", "BRUNO@example.org", "Verdi"):
        shown = client.get(page, params={"person": wanted})
        assert "Bruno Verdi: would get it by this channel: e-mail" in text_of(shown)
        assert "Bruno Verdi" in client.get(page.replace("review", "sample/it"), params={"person": wanted}).text
    several = client.get(page, params={"person": "r"})
    assert "As whom?" in several.text
    links = re.findall(r'<a href="(\?[^"]*as=(\d+)[^"]*)"', several.text)
    carla = next(link for link, person in links if person == "3")
    chosen = client.get(page + carla.partition("#")[0].replace("&amp;", "&"))
    assert "Carla Neri: would not get it: no address" in text_of(chosen)
    assert "As a mail" not in client.get(page, params={"channel": "telegram"}).text
    assert "In chat" not in client.get(page, params={"channel": "email"}).text
    reviewer = sign_in("reviewer")  # sees no people
    for asked in ({"person": "bruno"}, {"as": "2"}):
        assert "Bruno" not in reviewer.get(page, params=asked).text.replace('value="bruno"', "")
    other = scene.insert(Office, slug="elsewhere", name="Elsewhere", kind="municipality")
    database.write(
        lambda s: s.execute(update(Membership).where(Membership.participant_id == 2).values(office_id=other))
    )
    assert "Nobody of this office" in client.get(page, params={"person": "bruno"}).text
    assert "Bruno" not in client.get(page, params={"as": "2"}).text


@pytest.mark.parametrize(("language", "mark"), [("it", "[Prova]"), ("en", "[Test]"), ("fr", "[Essai]")])
@IN_SQLITE
def test_a_test_is_marked_and_its_links_count_for_nothing(
    sign_in: SignIn, database: Database, tried: Tried, language: str, mark: str
) -> None:
    client = sign_in()
    words = {"subject-it": "Notizie", "body-it": "Buongiorno", "round": "1", "button-it-0": "answer"}
    page = write(client, database, **words)
    if language == "fr":
        buttons = [{"kind": "answer", "label": "Répondre"}]
        text = MailingText(mailing_id=number(page), language="fr", subject="Lettre", body="Bonjour", buttons=buttons)
        database.write(lambda s: s.add(text))
    client.post(page.replace("review", "try"), data={"token": form_token(client), "language": language})
    message = message_from_bytes(tried[0].whole, policy=policy.default)
    assert str(message["subject"]).startswith(f"{mark} ")
    plain = message.get_body(("plain",))
    assert plain is not None
    first = plain.get_content().strip().splitlines()[0]
    assert {"it": "messaggio di prova", "en": "test message", "fr": "message d"}[language] in first
    for part in message.walk():
        if part.get_content_type().startswith("text/"):
            assert "/q/" not in part.get_content()
            assert "/unsubscribe/" not in part.get_content()
    assert "/unsubscribe/" not in str(message["list-unsubscribe"])


@IN_SQLITE
def test_without_a_relay_no_test_is_offered(sign_in: SignIn, database: Database, web: RunningWeb) -> None:
    client = sign_in()
    page = write(client, database)
    assert "this installation has no mail relay" not in client.get(page).text
    object.__setattr__(web.deps, "telling", type(web.deps.telling)(voice=web.deps.telling.voice))
    assert "this installation has no mail relay" in client.get(page).text


@IN_SQLITE
def test_the_page_is_read_on_a_phone(sign_in: SignIn, web: RunningWeb, browser: Browser, database: Database) -> None:
    database.write(lambda s: s.execute(update(Participant).where(Participant.id == 2).values(language="fr")))
    page_path = write(sign_in(), database)
    with page_of(browser, narrow=True, language="en-GB") as page:
        page.set_viewport_size({"width": 360, "height": 740})
        enter_console(page, web)
        page.goto(f"{web.url}{page_path}")
        page.get_by_label("As which person").fill("Ada")
        page.get_by_label("Channel").select_option("e-mail")
        page.get_by_role("button", name="Show").click()
        page.get_by_text("would get it by this channel").wait_for()
        assert violations(page) == []
        assert overflow(page) <= 0
