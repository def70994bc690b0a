"""Events written, changed and called off in the console: nothing typed is lost, everybody concerned is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select

from core.process.attendance import Given
from core.process.replies import Door, Reply
from core.process.tables import Event, EventFile
from core.staff.tables import AuditEntry
from core.tables import Notice
from tests.console.conftest import SignIn, enter_console
from tests.events.scene import add_event, say
from tests.responses.scene import Scene
from tests.support.attachments import PDF
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb


def form_of(page: httpx.Response, at: int = 0) -> dict[str, str]:
    """A form of the page as a browser would send it; the sign-out and language forms are not among them."""
    forms: Any = html.fromstring(page.text).xpath("//main//form[@method='post']")
    return dict(forms[at].form_values())


def new(scene: Scene) -> str:
    return f"/console/processes/{scene.process_id}/events/new"


def events(scene: Scene) -> list[Event]:
    return list(scene.database.read(lambda s: s.scalars(select(Event).order_by(Event.id)).all()))


def acts(scene: Scene) -> list[tuple[str, str]]:
    noted = select(AuditEntry.act, AuditEntry.subject).where(AuditEntry.act.startswith("event."))
    return [(row.act, row.subject) for row in scene.database.read(lambda s: s.execute(noted.order_by("id")).all())]


def written(**more: str) -> dict[str, str]:
    usual = {
        "title-it": "Assemblea", "title-en": "Assembly", "starts": "2023-09-27", "starts-time": "9:30",
        "ends": "2023-09-27", "ends-time": "13:00", "place": "Torino", "mode-online": "yes",
        "seats-in-person": "300", "programme-it": "- **Apertura**",
    }  # fmt: skip
    return usual | more


def test_an_event_is_added_and_stands_on_the_front_page(scene: Scene, sign_in: SignIn, web: RunningWeb) -> None:
    client = sign_in("organiser")
    assert new(scene) in client.get(f"/console/processes/{scene.process_id}").text
    form = form_of(client.get(new(scene)))
    done = client.post(new(scene), data=form | written())
    assert "The event is kept." in done.text, done.text
    (event,) = events(scene)
    assert (event.slug, event.starts_local, event.ends_local) == ("assemblea", "2023-09-27T09:30", "2023-09-27T13:00")
    assert (event.seats, event.online, event.modes, event.offer_hours) == ({"in-person": 300}, True, [], 48)
    assert event.programme == {"it": "- **Apertura**"}
    assert "Assembly" in httpx.get(f"{web.url}/", headers={"Accept-Language": "en"}).text
    again = client.post(new(scene), data=form | written())
    assert again.url.path == f"/console/processes/{scene.process_id}" and len(events(scene)) == 1, "a double click"
    client.post(new(scene), data=form_of(client.get(new(scene))) | written())
    assert [one.slug for one in events(scene)] == ["assemblea", "assemblea-2"]
    assert acts(scene) == [("event.added", "event:1"), ("event.added", "event:2")]


def test_everything_wrong_is_said_at_once_at_its_field(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    form = form_of(client.get(new(scene)))
    wrong = {
        "title-en": "", "ends": "2023-09-26", "starts-time": "9.30", "opens": "soon", "opens-time": "10:00",
        "seats-online": "none", "overbooking": "101", "companions": "-1", "link": "http://x.example.org",
        "kind": "party", "phase": "99",
    }  # fmt: skip
    del form["mode-in-person"]
    data = form | written(**wrong)
    del data["mode-online"]
    page = client.post(new(scene), data=data)
    assert page.status_code == 400 and events(scene) == []
    parsed: Any = html.fromstring(page.text)
    linked = {one.get("href") for one in parsed.xpath("//div[@role='alert']//a")}
    fields = {
        "title-en", "starts-time", "opens", "seats-online", "overbooking", "companions", "link", "kind", "phase",
        "modes",
    }  # fmt: skip
    assert linked == {f"#{one}" for one in fields}
    for one in fields:
        assert parsed.xpath("//*[@id=$id]", id=one), one
    assert parsed.xpath("string(//input[@name='link']/@value)") == "http://x.example.org"
    late = written(closes="2023-09-28", **{"closes-time": "10:00", "ends-time": "9:00"})
    page = client.post(new(scene), data=form | late)
    assert "It ends before it begins" in page.text and "closes after the event has begun" in page.text


def test_a_change_tells_those_concerned_and_keeping_as_it_is_changes_nothing(scene: Scene, sign_in: SignIn) -> None:
    client, event = sign_in("organiser"), add_event(scene, seats={"in-person": 1})
    for person in (1, 2):
        say(scene.database, Given(event, person, "in-person", "chat"), scene.now)
    page = client.get(f"/console/events/{event}/edit")
    assert "2 people come or wait for a place" in page.text
    form = form_of(page)
    client.post(f"/console/events/{event}/edit", data=form)
    (kept,) = events(scene)
    assert (kept.sequence, kept.seats) == (0, {"in-person": 1})
    done = client.post(f"/console/events/{event}/edit", data=form | {"place": "Ivrea", "seats-in-person": "2"})
    assert "The event is kept." in done.text
    told = scene.database.read(lambda s: [(one.kind, one.participant_id) for one in s.scalars(select(Notice))])
    assert sorted(told) == [("event-changed", 1), ("event-changed", 2), ("seat-offered", 2)]
    stale = client.post(f"/console/events/{event}/edit", data=form | {"place": "Susa"})
    assert stale.status_code == 409 and "Somebody changed this event" in stale.text
    assert events(scene)[0].place == "Ivrea"
    again = client.post(f"/console/events/{event}/edit", data=form_of(stale))
    assert again.status_code == 200 and events(scene)[0].place == "Susa"


def test_documents_are_kept_and_removed(scene: Scene, sign_in: SignIn, web: RunningWeb) -> None:
    client, event = sign_in("organiser"), add_event(scene)
    token = form_of(client.get(f"/console/events/{event}/edit"), 1)
    files = [("upload", ("Agenda.pdf", PDF)), ("upload", ("evil.exe", b"MZ"))]
    page = client.post(f"/console/events/{event}/documents", data=token, files=files)
    assert page.status_code == 400 and "evil.exe" in page.text and "Agenda.pdf" in page.text
    names = select(EventFile.name, EventFile.media_type)
    assert [tuple(one) for one in scene.database.read(lambda s: s.execute(names).all())] == [
        ("Agenda.pdf", "application/pdf")
    ]
    assert "Agenda.pdf" in client.get(f"/console/events/{event}").text
    data: dict[str, Any] = token | {"remove": "Agenda.pdf"}
    client.post(f"/console/events/{event}/documents", data=data, files=[("upload", ("", b""))])
    assert scene.database.read(lambda s: s.execute(names).all()) == []
    assert [act for act, _ in acts(scene)] == ["event.file-added", "event.file-removed"]


def test_calling_it_off_says_first_who_is_told(scene: Scene, sign_in: SignIn) -> None:
    client, event = sign_in("organiser"), add_event(scene)
    say(scene.database, Given(event, 1, "in-person", "chat"), scene.now)
    say(scene.database, Given(event, 2, "no", "chat"), scene.now)
    page = client.get(f"/console/events/{event}/cancel")
    assert "1 person who comes or waits for a place is told at once." in page.text
    assert not events(scene)[0].cancelled
    client.post(f"/console/events/{event}/cancel", data=form_of(page) | {"do": "cancel"})
    assert events(scene)[0].cancelled
    client.post(f"/console/events/{event}/cancel", data=form_of(page) | {"do": "cancel"})
    told = scene.database.read(lambda s: [(one.kind, one.participant_id) for one in s.scalars(select(Notice))])
    assert told == [("event-cancelled", 1)]
    client.post(f"/console/events/{event}/cancel", data=form_of(page) | {"do": "restore"})
    assert not events(scene)[0].cancelled
    assert [act for act, _ in acts(scene)] == ["event.cancelled", "event.restored"]


def test_only_who_may(scene: Scene, sign_in: SignIn) -> None:
    event = add_event(scene)
    for role in ("reader", "reviewer"):
        client = sign_in(role)
        token = {"token": form_of_token(client, scene)}
        assert "/edit" not in client.get(f"/console/events/{event}").text
        for path in (new(scene), f"/console/events/{event}/edit", f"/console/events/{event}/cancel"):
            assert client.get(path).status_code == 403
            assert client.post(path, data=token | written() | {"do": "cancel"}).status_code == 403
        assert client.post(f"/console/events/{event}/documents", data=token).status_code == 403
    assert sign_in("organiser").get("/console/events/999/edit").status_code == 404
    (kept,) = events(scene)
    assert (kept.title["en"], kept.cancelled) == ("Launch event", False)


def form_of_token(client: httpx.Client, scene: Scene) -> str:
    page = client.get(f"/console/processes/{scene.process_id}")
    return str(html.fromstring(page.text).xpath("string(//input[@name='token']/@value)"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_form_is_accessible_fits_and_works_in_a_browser(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser
) -> None:
    sign_in()
    event = add_event(scene)
    with page_of(browser, narrow=True, language="en-GB") as page:
        enter_console(page, web)
        for path in (new(scene), f"/console/events/{event}/edit", f"/console/events/{event}/cancel"):
            page.goto(web.url + path)
            assert (overflow(page), violations(page)) == (0, []), path
        page.goto(f"{web.url}/console/events/{event}/edit")
        page.get_by_label("Places in person").fill("0")
        page.get_by_role("button", name="Keep the event").click()
        page.get_by_text("Nothing was kept yet").wait_for()
        assert violations(page) == []
        page.get_by_label("Places in person").fill("7")
        page.get_by_role("button", name="Keep the event").click()
        page.get_by_text("The event is kept.").wait_for()
    assert events(scene)[0].seats == {"in-person": 7}


def test_who_said_maybe_is_told_unless_staff_say_otherwise(scene: Scene, sign_in: SignIn) -> None:
    client, event = sign_in("organiser"), add_event(scene)
    for person, said in ((1, "in-person"), (2, "maybe"), (3, "no")):
        say(scene.database, Given(event, person, said, "chat"), scene.now)
    here, off = f"/console/events/{event}/edit", f"/console/events/{event}/cancel"
    shown = client.get(here)
    assert "1 person at present; who declined is told nothing." in shown.text
    client.post(here, data=form_of(shown) | {"place": "Ivrea", "address": "Via Nuova 1"})
    silent = {name: value for name, value in form_of(client.get(here)).items() if name != "tell_undecided"}
    client.post(here, data=silent | {"place": "Susa"})
    page = client.get(off)
    assert "Tell also the 1 person invited who has said maybe or nothing" in page.text
    client.post(off, data=form_of(page) | {"do": "cancel"})
    found = scene.database.read(lambda s: list(s.scalars(select(Notice).order_by(Notice.id))))
    assert [(one.kind, one.participant_id, "undecided" in one.values) for one in found] == [
        ("event-changed", 1, False), ("event-changed", 2, True), ("event-changed", 1, False),
        ("event-cancelled", 1, False), ("event-cancelled", 2, False),
    ]  # fmt: skip
    assert found[0].values["was"] == {"place": "Torino", "address": ""}


def test_days_in_the_past_missing_hours_and_long_titles_are_asked_about(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    form = form_of(client.get(new(scene))) | written()
    past = form | {"starts": "2020-09-27", "ends": "2020-09-27"}
    for wrong, told_so in (
        (past, "This day is in the past."),
        ({"ends": "9999-12-31"}, "This day is too far away"),
        ({"starts": "0001-01-01", "past": "yes"}, "This day is too far away"),
        ({"starts": "2027-03-28", "starts-time": "02:30", "ends": "2027-03-28"}, "There is no such time on that day"),
        ({"title-it": "x" * 201}, "at most 200 characters"),
        ({"title-it": ""}, "Title (Italiano)</a>"),
    ):
        refused = client.post(new(scene), data=form | wrong)
        assert refused.status_code in {400, 422} and told_so in refused.text and not events(scene), wrong
    asked = form_of(client.post(new(scene), data=past))
    assert "The event is kept." in client.post(new(scene), data=asked | {"past": "yes"}).text
    edit = f"/console/events/{events(scene)[0].id}/edit"
    kept = client.post(edit, data=form_of(client.get(edit)) | {"place": "Ivrea"})
    assert "The event is kept." in kept.text, "a start that stood there is asked about no more"


def test_an_event_made_by_mistake_is_deleted_while_nothing_hangs_on_it(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    mistake = client.post(new(scene), data=form_of(client.get(new(scene))) | written()).url.path.split("/")[3]
    page = f"/console/events/{mistake}/cancel"
    invited = add_event(scene)
    say(scene.database, Given(invited, 1, Reply.IN_PERSON, Door.WEB), scene.now)
    for event, status in ((str(invited), 409), (mistake, 303)):
        form = form_of(client.get(f"/console/events/{event}/cancel"), -1)
        done = client.post(f"/console/events/{event}/delete", data=form, follow_redirects=False)
        assert done.status_code == status and (status == 303 or "cannot be deleted" in done.text)
    assert [one.id for one in events(scene)] == [invited] and client.get(page).status_code == 404
    assert acts(scene)[-1] == ("event.deleted", f"event:{mistake}")
