"""The ready set of mailings around an event: prepared with one press, once; documents that wait for its end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import func, select

from core.clock import FixedClock
from core.i18n import LANGUAGES
from core.people.tables import Audience
from core.process.tables import Event, Process
from notifications.content.check import Allowed, check_text
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.planning.schedule import schedule_occurrences
from notifications.ready.pieces import NAMES, Around
from notifications.ready.texts import ready_texts
from surveys.responses.round_times import move_rounds
from surveys.responses.tables import FormVersion, Round
from tests.console.conftest import SignIn
from tests.console.test_event_writing import form_of
from tests.events.scene import ENDS, add_event
from tests.responses.scene import Scene
from tests.support.attachments import PDF
from tests.support.browser import page_of, violations
from tests.support.web import RunningWeb

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AFTER_IT = "2023-07-21T10:00"  # the working day after the event


def mailings(scene: Scene) -> dict[str, str]:
    """When each mailing of the event is due, on the clock of the process; all are drafts of staff."""
    found = (
        select(Mailing.slug, Occurrence.due_local)
        .join(Occurrence, Occurrence.mailing_id == Mailing.id)
        .where(Mailing.state == "draft", Mailing.written_by.is_not(None))
    )
    return {row.slug: row.due_local for row in scene.database.read(lambda s: s.execute(found.order_by("id")).all())}


def count(scene: Scene, table: type) -> int:
    return scene.database.read(lambda s: s.scalar(select(func.count()).select_from(table))) or 0


def test_the_whole_set_is_prepared_with_one_press_and_once(scene: Scene, sign_in: SignIn) -> None:
    invited = scene.audience("people", {"everyone": True})
    event = add_event(scene)
    client, page = sign_in("organiser"), f"/console/events/{event}/mailings"
    assert page in client.get(f"/console/events/{event}").text
    form = form_of(client.get(page))
    shown: Any = html.fromstring(client.get(page).text)
    assert shown.xpath("//input[@name='piece' and @checked]/@value") == list(NAMES)[1:], (
        "the invitation's day has passed"
    )
    assert "released, it leaves at once" in client.get(page).text
    wrong = client.post(page, data={**form, "piece": NAMES})
    assert wrong.status_code == 422 and "whom the invitation goes to" in wrong.text
    assert client.post(page, data={**form, "piece": []}).status_code == 422
    assert client.post(page, data={**form, "piece": NAMES, "invite": "99"}).status_code == 404
    assert mailings(scene) == {}
    data = {**form, "piece": NAMES, "invite": str(invited)}
    with ThreadPoolExecutor(2) as both:  # a double click
        pressed = list(both.map(lambda _: httpx.post(str(client.base_url.join(page)), data=data, cookies=client.cookies,
                                                     follow_redirects=True), range(2)))  # fmt: skip
    assert sorted(["6 drafts are ready" in one.text for one in pressed]) == [False, True]
    assert any("is there already" in one.text for one in pressed)
    assert mailings(scene) == {
        "launch-invitation": "2023-06-29T10:00",
        "launch-reminder-week": "2023-07-13T10:00",
        "launch-reminder-day": "2023-07-19T10:00",
        "launch-reminder-hours": "2023-07-20T08:00",
        "launch-thanks": AFTER_IT,
        "launch-missed-you": AFTER_IT,
    }
    assert "is there already" in client.post(page, data=data).text
    assert client.get(page).text.count("released, it leaves at once") == 1, "of the draft too"
    for named in (f"/console/processes/{scene.process_id}", "/console/mailings/2/review"):
        assert "Launch event</" in (told := client.get(named).text) and "{{ event }}</" not in told
    due = mailings(scene)
    for number in range(2, 8):  # to keep one as it stands changes nothing of it
        edit = f"/console/mailings/{number}/edit"
        kept = client.post(edit, data=form_of(client.get(edit)))
        assert kept.url.path.endswith("/review"), kept.text
    assert mailings(scene) == due
    edit = f"/console/mailings/{list(due).index('launch-reminder-hours') + 2}/edit"
    hours = form_of(client.get(edit))
    assert hours["hours"] == "-2"
    refused = client.post(edit, data=hours | {"hours": "two"})
    assert refused.status_code == 422 or "whole number of hours" in refused.text
    assert 'value="two"' in refused.text, "nothing typed is lost"
    rules = {one.slug: one.rule for one in scene.database.read(lambda s: s.scalars(select(Audience)).all())}
    assert rules["plan.launch-present"] == {"came": "plan/launch"}
    assert rules["plan.launch-absent"] == {"did_not_come": "plan/launch"}
    assert rules["plan.launch-guests"]["rsvp"]["reply"] == ["in-person", "online", "maybe"]
    assert len(rules) == 4
    languages = select(MailingText.language).where(MailingText.subject.contains("event")).distinct()
    assert set(scene.database.read(lambda s: s.scalars(languages).all())) == {"it", "en"}


def test_the_satisfaction_questionnaire_opens_when_the_event_ends_and_moves_with_it(
    scene: Scene, sign_in: SignIn
) -> None:
    event = add_event(scene)
    client, page = sign_in("organiser"), f"/console/events/{event}/mailings"
    client.post(page, data=form_of(client.get(page)) | {"piece": "thanks", "satisfaction": "yes"})
    assert list(mailings(scene)) == ["launch-thanks"]

    def asked() -> Round:
        return scene.database.read(lambda s: s.scalars(select(Round).where(Round.slug.endswith("satisfaction"))).one())

    assert asked().opens_at == ENDS and asked().title["it"] == "Com'è andata? Incontro di lancio"
    assert count(scene, FormVersion) == 2, "the ready form was published"
    shown = client.get(f"/console/processes/{scene.process_id}").text
    assert shown.index("Questionnaires that open later") < shown.index("How was it? Launch event"), (
        "not in front of others"
    )
    scene.change(Event, event, starts_local="2023-08-20T10:00", ends_local="2023-08-20T13:00")
    assert scene.database.write(move_rounds) == 1
    scene.database.write(lambda session: schedule_occurrences(session, None, scene.now))
    assert f"{asked().opens_at:%Y-%m-%d %H:%M} {asked().closes_at:%Y-%m-%d}" == "2023-08-20 11:00 2023-09-10"
    assert mailings(scene)["launch-thanks"] == "2023-08-21T10:00"
    assert scene.database.write(move_rounds) == 0


def test_without_the_questionnaire_the_thanks_ask_nothing(scene: Scene, sign_in: SignIn) -> None:
    event = add_event(scene)
    client, page = sign_in("organiser"), f"/console/events/{event}/mailings"
    form = form_of(client.get(page))
    form.pop("satisfaction")
    client.post(page, data={**form, "piece": ["thanks", "missed-you"]})
    assert list(mailings(scene)) == ["launch-thanks", "launch-missed-you"]
    buttons = [
        kind for one in scene.database.read(lambda s: s.scalars(select(MailingText)).all()) for kind in one.buttons
    ]
    assert {one["kind"] for one in buttons} == {"event-page"}


def test_appointments_have_no_set_and_readers_may_not_prepare_one(scene: Scene, sign_in: SignIn) -> None:
    event, talks = add_event(scene), add_event(scene, "talks", kind="appointment")
    client = sign_in("organiser")
    form = form_of(client.get(f"/console/events/{event}/mailings"))
    assert client.post(f"/console/events/{talks}/mailings", data={**form, "piece": "thanks"}).status_code == 409
    assert "have messages of their own" in client.get(f"/console/events/{talks}/mailings").text
    reader = sign_in("reader")
    assert reader.get(f"/console/events/{event}/mailings").status_code == 403
    assert f"/console/events/{event}/mailings" not in reader.get(f"/console/events/{event}").text


@pytest.mark.parametrize("name", NAMES)
def test_every_ready_text_can_leave_in_every_language(name: str, database_url: str) -> None:
    texts = ready_texts(name, LANGUAGES)
    assert set(texts) == set(LANGUAGES)
    for language, text in texts.items():
        assert check_text({"language": language, **text}, Allowed(has_round=True, has_event=True)) == []
        kinds = [one["kind"] for one in ready_texts(name, [language], with_answer=False)[language]["buttons"]]
        assert kinds == [one["kind"] for one in text["buttons"] if one["kind"] != "answer"]


def test_long_short_names_stay_their_own(database_url: str) -> None:
    alike = (("plan", "2024-launch"), ("plan-2024", "launch"), ("plan.2024", "launch"), ("plan", "2024.launch"))
    assert len({Around(*one).of_office("guests") for one in alike}) == len(alike), "each its own"
    long = Around("p" * 50, "e" * 50).of_office("guests")
    other = Around("p" * 50, "e" * 51).of_office("guests")
    assert len(long) == len(other) == 64 and long != other


def test_materials_are_shown_once_the_event_is_over(
    scene: Scene, sign_in: SignIn, web: RunningWeb, clock: FixedClock
) -> None:
    event = add_event(scene)
    client, edit = sign_in("organiser"), f"/console/events/{event}/edit"
    form = {"token": form_of(client.get(edit))["token"]}
    send = f"/console/events/{event}/documents"
    client.post(send, data={**form, "new-afterwards": "yes"}, files={"upload": ("slides.pdf", PDF)})
    client.post(send, data={**form, "afterwards": "slides.pdf"}, files={"upload": ("programme.pdf", PDF)})
    page = f"{web.url}/e/metro/launch"
    seen = httpx.get(page).text
    assert "programme.pdf" in seen and "slides.pdf" not in seen
    assert httpx.get(f"{page}/files/slides.pdf").status_code == 404, "nor by guessing its name"
    clock.set(ENDS)
    seen = httpx.get(page).text
    assert "programme.pdf" in seen and "slides.pdf" in seen
    assert httpx.get(f"{page}/files/slides.pdf").content == PDF
    client.post(send, data=form)  # the tick was taken away
    clock.set(scene.now)
    assert "slides.pdf" in httpx.get(page).text


def test_the_page_of_the_set_is_accessible(scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser) -> None:
    event = add_event(scene)
    scene.change(Process, scene.process_id, languages=["it", "en", "fr"])
    client = sign_in("organiser")
    with page_of(browser) as page:
        page.context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": web.url} for one in client.cookies.jar]
        )
        page.goto(f"{web.url}/console/events/{event}/mailings")
        page.get_by_role("button", name="Prepare the mailings").click()
        page.get_by_text("5 drafts are ready").wait_for()
        assert violations(page) == []


def test_everybody_who_subscribed_can_be_invited(scene: Scene, sign_in: SignIn) -> None:
    event = add_event(scene)
    client, page = sign_in("organiser"), f"/console/events/{event}/mailings"
    form = form_of(client.get(page))
    assert 'value="everybody"' in client.get(page).text
    made = client.post(page, data={**form, "piece": ["invitation"], "invite": "everybody"})
    assert made.status_code == 200 and "1 draft is ready" in made.text
    audiences = scene.database.read(lambda s: s.scalars(select(Audience)).all())
    assert [(one.slug, one.rule) for one in audiences] == [("everybody", {"everyone": True})]
    new = client.get(f"/console/processes/{scene.process_id}/mailings/new").text
    assert 'value="everybody"' not in new and audiences[0].name in new, "it is offered once"
