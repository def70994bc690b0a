"""A door with people before it, and staff who stand there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from playwright.sync_api import Page
from sqlalchemy import select

from core.database.database import Database
from core.links import Links
from core.process.attendance import Given, reply
from core.process.door.acting import Became, Wanted, act
from core.process.door.codes import code_for
from core.process.door.listing import Expected, Numbers, expected, numbers
from core.process.door.settling import Kind
from core.process.events import load_event
from core.staff.accounts import NewAccount, add_account, grant_role
from core.staff.tables import AuditEntry
from tests.events.scene import STARTS
from tests.responses.scene import Scene
from tests.support.web import RunningWeb

DOOR_OPENS = STARTS - timedelta(hours=3)
COMING_IN = STARTS - timedelta(minutes=18)  # 9:42 in Turin
PASSWORD = "a long enough password"


def guest(scene: Scene, event: int, said: str = "in-person", **known: Any) -> int:
    """One of the office's people who has replied."""
    more = {name: known.pop(name) for name in ("companions", "substitute", "needs") if name in known}
    person = scene.participant(**{"language": "en", **known})
    scene.database.write(lambda s: reply(s, Given(event, person, said, "web", **more), scene.now))
    return person


def come(database: Database, event: int, person: int, kind: Kind = Kind.IN, **more: Any) -> Became:
    """Somebody is let in, or what else is done about them; `now` is when it arrives."""
    now, key = more.pop("now", COMING_IN), more.pop("key", f"{kind}-{person}")
    wanted = Wanted(key, kind, person, more.pop("way", "name"), **more)
    return database.write(lambda s: act(s, load_event(s, event), wanted, now))


def count(database: Database, event: int) -> Numbers:
    return database.read(lambda s: numbers(s, event))


def listed(database: Database, event: int, links: Links | None = None) -> dict[int, Expected]:
    found = database.read(lambda s: expected(s, load_event(s, event), links))
    return {one.participant_id: one for one in found}


def code(web: RunningWeb, person: int, event: int) -> str:
    """What a camera reads."""
    return web.deps.urls.door(code_for(web.deps.links, person, event))


def logged(database: Database, begins: str = "door.") -> list[str]:
    statement = select(AuditEntry.act).where(AuditEntry.act.startswith(begins)).order_by(AuditEntry.id)
    return list(database.read(lambda s: s.scalars(statement).all()))


def keeper(web: RunningWeb, role: str = "doorkeeper", office: str = "metro", name: str = "") -> str:
    """An account with a role; its address."""
    email, database, now = f"{name or role}@example.org", web.deps.database, web.deps.clock.now()
    new = NewAccount(email, f"The {role}", PASSWORD, "en")
    account = database.write(lambda s: add_account(s, new, now))
    database.write(lambda s: grant_role(s, account, office, role, now))
    return email


def telephone(page: Page, web: RunningWeb, email: str, event: int) -> Page:
    """Signs in on a telephone and opens the door; the list is there and the page is kept."""
    page.goto(f"{web.url}/console/sign-in?next=/console/door/{event}")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("[data-kept]", has_text="people").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def until(page: Page, holds: str) -> None:
    """Waits for what a page says of itself."""
    page.wait_for_function(holds)


Post = Callable[[list[dict[str, Any]]], dict[str, Any]]


def poster(client: httpx.Client, event: int) -> Post:
    """Sends acts as a telephone does."""
    token = client.get(f"/console/door/{event}/list").json()["token"]

    def post(acts: list[dict[str, Any]]) -> dict[str, Any]:
        answer = client.post(f"/console/door/{event}/acts", data={"token": token, "acts": json.dumps(acts)})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return post
