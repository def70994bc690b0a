"""Signing in and out, and forms that only our own pages can post."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from core.clock import FixedClock
from core.staff.accounts import TRIES
from tests.console.conftest import PASSWORD, SignIn
from tests.support.web import RunningWeb

PAGES = (
    "/console",
    "/console/processes/1",
    "/console/rounds/1",
    "/console/mailings/1",
    "/console/mailings/1/review",
    "/console/mailings/1/audience",
    "/console/processes/1/plan",
    "/console/processes/1/mailings/new",
    "/console/mail",
    "/console/excluded",
    "/console/webhooks",
    "/console/staff-bot",
    "/console/audit",
)


def form_token(client: httpx.Client) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get("/console").text)
    assert found
    return found[1]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_anything_before_signing_in(web: RunningWeb, page: str) -> None:
    answer = httpx.get(web.url + page)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/sign-in?next={page}"


def test_signing_in_leads_back_to_the_page(sign_in: SignIn, web: RunningWeb) -> None:
    sign_in()
    data = {"email": "administrator0@example.org", "password": PASSWORD}
    inside = httpx.post(f"{web.url}/console/sign-in?next=/console/audit", data=data)
    assert inside.headers["location"] == "/console/audit"
    outside = httpx.post(f"{web.url}/console/sign-in?next=//evil.example.org/console", data=data)
    assert outside.headers["location"] == "/console"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(sign_in: SignIn, web: RunningWeb) -> None:
    sign_in()
    data = {"email": "administrator0@example.org", "password": PASSWORD}
    cookie = httpx.post(f"{web.url}/console/sign-in", data=data).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_wrong_password_and_an_unknown_address_look_the_same(sign_in: SignIn, web: RunningWeb) -> None:
    sign_in()
    answers = [
        httpx.post(f"{web.url}/console/sign-in", data={"email": email, "password": "not the password"})
        for email in ("administrator0@example.org", "nobody000000000@example.org")
    ]
    assert [one.status_code for one in answers] == [401, 401]
    first, second = (one.text.replace("administrator0", "X").replace("nobody000000000", "X") for one in answers)
    assert first == second


@pytest.mark.parametrize("email", ["administrator0@example.org", "nobody111111111@example.org"])
def test_many_wrong_passwords_lock_an_address_with_or_without_account(
    sign_in: SignIn, web: RunningWeb, email: str
) -> None:
    sign_in()
    data = {"email": email, "password": "wrong"}
    statuses = [httpx.post(f"{web.url}/console/sign-in", data=data).status_code for _ in range(TRIES + 1)]
    assert statuses == [401] * TRIES + [429]


def test_signing_out_ends_the_session_in_the_database(sign_in: SignIn, web: RunningWeb) -> None:
    client = sign_in()
    cookies = dict(client.cookies)
    client.post("/console/sign-out", data={"token": form_token(client)})
    assert httpx.get(f"{web.url}/console", cookies=cookies).status_code == 303


@pytest.mark.parametrize("token", ["", "forged", None])
def test_a_form_without_our_token_is_refused(sign_in: SignIn, token: str | None) -> None:
    client, other = sign_in(), sign_in("reader")
    given = form_token(other) if token is None else token
    for path in ("/console/sign-out", "/console/rounds/1/export.csv"):
        assert client.post(path, data={"token": given}).status_code == 403
    assert client.get("/console").url.path == "/console"


def test_a_session_bears_that_the_clock_of_the_office_moves_by_weeks(sign_in: SignIn, clock: FixedClock) -> None:
    client = sign_in()
    token = form_token(client)
    clock.advance(timedelta(days=14))
    assert client.get("/console/audit").url.path == "/console/audit"
    assert client.post("/console/language", data={"token": token, "language": "fr"}).status_code == 200


def test_a_session_that_has_ended_says_so_and_leads_back(sign_in: SignIn, web: RunningWeb) -> None:
    client = sign_in()
    assert isinstance(web.deps.machine, FixedClock)
    web.deps.machine.advance(timedelta(hours=11))
    page = client.get("/console/audit")
    assert "La Sua sessione è terminata" in page.text
    assert "next=/console/audit" in page.text


def test_another_language_is_chosen_for_the_account(sign_in: SignIn) -> None:
    client = sign_in()
    token = form_token(client)
    page = client.post("/console/language?next=/console/audit", data={"token": token, "language": "it"})
    assert page.url.path == "/console/audit" and 'lang="it"' in page.text
    client.post("/console/language", data={"token": token, "language": "xx"})
    page = client.get("/console/audit")
    assert "ruolo: amministratore" in page.text and "role: administrator" not in page.text


@pytest.mark.parametrize("page", ["/console/nothing", "/console/rounds/99999999999999999999999999"])
def test_what_is_not_there_leads_back_into_the_console(sign_in: SignIn, page: str) -> None:
    answer = sign_in().get(page)
    assert answer.status_code == 404 and 'href="/console"' in answer.text
