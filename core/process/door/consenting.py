"""What somebody agrees to who is registered at the door: a text of ours, kept as it was read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.errors import LinkForged
from core.i18n import LANGUAGES, N_, translator
from core.links import Links, Purpose
from core.people.channels import EMAIL
from core.people.consent import AT_THE_DOOR, Proof, state_consent
from core.people.open_offices import MARK
from core.people.tables import ConsentText
from core.process.door.errors import ConsentUnread
from core.process.tables import Office

EVENTS = "events"
HOW = {"ticked": "door-ticked", "told": "door-told"}  # by the person on the telephone, or aloud
ASKED = N_(
    "I agree that {office} keeps my name and what else I tell here, notes that I took part in this event, and, if I "
    "give an e-mail address, writes to me about its events. I can take this back at any time."
)


@dataclass(frozen=True)
class DoorText:
    """By language; `version` names it in a proof."""

    office_id: int
    text: dict[str, str]

    @property
    def version(self) -> str:
        told = json.dumps(self.text, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:MARK]

    def sealed(self, links: Links) -> str:
        """For a telephone that shows it, and may say so days later: what was read is what is kept."""
        return links.seal(Purpose.DOOR_TEXT, json.dumps([self.office_id, self.text]).encode())


def read_text(links: Links, token: str, office_id: int) -> DoorText:
    """The text that a telephone was given; raises ConsentUnread."""
    try:
        of, text = json.loads(links.unseal(Purpose.DOOR_TEXT, token))
    except LinkForged as error:
        raise ConsentUnread from error
    if of != office_id:
        raise ConsentUnread
    return DoorText(of, text)


def door_text(session: Session, office_id: int) -> DoorText:
    name = session.scalars(select(Office.name).where(Office.id == office_id)).one()
    return DoorText(office_id, {language: translator(language)(ASKED, office=name) for language in LANGUAGES})


def keep_consent(  # noqa: PLR0913, PLR0917 - who, to what, how, in which language, whether mails go out, and when
    session: Session, participant_id: int, text: DoorText, how: str, language: str, now: datetime, *, has_email: bool
) -> None:
    """Keeps the text and the statement: to be noted, and to be written to where there is an address."""
    row = {"office_id": text.office_id, "version": text.version, "text": text.text, "since": now}
    session.execute(insert_into(session, ConsentText).values(row).on_conflict_do_nothing())
    proof = Proof(f"{text.version}/{language}", HOW[how])
    for channel in (AT_THE_DOOR, *((EMAIL,) if has_email else ())):
        state_consent(session, participant_id, text.office_id, EVENTS, channel, True, proof, now)
