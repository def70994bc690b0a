"""What is personal in a message: values made when a gap asks for them, each once; signing costs more than filling."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from core.links import Links, Purpose
from core.process.door.codes import code_for, picture
from notifications.calendars.entry import uid_of
from notifications.calendars.part import ATTENDEE, ORGANIZER, STAMP, UID
from notifications.content.text import DOOR_LINK, DOOR_PICTURE
from notifications.intake.addresses import ReturnAddresses
from notifications.ledger.candidates import Candidate
from notifications.sending.context import LINK_LASTS, MailingContext, Voice

IN_MAILTO = "@!$&'*+-=_~."  # of a mailto address, what needs no escape (RFC 6068)


class PersonalValues(dict[str, str]):
    """A delivery's values by the names of gaps; the same delivery has the same ones at every try."""

    def __init__(
        self, candidate: Candidate, context: MailingContext, links: Links, voice: Voice, now: datetime
    ) -> None:
        super().__init__(name=candidate.name)
        self._candidate, self._context, self._links, self._urls = candidate, context, links, voice.urls
        self._mailbox = voice.return_mailbox
        self._own = candidate.values or {}
        self._now, self._later = now, max(now, context.closes_at or now) + LINK_LASTS

    def __missing__(self, name: str) -> str:
        made = self[name] = MAKERS[name](self)
        return made

    def answer_link(self) -> str:
        return self._urls.answer(self._sign(Purpose.ANSWER, self._candidate.participant_id, self._round_id))

    def rsvp_link(self) -> str:
        """For the mailing's event, or the one that a notice is about."""
        event = self._context.event
        until = max(self._now, event.ends_at if event is not None else self._now) + LINK_LASTS
        person = self._candidate.participant_id
        return self._urls.rsvp(self._links.sign(Purpose.RSVP, person, self._event_id, expires=until))

    def tables_link(self) -> str:
        until = self._now + LINK_LASTS
        numbers = self._candidate.participant_id, int(self._own["event_id"])
        return self._urls.tables(self._links.sign(Purpose.TABLES, *numbers, expires=until))

    def room_link(self) -> str:
        return self._urls.room(str(self._own["code"]))

    def dates_link(self) -> str:
        poll_id = int(self._own["date_poll_id"])
        return self._urls.dates(self._sign(Purpose.DATES, self._candidate.participant_id, poll_id))

    def poll_link(self) -> str:
        """For the mailing's poll, or the one that a notice is about."""
        poll_id = self._context.poll_id or int(self._own["poll_id"])
        return self._urls.vote(self._sign(Purpose.VOTE, self._candidate.participant_id, poll_id))

    def appointment_link(self) -> str:
        """For the mailing's event, or the one that a notice is about."""
        event = self._context.event
        event_id = event.id if event is not None else int(self._own["event_id"])
        until = max(self._now, event.ends_at if event is not None else self._now) + LINK_LASTS
        person = self._candidate.participant_id
        return self._urls.appointment(self._links.sign(Purpose.APPOINTMENT, person, event_id, expires=until))

    def join_link(self) -> str:
        """The delivery is the nonce: one joining for each link that left."""
        numbers = self._candidate.participant_id, self._round_id, self._candidate.id
        return self._urls.join_chat(self._sign(Purpose.JOIN_CHAT, *numbers))

    def undo_link(self) -> str:
        address_id = int(self._own["address_id"])
        return self._urls.undo_join(self._sign(Purpose.UNDO_JOIN, address_id, self._candidate.participant_id))

    def confirm_link(self) -> str:
        until = datetime.fromisoformat(self._own["until"])
        nonce = int(self._own["nonce"])
        return self._urls.confirm_join(self._links.sign(Purpose.CONFIRM_JOIN, nonce, expires=until))

    def preferences_link(self) -> str:
        numbers = self._candidate.participant_id, self._context.office_id or 0
        return self._urls.preferences(self._sign(Purpose.PREFERENCES, *numbers))

    def unsubscribe_link(self) -> str:
        return self._urls.unsubscribe(self._sign(Purpose.UNSUBSCRIBE, self._candidate.id))

    def door_link(self) -> str:
        """What the code for the door holds; the same in every message, so that any of them is good."""
        return self._urls.door(code_for(self._links, self._candidate.participant_id, self._event_id))

    def door_picture(self) -> str:
        return base64.b64encode(picture(self["door_link"])).decode()

    def calendar_uid(self) -> str:
        return uid_of(self._event_id, self._candidate.participant_id, self._urls.host)

    def calendar_stamp(self) -> str:
        return f"{self._now.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def calendar_organizer(self) -> str:
        """Where what a calendar answers comes back to: the address for answers of this delivery."""
        return ReturnAddresses(self._mailbox, self._links).replies(self._candidate.id)

    def calendar_attendee(self) -> str:
        return quote(self._candidate.address or "", safe=IN_MAILTO)

    @property
    def _event_id(self) -> int:
        event = self._context.event
        return event.id if event is not None else int(self._own["event_id"])

    @property
    def _round_id(self) -> int:
        return self._context.round_id or 0

    def _sign(self, purpose: Purpose, *numbers: int) -> str:
        return self._links.sign(purpose, *numbers, expires=self._later)


MAKERS: Mapping[str, Callable[[PersonalValues], str]] = {
    "answer_link": PersonalValues.answer_link,
    "rsvp_link": PersonalValues.rsvp_link,
    "tables_link": PersonalValues.tables_link,
    "room_link": PersonalValues.room_link,
    "dates_link": PersonalValues.dates_link,
    "appointment_link": PersonalValues.appointment_link,
    "poll_link": PersonalValues.poll_link,
    "join_link": PersonalValues.join_link,
    "undo_link": PersonalValues.undo_link,
    "confirm_link": PersonalValues.confirm_link,
    "preferences_link": PersonalValues.preferences_link,
    "unsubscribe_link": PersonalValues.unsubscribe_link,
    DOOR_LINK: PersonalValues.door_link,
    DOOR_PICTURE: PersonalValues.door_picture,
    UID: PersonalValues.calendar_uid,
    STAMP: PersonalValues.calendar_stamp,
    ORGANIZER: PersonalValues.calendar_organizer,
    ATTENDEE: PersonalValues.calendar_attendee,
}
