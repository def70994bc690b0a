"""An office with a questionnaire that was answered and a mailing that left, and who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from core.staff.accounts import NewAccount, add_account, grant_role
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from surveys.engine.inputs import Answer, Review, Submit
from surveys.responses.shelf import FormShelf
from tests.console.typed_fields import look_at
from tests.responses.desk import Desk
from tests.responses.scene import Scene, build
from tests.support.browser import chromium
from tests.support.web import RunningWeb, running_web

PASSWORD = "a long enough password"
FORMULA = "=HYPERLINK(1)"

SignIn = Callable[..., httpx.Client]


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    """Three people: one sent everything, one has begun, one did nothing; a mailing told two of them."""
    made = build(database, clock.now())
    desk = Desk(made, FormShelf())
    north, south = made.zone("north"), made.zone("south")
    first = made.participant(zone_id=north, category="citizen", name="Ada <b>Rossa</b>")
    second = made.participant(zone_id=south, category="business", name="Bruno Verdi")
    third = made.participant(zone_id=south, category="citizen", name="Carla Neri")
    response = desk.begin(first).response_id
    given = (
        ("member", "yes"),
        ("years", "3"),
        ("axes", "green health"),
        ("order", "green health schools"),
        ("idea", FORMULA),
    )
    for name, value in given:
        desk.give(response, Answer(f"/data/{name}", value))
    desk.give(response, Review())
    desk.give(response, Submit())
    desk.give(desk.begin(second).response_id, Answer("/data/member", "no"))
    _mailing(made, first, second, third)
    return made


def _mailing(scene: Scene, *people: int) -> None:
    mailing = scene.insert(
        Mailing, office_id=scene.office_id, process_id=scene.process_id, slug="invitation", kind="mailing",
        purpose="questionnaires", anchor={}, missed={}, state="released", released_at=scene.now,
    )  # fmt: skip
    scene.insert(MailingText, mailing_id=mailing, language="it", subject="Il Suo parere", body="", buttons=[])
    occurrence = scene.insert(
        Occurrence, mailing_id=mailing, key="", due_local="2023-07-10T09:30", time_zone="Europe/Rome", due_at=scene.now,
        state="planned", values={}, planned_at=scene.now,
    )  # fmt: skip
    became = (("sent", ""), ("in-doubt", ""), ("skipped", "no-address"))
    for person, (state, reason) in zip(people, became, strict=True):
        scene.insert(
            Delivery, mailing_id=mailing, occurrence_id=occurrence, participant_id=person, channel="email",
            state=state, reason=reason, due_at=scene.now, settled_at=scene.now,
        )  # fmt: skip


@pytest.fixture
def web(scene: Scene, database: Database, clock: FixedClock, links: Links) -> Iterator[RunningWeb]:
    with running_web(database, clock, links) as running:
        yield running


@pytest.fixture
def sign_in(web: RunningWeb, database: Database, clock: FixedClock) -> Iterator[SignIn]:
    """Makes an account with a role in an office and signs it in."""
    clients: list[httpx.Client] = []

    def enter(role: str = "administrator", office: str = "metro") -> httpx.Client:
        email = f"{role}{len(clients)}@example.org"
        new = NewAccount(email, f"The {role}", PASSWORD, "en")
        account = database.write(lambda session: add_account(session, new, clock.now()))
        database.write(lambda session: grant_role(session, account, office, role, clock.now()))
        headers, hooks = {"Accept": "text/html"}, {"response": [look_at]}
        client = httpx.Client(base_url=web.url, timeout=60, follow_redirects=True, headers=headers, event_hooks=hooks)
        clients.append(client)
        answer = client.post("/console/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.url.path == "/console", answer.text
        return client

    yield enter
    for client in clients:
        client.close()


def enter_console(page: Page, web: RunningWeb) -> None:
    """Signs the first account in, as a person does."""
    page.goto(f"{web.url}/console/sign-in")
    page.get_by_label("E-mail address").fill("administrator0@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Processes", level=1).wait_for()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
