"""Webhooks in the console: for administrators of the office, the secret shown once, every act in the log."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Office
from core.staff.tables import AuditEntry
from core.webhooks.emitting import Happening, emit
from core.webhooks.keeping import clear_removed
from core.webhooks.kinds import Kind
from core.webhooks.tables import Webhook, WebhookCall
from tests.console.conftest import SignIn
from tests.console.test_pages import text_of
from tests.console.test_signing import form_token
from tests.responses.scene import Scene

HERE = "/console/webhooks"
URL = "https://programs.example.org/ascolto"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def send(client: httpx.Client, path: str = "", **fields: object) -> httpx.Response:
    return client.post(HERE + path, data={"token": form_token(client), **fields})


def add(client: httpx.Client, url: str = URL, office: int = 1) -> httpx.Response:
    return send(client, office=office, url=url, kind=["response.answered", "delivery.bounced"])


def found(database: Database) -> list[Webhook]:
    return list(database.read(lambda session: session.scalars(select(Webhook)).all()))


def acts(database: Database) -> list[tuple[str, str]]:
    entries = select(AuditEntry.act, AuditEntry.subject).where(AuditEntry.act.startswith("webhook."))
    return [(row.act, row.subject) for row in database.read(lambda s: s.execute(entries.order_by(AuditEntry.id)).all())]


def test_the_secret_is_shown_once_and_kept_nowhere(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    page = add(client)
    assert page.status_code == 200
    (secret,) = SECRET.findall(page.text)
    (webhook,) = found(database)
    assert (webhook.url, webhook.kinds, webhook.state) == (URL, "delivery.bounced response.answered", "active")
    assert secret not in str(vars(webhook))
    assert not SECRET.search(client.get(f"{HERE}/1").text)
    (newer,) = SECRET.findall(send(client, "/1/secret").text)
    assert newer != secret
    assert acts(database) == [("webhook.added", "webhook:1"), ("webhook.renewed", "webhook:1")]
    assert "webhook added" in text_of(client.get("/console/audit"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://programs.example.org/", "only https"),
        ("https://10.0.0.7/", "private network"),
        ("https://localhost/", "private network"),
        ("programs", "cannot be called"),
    ],
)
def test_what_must_not_be_reached_is_refused_and_what_was_typed_stays(
    sign_in: SignIn, database: Database, url: str, said: str
) -> None:
    page = add(sign_in(), url)
    assert page.status_code == 400
    assert said in page.text
    assert f'value="{url}"' in page.text
    assert found(database) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_form_says_what_each_field_is_for(sign_in: SignIn) -> None:
    shown = text_of(sign_in().get(HERE))
    assert "a secret is shown, once" in shown
    assert "not that it was read" in shown
    assert "not what was answered" in shown


def test_calls_are_filtered_and_removing_asks_first(sign_in: SignIn, database: Database, scene: Scene) -> None:
    client = sign_in()
    add(client)
    page = send(client, "/1/acts/test")
    for number, (kind, state) in enumerate((("delivery.bounced", "failed"), ("response.answered", "done"))):
        copied = database.read(lambda s: vars(s.get_one(WebhookCall, 1)).copy())
        values = {name: value for name, value in copied.items() if name not in {"id", "_sa_instance_state"}}
        scene.insert(WebhookCall, **values | {"kind": kind, "state": state, "event_id": f"other-{number}"})

    def kinds(query: str) -> set[str]:
        table = client.get(f"{HERE}/1{query}").text.partition("<tbody>")[2].partition("</tbody>")[0]
        return {name for name in ("a test", "a mail came back", "somebody sent their answers") if name in table}

    assert kinds("") == {"a test", "a mail came back", "somebody sent their answers"}
    assert kinds("?kind=delivery.bounced") == {"a mail came back"}
    assert kinds("?state=done") == {"somebody sent their answers"}
    assert kinds("?kind=delivery.bounced&state=done") == set()
    assert kinds("?kind=nothing&state=nothing") == kinds("")
    asks = page.text.partition("<details")[2].partition("</details>")[0]
    assert "Yes, remove it" in asks
    assert "what waits for it is lost" in asks


def test_nothing_to_be_told_of_and_the_same_address_twice(sign_in: SignIn) -> None:
    client = sign_in()
    assert "one thing at least" in send(client, office=1, url=URL).text
    assert "nothing called" in send(client, office=1, url=URL, kind="everything").text.replace("There is n", "n")
    add(client)
    assert add(client).status_code == 409


def test_it_is_paused_resumed_tested_and_removed(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    add(client)
    assert "paused" in text_of(send(client, "/1/acts/pause"))
    assert found(database)[0].state == "paused"
    assert "active" in text_of(send(client, "/1/acts/resume"))
    assert "a test" in text_of(send(client, "/1/acts/test"))
    assert send(client, "/1/acts/explode").status_code == 404
    assert "No program is called yet" in text_of(send(client, "/1/acts/remove"))
    assert client.get(f"{HERE}/1").status_code == 404
    assert database.write(clear_removed)
    assert database.read(lambda s: s.scalars(select(WebhookCall)).all()) == []
    assert [act for act, _ in acts(database)] == [
        f"webhook.{one}" for one in ("added", "paused", "resumed", "tested", "removed")
    ]


def test_calls_are_made_again(sign_in: SignIn, scene: Scene, database: Database, clock: FixedClock) -> None:
    client = sign_in()
    add(client)
    for _ in range(3):
        database.write(lambda s: emit(s, Happening(Kind.ANSWERED, scene.office_id), clock.now()))
    over = {"state": "failed", "attempts": 10, "status": 500, "settled_at": clock.now()}
    database.write(lambda s: s.execute(update(WebhookCall).where(WebhookCall.id < 3).values(over)))
    shown = text_of(client.get(f"{HERE}/1"))
    assert "given up" in shown
    assert "500" in shown
    assert send(client, "/1/calls/1/replay").status_code == 200
    assert send(client, "/1/calls/3/replay").status_code == 404  # it waits already
    assert send(client, "/1/replay", since="yesterday").status_code == 400
    assert send(client, "/1/replay", since="2023-07-11").status_code == 200
    states = select(WebhookCall.state).order_by(WebhookCall.id)
    assert database.read(lambda s: list(s.scalars(states))) == ["waiting", "failed", "waiting"]
    assert send(client, "/1/replay", since="2023-07-10").status_code == 200
    assert database.read(lambda s: list(s.scalars(states))) == ["waiting"] * 3
    assert [act for act, _ in acts(database)] == ["webhook.added", "webhook.replayed", "webhook.replayed"]


PATHS = ("/1/acts/pause", "/1/acts/remove", "/1/acts/test", "/1/secret", "/1/replay", "/1/calls/1/replay")


@pytest.mark.parametrize("role", ["organiser", "clerk", "reviewer", "reader"])
def test_only_administrators_see_them(sign_in: SignIn, scene: Scene, role: str) -> None:
    add(sign_in())
    scene.insert(Office, slug="town", name="Town", kind="municipality")
    client = sign_in(role, office="town" if role == "clerk" else "metro")
    assert "Webhooks" not in client.get("/console").text
    assert client.get(HERE).status_code == 404
    assert client.get(f"{HERE}/1").status_code == 404
    assert add(client).status_code == 404
    assert [send(client, path, since="2023-07-10").status_code for path in PATHS] == [404] * len(PATHS)


def test_another_offices_webhook_looks_like_none(sign_in: SignIn, scene: Scene, database: Database) -> None:
    add(sign_in())
    scene.insert(Office, slug="other", name="Other", kind="municipality")
    client = sign_in(office="other")
    assert URL not in client.get(HERE).text
    assert client.get(f"{HERE}/1").status_code == 404
    assert [send(client, path, since="2023-07-10").status_code for path in PATHS] == [404] * len(PATHS)
    assert add(client, f"{URL}/mine", office=1).status_code == 404
    assert [one.url for one in found(database)] == [URL]


def test_nothing_is_changed_by_a_link_or_a_forged_form(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    add(client)
    for path in PATHS:
        assert client.get(HERE + path).status_code in {404, 405}
        assert client.post(HERE + path, data={"token": "forged"}).status_code == 403
    assert client.post(HERE, data={"token": "forged", "office": 1, "url": f"{URL}/2", "kind": "x"}).status_code == 403
    assert [one.state for one in found(database)] == ["active"]
    assert acts(database) == [("webhook.added", "webhook:1")]
