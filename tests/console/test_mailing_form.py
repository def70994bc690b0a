"""The form of a mailing: what is wrong stands at its field in the form's words, and the day it means is shown."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select, update

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Audience
from core.process.tables import Process
from notifications.ledger.tables import Mailing
from tests.console.conftest import SignIn, enter_console
from tests.console.test_mailings import NEW, form, languages_of, tried, web, write
from tests.console.test_pages import text_of
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["tried", "web"]  # fixtures
IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the form


def errors_of(answer: Any) -> dict[str, str]:
    """What stands at each field."""
    found = re.findall(r'<p class="field-error" id="([^"]+)-error">(.*?)</p>', answer.text)
    return {name: html.unescape(text) for name, text in found}


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"audience": ""}, "audience", "choose an audience"),
        ({"audience": "99"}, "audience", "does not belong"),
        ({"audience": "somebody"}, "audience", "one of the list"),
        ({"round": "99"}, "round", "does not belong"),
        ({"event": "99"}, "event", "does not belong"),
        ({"days": "soon"}, "days", "0 for the day itself"),
        ({"days": ""}, "days", "0 for the day itself"),
        ({"days": "36501"}, "days", "at most 36500 days"),
        ({"time": "quarter past"}, "time", "as in 09:30"),
        ({"time": ""}, "time", "as in 09:30"),
        ({"time": "24:00"}, "time", "as in 09:30"),
        ({"moment": "phase:nowhere:opens"}, "moment", "not in the process any more"),
        ({"moment": "<script>"}, "moment", "from which it is counted"),
        ({"moment": "phase:analysis:never"}, "moment", "from which it is counted"),
        ({"spread": "lots"}, "spread", "a whole number"),
        ({"spread": "9999"}, "spread", "at most 30 days"),
        ({"within": "-1"}, "within", "a whole number"),
        ({"within": "999999999999"}, "within", "at most 36500 days"),
        ({"missed": "explode"}, "missed", "one of the list"),
        ({"subject-it": ""}, "subject-it", "write the subject"),
        ({"body-it": ""}, "body-it", "write the text"),
        ({"subject-it": "", "body-it": ""}, "subject-it", "in this language too"),
        ({"subject-it": "{{ config }}"}, "subject-it", "no variable config"),
        ({"body-it": "{{ config }} {{ request }}"}, "body-it", "no variable config, request"),
        ({"body-it": "{% for a in (1,) %}{{ a.__class__ }}{% endfor %}"}, "body-it", "not understood"),
        ({"body-it": "![](map.png)"}, "body-it", "map.png"),
        ({"url-it-0": "javascript:alert(1)"}, "url-it-0", "https://"),
        ({"url-it-0": "www.example.org"}, "url-it-0", "https://"),
        ({"url-it-0": "https://"}, "url-it-0", "https://"),
        ({"url-it-0": "http://[::1"}, "url-it-0", "https://"),
        ({"label-it-0": ""}, "label-it-0", "what stands on this button"),
        ({"button-it-0": ""}, "button-it-0", "what this button does"),
        ({"button-it-0": "answer"}, "button-it-0", "choose it above"),
        ({"button-it-0": "rsvp"}, "button-it-0", "choose the event above"),
        ({"subject-it": "x" * 201}, "subject-it", "too long"),
        # Four messages by itself, five with its subject above it.
        ({"subject-it": "x" * 200, "body-it": "\n\n".join(["y" * 4000] * 4)}, "body-it", "too long for Telegram"),
    ],
)
@IN_SQLITE
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    sign_in: SignIn, database: Database, change: dict[str, str], field: str, said: str
) -> None:
    client = sign_in()
    answer = client.post(NEW, data=form(client, languages_of(database), **change))
    assert answer.status_code == 400
    errors = errors_of(answer)
    assert list(errors) == [field]
    assert said in errors[field]
    assert f'<a href="#{field}">' in answer.text
    assert "body-it" in change or "come va? &lt;b&gt;ciao&lt;/b&gt;" in answer.text
    for name, value in change.items():
        if name.startswith(("url", "label", "subject", "days", "time", "spread", "within")):
            assert f'name="{name}"' in answer.text
            assert f'value="{html.escape(value)}"' in answer.text
    assert "<script>" not in answer.text
    assert database.read(lambda s: s.scalars(select(Mailing.slug)).all()) == ["invitation"]


@IN_SQLITE
def test_everything_that_is_wrong_is_said_at_once_without_names_of_columns(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    wrong = {
        "audience": "", "days": "soon", "time": "noon", "within": "some", "spread": "lots", "subject-it": "",
        "body-it": "{{ config }}", "url-it-0": "example.org", "label-en-0": "",
    }  # fmt: skip
    answer = client.post(NEW, data=form(client, languages_of(database), **wrong))
    assert set(errors_of(answer)) == set(wrong)
    summary = answer.text[answer.text.index("not kept yet") : answer.text.index('class="mailing-form"')]
    assert summary.count("<li>") == len(wrong)
    assert "Button 1, Address it opens – Italiano" in html.unescape(summary)
    for word in ("anchor", "working:", "until", "xx-", "phase:", "(days", "whole numbers"):
        assert word not in summary


@IN_SQLITE
def test_a_language_without_a_text_is_said_at_its_subject(sign_in: SignIn, database: Database) -> None:
    database.write(lambda s: s.execute(update(Process).values(languages=["it", "fr"])))
    client = sign_in()
    answer = client.post(NEW, data=form(client, ("it",)))
    assert answer.status_code == 400
    assert "in this language too" in errors_of(answer)["subject-fr"]


@IN_SQLITE
def test_the_day_it_means_is_shown_before_and_after_it_is_kept(
    sign_in: SignIn, database: Database, clock: FixedClock
) -> None:
    client = sign_in()
    asked = client.post(NEW, data=form(client, languages_of(database), stay="time"))
    assert asked.status_code == 200
    assert "It is due on: Thursday 3 August 2023, 09:30 (time of Rome)" in text_of(asked)
    assert database.read(lambda s: s.scalars(select(Mailing.slug)).all()) == ["invitation"]
    unreadable = client.post(
        NEW, data=form(client, languages_of(database), stay="time", days="x", **{"subject-it": ""})
    )
    assert list(errors_of(unreadable)) == ["days"]  # nothing else was asked
    assert "It is due on" not in unreadable.text
    page = write(client, database)
    assert "Thursday 3 August 2023, 09:30 (time of Rome)" in text_of(client.get(page))
    assert "time has passed" not in client.get(page).text
    clock.advance(timedelta(days=60))
    for late in (page, page.replace("review", "edit")):
        assert "It leaves as soon as it is released" in client.get(late).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "leaves as soon as it is released"),
        ({"round": "1", "purpose": "questionnaires"}, "does not leave any more"),
    ],
)
@IN_SQLITE
def test_a_time_in_the_past_is_never_kept_in_silence(
    sign_in: SignIn, database: Database, clock: FixedClock, change: dict[str, str], said: str
) -> None:
    clock.advance(timedelta(days=400))
    page = write(sign_in(), database, **change)
    assert said in text_of(sign_in().get(page))


@IN_SQLITE
def test_the_list_of_what_is_wrong_leads_to_the_fields(
    sign_in: SignIn, web: RunningWeb, browser: Browser, scene: Scene
) -> None:
    scene.insert(Audience, office_id=scene.office_id, slug="few", name="A few", rule={"everyone": True})
    sign_in()
    with page_of(browser, narrow=True, language="en-GB") as page:
        page.set_viewport_size({"width": 360, "height": 740})
        enter_console(page, web)
        page.goto(f"{web.url}{NEW}")
        page.get_by_label("Days after it").fill("a week")
        page.get_by_role("button", name="Keep and look at it").click()
        page.get_by_role("alert").get_by_role("link", name="Days after it").click()
        assert page.evaluate("location.hash") == "#days"
        assert page.get_by_label("Days after it").input_value() == "a week"
        assert violations(page) == []
        assert overflow(page) <= 0
        page.get_by_label("Days after it").fill("-7")
        page.get_by_role("button", name="Show which day that is").click()
        page.get_by_text("It is due on:").wait_for()
        assert violations(page) == []
