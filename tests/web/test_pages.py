"""What holds for every page: headers, languages, errors, limits, health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.process.tables import Event, Office, Phase, Process
from surveys.responses.tables import Round
from tests.responses.scene import Scene
from tests.support.web import RunningWeb
from web.guards import HEADERS, SecurityHeaders
from web.public.routes import public_routes


def test_the_front_page_tells_public_facts(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    scene.change(Process, scene.process_id, title={"en": "Strategic <plan>", "it": "Piano"}, summary={"en": "For all"})
    scene.insert(
        Phase, process_id=scene.process_id, slug="analysis", position=1, title={"en": "Analysis"}, summary={},
        starts_on=date(2023, 7, 3), ends_on=date(2023, 10, 30),
    )  # fmt: skip
    times = {"starts_local": "2023-09-27T09:30", "ends_local": "2023-09-27T13:00"}
    both: dict[str, Any] = {"process_id": scene.process_id, "phase_id": None, "summary": {}, **times}
    scene.insert(Event, slug="launch", kind="event", title={"en": "Launch"}, place="Torino", online=True, **both)
    scene.insert(Event, slug="board", kind="meeting", title={"en": "Secret board"}, place="", online=True, **both)
    page = http.get("/").text
    assert "Strategic &lt;plan&gt;" in page
    assert "3 July 2023 – 30 October 2023" in page
    assert "under way" in page
    assert "27 September 2023, 09:30 – 13:00" in page
    assert "Secret board" not in page
    assert "anybody may answer" not in page


def test_the_front_page_leads_to_what_anybody_may_answer_now(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    scene.change(Round, scene.round_id, subject_kind="link", title={"en": "Your <view>"})
    page = http.get("/").text
    assert "/r/metro/follow-up-2023" in page and "Your &lt;view&gt;" in page and "Answers are taken until" in page
    clock.advance(timedelta(days=31))
    assert "/r/metro/follow-up-2023" not in http.get("/").text


@pytest.mark.parametrize("path", ["/", "/privacy", "/accessibility", "/nowhere", "/q/forged", "/assets/ascolto.css"])
def test_headers_stand_on_everything(path: str, web: RunningWeb, http: httpx.Client) -> None:
    headers = http.get(path).headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


async def test_https_is_remembered_by_browsers() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    guarded = SecurityHeaders(app, secure=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url="https://a.example.org") as client:
        assert "max-age" in (await client.get("/")).headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/", "/privacy", "/accessibility", "/q/forged", "/preferences/forged"])
def test_no_page_holds_scripts_or_styles(path: str, scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    page = http.get(path).text
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=")


def test_languages_by_address_and_by_browser(web: RunningWeb, http: httpx.Client) -> None:
    assert '<html lang="en">' in http.get("/").text
    assert '<html lang="fr">' in http.get("/?lang=fr").text
    assert '<html lang="it">' in http.get("/?lang=tlh", headers={"Accept-Language": "de, it;q=0.5"}).text
    assert '<html lang="it">' in http.get("/", headers={"Accept-Language": ";q=x,,"}).text
    assert 'href="/privacy?lang=fr"' in http.get("/?lang=fr").text


def test_errors_as_pages_and_as_json(web: RunningWeb, http: httpx.Client) -> None:
    page = http.get("/nowhere")
    assert page.status_code == 404
    assert "There is no page at this address" in page.text
    told = http.get("/nowhere", headers={"Accept": "application/json"})
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["status"] == 404
    wrong = http.post("/privacy")
    assert wrong.status_code == 405
    assert "buttons" in wrong.text


def test_what_is_too_large_is_refused(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    path = web.answer_path(scene.participant(), scene.round_id)
    large = http.post(path, content=b"do=save&key=1&q6=" + b"a" * (1024 * 1024), headers={
        "Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"})  # fmt: skip
    assert large.status_code == 413
    assert "1 MB" in large.text

    def drop_by_drop() -> Iterator[bytes]:
        for _ in range(1100):
            yield b"a" * 1024

    slowly = http.post(path, content=drop_by_drop(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert slowly.status_code == 413


def test_an_unforeseen_error_is_a_page_without_secrets(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    scene.database.write(lambda session: session.execute(text("DROP TABLE answer")))
    scene.database.write(lambda session: session.execute(text("ALTER TABLE office RENAME TO gone")))
    with capture_logs() as logged:
        broken = http.get("/")
    assert [(one["event"], one["route"]) for one in logged] == [("page failed", "/")]
    assert broken.status_code == 500
    assert "on our side" in broken.text
    assert "Traceback" not in broken.text
    assert "gone" not in broken.text
    assert "Content-Security-Policy" in broken.headers


def test_health_and_metrics(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    assert http.get("/health/live").json() == {"status": "alive"}
    assert http.get("/health/ready").status_code == 200
    token = web.answer_path(scene.participant(), scene.round_id)
    http.get(token)
    counted = http.get("/metrics").text
    assert 'route="/q/{token}",status="200"' in counted
    assert token.removeprefix("/q/") not in counted


def test_not_ready_while_migrations_are_missing(web: RunningWeb, http: httpx.Client) -> None:
    def behind() -> None:
        raise RuntimeError

    object.__setattr__(web.deps, "check_ready", behind)
    assert http.get("/health/ready").status_code == 503
    assert http.get("/health/live").status_code == 200


def test_assets_are_kept_by_browsers_as_long_as_they_are_the_same(web: RunningWeb, http: httpx.Client) -> None:
    page = http.get("/").text
    start = page.index("/assets/bootstrap-italia.css")
    address = page[start : page.index('"', start)]
    found = http.get(address)
    assert "immutable" in found.headers["Cache-Control"]
    assert found.headers["Content-Encoding"] == "gzip"
    assert "immutable" not in http.get("/assets/bootstrap-italia.css?v=old").headers["Cache-Control"]
    again = http.get(address, headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304
    assert http.get("/assets/../app.py").status_code == 404
    assert http.get("/assets/%2e%2e/app.py").status_code == 404


def test_every_address_says_its_office(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    scene.change(Office, scene.office_id, name="Comune di Prova", contact_email="ufficio@example.org")
    assert "Comune di Prova" in http.get("/privacy").text
    assert "ufficio@example.org" in http.get("/accessibility").text
    assert "ufficio@example.org" in http.get("/q/forged").text


def test_get_is_never_the_only_way_to_act() -> None:
    """What acts is a POST; what a GET reaches has a name of looking."""
    looking = {"front", "privacy", "accessibility", "welcome", "show", "show_door", "show_file", "show_sent"}
    looking |= {"download", "download_files", "read_data", "ask_to_erase", "show_mine", "show_event", "show_public"}
    looking |= {"feed", "room_feed", "lead", "show_certificate", "show_picture", "show_result"}
    for route in public_routes().routes:
        assert isinstance(route, APIRoute)
        name = route.endpoint.__name__
        assert (name in looking) == ("GET" in (route.methods or set())), name
