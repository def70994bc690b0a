"""What a notice brings with it, in the words of its reader: an event as it stands when the notice leaves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_time
from sqlalchemy.orm import Session

from core.days import full_day
from core.i18n import N_, Translator, babel_locale, pick_text, translator
from core.people.store import remaining
from core.process.appointments.reading import load_appointment
from core.process.appointments.reminding import still_true
from core.process.changing import CANCELLED, CHANGED
from core.process.dates.reading import poll_facts
from core.process.door.telling import CODE
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.room.rooms import load_room
from core.process.room.seating import find_table, told_table_of
from core.process.standing import standing, standing_reply
from core.process.waiting import OFFERED
from notifications.content.notices import paragraphs
from notifications.content.uncounted_words import page_words, reason_words
from notifications.content.variables import MODE_WORDS, event_values
from notifications.intake.questions import load_question
from notifications.ledger.candidates import Candidate
from notifications.sending.change_words import change_words
from notifications.sending.outcomes import outcome_stands, outcome_words
from surveys.polls.ballot import in_words
from surveys.polls.casting import named_ballot
from surveys.polls.store import load_poll

LONGEST_QUOTE = 300
YOUR_VOTE = N_("The vote of yours that counts is: {vote}.")
NO_VOTE = N_("No vote of yours has been counted in this poll.")


def notice_words(session: Session, values: Mapping[str, Any], language: str, least: int) -> dict[str, str]:
    """The values of a notice's variables, no words of fewer than `least` secret ones; raises EventUnknown."""
    words = {name: str(value) for name, value in values.items()}
    if "mail_id" in values:
        return words | _answered(session, int(values["mail_id"]))
    if "contribution_ids" in values:
        return words | outcome_words(session, values["contribution_ids"], language, least)
    if "date_poll_id" in values:
        return words | _dates(session, int(values["date_poll_id"]), language)
    if "poll_id" in values:
        return words | _poll(session, values, language)
    if "event_id" not in values:
        return words
    event = load_event(session, int(values["event_id"]))
    where = "".join(f", {one}" for one in (event.place, event.address) if one)
    words = {**event_values(event, language), "where": where, **words}
    if "was" in values:
        words |= change_words(event, values, language)
    if "mode" in values:
        words["mode"] = translator(language)(MODE_WORDS[Reply(values["mode"])])
    if "until" in values:
        words["until"] = _moment(event.time_zone, datetime.fromisoformat(values["until"]), language)
        words["seats"] = _seats(int(values.get("count", 1)), translator(language))
    if "table_id" in values:
        table = find_table(session, int(values["table_id"]))
        words["table"] = str(table.number) if table is not None else "–"
        words["theme"] = pick_text(table.theme, language) if table is not None else "–"
    if "appointment_id" in values:
        words |= _appointment(session, event, values, language)
    return words


def notice_is_true(session: Session, candidate: Candidate, slug: str, now: datetime) -> bool:
    """Whether what a notice says is still so at the moment of sending; of most there is nothing to ask."""
    values, kind = candidate.values or {}, slug.removeprefix("notice-")
    if "mail_id" in values:
        return bool(load_question(session, int(values["mail_id"])))
    if "contribution_ids" in values:
        person = remaining(session, candidate.participant_id)
        return outcome_stands(session, values["contribution_ids"], person)
    if "appointment_id" in values:
        return still_true(session, kind, values, now)
    if kind in {CHANGED, CANCELLED}:
        event = load_event(session, int(values["event_id"]))
        return event.cancelled == (kind == CANCELLED) and now < event.ends_at
    if kind == CODE:
        event, person = load_event(session, int(values["event_id"])), remaining(session, candidate.participant_id)
        is_coming = standing_reply(session, event.id, person) == Reply.IN_PERSON
        return is_coming and not event.cancelled and now < event.ends_at
    if kind in {"room-open", "table-wishes", "table-assigned", "date-chosen"}:
        return _is_useful(session, candidate, kind, values, now)
    if kind == OFFERED:
        stands = standing(session, int(values["event_id"]), remaining(session, candidate.participant_id))
        until = stands.offered_until if stands is not None else None
        return until is not None and until.isoformat() == values["until"] and now < until
    return "date_poll_id" not in values or poll_facts(session, int(values["date_poll_id"])).open_at(now)


def _is_useful(session: Session, candidate: Candidate, kind: str, values: Mapping[str, Any], now: datetime) -> bool:
    """Of an event still to end, and of the table that somebody has been told last."""
    event = load_event(session, int(values["event_id"]))
    if event.cancelled or now >= event.ends_at:
        return False
    if kind != "table-assigned":
        return kind != "room-open" or load_room(session, event.id).open
    person = remaining(session, candidate.participant_id)
    table = told_table_of(session, event.id, person)
    comes = standing_reply(session, event.id, person) == Reply.IN_PERSON
    return comes and table is not None and table.id == int(values["table_id"])


def _seats(count: int, t: Translator) -> str:
    return t.n("A place has become free", "{count} places have become free, for you and who comes along,", count)


def _answered(session: Session, mail_id: int) -> dict[str, str]:
    found = load_question(session, mail_id)
    if found is None:  # erased meanwhile; such a notice does not leave
        return {"office": "", "asked": "", **paragraphs("answer", "")}
    asked = textwrap.shorten(found.words, LONGEST_QUOTE, placeholder=" …")
    return {"office": found.office, "asked": asked, **paragraphs("answer", found.answer)}


def _dates(session: Session, poll_id: int, language: str) -> dict[str, str]:
    poll = poll_facts(session, poll_id)
    return {"about": pick_text(poll.title, language), "until": full_day(poll.last_day, language)}


def _poll(session: Session, values: Mapping[str, Any], language: str) -> dict[str, str]:
    """The question and, of a named vote, what it says now: a notice holds no choice of its own."""
    poll, t = load_poll(session, int(values["poll_id"])), translator(language)
    ballot = named_ballot(session, poll.id, str(values["voter"])) if "voter" in values else ""
    vote = in_words(poll, ballot, t) if ballot else "–"
    stands = t(YOUR_VOTE, vote=vote) if ballot else t(NO_VOTE)
    words = {"poll": poll.title_in(language), "vote": vote, "counts": "" if poll.is_secret else stands}
    return words | ({"reason": reason_words(values, t), "page": page_words(values, t)} if "why" in values else {})


def _appointment(session: Session, event: EventFacts, values: Mapping[str, Any], language: str) -> dict[str, str]:
    """When an appointment is or was, on the clock of the process, with whom and where."""
    local = datetime.fromisoformat(values["slot"]).astimezone(ZoneInfo(event.time_zone))
    found, t = load_appointment(session, int(values["appointment_id"])), translator(language)
    places = [t("Place: {place}", place=found.place)] if found is not None and found.place else []
    places += [t("Online: {link}", link=found.link)] if found is not None and found.link else []
    return {
        "starts_on": full_day(local.date(), language),
        "starts_at": format_time(local.time(), "short", locale=babel_locale(language)),
        "interviewer": found.interviewer if found is not None else "",
        "how": " ".join(places),
    }


def _moment(zone: str, instant: datetime, language: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{full_day(local.date(), language)}, {format_time(local.time(), 'short', locale=babel_locale(language))}"
