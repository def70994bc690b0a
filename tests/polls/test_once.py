"""Forms of the console that make a poll make it once, however often their button is pressed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import html
from sqlalchemy import func, select

from core.database.database import Database
from notifications.ledger.tables import Mailing
from surveys.polls.series_tables import PollSeries
from surveys.polls.tables import Poll
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.polls.scene import add, define
from tests.responses.scene import Scene

__all__ = ["scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


def filled(client: httpx.Client, page: str, form: str) -> dict[str, Any]:
    """The fields of a form as the page has them."""
    found: Any = html.fromstring(client.get(page).text).xpath(form)[0]  # type: ignore[index]
    return dict(found.form_values())


def count(database: Database, table: Any) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(table))) or 0


FORM = "//form[contains(@class, 'mailing-form')]"


def test_ask_pressed_twice_asks_once_and_another_question_asks_again(
    scene: Scene, sign_in: SignIn, database: Database
) -> None:
    client, here = sign_in("organiser"), "/console/ask/bench"
    typed = filled(client, here, FORM)
    looked: Any = html.fromstring(client.post(here, data=typed | {"look": "yes"}).text).xpath(FORM)[0]  # type: ignore[index]
    assert dict(looked.form_values())["key"] == typed["key"] != "", "counting the readers keeps the page's key"
    before = count(database, Mailing)
    for _ in range(2):
        told = client.post(here, data=typed)
        assert told.status_code == 200 and "/polls" in told.url.path
    assert (count(database, Poll), count(database, Mailing) - before) == (1, 2)
    client.post(here, data={name: value + "!" if name.startswith("title-") else value for name, value in typed.items()})
    assert count(database, Poll) == 2, "whoever goes back and asks something else has asked that too"


def test_a_poll_and_a_series_are_made_once(scene: Scene, sign_in: SignIn, database: Database) -> None:
    client, poll = sign_in("organiser"), add(scene, define(), opened=False)
    here = f"/console/processes/{scene.process_id}/polls/new"
    typed = filled(client, here, FORM) | {"title-it": "Dove?", "title-en": "Where?"}
    typed |= {"options-it": "Qui\nLà", "options-en": "Here\nThere"}
    wrong = client.post(here, data=typed | {"most": "x"})
    assert wrong.status_code == 422 and typed["key"] in wrong.text, "a form that comes back keeps its key"
    paths = [client.post(here, data=typed).url.path for _ in range(2)]
    assert paths[1] == f"/console/processes/{scene.process_id}/polls" and count(database, Poll) == 2
    again = filled(client, f"/console/polls/{poll.id}", "//form[contains(@action, '/repeat')]") | {
        "first": "2023-07-20"
    }
    paths = [client.post(f"/console/polls/{poll.id}/repeat", data=again).url.path for _ in range(2)]
    assert paths[0].startswith("/console/series/") and count(database, PollSeries) == 1, paths
