"""What joining by oneself means: membership by consent, and the consents with their proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.people.addresses import add_address, prove
from core.people.channels import TELEGRAM
from core.people.consent import Proof, state_consent
from core.people.from_event import without_event
from core.people.store import add_participant
from core.people.tables import Membership

SOURCE = "joined by themselves"
DOOR_SOURCE = "at the door"  # of who was registered there, until they join by themselves
LONGEST_NAME = 200
TAG = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True)
class Joiner:
    """Somebody who has shown who they are: which office, by which channel, for what, and shown by what.

    `source` says where they came from: "page", "page:TAG" or "chat", the event whose page it was with the tag.
    """

    office_id: int
    channel: str
    purposes: Sequence[str]
    text_version: str
    source: str
    name: str = ""
    municipality_id: int | None = None
    language: str = "it"  # of somebody who is new

    @property
    def tag(self) -> str:
        return without_event(self.source.partition(":")[2])


def safe_tag(text: str) -> str:
    """Where somebody came from, as an address says it; "" for what is none."""
    return text if TAG.fullmatch(text) else ""


def tidy_name(text: str) -> str:
    """A name as somebody typed it, on one line, without characters that nobody sees."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:LONGEST_NAME]


def join_in_chat(session: Session, account: int, joiner: Joiner, now: datetime) -> int:
    """Somebody not known yet joins from their own chat, which is its own proof; the address's id.

    Raises AddressTaken.
    """
    participant_id = add_participant(session, joiner.language, now)
    address_id = add_address(session, participant_id, TELEGRAM, account, now)
    prove(session, address_id, now)
    become_member(session, participant_id, joiner, now)
    return address_id


def become_member(session: Session, participant_id: int, joiner: Joiner, now: datetime) -> None:
    """Membership where there is none, where the person had left or was registered at a door, and the consents.

    What the office knows stays.
    """
    source = f"{SOURCE}: {joiner.tag}" if joiner.tag else SOURCE
    mine = Membership.office_id == joiner.office_id, Membership.participant_id == participant_id
    known = session.scalars(select(Membership).where(*mine)).one_or_none()
    if known is None:
        session.execute(insert(Membership).values(_row(participant_id, joiner, source, now)))
    else:
        came_back = {"left_at": None, "joined_at": now, "source": source, "legal_basis": "consent"}
        values = {
            "name": known.name or joiner.name,
            "municipality_id": known.municipality_id or joiner.municipality_id,
            **(came_back if known.left_at is not None or known.source == DOOR_SOURCE else {}),
        }
        session.execute(update(Membership).where(*mine).values(values))
    proof = Proof(joiner.text_version, f"joining-{joiner.source}")
    for purpose in joiner.purposes:
        state_consent(session, participant_id, joiner.office_id, purpose, joiner.channel, True, proof, now)


def _row(participant_id: int, joiner: Joiner, source: str, now: datetime) -> dict[str, object]:
    return {
        "office_id": joiner.office_id,
        "participant_id": participant_id,
        "reference": None,
        "name": joiner.name,
        "category": "",
        "organisation_id": None,
        "municipality_id": joiner.municipality_id,
        "zone_id": None,
        "attributes": {},
        "source": source,
        "legal_basis": "consent",
        "joined_at": now,
        "left_at": None,
    }
