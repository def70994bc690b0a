"""Joining by oneself on the web: asked for, confirmed from the mailbox, and nothing before."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from core.links import Purpose, in_days
from core.people import mailboxes
from core.people.consent import consent_history
from core.people.erasing import erase_person
from core.people.join_requests import forget_requests
from core.people.open_offices import kept_text
from core.people.suppression import suppress
from core.people.tables import Address, Consent, JoinRequest, Participant
from core.process.tables import Office
from notifications.ledger.tables import Delivery
from surveys.responses.tables import Round
from tests.joining.stage import ADA, TEXT, Stage
from tests.web.reader import Reader

SENT = "We have written to you"
THANKS = "Thank you, you have joined"


async def test_from_the_form_to_the_consents_with_their_proof(stage: Stage) -> None:
    place = stage.scene.municipality("torino")
    page = stage.asks(
        " ADA@Example.org", ["events", "results"], "?from=library-7", name="Ada  Prova", language="en",
        municipality="torino",
    )  # fmt: skip
    assert page.heading == SENT
    assert stage.members() == [] and stage.audience() == 0
    (mail,) = await stage.mails()
    headers = dict(mail["headers"])
    assert "Metropolitan city" in headers["Subject"] and headers["Auto-Submitted"] == "auto-generated"
    assert "Events and meetings, Results" in mail["text"] and "Ada" not in mail["text"]
    assert not [one for one in mail["links"] if "/preferences/" in one or "/unsubscribe/" in one]
    path = stage.link_in(mail)
    for _ in range(2):  # as mail scanners do
        assert stage.http.get(path).status_code == 200
        assert stage.http.head(path).status_code == 200
    assert stage.members() == [] and stage.audience() == 0
    stage.clock.advance(timedelta(days=6))
    page = Reader(stage.http, path)
    assert "I agree to &lt;messages&gt;." in page.at.text and ADA in page.at.text
    page.press("confirm")
    assert page.heading == THANKS
    (member,) = stage.members()
    assert (member.source, member.legal_basis) == ("joined by themselves: library-7", "consent")
    assert (member.name, member.municipality_id, member.joined_at) == ("Ada Prova", place, stage.clock.now())
    person = stage.rows(Participant)[0]
    assert (person.id, person.language) == (member.participant_id, "en")
    (address,) = stage.rows(Address)
    assert (address.value, address.proved_at) == (ADA, stage.clock.now())
    stated = stage.scene.database.read(lambda s: consent_history(s, person.id, stage.scene.office_id))
    assert {(one.purpose, one.channel, one.granted) for one in stated} == {
        ("events", "email", True), ("results", "email", True),
    }  # fmt: skip
    assert {(one.source, one.stated_at) for one in stated} == {("joining-page:library-7", stage.clock.now())}
    (version,) = {one.text_version for one in stated}
    assert stage.scene.database.read(lambda s: kept_text(s, stage.scene.office_id, version)) == TEXT["en"]
    assert stage.audience() == 1


async def test_pressing_again_changes_nothing(stage: Stage) -> None:
    stage.asks()
    page = await stage.confirms()
    before = [(one.id, one.stated_at) for one in consents_of(stage)]
    person = stage.members()[0].participant_id
    preferences = Reader(stage.http, page.page.xpath("string(//main//a[starts-with(@href, '/preferences/')]/@href)"))
    assert preferences.fields()["purpose"] == "events"
    preferences.press("save", purpose=[])
    stage.clock.advance(timedelta(hours=1))
    assert stage.http.post(page.path, follow_redirects=True).status_code == 200
    assert stage.granted(person)["events", "email"] is False, "what was withdrawn stays so"
    assert len(stage.members()) == 1 and len(before) == 1


def consents_of(stage: Stage) -> list[Consent]:
    person = stage.members()[0].participant_id
    return list(stage.scene.database.read(lambda s: consent_history(s, person)))


async def test_nothing_is_ticked_beforehand_and_the_text_stands_in_full(stage: Stage) -> None:
    page = stage.page()
    assert "purpose" not in page.fields("join")
    assert "I agree to &lt;messages&gt;." in page.at.text and "I can withdraw it." in page.at.text
    version = page.fields("join")["version"]
    assert str(version) in page.page.xpath("string(//section[@id='agreement'])")
    assert "Acconsento." in stage.page("?lang=it").at.text


async def test_a_language_without_a_text_of_its_own_is_said(stage: Stage) -> None:
    assert "only." not in stage.page().at.text
    french = stage.page("?lang=fr").at.text
    assert "dans cette langue seulement" in french
    assert '<div class="agreement" lang="it">' in french
    stage.open(text=dict.fromkeys(("it", "en", "fr"), "Oui."))
    assert "dans cette langue seulement" not in stage.page("?lang=fr").at.text


async def test_what_is_wrong_comes_back_with_what_was_typed(stage: Stage) -> None:
    page = stage.asks("not an address", [], "?from=fair", name="Ada <b>")
    assert page.at.status_code == 422 and len(page.errors) == 2
    assert page.fields("join")["email"] == "not an address" and page.fields("join")["from"] == "fair"
    assert "Ada &lt;b&gt;" in page.at.text
    page = stage.asks("", ["events"])
    assert page.errors == ["Please write your e-mail address."]
    page = stage.page()
    stage.open(text={"en": "Another text.", "it": "Un altro testo."})
    page.press("join", email=ADA, purpose=["events"])
    assert page.at.status_code == 422 and "changed meanwhile" in page.errors[0] and "Another text." in page.at.text
    assert stage.traces() == (0, 0, 0)


async def test_programs_give_themselves_away(stage: Stage) -> None:
    page = stage.asks(website="https://spam.example.org")
    assert page.at.status_code == 400 and stage.traces() == (0, 0, 0)


async def test_the_answer_and_the_work_are_the_same_for_somebody_known(stage: Stage) -> None:
    person = stage.knows(name="Ada Prova", legal_basis="public-task", category="mayor")
    known, unknown = stage.asks(), stage.asks("nobody@example.org")
    assert known.at.text == unknown.at.text and known.at.url == unknown.at.url
    requests = stage.rows(JoinRequest)
    assert {one.participant_id == person for one in requests} == {False}, "nobody was looked up"
    (mine,), (theirs,) = await stage.mails(), await stage.mails("nobody@example.org")
    assert mine["text"].replace(stage.link_in(mine), "") == theirs["text"].replace(stage.link_in(theirs), "")
    await stage.confirms()
    (member,) = stage.members()
    assert (member.participant_id, member.legal_basis, member.category) == (person, "public-task", "mayor")
    assert (member.source, member.name) == ("test", "Ada Prova"), "what the office knows stays"
    assert stage.granted(person) == {("events", "email"): True}
    assert [one.value for one in stage.rows(Address)] == [ADA, "nobody@example.org"]


async def test_a_mailbox_that_several_share(stage: Stage) -> None:
    stage.knows(name="Bruno Verdi")
    ada = stage.knows(name="Ada Prova")
    stage.asks(name="ada prova")
    await stage.confirms()
    assert stage.granted(ada) == {("events", "email"): True} and len(stage.members()) == 2
    stage.asks(name="Carla Neri")
    await stage.confirms()
    assert [one.name for one in stage.members()] == ["Bruno Verdi", "Ada Prova", "Carla Neri"]
    stage.asks()
    await stage.confirms()
    assert len(stage.members()) == 4, "who gave no name is none of three"


async def test_somebody_who_left_comes_back(stage: Stage) -> None:
    person = stage.knows(name="Ada", left_at=stage.clock.now(), legal_basis="public-task")
    stage.asks(name="Ada", query="?from=poster")
    await stage.confirms()
    (member,) = stage.members()
    assert (member.participant_id, member.left_at) == (person, None)
    assert (member.legal_basis, member.source) == ("consent", "joined by themselves: poster")


async def test_somebody_whom_another_office_knows_is_one_person(stage: Stage) -> None:
    person = stage.knows(name="Ada")
    other = stage.scene.insert(
        Office, slug="borgo", name="Borgo", kind="municipality", joining={"open": True, "text": TEXT}
    )
    page = Reader(stage.http, "/join/borgo")
    page.press("join", email=ADA, name="Ada", purpose=["polls"])
    await stage.confirms()
    assert [(one.participant_id, one.office_id) for one in stage.members()] == [
        (person, stage.scene.office_id), (person, other),
    ]  # fmt: skip


async def test_at_most_three_mails_a_day_whatever_the_spelling(stage: Stage) -> None:
    for email in (ADA, "ADA@example.org", "Ada@EXAMPLE.org", ADA, ADA):
        assert stage.asks(email).heading == SENT
    assert len(await stage.mails()) == 3
    stage.clock.advance(timedelta(days=1, seconds=1))
    stage.asks()
    assert len(await stage.mails()) == 4


async def test_the_tags_of_a_mailbox_are_one_mailbox(stage: Stage) -> None:
    for number in range(6):
        stage.asks(f"ada+{number}@example.org")
    assert len(stage.rows(JoinRequest)) == 3


async def test_so_many_an_hour(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_AN_HOUR_OFFICE", 2)
    for number in range(2):
        assert stage.asks(f"p{number}@example.org").heading == SENT
    refused = stage.asks("p3@example.org")
    assert refused.at.status_code == 429 and len(stage.rows(JoinRequest)) == 2
    stage.clock.advance(timedelta(hours=1, seconds=1))
    assert stage.asks("p3@example.org").heading == SENT


async def test_never_again(stage: Stage) -> None:
    stage.asks()
    (mail,) = await stage.mails()
    assert "written on a page for joining" in mail["text"] and "in your name" not in mail["text"]
    page = Reader(stage.http, stage.link_in(mail))
    assert stage.http.post(page.path, data={"do": "never"}).status_code == 200
    assert stage.traces() == (0, 0, 0) and stage.alive() == []
    assert stage.http.get(page.path).status_code == 410
    stage.clock.advance(timedelta(days=30))
    assert stage.asks("ada+x@example.org").heading == SENT
    assert len(await stage.mails()) == 1 and stage.traces() == (0, 0, 0)


async def test_what_is_confirmed_is_shown_and_a_known_language_stays(stage: Stage) -> None:
    stage.scene.municipality("torino")
    person = stage.knows(name="")
    stage.asks(name="Buffone", language="fr", municipality="torino")
    page = Reader(stage.http, await stage.link())
    assert "Buffone" in page.at.text and "Français" in page.at.text and "torino" in page.at.text.casefold()
    page.press("confirm")
    assert stage.members()[0].participant_id == person and stage.rows(Participant)[0].language == "it"


async def test_an_office_that_closed_meanwhile_gains_nobody(stage: Stage) -> None:
    stage.asks()
    path = await stage.link()
    stage.open(open=False)
    assert (stage.http.get(path).status_code, stage.http.post(path, data={"do": "confirm"}).status_code) == (404, 404)
    assert stage.members() == []


async def test_a_page_sent_twice_asks_once(stage: Stage) -> None:
    page = stage.page()
    fields = {**page.fields("join"), "email": ADA, "purpose": ["events"], "do": "join"}
    for _ in range(2):
        assert stage.http.post("/join/metro", data=fields).status_code == 303
    assert len(await stage.mails()) == 1


async def test_many_behind_one_address_get_in(stage: Stage) -> None:
    fields = {**stage.page().fields("join"), "purpose": ["events"], "do": "join"}
    for number in range(60):
        sent = stage.http.post("/join/metro", data={**fields, "email": f"p{number}@example.org", "key": f"k{number}"})
        assert sent.status_code == 303
    assert len(stage.rows(JoinRequest)) == 60


async def test_a_suppressed_address_gets_no_mail(stage: Stage) -> None:
    stage.scene.database.write(lambda s: suppress(s, "email", ADA, "complaint", stage.clock.now()))
    assert stage.asks().heading == SENT
    assert await stage.mails() == []
    assert [(one.state, one.reason) for one in stage.rows(Delivery)] == [("skipped", "suppressed")]


async def test_forged_and_expired_links_say_so(stage: Stage) -> None:
    stage.asks()
    path = await stage.link()
    links, now = stage.web.deps.links, stage.clock.now()
    nonce = stage.rows(JoinRequest)[0].nonce
    forged = (
        f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}",
        f"/joining/confirm/{links.sign(Purpose.UNDO_JOIN, nonce, expires=in_days(now, 1))}",
        f"/joining/confirm/{links.sign(Purpose.CONFIRM_JOIN, nonce, 1, expires=in_days(now, 1))}",
        "/joining/confirm/è<b>",
    )
    for one in forged:
        assert (stage.http.get(one).status_code, stage.http.post(one).status_code) == (404, 404)
    made_up = f"/joining/confirm/{links.sign(Purpose.CONFIRM_JOIN, 5, expires=in_days(now, 1))}"
    assert stage.http.get(made_up).status_code == 410
    stage.clock.advance(timedelta(days=7, seconds=-1))
    assert stage.http.get(path).status_code == 200
    stage.clock.advance(timedelta(seconds=1))
    assert (stage.http.get(path).status_code, stage.http.post(path).status_code) == (410, 410)
    assert "you can join again" in stage.http.get(path).text
    assert stage.members() == []


async def test_what_was_not_confirmed_is_deleted_after_seven_days(stage: Stage) -> None:
    stage.asks()
    stage.asks("never-told@example.org")
    await stage.mails()
    now = stage.clock.now()
    assert stage.scene.database.write(lambda s: forget_requests(s, (), now + timedelta(days=6, hours=23))) == 0
    assert stage.scene.database.write(lambda s: forget_requests(s, (), now + timedelta(days=7))) == 2
    assert stage.traces() == (0, 0, 0) and stage.alive() == []
    assert len(stage.rows(Delivery)) == 2, "the ledger still says that mails went out, to nobody any more"


async def test_of_whom_nobody_was_told_nothing_stays_at_all(stage: Stage) -> None:
    stage.asks()
    stage.clock.advance(timedelta(days=7))
    stage.scene.database.write(lambda s: forget_requests(s, (), stage.clock.now()))
    assert stage.traces() == (0, 0, 0) and stage.rows(Participant) == []


async def test_whoever_confirmed_stays_when_their_request_goes(stage: Stage) -> None:
    stage.asks()
    await stage.confirms()
    stage.clock.advance(timedelta(days=7))
    stage.scene.database.write(lambda s: forget_requests(s, (), stage.clock.now()))
    assert stage.rows(JoinRequest) == [] and stage.audience() == 1 and len(stage.alive()) == 1


async def test_who_was_erased_comes_back_by_joining(stage: Stage) -> None:
    person = stage.knows(name="Ada Prova")
    stage.asks("ada@example.org", name="Ada Prova")
    path = await stage.link()
    stage.scene.database.write(lambda s: erase_person(s, person, (), stage.clock.now()))
    stage.clock.advance(timedelta(hours=1))
    page = Reader(stage.http, path)
    page.press("confirm")
    (member,) = stage.members()
    assert page.heading == THANKS and member.participant_id != person and stage.audience() == 1
    stage.scene.database.write(lambda s: erase_person(s, member.participant_id, (), stage.clock.now()))
    assert stage.http.get(path).status_code == 410
    assert stage.traces() == (0, 0, 0)


HOSTILE = {
    "=HYPERLINK(1)": "=HYPERLINK(1)",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "Zoë\u202e\u0000 \n D'Àvila": "Zoë D'Àvila",
    "{{ office }} {% x %}": "{{ office }} {% x %}",
    "李小龍 \ue000name\ue001": "李小龍 name",
    "x" * 5000: "x" * 200,
}


async def test_hostile_names_are_data(stage: Stage) -> None:
    for number, typed in enumerate(HOSTILE):
        stage.asks(f"p{number}@example.org", name=typed)
    for number in range(len(HOSTILE)):
        (mail,) = await stage.mails(f"p{number}@example.org")
        assert "alert" not in mail["html"] and "HYPERLINK" not in mail["text"]
        page = Reader(stage.http, stage.link_in(mail))
        page.press("confirm")
        assert page.heading == THANKS and "<script>alert" not in page.at.text
    assert [one.name for one in stage.members()] == list(HOSTILE.values())


async def test_the_page_leads_to_the_chat_too(stage: Stage) -> None:
    assert "https://t.me/ascolto_test_bot?start=join-metro" in stage.page().at.text
    stage.scene.change(Office, stage.scene.office_id, slug="metro.city")
    assert "?start=" not in stage.http.get("/join/metro.city").text, "Telegram takes no dot there"


@pytest.mark.parametrize("email", ["a@b", "a\r\nBcc: x@example.org", "a@example.org,b@example.org", "@"])
async def test_hostile_addresses_are_refused(stage: Stage, email: str) -> None:
    fields = {**stage.page().fields("join"), "purpose": ["events"], "do": "join", "email": email}
    sent = stage.http.post("/join/metro", data=fields)
    assert sent.status_code == 422 and stage.traces() == (0, 0, 0)


BROKEN = ("email=%ED%A0%80%40x.org", "email=%00%40&purpose=%ED%A0%80", "email[]=1", "", "%")


async def test_broken_posts_are_refused(stage: Stage) -> None:
    for body in BROKEN:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert stage.http.post("/join/metro", content=body, headers=kind).status_code == 422, body
    file = stage.http.post("/join/metro", files={"email": ("a.txt", b"ada@example.org")}, data={"purpose": "events"})
    assert file.status_code == 422 and stage.traces() == (0, 0, 0)


@pytest.mark.parametrize("tag", ["x" * 41, "a b", "<b>", "è", "a:b", ""])
async def test_a_tag_that_is_not_safe_is_left_out(stage: Stage, tag: str) -> None:
    page = Reader(stage.http, str(httpx.URL("/join/metro", params={"from": tag})))
    assert page.fields("join").get("from", "") == ""


async def test_an_office_that_does_not_allow_it_has_no_page(stage: Stage) -> None:
    stage.open(open=False)
    for office in ("metro", "nowhere"):
        for path in (f"/join/{office}", f"/join/{office}/sent"):
            assert stage.http.get(path).status_code == 404
        assert stage.http.post(f"/join/{office}", data={"email": ADA}).status_code == 404
    assert "/join/" not in stage.http.get("/").text


async def test_the_front_page_and_the_footers_lead_there(stage: Stage) -> None:
    assert stage.http.get("/").text.count('href="/join/metro"') == 2
    assert 'href="/join/metro?lang=it"' in stage.http.get("/privacy?lang=it").text
    assert "?lang=fr&amp;from=shop" in stage.page("?from=shop").at.text, "the tag outlives a change of language"


async def test_after_confirming_what_anybody_may_answer_is_offered(stage: Stage) -> None:
    stage.scene.change(Round, stage.scene.round_id, subject_kind="link", title={"en": "Your view"})
    stage.asks(language="en")
    page = await stage.confirms()
    assert "Your view" in page.at.text and "/r/metro/follow-up-2023" in page.at.text
