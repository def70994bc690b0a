"""An event of appointments with an interviewer, and dates that are asked about, as rows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from core.process.appointments.booking import Asking, choose
from core.process.appointments.interviewers import NewInterviewer, set_interviewer
from core.process.appointments.slots import Window
from core.process.appointments.tables import Appointment, Slot
from core.process.dates.polling import NewPoll, Span, add_asked, add_poll
from core.process.dates.reading import PollFacts, poll_facts
from core.tables import Notice
from tests.events.scene import add_event
from tests.responses.scene import Scene

DAY = date(2023, 7, 20)
MORNING = Window(DAY, time(9), time(12))


def interviews(scene: Scene, **values: Any) -> int:
    """An event of kind appointment with Ada, who has slots of 45 minutes with 15 between: at 9, 10 and 11."""
    times = {"starts_local": "2023-07-20T09:00", "ends_local": "2023-07-21T18:00"}
    event = add_event(scene, "interviews", **{"kind": "appointment", **times, **values})
    add_interviewer(scene, event)
    return event


def add_interviewer(scene: Scene, event: int, name: str = "Ada Conti", **more: Any) -> int:
    usual: dict[str, Any] = {"minutes": 45, "available": [MORNING], "after": 15, "place": "Room 3"}
    new = NewInterviewer(name=name, **{**usual, **more})
    return scene.database.write(lambda session: set_interviewer(session, event, new))


def slots(scene: Scene) -> list[int]:
    """The ids of all slots, in order."""
    statement = select(Slot.id).order_by(Slot.starts_at, Slot.interviewer_id)
    return list(scene.database.read(lambda session: session.scalars(statement).all()))


def book(scene: Scene, event: int, person: int, slot: int, **how: Any) -> int:
    """`door` is the page and `now` the scene's unless they are given."""
    door, now = how.get("door", "web"), how.get("now", scene.now)
    asking = Asking(event, person, door, invited=True)
    return scene.database.write(lambda session: choose(session, asking, slot, now))


def booked(scene: Scene) -> dict[int, int | None]:
    """Whose slot is which: slots by participant."""
    statement = select(Appointment.participant_id, Appointment.slot_id).order_by(Appointment.id)
    return {row.participant_id: row.slot_id for row in scene.database.read(lambda s: s.execute(statement).all())}


def told(scene: Scene) -> list[tuple[str, int]]:
    """Kinds of notices and whom they are for, in order."""
    statement = select(Notice.kind, Notice.participant_id).order_by(Notice.id)
    return [(row.kind, row.participant_id) for row in scene.database.read(lambda s: s.execute(statement).all())]


def add_dates(scene: Scene, *people: int, **more: Any) -> PollFacts:
    """Three afternoons, 18 to 20 July, asked about until the 17th."""
    days = [datetime.fromisoformat(f"2023-07-{day}T15:00") for day in (18, 19, 20)]
    new = NewPoll(
        scene.process_id,
        {"it": "Cabina di regia", "en": "Steering committee"},
        [Span(day, day + timedelta(hours=2)) for day in days],
        **{"closes_at": scene.now + timedelta(days=7), "place": "Torino", **more},
    )

    def work(session: Any) -> PollFacts:
        made = add_poll(session, new, scene.now)
        add_asked(session, made, people)
        return poll_facts(session, made)

    return scene.database.write(work)
