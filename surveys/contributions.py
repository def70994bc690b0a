"""What was said in questionnaires and polls, as contributions: answers in words, and words in polls."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.contributions.kinds import Found, Said, Source
from core.contributions.kinds import Kind as Contributed
from core.database.many import among
from core.ids import read_id
from core.people.merged import MERGED, person_of
from surveys.engine.form import Form
from surveys.engine.form import Kind as Question
from surveys.engine.refs import form_ref
from surveys.polls.heard import HIDDEN, answers_of
from surveys.polls.kinds import Kind, Secrecy, State
from surveys.polls.outcome import is_withheld
from surveys.polls.store import load_poll
from surveys.polls.tables import NamedBallot, Poll
from surveys.polls.wordings import key_of
from surveys.responses.shelf import FormShelf
from surveys.responses.standing import standing
from surveys.responses.store import COMPLETE
from surveys.responses.tables import Answer, Response, Round
from surveys.results.counts import label_of

CHUNK = 500


def survey_sources(shelf: FormShelf, least: int) -> tuple[Source, ...]:
    answers = Source(
        Contributed.ANSWER,
        lambda session, process_id: _answers(session, shelf, process_id),
        lambda session, sources: _read_answers(session, shelf, sources),
    )
    return answers, Source(Contributed.WORD, partial(_words, least=least), partial(_read_words, least=least))


def _answers(session: Session, shelf: FormShelf, process_id: int) -> Iterator[Found]:
    """Answers in words of responses that were sent, each named by its response and its question."""
    rounds = select(Round.id).where(Round.process_id == process_id).order_by(Round.id)
    for round_id in session.scalars(rounds).all():
        responses = standing(round_id)
        found = (
            select(Answer.response_id, Answer.ref, Answer.form_version_id, Answer.answered_at, responses.c.person_id)
            .join(responses, responses.c.id == Answer.response_id)
            .where(responses.c.state == COMPLETE, Answer.value != "")
        )
        texts: dict[int, frozenset[str]] = {}
        for row in session.execute(found.execution_options(yield_per=CHUNK)):
            if row.form_version_id not in texts:
                texts[row.form_version_id] = _in_words(shelf.get(session, row.form_version_id))
            if form_ref(row.ref) in texts[row.form_version_id]:
                yield Found(f"{row.response_id}:{row.ref}", row.person_id, row.answered_at)


def _in_words(form: Form) -> frozenset[str]:
    return frozenset(one.ref for one in form.questions() if one.asked and one.kind is Question.TEXT)


def _read_answers(session: Session, shelf: FormShelf, sources: Collection[str]) -> dict[str, Said]:
    wanted = set(sources)
    ids = {number for one in sources if (number := read_id(one.partition(":")[0])) is not None}
    found = (
        select(Answer.response_id, Answer.ref, Answer.value, Answer.form_version_id, Answer.language, Round.title)
        .join(Response, Response.id == Answer.response_id)
        .join(Round, Round.id == Response.round_id)
        .where(among(Answer.response_id, ids))
    )
    said = {}
    for row in session.execute(found):
        name = f"{row.response_id}:{row.ref}"
        if name in wanted:
            about = _about(shelf.get(session, row.form_version_id), row.ref, row.title)
            said[name] = Said(row.value, about)
    return said


def _about(form: Form, ref: str, title: dict[str, str]) -> dict[str, str]:
    """The round and the question, in each language of the round's title."""
    asked = next((one for one in form.questions() if one.ref == form_ref(ref)), None)
    if asked is None:
        return title
    labels = {code: label_of(form, asked.label, code) for code in title}
    return {code: f"{text}: {labels[code]}" if labels[code] else text for code, text in title.items()}


def _words(session: Session, process_id: int, least: int) -> Iterator[Found]:
    """What was written in polls that are closed, like answers together; of named polls by whoever said it alone.

    Of an anonymous one of few votes nobody reads any.
    """
    polls = select(Poll.id).where(
        Poll.process_id == process_id, Poll.kind == Kind.TEXT, Poll.state == State.CLOSED, Poll.settled_at.is_not(None)
    )
    for poll_id in session.scalars(polls.order_by(Poll.id)).all():
        poll = load_poll(session, poll_id)
        if is_withheld(session, poll, least):
            continue
        authors = _authors(session, poll_id) if poll.definition.secrecy is Secrecy.NAMED else {}
        for one in answers_of(session, poll):
            if one.state != HIDDEN:
                people = {who for wording in one.wordings for who in authors.get(key_of(wording.text), ())}
                only = people.pop() if one.count == 1 and len(people) == 1 else None
                yield Found(f"{poll_id}:{one.key}", only, poll.closes_at)


def _authors(session: Session, poll_id: int) -> dict[str, set[int]]:
    """Who wrote what, by what it comes down to."""
    written = (
        select(NamedBallot.choice, person_of(NamedBallot.participant_id).label("person"))
        .outerjoin(MERGED, MERGED.c.id == NamedBallot.participant_id)
        .where(NamedBallot.poll_id == poll_id, NamedBallot.participant_id.is_not(None))
    )
    found: dict[str, set[int]] = {}
    for row in session.execute(written):
        found.setdefault(key_of(row.choice), set()).add(row.person)
    return found


def _read_words(session: Session, sources: Collection[str], least: int) -> dict[str, Said]:
    """Nor are there any of what was gathered before so few votes were enough to withhold it."""
    polls = {number for one in sources if (number := read_id(one.partition(":")[0])) is not None}
    said = {}
    for poll_id in sorted(polls):
        poll = load_poll(session, poll_id)
        for one in () if is_withheld(session, poll, least) else answers_of(session, poll):
            said[f"{poll_id}:{one.key}"] = Said(one.text, dict(poll.definition.title))
    return {name: words for name, words in said.items() if name in set(sources)}
