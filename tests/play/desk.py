"""What the example's office does in the console while the play goes on."""

from __future__ import annotations

from typing import Any

import httpx
from lxml import html
from sqlalchemy import select

from core.process.tables import Event
from tests.console.test_event_writing import form_of
from tests.play.office import Office


def forms(page: httpx.Response) -> list[dict[str, str]]:
    found: Any = html.fromstring(page.text).xpath("//main//form[@method='post']")
    return [dict(one.form_values()) for one in found]


def changes(office: Office, slug: str, **values: str) -> None:
    """The office changes an event in the console."""
    here = f"/console/events/{office.event(slug)}/edit"
    with office.console() as client:
        form = form_of(client.get(here))
        kept = client.post(here, data=form | values)
        assert "The event is kept." in kept.text, kept.text


def calls_off(office: Office, slug: str) -> None:
    here = f"/console/events/{office.event(slug)}/cancel"
    with office.console() as client:
        client.post(here, data=form_of(client.get(here)) | {"do": "cancel"})


def calls_a_meeting(office: Office, title: str, day: str) -> str:
    """A further meeting of the committee with its set of mailings, released by somebody else; its short name."""
    with office.console() as client:
        process = office.database.read(lambda s: s.scalars(select(Event.process_id).limit(1)).one())
        new = f"/console/processes/{process}/events/new"
        values = {
            "kind": "meeting", "title-it": title, "title-en": title, "starts": day, "starts-time": "15:00",
            "ends": day, "ends-time": "17:00", "place": "Corso Inghilterra 7, Torino",
        }  # fmt: skip
        kept = client.post(new, data=form_of(client.get(new)) | values)
        assert "The event is kept." in kept.text, kept.text
        mailings = f"{kept.url.path.removesuffix('/edit')}/mailings"
        asked = client.get(mailings)
        committee: Any = html.fromstring(asked.text).xpath(
            "//select[@name='invite']/option[contains(., 'regia')]/@value"
        )
        pieces = ["invitation", "reminder-day", "thanks"]
        ready = client.post(mailings, data={**form_of(asked), "piece": pieces, "invite": committee[0]})
        reviews: Any = html.fromstring(ready.text).xpath("//main//a[contains(@href, '/review')]/@href")
        assert len(reviews) == len(pieces), ready.text
    with office.console("visto@cmto.example.org") as client:
        for review in reviews:
            form = next(one for one in forms(client.get(review)) if "revision" in one)
            answer = client.post(review.replace("review", "acts/release"), data=form)
            assert answer.status_code == 200, answer.text
    event = int(mailings.split("/")[3])
    return office.database.read(lambda s: s.scalars(select(Event.slug).where(Event.id == event)).one())


async def acts_on_tables(office: Office, event: int, do: str) -> None:
    here = f"/console/events/{event}/tables"
    with office.console() as client:
        token = form_of(client.get(here))["token"]
        assert client.post(f"{here}/acts", data={"token": token, "do": do}).status_code == 200
    await office.works()
