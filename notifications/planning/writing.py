"""A mailing as staff write it in the console: checked whole, kept as a draft that somebody else releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.people.tables import Audience
from core.process.tables import Event, Process
from core.slugs import free_slug, slug_from
from notifications.content.check import Allowed, check_languages, check_text
from notifications.content.errors import ButtonUnknown, ButtonWithoutEvent, ButtonWithoutPoll, ButtonWithoutRound
from notifications.content.files import MailedFile
from notifications.ledger.files import write_files
from notifications.ledger.revision import hold_mailing
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.planning.anchors import AnchorWaits, due_local, parse_anchor
from notifications.planning.missed import parse_missed
from notifications.planning.schedule import schedule_occurrences, timetables
from notifications.planning.spread import parse_spread
from surveys.polls.tables import Poll
from surveys.responses.tables import Round

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
OF_BUTTONS = (ButtonUnknown, ButtonWithoutEvent, ButtonWithoutPoll, ButtonWithoutRound)
EDITABLE = (MailingState.DRAFT, MailingState.RELEASED, MailingState.PAUSED)


class MailingHasLeft(Problem):
    text = N_("This mailing has left or was stopped: its text cannot be changed any more. Please write a new one.")
    status = 409


class SubjectMissing(Problem):
    text = N_("The text in {language} has no subject.")


class BodyMissing(Problem):
    text = N_("The text in {language} is empty.")


class TextTooLarge(Problem):
    text = N_("The text in {language} is too long: at most {subject} characters for the subject, {body} for the text.")


class NobodyMeant(Problem):
    text = N_("Please choose an audience, a questionnaire or a poll, so that it is clear to whom the mailing goes.")


class NotOfThisOffice(Problem):
    text = N_("This does not belong to this process. Please choose again.")


@dataclass(frozen=True)
class Amiss:
    """What is wrong, and where: a part of the draft ("audience", "round", "event", "poll", "anchor", "missed",
    "spread"), or of its text in a language ("subject", "body", "buttons")."""

    part: str
    problem: Problem
    language: str = ""


@dataclass(frozen=True)
class Draft:
    """What staff wrote; `texts` by language: subject, body, buttons, attachments as a package has them.

    The contents of `files` are kept already; `limit_mb` is what a mail may weigh.
    """

    kind: str
    purpose: str
    audience_id: int | None
    round_id: int | None
    anchor: Mapping[str, Any]
    missed: Mapping[str, Any]
    spread: Mapping[str, Any]
    texts: Mapping[str, Mapping[str, Any]]
    event_id: int | None = None  # the event it is about, where its anchor does not say it
    poll_id: int | None = None
    files: Mapping[str, MailedFile] = field(default_factory=dict)
    limit_mb: int = 10
    slug: str = ""  # of a new one; made of its subject if left out

    @property
    def has_event(self) -> bool:
        return self.event_id is not None or bool(self.anchor.get("event"))


def check_draft(session: Session, process: Process, draft: Draft) -> list[Amiss]:
    """Everything that is wrong with a draft."""
    found: list[Amiss] = []
    if draft.audience_id is None and draft.round_id is None and draft.poll_id is None:
        found.append(Amiss("audience", NobodyMeant()))
    found += [Amiss(part, NotOfThisOffice()) for part in _strange(session, process, draft)]
    timetable = timetables(session, {process.id})[process.id]
    for part, check in (
        ("anchor", lambda: due_local(parse_anchor(draft.anchor), timetable)),
        ("missed", lambda: parse_missed(draft.missed)),
        ("spread", lambda: parse_spread(draft.spread)),
    ):
        try:
            check()
        except AnchorWaits:  # a poll that is still to be opened
            continue
        except Problem as problem:
            found.append(Amiss(part, problem))
    written = {language: text for language, text in draft.texts.items() if text["subject"] or text["body"]}
    found += [Amiss("subject", one, str(one.values["language"])) for one in check_languages(written, process.languages)]
    has_poll = draft.poll_id is not None
    allowed = Allowed(draft.round_id is not None, draft.has_event, has_poll, draft.files, draft.limit_mb)
    for language, text in written.items():
        found += _check(language, text, allowed)
    return found


def as_mailing(process: Process, draft: Draft) -> Mailing:
    """The row that a draft would become, kept nowhere: for what asks about mailings."""
    return Mailing(office_id=process.office_id, process_id=process.id, slug="", **_row(draft, None))


def save_draft(session: Session, process: Process, draft: Draft, author: int | None, now: datetime) -> int:
    """Keeps a new mailing that was checked; its id. `author` None stands for nobody's own writing."""
    row = _row(draft, author) | {
        "office_id": process.office_id,
        "process_id": process.id,
        "slug": draft.slug or _slug(session, process, draft),
    }
    mailing_id = session.execute(insert(Mailing).values(row).returning(Mailing.id)).scalar_one()
    _write_texts(session, mailing_id, draft)
    schedule_occurrences(session, [mailing_id], now)
    return mailing_id


def change_draft(session: Session, mailing_id: int, draft: Draft, author: int, now: datetime) -> None:
    """Changes a mailing of which nothing has been planned; it is a draft again. Raises MailingHasLeft."""
    if not may_be_changed(session, hold_mailing(session, mailing_id)):
        raise MailingHasLeft
    session.execute(update(Mailing).where(Mailing.id == mailing_id).values(_row(draft, author)))
    session.execute(delete(MailingText).where(MailingText.mailing_id == mailing_id))
    _write_texts(session, mailing_id, draft)
    schedule_occurrences(session, [mailing_id], now)


def may_be_changed(session: Session, mailing: Mailing) -> bool:
    """Whether nothing of a mailing has been planned yet."""
    planned = select(Occurrence.id).where(
        Occurrence.mailing_id == mailing.id, Occurrence.state == OccurrenceState.PLANNED
    )
    return mailing.state in EDITABLE and session.scalar(planned.limit(1)) is None


def texts_of(session: Session, mailing_id: int) -> Sequence[MailingText]:
    statement = select(MailingText).where(MailingText.mailing_id == mailing_id).order_by(MailingText.id)
    return session.scalars(statement).all()


def _check(language: str, text: Mapping[str, Any], allowed: Allowed) -> list[Amiss]:
    """What is wrong with a text: its subject by itself, its body with the subject above it, as it leaves."""
    too_large = TextTooLarge(language=language, subject=LONGEST_SUBJECT, body=LONGEST_BODY)
    alone = {"body": "-", "buttons": [], "attachments": []}
    subject = _wrong(text, "subject", LONGEST_SUBJECT, (SubjectMissing(language=language), too_large))
    subject = subject or check_text({"language": language, **text, **alone}, allowed)
    body = _wrong(text, "body", LONGEST_BODY, (BodyMissing(language=language), too_large))
    under = {"subject": "-"} if subject else {}  # what is wrong with the subject is said already
    body = body or check_text({"language": language, **text, **under}, allowed)
    found = [("subject", one) for one in subject] + [("body", one) for one in body]
    return [Amiss("buttons" if isinstance(one, OF_BUTTONS) else part, one, language) for part, one in found]


def _wrong(text: Mapping[str, Any], part: str, longest: int, problems: tuple[Problem, Problem]) -> list[Problem]:
    """Of a part that is not there, or too long to be looked at."""
    missing, too_large = problems
    if not text[part]:
        return [missing]
    return [too_large] if len(text[part]) > longest else []


def _strange(session: Session, process: Process, draft: Draft) -> list[str]:
    """The parts of a draft that are another office's or process's."""
    audience = session.get(Audience, draft.audience_id) if draft.audience_id is not None else None
    round_ = session.get(Round, draft.round_id) if draft.round_id is not None else None
    event = session.get(Event, draft.event_id) if draft.event_id is not None else None
    poll = session.get(Poll, draft.poll_id) if draft.poll_id is not None else None
    fits = {
        "audience": draft.audience_id is None or (audience is not None and audience.office_id == process.office_id),
        "round": draft.round_id is None or (round_ is not None and round_.process_id == process.id),
        "event": draft.event_id is None or (event is not None and event.process_id == process.id),
        "poll": draft.poll_id is None or (poll is not None and poll.process_id == process.id),
    }
    return [part for part, is_so in fits.items() if not is_so]


def _row(draft: Draft, author: int | None) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "purpose": draft.purpose,
        "audience_id": draft.audience_id,
        "round_id": draft.round_id,
        "event_id": draft.event_id,
        "poll_id": draft.poll_id,
        "anchor": dict(draft.anchor),
        "missed": dict(draft.missed),
        "spread": dict(draft.spread),
        "state": MailingState.DRAFT.value,
        "released_at": None,
        "written_by": author,
    }


def _write_texts(session: Session, mailing_id: int, draft: Draft) -> None:
    rows = [
        {"mailing_id": mailing_id, "language": language, **text}
        for language, text in draft.texts.items()
        if text["subject"] or text["body"]
    ]
    if rows:
        session.execute(insert(MailingText), rows)
    write_files(session, mailing_id, draft.files.values())


def _slug(session: Session, process: Process, draft: Draft) -> str:
    """A short name out of the first subject."""
    first = next((str(text["subject"]) for text in draft.texts.values() if text["subject"]), "")
    taken = session.scalars(select(Mailing.slug).where(Mailing.process_id == process.id)).all()
    return free_slug(slug_from(first, "mailing"), taken)
