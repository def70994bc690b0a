"""The straight path of a vote on the page: before all layers, and nobody who comes another way is worse off."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from core.links import Purpose
from tests.polls.scene import add, define, named, piles
from tests.responses.scene import Scene
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb
from web.guards import FOR_ALL, HEADERS
from web.public.voting import MOST_BYTES, MOST_FIELDS

__all__ = ["http", "scene", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def drop_by_drop(text: str) -> Iterator[bytes]:
    yield from (letter.encode() for letter in text)


def test_a_vote_passes_by_the_pages_and_what_is_none_goes_on_to_them(
    scene: Scene, web: RunningWeb, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.public.polls.RedirectResponse", lambda *_: None)  # by way of the pages nobody gets through
    poll = add(scene, named())
    paths = [f"/p/{web.link(Purpose.VOTE, scene.participant(language='en'), poll.id)}" for _ in range(3)]
    sent = http.post(f"{paths[0]}?lang=fr", data={"choice": "A", "key": "k1"})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{paths[0]}?kept=1&lang=fr")
    assert all(sent.headers[name] == HEADERS[name] for name in FOR_ALL)
    assert "Permissions-Policy" not in sent.headers, "a redirect is no page"
    assert sent.headers["Cache-Control"] == "no-store"
    counted = http.get("/metrics").text
    assert 'route="/p/{token}",status="303"} 1.0' in counted and paths[0].removeprefix("/p/") not in counted
    slowly = http.post(paths[1], content=drop_by_drop("key=k2&choice=B"), headers=FORM)
    assert slowly.headers["Location"] == f"{paths[1]}?kept=1"
    refused = http.post(paths[2], content="choice=A&choice=B&key=k3", headers=FORM)
    assert refused.status_code == 422 and "At most 1 can be chosen" in refused.text
    assert all(refused.headers[name] == value for name, value in HEADERS.items())
    assert http.post("/p/forged", data={"choice": "A"}).status_code == 404
    assert piles(scene.database, poll) == {"A": 1, "B": 1}


def test_a_vote_in_another_form_counts_as_well(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    poll = add(scene, named())
    forms = [
        {"files": {"choice": (None, "A"), "key": (None, "k1")}},
        {"content": f"choice=A&key=k2&more={'x' * MOST_BYTES}", "headers": FORM},
        {"content": drop_by_drop(f"choice=A&key=k3&more={'x' * MOST_BYTES}"), "headers": FORM},
        {"content": f"choice=A&key=k4{'&more=x' * MOST_FIELDS}", "headers": FORM},
        {"content": "choice=A&key=k5", "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}},
    ]
    for form in forms:
        path = f"/p/{web.link(Purpose.VOTE, scene.participant(), poll.id)}"
        sent = http.post(path, **form)  # type: ignore[arg-type]
        assert (sent.status_code, sent.headers["Location"]) == (303, f"{path}?kept=1")
    assert piles(scene.database, poll) == {"A": len(forms)}
    large = http.post(path, content=drop_by_drop("choice=A&more=" + "x" * (MOST_BYTES + 1)), headers=FORM)
    assert large.status_code == 303, "a vote without a key is a vote"


def test_a_code_from_outside_stays_an_address(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    poll = add(scene, define(walk_ins=True))
    http.cookies.set("ascolto-vote", "a-browser-of-its-own")
    sent = http.post(f"/v/%20{poll.code}%0D%0A", data={"choice": "A", "key": "k1"})
    assert sent.headers["Location"] == f"/v/%20{poll.code}%0D%0A?kept=1"
    assert http.post("/v/%0D%0ASet-Cookie:x=y", data={"choice": "A"}).status_code == 404
