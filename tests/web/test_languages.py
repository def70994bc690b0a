"""People are offered the languages of the office's processes, and the one they have already."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select

from core.links import Purpose
from core.people.tables import Participant
from core.process.languages import languages_of
from core.process.own_process import SLUG
from core.process.tables import Office, Process
from tests.joining.stage import TEXT
from tests.responses.scene import Scene
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb

__all__ = ["http", "scene", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


def switch(page: httpx.Response) -> list[str]:
    return re.findall(r'\?lang=\w\w[^"]*" lang="(\w\w)"', page.text)


def choices(page: httpx.Response) -> list[str]:
    return re.findall(r'name="language" value="(\w\w)"', page.text)


def test_only_the_languages_of_the_processes_are_offered(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    person = scene.participant(language="it")
    preferences = f"/preferences/{web.link(Purpose.PREFERENCES, person, scene.office_id)}"
    for path in ("/", "/v", "/privacy", preferences):
        assert switch(http.get(path)) == ["it", "en"], path
    french = {"Accept-Language": "fr-FR,fr;q=0.9"}
    for path in ("/", "/?lang=it"):
        assert switch(http.get(path, headers=french)) == ["it", "en", "fr"], "there is a way back to what one came with"
    scene.change(Office, scene.office_id, joining={"open": True, "text": TEXT}, contact_email="office@example.org")
    joining = http.get("/join/metro?lang=fr")
    assert choices(joining) == ["it", "en"] and 'value="it" id="language-it" checked' in joining.text
    assert choices(http.get(preferences)) == ["it", "en"]
    http.post(preferences, data={"language": "fr", "channel": "email"})
    kept = select(Participant.language).where(Participant.id == person)
    assert scene.database.read(lambda session: session.scalar(kept)) == "it", "what is not offered is not kept"
    scene.change(Participant, person, language="fr")
    assert choices(http.get(preferences)) == switch(http.get(preferences)) == ["it", "en", "fr"], "what one reads stays"
    scene.change(Participant, person, language="it")
    scene.change(Process, scene.process_id, languages=["it", "fr"])
    assert choices(http.get(preferences)) == switch(http.get("/", headers={"Accept-Language": "it"})) == ["it", "fr"]


def test_an_office_that_names_no_languages_speaks_all_of_ours(scene: Scene) -> None:
    other = scene.insert(Office, slug="valley", name="Valley", kind="municipality")
    assert scene.database.read(lambda session: languages_of(session, other)) == ("it", "en", "fr")
    scene.insert(
        Process, office_id=other, slug=SLUG, title={}, summary={}, languages=["it"], time_zone="Europe/Rome",
        send_window={}, retention={},
    )  # fmt: skip
    assert scene.database.read(lambda session: languages_of(session, other)) == ("it", "en", "fr")
    scene.change(Process, scene.process_id, languages=["en"])
    assert scene.database.read(languages_of) == ("en",)
