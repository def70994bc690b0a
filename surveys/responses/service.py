"""Where all doors meet: one input, one transaction, one place where an answer is kept.

Every function is one unit of work on a Session; the caller's transaction decides whether all
of it is stored or nothing. Work about one person goes under the key `participant:<id>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session as Database

from core.clock import local
from core.inbound import first_time
from surveys.engine.dialogue import Known, known_language, resume, start
from surveys.engine.events import AnswerAccepted, Event, ResponseCompleted
from surveys.engine.form import Form, Kind, Question
from surveys.engine.inputs import Answer, ChangeLanguage, Fill, Input, Words
from surveys.engine.machine import machine
from surveys.engine.prompts import CompletePrompt, Page, Prompt, ReviewPrompt
from surveys.engine.refs import form_ref
from surveys.engine.session import Session, Stage
from surveys.engine.show import page, prompts
from surveys.engine.values import check
from surveys.engine.versions import take_over
from surveys.responses import store
from surveys.responses.attachment_store import drop_unnamed
from surveys.responses.attachments import left_behind
from surveys.responses.errors import FormUnknown, NotInvited, ResponseUnknown
from surveys.responses.happenings import emit_answered
from surveys.responses.media import TAKES_FILES
from surveys.responses.quotas import check_room, concerned, first_full, has_room, one_at_a_time, take_places
from surveys.responses.rounds import OpenRound, Quota, SubjectKind, check_open
from surveys.responses.shelf import FormShelf
from surveys.responses.store import COMPLETE, PARTIAL, Changes, Kept, Subject
from surveys.responses.subjects import Person, attributes_of, find_person, is_invited, subjects_of

ATTRIBUTE = "attr_"


@dataclass(frozen=True)
class Moment:
    """When and through which door; `language` "" stands for the person's own.

    `prefill` are values by question name that the link brought; they stand where a default would.
    """

    now: datetime
    door: str
    language: str = ""
    prefill: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One input of one person.

    `key` is the door's own name for the update or post ("" where the door noted it already),
    `revision` that of the session which the pressed button or the posted page showed, `form_version_id`
    the version of the form that the page showed (None where it is not said), `language` the person's
    now: the form speaks it from here on, where it can.
    """

    response_id: int
    input: Input
    door: str
    key: str = ""
    revision: int | None = None
    language: str = ""
    form_version_id: int | None = None


@dataclass(frozen=True)
class Turn:
    """Where a response stands, and what a door needs to go on.

    `now` is the wall clock of the round's time zone: a form's today() is the day people have there.
    Once `sent`, a response counts as it was sent; changes count when it is sent anew. What was
    never sent moves to the questionnaire's newest version (`surveys/engine/versions.py`): `moved`
    says that it is shown there, and is kept there with the next input. `full` is a quota without a
    place left for these answers: as long as they stand, the response cannot be sent.
    """

    response_id: int
    round: OpenRound
    form: Form
    session: Session
    now: datetime
    events: tuple[Event, ...] = ()
    duplicate: bool = False
    stale: bool = False
    sent: bool = False
    form_version_id: int = 0
    moved: bool = False
    full: Quota | None = None

    @property
    def state(self) -> str:
        return COMPLETE if self.sent or self.session.stage is Stage.COMPLETE else PARTIAL

    @property
    def changing(self) -> bool:
        """Whether what was sent is being changed: the changes are a draft."""
        return self.sent and self.session.stage is not Stage.COMPLETE

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """What a chat shows; worked out when asked for, outside the transaction."""
        return prompts(self.form, self.session, self.now)

    def page(self, ref: str | None = None) -> Page | ReviewPrompt | CompletePrompt:
        """What a web page shows: that of a question, or of the open one."""
        return page(self.form, self.session, ref, self.now)


def find(session: Database, shelf: FormShelf, participant_id: int, round_id: int, now: datetime) -> Turn | None:
    """The response a person has in a round, if they began one; writes nothing.

    Raises RoundNotOpen, RoundClosed, RoundFull, NotInvited.
    """
    round_ = store.load_round(session, round_id)
    check_open(round_, now)
    person, subjects = _invited_for(session, participant_id, round_)
    found = store.earliest(session, round_, subjects)
    if found is not None:
        return _turn(session, shelf, found, now)
    if not is_invited(session, person, round_, now):
        raise NotInvited
    check_room(session, round_)
    return None


def begin(session: Database, shelf: FormShelf, participant_id: int, round_id: int, moment: Moment) -> Turn:
    """Finds or starts the one response of a round and subject.

    Raises RoundNotOpen, RoundClosed, RoundFull, NotInvited, FormUnknown.
    """
    round_ = store.load_round(session, round_id)
    check_open(round_, moment.now)
    person, subjects = _invited_for(session, participant_id, round_)
    found = store.earliest(session, round_, subjects)
    if found is not None:
        return _turn(session, shelf, found, moment.now)
    if not is_invited(session, person, round_, moment.now):
        raise NotInvited
    subject = Subject(round_.subject_kind, subjects[0], person.id)
    moment = replace(moment, language=moment.language or person.language)
    known = attributes_of(session, person, round_.office_id)
    return _start(session, shelf, _Beginning(round_, subject, moment, known, tuple(subjects)))


def find_link(session: Database, shelf: FormShelf, token: str, round_id: int, now: datetime) -> Turn | None:
    """The response behind an open link's token, if it was begun; writes nothing.

    Raises RoundNotOpen, RoundClosed, RoundFull, NotInvited (the round is not open to links).
    """
    round_ = _open_to_links(session, round_id, now)
    found = store.earliest(session, round_, [token])
    if found is None:
        check_room(session, round_)
    return _turn(session, shelf, found, now) if found else None


def begin_link(session: Database, shelf: FormShelf, token: str, round_id: int, moment: Moment) -> Turn:
    """Finds or starts the response behind an open link's token; the caller made and signed the token.

    Raises RoundNotOpen, RoundClosed, RoundFull, NotInvited (the round is not open to links), FormUnknown.
    """
    round_ = _open_to_links(session, round_id, moment.now)
    found = store.earliest(session, round_, [token])
    if found is not None:
        return _turn(session, shelf, found, moment.now)
    return _start(session, shelf, _Beginning(round_, Subject(SubjectKind.LINK, token, None), moment, {}))


def answer(session: Database, shelf: FormShelf, request: Request, now: datetime) -> Turn:
    """Takes one input and stores all that follows from it.

    A duplicate, and what is about a stale revision or an older version, changes nothing and shows
    where things stand. Raises ResponseUnknown, RoundNotOpen, RoundClosed.
    """
    if request.key and not first_time(session, request.door, request.key, now):
        return replace(current(session, shelf, request.response_id, now), duplicate=True)
    response = store.load(session, request.response_id, lock=True)
    check_open(response.round, now)
    turn = _turn(session, shelf, response, now)
    if _is_stale(request, turn):
        return replace(turn, stale=True)
    spoken = turn.session
    if in_language(turn, request.language) is not turn:
        spoken, _ = resume(turn.form, spoken, ChangeLanguage(request.language), turn.now)
    after, events = resume(turn.form, spoken, storable(request.input), turn.now)
    after_turn = replace(turn, session=after, events=events)
    if turn.round.quotas:
        after_turn = replace(after_turn, full=_full(session, after_turn, sending=_sends(events)))
        if after_turn.full is not None and _sends(events):
            return replace(turn, full=after_turn.full)
    if after is not turn.session:
        apart = turn.changing or turn.moved  # what is kept is not what the session holds
        counted = store.answers(session, response.id) if apart else counting(turn.session)
        store.keep_changes(session, response, _changes(counted, after_turn, request.door), now)
        if left_behind((*turn.session.values.values(), *counted.values()), after.values.values()):
            drop_unnamed(session, response.id, after.values)
    if _sends(events):
        emit_answered(session, response, request.door, now)
    return after_turn


def _is_stale(request: Request, turn: Turn) -> bool:
    newer = request.form_version_id not in (None, turn.form_version_id)
    return newer or request.revision not in (None, turn.session.revision)


def current(session: Database, shelf: FormShelf, response_id: int, now: datetime) -> Turn:
    """Where a response stands; changes nothing, also after the round has closed. Raises ResponseUnknown."""
    return _turn(session, shelf, store.load(session, response_id), now)


def in_language(turn: Turn, language: str) -> Turn:
    """The turn as a reader of a language sees it; the same one where the form does not have it."""
    known = known_language(turn.form, language) if language else ""
    if known[:2] != language[:2] or known not in turn.form.languages or known == turn.session.language:
        return turn
    return replace(turn, session=replace(turn.session, language=known))


def open_rounds(session: Database, participant_id: int, now: datetime) -> list[OpenRound]:
    """The rounds a person may answer now or has begun to answer, those opened last first."""
    person = find_person(session, participant_id)
    if person is None:
        return []
    return [one for one in store.rounds_open_to(session, person.ids, now) if _may_answer(session, person, one, now)]


def storable(given: Input) -> Input:
    """The input without what no database holds: NUL and halves of surrogate pairs."""
    match given:
        case Words(text):
            return Words(_clean(text))
        case Answer(ref, value):
            return Answer(ref, _clean(value))
        case Fill(values):
            return Fill({ref: _clean(value) for ref, value in values.items()})
    return given


def counting(session: Session) -> dict[str, str]:
    """The values that count: those of relevant nodes."""
    return {ref: value for ref, value in session.values.items() if ref not in session.hidden}


def _may_answer(session: Database, person: Person, round_: OpenRound, now: datetime) -> bool:
    subjects = subjects_of(session, person, round_)
    if not subjects:
        return False
    if store.earliest(session, round_, subjects) is not None:
        return True
    return is_invited(session, person, round_, now) and has_room(session, round_)


@dataclass(frozen=True)
class _Beginning:
    round: OpenRound
    subject: Subject
    moment: Moment
    known: dict[str, str]
    subjects: tuple[str, ...] = ()  # all that stand for the subject: of merged people each one


def _open_to_links(session: Database, round_id: int, now: datetime) -> OpenRound:
    round_ = store.load_round(session, round_id)
    check_open(round_, now)
    if round_.subject_kind is not SubjectKind.LINK:
        raise NotInvited
    return round_


def _invited_for(session: Database, participant_id: int, round_: OpenRound) -> tuple[Person, list[str]]:
    person = find_person(session, participant_id)
    subjects = subjects_of(session, person, round_) if person else []
    if person is None or not subjects:
        raise NotInvited
    return person, subjects


def _start(session: Database, shelf: FormShelf, new: _Beginning) -> Turn:
    check_room(session, new.round)
    form_version_id = store.newest_form(session, new.round.questionnaire_id)
    if form_version_id is None:
        raise FormUnknown
    form, moment = shelf.get(session, form_version_id), new.moment
    there = local(moment.now, new.round.time_zone)
    known = Known({**prefilled(form, moment.prefill), **_preload(form, new.known)}, _earlier(session, form, new))
    opened, events = start(form, moment.language, there, known)
    values = {"form_version_id": form_version_id, "session": opened.to_json()}
    response_id = store.start_response(session, new.round, new.subject, values, moment.now)
    if response_id is None:  # another door began it meanwhile
        found = store.earliest(session, new.round, [new.subject.name])
        if found is None:
            raise ResponseUnknown
        return _turn(session, shelf, found, moment.now)
    turn = Turn(response_id, new.round, form, opened, there, events, form_version_id=form_version_id)
    given = _changes({}, turn, moment.door)
    store.keep_answers(session, response_id, given, moment.now)
    return turn


def prefilled(form: Form, given: Mapping[str, str]) -> dict[str, str]:
    """Of some values by name those that a person could have given themselves, as they are kept."""
    found = ((one.name, _allowed(form, one, _clean(given.get(one.name, "")))) for one in form.questions())
    return {name: value for name, value in found if value}


def _allowed(form: Form, question: Question, value: str) -> str:
    fixed = question.logic.calculation is not None or question.logic.readonly is not None
    if not value or fixed or not question.asked or question.kind in TAKES_FILES:
        return ""
    kept = check(question, value, tuple(one.value for one in form.choices.get(question.choices, ())))
    return kept if isinstance(kept, str) else ""


def _preload(form: Form, known: dict[str, str]) -> dict[str, str]:
    """What is known of the person, for the form's hidden questions named `attr_<attribute>`."""
    wanted = (one.name for one in form.questions() if one.kind is Kind.HIDDEN and one.name.startswith(ATTRIBUTE))
    return {name: value for name in wanted if (value := known.get(name.removeprefix(ATTRIBUTE), ""))}


def _earlier(session: Database, form: Form, new: _Beginning) -> dict[str, str]:
    """What the subject sent in an earlier round of the same questionnaire, where the form asks for it."""
    return store.sent_before(session, new.round, new.subjects) if machine(form).remembers else {}


def _sends(events: Iterable[Event]) -> bool:
    return any(isinstance(event, ResponseCompleted) for event in events)


def _full(session: Database, turn: Turn, *, sending: bool = False) -> Quota | None:
    """The quota that has no place for a turn's answers; where they are being sent, their places are taken."""
    if turn.session.stage is Stage.COMPLETE and not sending:
        return None
    quotas = concerned(turn.round, turn.form, turn.session, turn.now)
    if sending:
        one_at_a_time(session, turn.round.id)
    found = first_full(session, turn.round.id, quotas, besides=turn.response_id)
    if sending and found is None:
        take_places(session, turn.round.id, turn.response_id, quotas)
    return found


def _turn(session: Database, shelf: FormShelf, response: Kept, now: datetime) -> Turn:
    found = _as_kept(session, shelf, response, now)
    return replace(found, full=_full(session, found)) if found.round.quotas else found


def _as_kept(session: Database, shelf: FormShelf, response: Kept, now: datetime) -> Turn:
    form = shelf.get(session, response.form_version_id)
    there = local(now, response.round.time_zone)
    session_ = Session.from_json(response.session)
    sent, newest = response.completed_at is not None, response.newest_form_id
    if sent or newest == response.form_version_id:
        return Turn(
            response.id, response.round, form, session_, there, sent=sent, form_version_id=response.form_version_id
        )
    newer = shelf.get(session, newest)
    since = store.versions_since(session, response.form_version_id)
    taken = take_over(form, session_, newer, there, since)
    return Turn(response.id, response.round, newer, taken, there, form_version_id=newest, moved=True)


def _changes(old: Mapping[str, str], turn: Turn, door: str) -> Changes:
    """What is now kept that was not, from what counted and counts; an answer given again counts as given.

    Answers to questions that a newer version has no more stay as they were given.
    """
    new = old if turn.changing else counting(turn.session)
    again = set() if turn.changing else {event.ref for event in turn.events if isinstance(event, AnswerAccepted)}
    given = {ref: value for ref, value in new.items() if ref in again or old.get(ref) != value}
    nodes = machine(turn.form).nodes
    gone = [ref for ref in old if ref not in new and form_ref(ref) in nodes]
    told = turn.session.to_json(), turn.state, turn.session.language, door, turn.form_version_id
    return Changes(given, gone, *told)


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
