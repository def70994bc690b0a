"""What happens is written down for webhooks where it happens, in the same transaction, and holds no contents."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.consent import Proof, state_consent
from core.people.erasing import erase_person
from core.people.importing.importing import import_people
from core.people.importing.writing import Origin
from core.people.merging import merge
from core.people.preferences import unsubscribe
from core.people.tables import Membership
from core.process.tables import Office
from core.webhooks.keeping import pause
from core.webhooks.tables import WebhookCall
from surveys.engine.inputs import Answer, GoTo, Reopen, Review, Submit
from surveys.responses import service
from surveys.responses.shelf import FormShelf
from tests.hooks.receiver import receiving
from tests.hooks.scene import PRIVATE, calling, calls, hook, webhook
from tests.responses.desk import Desk
from tests.responses.scene import Scene, build
from web.public.wishes import Wishes, keep_wishes

URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


@pytest.fixture
def other(scene: Scene) -> int:
    return scene.insert(Office, slug="other", name="Other", kind="municipality")


def test_a_sent_response_is_told_once_each_time_it_is_sent(scene: Scene, database: Database, other: int) -> None:
    hook(database, scene.office_id, URL)
    hook(database, scene.office_id, f"{URL}/bounces", ["delivery.bounced"])
    hook(database, other, URL)
    desk = Desk(scene, FormShelf())
    person = scene.participant(reference="R-7", name="Ada Rossa")
    turn = desk.complete(person)
    (call,) = calls(database)
    assert (call.webhook_id, call.kind, call.participant_id) == (1, "response.answered", person)
    assert call.data == {
        "process": "plan", "round": "follow-up-2023", "response": turn.response_id, "door": "telegram", "again": False,
    }  # fmt: skip
    for given in (Reopen(), GoTo("/data/idea"), Answer("/data/idea", "changed"), Review()):
        desk.give(turn.response_id, given)
    assert len(calls(database)) == 1
    desk.give(turn.response_id, Submit(), key="update-9")
    desk.give(turn.response_id, Submit(), key="update-9")
    assert [one.data["again"] for one in calls(database)] == [False, True]
    assert len({one.event_id for one in calls(database)}) == 2


def test_what_was_rolled_back_is_told_to_nobody(scene: Scene, database: Database) -> None:
    hook(database, scene.office_id, URL)
    desk = Desk(scene, FormShelf())
    turn = desk.begin(scene.participant())
    for given in (Answer("/data/member", "no"), Review()):
        desk.give(turn.response_id, given)
    request = service.Request(turn.response_id, Submit(), "web")

    def fails(session: Session) -> None:
        assert service.answer(session, desk.shelf, request, scene.now).state == "complete"
        assert session.scalars(select(WebhookCall)).all()
        raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError, match="power"):
        database.write(fails)
    assert calls(database) == []
    assert [one.state for one in scene.responses()] == ["partial"]


def test_two_webhooks_are_told_of_one_happening_under_one_id(scene: Scene, database: Database) -> None:
    for path in ("one", "two"):
        hook(database, scene.office_id, f"{URL}/{path}")
    Desk(scene, FormShelf()).complete(scene.participant())
    first, second = calls(database)
    assert first.event_id == second.event_id
    assert first.event_id.startswith("evt_")
    assert (first.webhook_id, second.webhook_id) == (1, 2)


def test_a_paused_webhook_keeps_what_happens(scene: Scene, database: Database, clock: FixedClock) -> None:
    number = hook(database, scene.office_id, URL)
    database.write(lambda session: pause(session, webhook(database, number), PRIVATE, clock.now()))
    Desk(scene, FormShelf()).complete(scene.participant())
    assert [one.state for one in calls(database)] == ["waiting"]


By = Callable[[Session, int, int, FixedClock], None]


def by_link(session: Session, person: int, office: int, clock: FixedClock) -> None:
    unsubscribe(session, person, office, "events", "unsubscribe-link:77", clock.now())


def by_chat(session: Session, person: int, office: int, clock: FixedClock) -> None:
    unsubscribe(session, person, office, None, "chat", clock.now())


def by_page(session: Session, person: int, office: int, clock: FixedClock) -> None:
    keep_wishes(session, (person, office), Wishes("it", "", frozenset({"polls", "results"})), clock.now())


EVERYTHING = ["questionnaires", "events", "polls", "results"]


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (by_link, {"purposes": ["events"], "source": "unsubscribe-link"}),
        (by_chat, {"purposes": EVERYTHING, "source": "chat"}),
        (by_page, {"purposes": ["questionnaires", "events"], "source": "preferences-page"}),
    ],
)
def test_whoever_unsubscribes_is_told_of_once_over_all_channels(
    scene: Scene, database: Database, clock: FixedClock, by: By, told: dict[str, object]
) -> None:
    hook(database, scene.office_id, URL)
    person = scene.participant(legal_basis="public-task")
    for _ in range(2):
        database.write(lambda session: by(session, person, scene.office_id, clock))
    (call,) = calls(database)
    assert (call.kind, call.participant_id) == ("participant.unsubscribed", person)
    assert call.data == told | {"channels": ["telegram", "email"]}


def test_a_list_that_takes_a_consent_back_is_told_too(
    scene: Scene, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    hook(database, scene.office_id, URL)
    person = scene.participant(reference="R-1", name="Ada")
    proof = Proof("1", "paper")
    state = partial(state_consent, participant_id=person, office_id=scene.office_id, purpose="events", channel="email")
    database.write(lambda session: state(session, granted=True, proof=proof, now=scene.now.replace(year=2020)))
    people = tmp_path / "people.csv"
    head = "reference,name,consent_events,consent_date,consent_source\n"
    people.write_text(f"{head}R-1,Ada,no,2023-01-01,paper\nR-2,Bo,no,2023-01-01,paper\n")
    origin = Origin(scene.office_id, "a list", "consent")
    for _ in range(2):
        database.write(lambda session: import_people(session, people, origin, clock.now()))
    (call,) = calls(database)
    assert call.participant_id == person
    assert call.data == {"purposes": ["events"], "channels": ["email"], "source": "import"}
    assert call.happened_at == clock.now()


def test_a_merge_that_takes_a_consent_back_is_told(scene: Scene, database: Database) -> None:
    hook(database, scene.office_id, URL)
    gone, kept = scene.participant(reference="R-7"), scene.participant()
    later = scene.now + timedelta(hours=1)

    def work(session: Session) -> None:
        about = (scene.office_id, "events", "email")
        state_consent(session, kept, *about, True, Proof("", "test"), scene.now)
        state_consent(session, gone, *about, False, Proof("", "test"), later)
        merge(session, gone, kept, later)

    database.write(work)
    (call,) = calls(database)
    assert (call.kind, call.participant_id) == ("participant.unsubscribed", kept)
    assert call.data == {"purposes": ["events"], "channels": ["email"], "source": "merge"}


async def test_nothing_is_left_of_the_erased(scene: Scene, database: Database, clock: FixedClock) -> None:
    async with receiving() as receiver:
        hook(database, scene.office_id, receiver.url)
        person = scene.participant(reference="R-7", name="Ada Rossa")
        Desk(scene, FormShelf()).complete(person)
        await _erase(database, person, scene)
        (call,) = calls(database)
        kept = json.dumps({name: str(value) for name, value in vars(call).items()})
        assert "R-7" not in kept
        assert "Ada" not in kept
        assert call.participant_id is None
        async with calling(database, clock):
            (received,) = await receiver.until(1)
    assert b"R-7" not in received.body
    assert "participant" not in received.data


async def _erase(database: Database, person: int, scene: Scene) -> None:
    database.write(lambda session: erase_person(session, person, [], scene.now))


async def test_what_leaves_holds_ids_and_the_reference_and_no_more(
    scene: Scene, database: Database, clock: FixedClock, other: int
) -> None:
    async with receiving() as receiver, receiving() as stranger:
        hook(database, scene.office_id, receiver.url)
        hook(database, other, stranger.url)
        person = scene.participant(reference="R-7", name="Ada Rossa")
        # Another office calls the same person by another name.
        row = {"office_id": other, "participant_id": person, "reference": "THEIRS", "name": "Ada", "attributes": {}}
        more = {"source": "test", "legal_basis": "consent", "joined_at": scene.now}
        database.write(lambda session: session.execute(insert(Membership).values(row | more)))
        Desk(scene, FormShelf()).complete(person)
        async with calling(database, clock):
            (received,) = await receiver.until(1)
        assert stranger.received == []
    assert received.content == {
        "type": "response.answered",
        "timestamp": "2023-07-10T08:00:00+00:00",
        "data": {
            "office": "metro", "process": "plan", "round": "follow-up-2023", "response": 1, "door": "telegram",
            "again": False, "participant": "R-7",
        },
    }  # fmt: skip
