"""An event in the console: counts, who replied, and replies entered for somebody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select

from core.process.attendance import Given
from core.process.tables import Event, Office, Process
from core.staff.tables import AuditEntry
from notifications.ledger.tables import Mailing
from tests.console.conftest import SignIn, enter_console
from tests.events.scene import add_event, replies, say
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

ADA, BRUNO, CARLA = 1, 2, 3


@pytest.fixture
def event(scene: Scene) -> int:
    """Ada comes, Bruno does not; the invitation left for Ada and Bruno (in doubt), not for Carla."""
    made = add_event(scene)
    scene.change(Mailing, 1, event_id=made)
    say(scene.database, Given(made, ADA, "in-person", "chat"), scene.now)
    return made


def at(client: httpx.Client, event: int, query: str = "") -> httpx.Response:
    return client.get(f"/console/events/{event}{query}")


def parsed(page: httpx.Response) -> Any:
    return html.fromstring(page.text)


def token_of(page: httpx.Response) -> str:
    return str(parsed(page).xpath("string(//input[@name='token']/@value)"))


def figures(page: httpx.Response) -> dict[str, str]:
    found = parsed(page).xpath("//li[@class='figure']")
    return {one.xpath("string(.//*[@class='figure-label'])"): one.xpath("string(./span[1])") for one in found}


def people(page: httpx.Response) -> list[list[str]]:
    rows = parsed(page).xpath("//table[@id='guests']/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row][:4] for row in rows]


def enter(client: httpx.Client, event: int, person: object, reply: str, token: str = "") -> httpx.Response:
    token = token or token_of(at(client, event))
    return client.post(f"/console/events/{event}/replies", data={"token": token, "person": str(person), "reply": reply})


def test_counts_and_who_replied(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    assert f"/console/events/{event}" in client.get(f"/console/processes/{scene.process_id}").text
    page = at(client, event)
    assert figures(page) == {
        "in person": "1", "online": "0", "maybe": "0", "does not come": "0",
        "on the waiting list": "0", "no reply": "1",
    }  # fmt: skip
    assert people(page) == [["Ada <b>Rossa</b>", "person-1", "in person", "in the chat"]]
    assert "Ada <b>" not in page.text
    assert people(at(client, event, "?reply=none")) == [["Bruno Verdi", "person-2", "no reply", "–"]]
    assert people(at(client, event, "?reply=no")) == []
    say(scene.database, Given(event, BRUNO, "no", "web"), scene.now)
    assert figures(at(client, event))["no reply"] == "0"
    assert people(at(client, event, "?reply=no")) == [["Bruno Verdi", "person-2", "does not come", "on the web"]]


def test_a_reply_entered_for_somebody_is_marked_and_in_the_log(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    found = at(client, event, "?find=CARLA").text
    assert "Carla Neri" in found and "online – Carla Neri" in found.replace('<span class="visually-hidden">', "")
    done = enter(client, event, CARLA, "online")
    assert "The reply is noted." in done.text
    enter(client, event, CARLA, "online")
    enter(client, event, ADA, "no")
    assert replies(scene.database) == {ADA: ("no", "staff", 1), CARLA: ("online", "staff", 0)}
    noted = select(AuditEntry.subject).where(AuditEntry.act == "attendance.entered").order_by(AuditEntry.id)
    assert list(scene.database.read(lambda s: s.scalars(noted).all())) == ["attendance:2", "attendance:1"]
    log = sign_in("administrator").get("/console/audit").text
    assert "reply to an event entered for somebody" in log and "reply to an event 2" in log


def test_what_cannot_be_entered_is_said(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    assert enter(client, event, CARLA, "hall").status_code == 409
    scene.change(Event, event, cancelled=True)
    refused = enter(client, event, CARLA, "no")
    assert refused.status_code == 410 and "does not take place" in refused.text
    scene.change(Event, event, cancelled=False, starts_local="2023-07-01T10:00", ends_local="2023-07-01T11:00")
    late = enter(client, event, CARLA, "no")
    assert late.status_code == 410 and "is over" in late.text
    for nobody in (999, "x", 2**63, "", "²"):
        assert enter(client, event, nobody, "no").status_code == 404
    assert list(replies(scene.database)) == [ADA]


def test_only_who_may_and_only_their_own(scene: Scene, sign_in: SignIn, web: RunningWeb, event: int) -> None:
    for role in ("reader", "reviewer"):
        client = sign_in(role)
        page = at(client, event)
        assert page.status_code == 200 and figures(page)["in person"] == "1"
        assert "Rossa" not in page.text and "Enter a reply" not in page.text
        assert "Carla" not in at(client, event, "?find=carla").text
        assert enter(client, event, CARLA, "no").status_code == 403
    office = scene.insert(Office, slug="elsewhere", name="Elsewhere", kind="municipality")
    process = scene.insert(
        Process, office_id=office, slug="other", title={"en": "Other"}, summary={}, languages=["it"],
        time_zone="Europe/Rome", send_window={}, retention={},
    )  # fmt: skip
    theirs = scene.insert(
        Event, process_id=process, slug="theirs", kind="event", title={}, summary={}, starts_local="2023-07-20T10:00",
        ends_local="2023-07-20T13:00",
    )  # fmt: skip
    client = sign_in("organiser")
    assert at(client, theirs).status_code == 404 and at(client, 999).status_code == 404
    token = token_of(at(client, event))
    assert enter(client, theirs, CARLA, "no", token).status_code == 404
    assert enter(client, event, CARLA, "no", "forged").status_code == 403
    nobody = httpx.get(f"{web.url}/console/events/{event}")
    assert nobody.status_code == 303 and "sign-in" in nobody.headers["location"]
    assert list(replies(scene.database)) == [ADA]


def test_a_mailing_with_a_button_for_replies_is_written(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    audience = scene.audience("all", {"everyone": True})
    form = client.get(f"/console/processes/{scene.process_id}/mailings/new")
    token = token_of(form)
    data = {
        "token": token, "kind": "mailing", "purpose": "events", "audience": str(audience), "days": "-7",
        "moment": "event:launch:starts", "time": "10:00", "missed": "catch-up",
        **{f"{part}-{code}": "Come" for part in ("subject", "body") for code in ("it", "en")},
        **{f"button-{code}-0": "rsvp" for code in ("it", "en")},
    }  # fmt: skip
    kept = client.post(f"/console/processes/{scene.process_id}/mailings/new", data=data)
    assert kept.url.path.endswith("/review"), kept.text
    assert "I follow online" in kept.text and "Reply to the invitation" in kept.text
    edit = parsed(client.get(kept.url.path.replace("/review", "/edit")))
    assert edit.xpath("string(//select[@name='button-en-0']/option[@selected]/@value)") == "rsvp"
    named = data | {"event": str(event)}
    kept = client.post(f"/console/processes/{scene.process_id}/mailings/new", data=named)
    newest = select(Mailing.event_id).order_by(Mailing.id.desc()).limit(1)
    assert scene.database.read(lambda s: s.scalar(newest)) == event
    wrong = client.post(f"/console/processes/{scene.process_id}/mailings/new", data=data | {"event": "999"})
    assert wrong.status_code == 400 and "does not belong to this process" in wrong.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_page_is_accessible_and_fits(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser, event: int
) -> None:
    sign_in()
    for narrow in (False, True):
        with page_of(browser, narrow=narrow, language="en-GB") as page:
            enter_console(page, web)
            page.goto(f"{web.url}/console/events/{event}?find=a")
            assert violations(page) == []
            assert overflow(page) <= 0
