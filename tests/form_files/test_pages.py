"""Pictures, sounds and films on pages: seen, heard, described, and handed out part by part."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.form_files.forms import FILES, FORM
from tests.responses.scene import Scene, build
from tests.support.attachments import HTML, png
from tests.support.web import RunningWeb, running_web
from tests.web.reader import Reader

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    made = build(database, clock.now())
    made.form_version_id = made.publish(FORM, FILES)
    return made


@pytest.fixture
def web(scene: Scene, database: Database, clock: FixedClock, links: Links) -> Iterator[RunningWeb]:
    with running_web(database, clock, links) as running:
        yield running


@pytest.fixture
def http(web: RunningWeb) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.url, timeout=60, headers={"Accept": "text/html"}) as client:
        yield client


def test_a_page_shows_them_and_says_what_they_are(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = Reader(http, web.answer_path(scene.participant(language="en"), scene.round_id))
    someone.press("begin")
    page, base = someone.page, f"/forms/{scene.form_version_id}/"
    pictures = {one.get("src"): one.get("alt") for one in page.xpath("//img")}
    assert pictures == {
        f"{base}map-en.png": "Picture: Which place?",
        f"{base}park.jpg": "Picture: The park",
        f"{base}river.png": "Picture: The river",
    }
    (sound,) = page.xpath("//audio")
    assert sound.get("src") == f"{base}heard.mp3" and sound.get("aria-label") and sound.get("controls") is not None
    for address in (*pictures, sound.get("src")):
        assert http.get(address).content == FILES[address.rpartition("/")[2]]
    someone.press("save", q1="park")
    (film,) = someone.page.xpath("//video")
    assert film.get("src") == f"{base}film.mp4"


def test_a_file_is_handed_out_safely_and_in_parts(scene: Scene, http: httpx.Client) -> None:
    address = f"/forms/{scene.form_version_id}/film.mp4"
    whole = http.get(address)
    assert whole.headers["Content-Type"] == "video/mp4" and whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in whole.headers["Cache-Control"] and "sandbox" in whole.headers["Content-Security-Policy"]
    part = http.get(address, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(FILES['film.mp4'])}"
    assert http.get(address, headers={"Range": "bytes=99999-"}).status_code == 416
    assert http.get(address, headers={"Range": "bytes=-5"}).status_code == 200, "what is not understood is left aside"
    assert http.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_a_picture_that_is_a_page_as_well_stays_a_picture(scene: Scene, http: httpx.Client) -> None:
    version = scene.publish(FORM, {**FILES, "map.png": png() + HTML, "park.jpg": b"GIF89a/*" + HTML + b"*/=1"})
    for name, kind in (("map.png", "image/png"), ("park.jpg", "image/gif")):
        answer = http.get(f"/forms/{version}/{name}")
        assert HTML in answer.content and answer.headers["Content-Type"] == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("rest", ["nothing.png", "..%2f..%2fapp.py", "film.mp4%00", "%20"])
def test_nothing_else_is_handed_out(scene: Scene, http: httpx.Client, rest: str) -> None:
    assert http.get(f"/forms/{scene.form_version_id}/{rest}").status_code == 404
    assert http.get(f"/forms/{2**70}/film.mp4").status_code == 404
