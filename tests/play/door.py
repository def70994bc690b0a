"""The doors of the example's events: the telephone at the entrance, the meeting's list, and the button online."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx

from tests.console.test_event_writing import form_of
from tests.play.office import PASSWORD, ROME, Office
from tests.support.sandbox import Person


@contextmanager
def telephone(office: Office) -> Iterator[httpx.Client]:
    """Who stands at the door, signed in; the telephone asks for JSON."""
    with httpx.Client(base_url=office.web.url, timeout=60, headers={"Accept": "application/json"}) as client:
        signed = {"email": "ingresso@cmto.example.org", "password": PASSWORD}
        assert client.post("/console/sign-in", data=signed).status_code == 303
        yield client


def come_in(office: Office, slug: str, *references: str, at: str = "", walks_in: dict[str, str] | None = None) -> None:
    """They are let in: by the code that a mail of theirs brought, else by name; and one who was not expected.

    `at` is when it was done, where the telephone had no connection then and sends it only now.
    """
    event, when = office.event(slug), datetime.fromisoformat(at).replace(tzinfo=ROME) if at else office.clock.now()
    with telephone(office) as client:
        found = client.get(f"/console/door/{event}/list").json()
        known = {one["id"] for one in found["people"]}
        acts = [_act(office, known, one) for one in references]
        if walks_in is not None:
            acts.append({"kind": "walk-in", "consent": "told", "text": found["consent"]["seal"], **walks_in})
        sent = [{**one, "key": f"{slug}-{number}", "at": when.isoformat()} for number, one in enumerate(acts)]
        data = {"token": found["token"], "acts": json.dumps(sent)}
        answer = client.post(f"/console/door/{event}/acts", data=data).json()
    assert [one["outcome"] for one in answer["results"]] == ["in"] * len(sent), answer["results"]


def _act(office: Office, known: set[int], reference: str) -> dict[str, Any]:
    """Who has the code in a mail holds it before the camera; who has it in the chat is found by name."""
    person = office.person(reference)
    assert person in known, reference
    code = office.newest_link(reference, "door")
    return {"kind": "in", **({"code": code} if code else {"person": person})}


async def follows_in_chat(office: Office, person: Person) -> None:
    await person.says("/ingresso")
    await office.hears()
    await office.taps(person, "Sto seguendo online")


def follows_on_the_page(office: Office, reference: str) -> None:
    assert "segue online" in office.presses(reference, "events", "here")


def read_in(office: Office, slug: str, *references: str) -> None:
    """The list that the meeting's program made: looked at first, then noted."""
    here = f"/console/events/{office.event(slug)}/came/import"
    lines = ["Name,Email,Duration", *(f"{one},{office.mailbox(one)},90" for one in references)]
    with office.console() as client:
        form = form_of(client.get(here))
        file = {"file": ("list.csv", io.BytesIO("\n".join(lines).encode()), "text/csv")}
        looked = client.post(here, data=form, files=file)
        people = [str(office.person(one)) for one in references]
        kept = client.post(f"{here}/keep", data={**form_of(looked), "person": people})
    assert f"Newly noted: {len(references)}." in kept.text, kept.text
