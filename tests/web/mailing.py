"""A message that somebody received, as rows."""

from __future__ import annotations

from uuid import uuid4

from notifications.ledger.tables import Delivery, Mailing, Occurrence
from tests.responses.scene import Scene


def delivery(scene: Scene, person: int, purpose: str = "questionnaires") -> int:
    """The delivery of a mailing to a person; its id."""
    mailing = scene.insert(
        Mailing, office_id=scene.office_id, process_id=scene.process_id, slug=uuid4().hex, kind="mailing",
        purpose=purpose, anchor={}, missed={}, state="released",
    )  # fmt: skip
    occurrence = scene.insert(
        Occurrence, mailing_id=mailing, key="", due_local="2023-07-10T09:00", time_zone="Europe/Rome",
        due_at=scene.now, state="planned", values={},
    )  # fmt: skip
    return scene.insert(
        Delivery, mailing_id=mailing, occurrence_id=occurrence, participant_id=person, channel="email", state="sent",
        due_at=scene.now, attempts=1,
    )  # fmt: skip
