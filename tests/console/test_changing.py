"""A mailing that is changed: by two at a time, between being read and released, and one that a package brought."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from notifications.ledger.tables import Mailing, MailingText
from tests.console.conftest import SignIn
from tests.console.test_mailings import form, languages_of, seen, state, tried, web, write
from tests.console.test_signing import form_token

__all__ = ["tried", "web"]  # fixtures


def test_nobody_releases_what_was_changed_since_it_was_read(sign_in: SignIn, database: Database) -> None:
    author, reviewer = sign_in("administrator"), sign_in("reviewer")
    page = write(author, database)
    mailing, edit, act = int(page.split("/")[3]), page.replace("review", "edit"), page.replace("review", "acts/release")
    read = seen(reviewer, page)
    author.post(edit, data=form(author, languages_of(database), **{"body-it": "Altro"}) | seen(author, edit))
    for given in (read, {"token": form_token(reviewer)}):
        refused = reviewer.post(act, data=given)
        assert (refused.status_code, state(database, mailing)) == (409, "draft")
        assert "read it as it is now" in refused.text
    assert reviewer.post(act, data=seen(reviewer, page)).status_code == 200
    assert state(database, mailing) == "released"


def test_of_two_writers_none_overwrites_the_other_unknowingly(sign_in: SignIn, database: Database) -> None:
    first, second = sign_in("administrator"), sign_in("administrator")
    languages = languages_of(database)
    edit = write(first, database).replace("review", "edit")
    opened = form(second, languages, **{"subject-it": "Secondo"}) | seen(second, edit)
    first.post(edit, data=form(first, languages, **{"subject-it": "Primo"}) | seen(first, edit))
    refused = second.post(edit, data=opened)
    assert refused.status_code == 409
    assert "while you were writing" in refused.text
    assert 'value="Secondo"' in refused.text
    assert 'value="Primo"' in second.get(edit).text
    again = re.search(r'name="revision" value="([0-9a-f]+)"', refused.text)
    assert again is not None
    assert second.post(edit, data=opened | {"revision": again[1]}).status_code == 200
    assert 'value="Secondo"' in second.get(edit).text


LOADED: dict[str, Any] = {
    "anchor": {"phase": "analysis", "at": "closes", "days": -2, "time": "18:00"},
    "missed": {"rule": "catch-up", "until": {"hours": 12}},
    "spread": {"days": 2},
}


@pytest.mark.parametrize(
    ("loaded", "kept"),
    [
        ({}, {}),
        ({"spread": {"days": 1, "hours": 4}}, {"spread": {"hours": 28}}),
        ({"spread": {"minutes": 90}}, {}),
        (
            {"missed": {"rule": "ask", "until": {"days": 1, "hours": 1}}},
            {"missed": {"rule": "ask", "until": {"hours": 25}}},
        ),
        ({"missed": {"rule": "drop", "until": {"days": 0}}}, {}),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the form
def test_a_loaded_mailing_that_is_kept_as_it_is_stays_as_it_is(
    sign_in: SignIn, database: Database, loaded: dict[str, Any], kept: dict[str, Any]
) -> None:
    client = sign_in()
    page = write(client, database)
    mailing = int(page.split("/")[3])
    buttons = [{"kind": "link", "label": f"Link {n}", "url": f"https://e.org/{n}"} for n in range(5)]
    fields = LOADED | loaded

    def load(session: Session) -> None:
        session.execute(update(Mailing).where(Mailing.id == mailing).values(**fields))
        session.execute(update(MailingText).where(MailingText.mailing_id == mailing).values(buttons=buttons))
        words = {"subject": "Nouvelles", "body": "Bonjour", "buttons": []}
        session.add(MailingText(mailing_id=mailing, language="fr", **words))  # which the process has no more

    def standing(session: Session) -> tuple[dict[str, Any], dict[str, Any]]:
        row = session.get_one(Mailing, mailing)
        texts = session.scalars(select(MailingText).where(MailingText.mailing_id == mailing))
        return {name: getattr(row, name) for name in fields}, {one.language: (one.body, one.buttons) for one in texts}

    database.write(load)
    before = database.read(standing)
    edit = page.replace("review", "edit")
    kept_as_it_is = client.post(edit, data=filled_in(client.get(edit).text), follow_redirects=False)
    assert kept_as_it_is.status_code == 303
    after = database.read(standing)
    working = {"anchor": fields["anchor"] | {"working": False}}  # said, as it was meant
    assert after == (before[0] | working | kept, before[1])


def test_an_anchor_that_is_gone_is_said_and_not_replaced(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    edit = write(client, database).replace("review", "edit")
    gone = {"phase": "gone", "at": "opens", "days": 1, "time": "09:00"}
    database.write(lambda s: s.execute(update(Mailing).values(anchor=gone)))
    shown = client.get(edit).text
    assert "gone, which is not there any more" in shown
    refused = client.post(edit, data=filled_in(shown))
    assert refused.status_code == 400
    assert '<a href="#moment">Counted from</a>: This is not in the process any more.' in refused.text
    assert "gone, which is not there any more" in refused.text


class Fields(HTMLParser):
    """The fields of a page's one form, as a browser would send them unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.name = ""  # of the select or textarea that is open
        self.is_textarea = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.found[name] = value
        elif tag in {"select", "textarea"}:
            self.name, self.is_textarea = name, tag == "textarea"
        elif tag == "option" and ("selected" in given or self.name not in self.found):
            self.found[self.name] = value

    def handle_data(self, data: str) -> None:
        if self.is_textarea:
            self.found[self.name] = data

    def handle_endtag(self, tag: str) -> None:
        self.is_textarea = self.is_textarea and tag != "textarea"


def filled_in(page: str) -> dict[str, str]:
    fields = Fields()
    fields.feed(page[page.index('class="mailing-form"') :].partition("</form>")[0])
    return fields.found
