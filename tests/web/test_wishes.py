"""Preferences, own data, unsubscribing and undoing: what a person decides is done, and nothing before."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.links import Purpose
from core.people.addresses import add_address, prove
from core.people.consent import PURPOSES, consent_history, consents
from core.people.tables import Address, Consent, JoinRequest, Participant
from core.process.tables import Process
from tests.responses.scene import Scene
from tests.support.web import RunningWeb
from tests.web.mailing import delivery
from tests.web.reader import Reader


@pytest.fixture
def person(scene: Scene) -> int:
    made = scene.participant(language="en", legal_basis="public-task", name="Anna Prova")
    scene.database.write(lambda session: add_address(session, made, "email", "anna@example.org", scene.now))
    return made


def granted(scene: Scene, person: int) -> dict[tuple[str, str], bool]:
    return scene.database.read(lambda session: consents(session, person, scene.office_id))


def kept(scene: Scene, person: int) -> Participant:
    found = scene.database.read(lambda session: session.get(Participant, person))
    assert found is not None
    return found


def preferences(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> Reader:
    token = web.link(Purpose.PREFERENCES, person, scene.office_id)
    return Reader(http, f"/preferences/{token}")


def test_wishes_are_kept_with_their_proof(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    scene.change(Process, scene.process_id, languages=["it", "en", "fr"])
    page = preferences(scene, web, http, person)
    assert page.fields()["purpose"] == list(PURPOSES)
    page.press("save", language="fr", channel="email", purpose=["events", "results"])
    assert page.at.status_code == 200
    assert 'lang="fr"' in page.at.text
    assert (kept(scene, person).language, kept(scene, person).preferred_channel) == ("fr", "email")
    stated = granted(scene, person)
    assert stated == {
        (purpose, channel): False for purpose in ("questionnaires", "polls") for channel in ("telegram", "email")
    }
    history = scene.database.read(lambda session: consent_history(session, person))
    assert {(one.source, one.text_version) for one in history} == {("preferences-page", "preferences-page:1")}
    page.press("save", purpose=["questionnaires", "events", "results"])
    assert granted(scene, person)["questionnaires", "email"] is True
    assert page.fields()["purpose"] == ["questionnaires", "events", "results"]


def test_saving_without_a_change_states_nothing(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    page = preferences(scene, web, http, person)
    page.press("save")
    page.press("save")
    assert granted(scene, person) == {}


def test_telegram_is_chosen_only_by_who_has_a_chat(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    page = preferences(scene, web, http, person)
    page.press("save", channel="telegram", purpose=["events"])
    assert page.at.status_code == 422
    assert "your account is not connected" in page.at.text
    assert "https://t.me/ascolto_test_bot?start=" in page.at.text
    assert page.fields()["purpose"] == "events"  # nothing that was chosen is lost
    assert kept(scene, person).preferred_channel == ""
    address = scene.database.write(lambda session: add_address(session, person, "telegram", 7, scene.now))
    scene.database.write(lambda session: prove(session, address, scene.now))
    page = preferences(scene, web, http, person)
    assert "?start=" not in page.at.text
    page.press("save", channel="telegram")
    assert kept(scene, person).preferred_channel == "telegram"


def test_a_pause_until_a_day(scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock) -> None:
    page = preferences(scene, web, http, person)
    page.press("save", pause="until", until="31/2/2024")
    assert page.at.status_code == 422
    assert page.errors
    page.press("save", pause="until", until="2023-07-10")  # today
    assert page.at.status_code == 422
    assert kept(scene, person).paused_until is None
    page.press("save", pause="none", until="2023-07-10")  # as the page showed it: what is ticked decides
    assert (page.at.status_code, kept(scene, person).paused_until) == (200, None)
    page.press("save", until="2023-07-10")
    assert page.at.status_code == 422, "a day that was typed is not dropped in silence"
    page.press("save", pause="until", until="2023-08-02")
    page.press("save", pause="none")
    page.press("save", pause="none", until="2023-08-01")
    assert "1 August 2023" in page.at.text
    until = kept(scene, person).paused_until
    assert until is not None
    assert until.isoformat() == "2023-07-31T22:00:00+00:00"  # the beginning of the day in Italy
    page.press("save")
    assert kept(scene, person).paused_until == until
    page.press("save", pause="none")
    assert kept(scene, person).paused_until is None


def test_own_data_as_a_file(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    Reader(http, web.answer_path(person, scene.round_id)).press("begin")
    page = preferences(scene, web, http, person)
    found = http.get(f"{page.path}/data")
    assert found.headers["content-disposition"].startswith("attachment")
    readable = http.get(f"{page.path}/data.html")
    assert readable.headers["content-disposition"].startswith("attachment")
    assert "<dt>E-mail</dt><dd>anna@example.org</dd>" in readable.text
    assert "<dt>Are you a member?</dt><dd>no answer</dd>" in readable.text
    known = json.loads(found.text)
    assert known["addresses"][0]["value"] == "anna@example.org"
    assert known["answers"][0]["state"] == "partial"


def test_requests_to_join_stand_on_the_page_to_read(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    asked = {"office_id": scene.office_id, "joins_id": None, "municipality_id": None, "text_version": "1/it"}
    scene.insert(
        JoinRequest, participant_id=person, nonce=5, email="anna@example.org", mailbox="anna@example.org",
        name="<b>Anna</b>", purposes=["events"], language="en", source="page", asked_at=scene.now, confirmed_at=None,
        **asked,
    )  # fmt: skip
    text = http.get(f"{preferences(scene, web, http, person).path}/data.html").text
    assert "What you asked for to join" in text
    assert "10 July 2023, not confirmed" in text
    assert "&lt;b&gt;Anna&lt;/b&gt;" in text


def test_erasing_asks_first(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    page = preferences(scene, web, http, person)
    old_links = (
        web.answer_path(person, scene.round_id),
        f"/joining/undo/{web.link(Purpose.UNDO_JOIN, 1, person)}",
        f"/unsubscribe/{web.link(Purpose.UNSUBSCRIBE, delivery(scene, person))}",
    )
    assert http.get(f"{page.path}/erase").status_code == 200
    assert http.post(f"{page.path}/erase").status_code == 422
    assert kept(scene, person).erased_at is None
    done = http.post(f"{page.path}/erase", data={"sure": "yes"})
    assert "Your data are erased" in done.text
    assert kept(scene, person).erased_at is not None
    assert scene.database.read(lambda session: session.scalars(select(Address)).all()) == []
    for path in (page.path, f"{page.path}/data", f"{page.path}/data.html", f"{page.path}/erase", *old_links):
        gone = http.get(path)
        assert gone.status_code == 410, path
        assert "erased, as you asked" in gone.text, path
    assert http.post(f"{page.path}/erase", data={"sure": "yes"}).status_code == 410


def test_a_look_at_the_unsubscribe_link_does_nothing(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    page = Reader(http, f"/unsubscribe/{web.link(Purpose.UNSUBSCRIBE, delivery(scene, person))}")
    assert page.heading == "No more messages?"
    assert "Questionnaires" in page.at.text
    assert granted(scene, person) == {}


def test_one_click_needs_nothing_else(scene: Scene, web: RunningWeb, person: int) -> None:
    """RFC 8058: a mail program posts one field, without cookies and without having looked."""
    path = f"/unsubscribe/{web.link(Purpose.UNSUBSCRIBE, delivery(scene, person))}"
    for _ in range(2):
        done = httpx.post(web.url + path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    assert granted(scene, person) == {("questionnaires", channel): False for channel in ("telegram", "email")}


def test_unsubscribing_on_the_page(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    page = Reader(http, f"/unsubscribe/{web.link(Purpose.UNSUBSCRIBE, delivery(scene, person))}")
    page.press("purpose")
    assert page.heading == "You will receive no more messages of this kind: Questionnaires"
    assert "no more messages of this kind" in page.page.findtext(".//title", "")
    choose = Reader(http, page.page.xpath("string(//main//a[starts-with(@href, '/preferences/')]/@href)"))
    assert choose.fields()["purpose"] == [one for one in PURPOSES if one != "questionnaires"]
    page.press("everything")
    assert page.heading == "You will receive no more messages from this office"
    assert not any(granted(scene, person).values())
    assert {purpose for purpose, _ in granted(scene, person)} == set(PURPOSES)
    assert page.buttons() == {}
    assert http.post(page.path, data={"do": "else"}).status_code == 400


def test_undoing_a_joining(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    address = scene.database.write(lambda session: add_address(session, person, "telegram", 77, scene.now))
    path = f"/joining/undo/{web.link(Purpose.UNDO_JOIN, address)}"
    assert "Was it not you?" in http.get(path).text
    assert scene.database.read(lambda session: session.get(Address, address)) is not None
    for _ in range(2):
        assert "The account is parted" in http.post(path, follow_redirects=True).text
    assert scene.database.read(lambda session: session.get(Address, address)) is None


def test_links_of_other_purposes_open_nothing(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    wrong = web.link(Purpose.ANSWER, person, scene.office_id)
    paths = ("/preferences/{}", "/preferences/{}/data", "/preferences/{}/erase", "/unsubscribe/{}", "/joining/undo/{}")
    for path in paths:
        assert http.get(path.format(wrong)).status_code == 404
    for path in ("/preferences/{}", "/preferences/{}/erase", "/unsubscribe/{}", "/joining/undo/{}"):
        assert http.post(path.format(wrong), data={"sure": "yes", "do": "everything"}).status_code == 404
    page = preferences(scene, web, http, person)
    clock.advance(timedelta(days=31))
    assert http.get(page.path).status_code == 410
    assert scene.database.read(lambda session: session.scalars(select(Consent)).all()) == []
