"""What people ask an office, in chat or by mail, and the one answer it gives: kept with the question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.notices import News, tell
from core.people.channels import EMAIL, TELEGRAM
from core.people.merged import all_of
from core.people.store import remaining
from core.people.suppression import is_suppressed
from core.people.tables import Address, Membership, Participant
from core.process.tables import Office
from core.process.time_zone import time_zone_of
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.chats import all_linked
from core.staff.errors import NothingHere
from core.staff.roles import Permission
from core.staff.tables import Account
from notifications.intake.kinds import Kind
from notifications.intake.states import MailState
from notifications.intake.tables import IncomingMail
from notifications.staff.queue import QUESTION, change, leave
from notifications.staff.quiet import after_quiet

CHAT, MAIL = "chat", "mail"
WAY_BACK = {CHAT: TELEGRAM, MAIL: EMAIL}
LONGEST_QUESTION = 2000
LONGEST_ANSWER = 3000
MOST_A_DAY = 5  # of one person that nobody has answered
ANSWERED_NOTICE = "office-answer"
CAN_BE_ANSWERED = (MailState.FOR_STAFF, MailState.NOTED, MailState.READ)


class WordsEmpty(Problem):
    text = N_("There is nothing to send yet. Please write a few words.")


class WordsTooLong(Problem):
    text = N_("This is too long: {count} characters, and at most {most} are taken. Please write it shorter.")


class TooManyQuestions(Problem):
    text = N_("You have already written {count} messages that wait for an answer. Please wait for the office's reply.")
    status = 429


class AnsweredAlready(Problem):
    text = N_("{name} has answered this already. Your words were not sent.")
    status = 409


class NobodyToAnswer(Problem):
    text = N_(
        "Nobody can be reached with an answer: the person has stopped the bot or left, and there is no other address. "
        "Your words were not sent."
    )
    status = 409


@dataclass(frozen=True)
class Question:
    """What somebody wrote; `name` and `reference` are the office's for them, `answered_by` a name."""

    id: int
    office_id: int
    office: str
    participant_id: int | None
    door: str
    received_at: datetime
    subject: str
    words: str
    name: str
    reference: str
    sender: str
    answer: str
    answered_by: str
    answered_at: datetime | None

    @property
    def who(self) -> str:
        return self.name or self.reference or self.sender


def ask_office(session: Session, participant_id: int, office_id: int, text: str, now: datetime) -> int:
    """Keeps what a member of an office writes to it in the chat, and lets its staff know; the question's id.

    Raises WordsEmpty, WordsTooLong, TooManyQuestions.
    """
    words = checked(text, LONGEST_QUESTION)
    mine = IncomingMail.participant_id.in_(all_of(session, participant_id)), IncomingMail.door == CHAT
    waiting = select(func.count()).where(
        *mine, IncomingMail.answered_at.is_(None), IncomingMail.received_at > now - timedelta(days=1)
    )
    if (count := session.scalar(waiting) or 0) >= MOST_A_DAY:
        raise TooManyQuestions(count=count)
    row = {
        "received_at": now, "kind": Kind.NONE.value, "state": MailState.FOR_STAFF.value, "office_id": office_id,
        "participant_id": participant_id, "words": words, "door": CHAT,
    }  # fmt: skip
    made: int = session.execute(insert(IncomingMail).values(row).returning(IncomingMail.id)).scalar_one()
    tell_staff(session, made, office_id, now)
    return made


def tell_staff(session: Session, mail_id: int, office_id: int, now: datetime) -> None:
    """Leaves word for everybody of the office who may answer and wants to hear of questions in their chat."""
    zone = time_zone_of(session, office_id)

    def each() -> Iterator[tuple[int, datetime]]:
        for staff, chat in all_linked(session):
            if chat.takes_questions and staff.may(Permission.ANSWER_PEOPLE, office_id):
                yield staff.account_id, after_quiet(now, zone, chat.quiet)

    leave(session, QUESTION, mail_id, each())


def answer(session: Session, staff: Staff, mail_id: int, text: str, now: datetime) -> str:
    """Sends the office's answer by the way the question came, once; the channel that is taken.

    Raises NothingHere, NotAllowed, WordsEmpty, WordsTooLong, AnsweredAlready, NobodyToAnswer.
    """
    found = find_question(session, staff, mail_id)
    words = checked(text, LONGEST_ANSWER)
    way = _way_back(session, found)
    claimed = session.execute(
        update(IncomingMail)
        .where(IncomingMail.id == mail_id, IncomingMail.answered_at.is_(None))
        .values(state=MailState.ANSWERED, answer=words, answered_by=staff.account_id, answered_at=now)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(claimed, CursorResult)
    if not claimed.rowcount:
        session.expire_all()
        now_is = load_question(session, mail_id)
        raise AnsweredAlready(name=now_is.answered_by if now_is is not None else "")
    news = News(ANSWERED_NOTICE, str(mail_id), way.person, way.only, found.office_id, {"mail_id": mail_id})
    tell(session, news, now)
    record(session, Act("mail.answered", f"mail:{mail_id}", staff.account_id, found.office_id), now)
    change(session, QUESTION, mail_id, now)
    return way.channel


def find_question(session: Session, staff: Staff, mail_id: int) -> Question:
    """One that somebody may answer; raises NothingHere, NotAllowed."""
    found = load_question(session, mail_id)
    if found is None or not staff.may(Permission.SEE_PEOPLE, found.office_id):
        raise NothingHere
    staff.need(Permission.ANSWER_PEOPLE, found.office_id)
    return found


def load_question(session: Session, mail_id: int) -> Question | None:
    rows = _questions(session, IncomingMail.id == mail_id)
    return next(rows, None)


def waiting_questions(session: Session, staff: Staff, most: int = 10) -> list[Question]:
    """Those that nobody has answered or marked as read, of the offices for which somebody may answer, oldest first."""
    offices = staff.offices(Permission.ANSWER_PEOPLE)
    found = _questions(session, IncomingMail.office_id.in_(offices) & (IncomingMail.state == MailState.FOR_STAFF))
    return [one for one, _ in zip(found, range(most), strict=False)]


def can_be_answered(session: Session, question: Question) -> bool:
    """Whether an answer would reach anybody."""
    try:
        _way_back(session, question)
    except NobodyToAnswer:
        return False
    return question.answered_at is None


def checked(text: str, most: int) -> str:
    """What somebody wrote, without what no text holds; raises WordsEmpty, WordsTooLong."""
    words = "".join(one for one in text.strip() if one.isprintable() or one == "\n")
    if not words.strip():
        raise WordsEmpty
    if len(words) > most:
        raise WordsTooLong(count=len(words), most=most)
    return words


@dataclass(frozen=True)
class _Way:
    """By which channel somebody is answered; `only` is that one where it is not the one they get by themselves."""

    person: int
    channel: str
    only: str


def _way_back(session: Session, question: Question) -> _Way:
    """The channel of the question where it still works, else the other one; raises NobodyToAnswer.

    Left to the person's own choice where that comes to the same: should they stop the bot before it leaves, it goes
    by mail.
    """
    if question.participant_id is None:
        raise NobodyToAnswer
    person = remaining(session, question.participant_id)
    preferred = session.scalar(select(Participant.preferred_channel).where(Participant.id == person))
    rows = session.execute(
        select(Address.channel, Address.value, Address.proved_at, Address.blocked_at).where(
            Address.participant_id == person
        )
    )
    usable = {
        str(row.channel)
        for row in rows
        if (row.channel == EMAIL or (row.proved_at is not None and row.blocked_at is None))
        and not is_suppressed(session, row.channel, row.value)
    }
    if not usable:
        raise NobodyToAnswer
    own = WAY_BACK[question.door]
    channel = own if own in usable else next(iter(usable))
    by_mail = EMAIL in usable and (TELEGRAM not in usable or preferred == EMAIL)
    by_itself = EMAIL if by_mail else TELEGRAM
    return _Way(person, channel, "" if by_itself == channel or own != channel else channel)


def _questions(session: Session, which: ColumnElement[bool]) -> Iterator[Question]:
    statement = (
        select(IncomingMail, Office.name, Account.name.label("by"))
        .join(Office, Office.id == IncomingMail.office_id)
        .outerjoin(Account, Account.id == IncomingMail.answered_by)
        .where(which, IncomingMail.kind == Kind.NONE.value)
        .order_by(IncomingMail.id)
    )
    for mail, office, by in session.execute(statement.execution_options(populate_existing=True)):
        assert mail.office_id is not None
        member = _member(session, mail.office_id, mail.participant_id)
        yield Question(
            mail.id, mail.office_id, office, mail.participant_id, mail.door, mail.received_at, mail.subject,
            mail.words, *member, mail.sender, mail.answer, by or "", mail.answered_at,
        )  # fmt: skip


def _member(session: Session, office_id: int, participant_id: int | None) -> tuple[str, str]:
    """What the office calls somebody, also after a merge."""
    if participant_id is None:
        return "", ""
    ids = all_of(session, remaining(session, participant_id))
    known = select(Membership.name, Membership.reference).where(
        Membership.office_id == office_id, Membership.participant_id.in_(ids)
    )
    row = session.execute(known.order_by(Membership.left_at.is_not(None), Membership.id).limit(1)).one_or_none()
    return (row.name or "", row.reference or "") if row is not None else ("", "")
