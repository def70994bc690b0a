"""What people ask the office: shown with who asked, answered in the chat.

`answer:<id>` takes the next words as the answer, `question:<id>` shows it again, `questions` lists those that wait.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.screen import Key, Screen, plain
from bots.staff.talk import Reply, Talk, fitted, key, moment
from core.i18n import N_, Translator
from core.ids import read_id
from core.process.time_zone import time_zone_of
from core.staff.chats import change_chat
from core.staff.errors import NothingHere
from notifications.intake.questions import (
    LONGEST_ANSWER,
    AnsweredAlready,
    NobodyToAnswer,
    Question,
    answer,
    can_be_answered,
    find_question,
    waiting_questions,
)
from notifications.words import CHANNELS, word

QUESTIONS, QUESTION, ANSWER = "questions", "question", "answer"
LONGEST_SHOWN = 3000
CAME = {"chat": N_("in chat"), "mail": N_("by mail")}


def list_questions(talk: Talk, _: str = "") -> Reply:
    t = talk.t
    found = waiting_questions(talk.session, talk.staff)
    if not found:
        return Reply((Screen(t("No question waits for an answer.")),))
    lines = [f"<b>{t('Questions that wait for an answer')}</b>"]
    lines += [f"{place}. <b>{plain(one.who, 100)}</b>: {plain(one.words, 200)}" for place, one in enumerate(found, 1)]
    keys = tuple((key(f"{place}. {one.who}", QUESTION, one.id),) for place, one in enumerate(found, 1))
    return Reply((Screen(fitted(lines), keys),))


def open_question(talk: Talk, value: str) -> Reply:
    found = find_question(talk.session, talk.staff, _number(value))
    return Reply((question_screen(talk, found),))


def begin_answer(talk: Talk, value: str) -> Reply:
    """Raises NothingHere, NotAllowed, AnsweredAlready, NobodyToAnswer."""
    t = talk.t
    found = find_question(talk.session, talk.staff, _number(value))
    if found.answered_at is not None:
        raise AnsweredAlready(name=found.answered_by)
    if not can_be_answered(talk.session, found):
        raise NobodyToAnswer
    change_chat(talk.session, talk.staff.account_id, awaiting={ANSWER: found.id})
    text = t(
        "Write your answer to {name} now, at most {most} characters. It leaves at once, in the name of {office}. "
        "Any command leaves it.",
        name=plain(found.who, 100),
        most=LONGEST_ANSWER,
        office=plain(found.office, 100),
    )
    return Reply((Screen(text),), below=True)


def take_answer(talk: Talk, mail_id: int, text: str) -> Reply:
    """Raises what `answer` raises."""
    channel = answer(talk.session, talk.staff, mail_id, text, talk.now)
    change_chat(talk.session, talk.staff.account_id, awaiting={})
    told = talk.t("Your answer leaves now ({channel}).", channel=word(CHANNELS, channel, talk.t))
    return Reply((Screen(f"✅ {told}"),))


def question_screen(talk: Talk, found: Question) -> Screen:
    """A question as staff read it, with the button that answers it or with who has."""
    t = talk.t
    answerable = can_be_answered(talk.session, found)
    keys: tuple[tuple[Key, ...], ...] = ((key(f"✍️ {t('Answer')}", ANSWER, found.id),),) if answerable else ()
    return Screen(fitted(_lines(talk, found, t)), keys)


def _lines(talk: Talk, found: Question, t: Translator) -> Iterator[str]:
    zone = time_zone_of(talk.session, found.office_id)
    at = moment(found.received_at, zone, t.language)
    who = t("{name} writes to {office}", name=plain(found.who, 150), office=plain(found.office, 150))
    yield f"❓ <b>{who}</b>\n{at}, {t(CAME[found.door])}"
    if found.subject:
        yield f"<i>{plain(found.subject, 200)}</i>"
    yield plain(found.words, LONGEST_SHOWN) or "–"
    if found.answered_at is not None:
        told = t("Answered by {name}", name=plain(found.answered_by, 100))
        yield f"✅ <b>{told}</b>, {moment(found.answered_at, zone, t.language)}"
        yield plain(found.answer, 500)
    elif not can_be_answered(talk.session, found):
        yield f"⚠️ {t('This person cannot be answered from here: no address is known.')}"


def _number(text: str) -> int:
    found = read_id(text)
    if found is None:
        raise NothingHere
    return found
