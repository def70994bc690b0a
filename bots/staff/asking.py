"""A poll made in the chat: from a template or of one's own words, and sent with two more presses.

`new` and `new:<office>` show what there is to begin with, or first the draft that the chat holds,
`ask-from:<office>:<template>` and `ask-kind:<office>:<kind>` begin a draft, `draft:<mark>:<what>[:<value>]` shows or
changes it, `ask-send:<mark>:<how>` sends it. The mark names the draft as it was shown, so that a press on an old
button, or a second one, does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bots.screen import Key, Screen, arrange, plain
from bots.staff.draft_page import IN_HALL, KEEP, LEAVES, Page, draft_screen, sure_screen
from bots.staff.held_draft import draft_at_hand, held_screen
from bots.staff.poll_draft import DRAFT, Draft, DraftGone, NotAsMany, TooLong, TooManyLines, WordsUnfit
from bots.staff.polls import NEW, list_polls, page
from bots.staff.talk import Reply, Talk, key, moment
from bots.staff.typed_close import TYPED, CloseUnclear, read_close
from core.clock import local
from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, LANGUAGES, N_, pick_text
from core.ids import read_id
from core.process.door.day import day_events
from core.process.events import EventFacts, languages_of_event, load_event
from core.process.horizon import DayTooFar, is_too_far
from core.process.offices import office_names
from core.process.room.rooms import load_room
from core.staff.chats import change_chat, hold_draft
from core.staff.errors import NotAllowed, NothingHere
from core.staff.roles import Permission
from notifications.content.poll_texts import INVITATION, RESULT, texts_for
from notifications.ledger.report import Count
from notifications.planning.asking import TextsWrong, reach_of
from notifications.planning.closing import close_on, closing_days, usual_close
from notifications.review.asking import Desk, Said, ask_people, asking_offices, open_desk
from surveys.polls.kinds import KIND_NAMES, METHODS, Kind, Secrecy
from surveys.polls.poll import Poll
from surveys.polls.staging import OPEN, do_to_poll, make_for_hall, show_on_screen
from surveys.polls.store import instant_of, load_poll
from surveys.polls.templates import find_template, templates

FROM, KIND = "ask-from", "ask-kind"
AWAITS, AWAITS_CLOSE = "poll-words", "poll-close"
DAYS = (1, 3, 7, 14, 28)  # ahead, to choose the close from
MOST_AUDIENCES = 20
SENT = {LEAVES: N_("Asked."), IN_HALL: N_("It is open."), KEEP: N_("It is kept for later.")}
WAITS = N_("It is written; it leaves once somebody else of the office releases it.")
CONSOLE = "/console/ask"
WRITE = N_(
    "Write the poll in {language} now: the question in the first line, and below it each option in a line of its own. "
    "Any command leaves it."
)
WRITE_QUESTION = N_("Write the question in {language} now. Any command leaves it.")


class CloseWrong(Problem):
    text = N_("The close has passed already. Please choose a later one.")


UNFIT = (WordsUnfit, TooLong, NotAsMany, TooManyLines, CloseUnclear, CloseWrong, DayTooFar)


class HallOver(Problem):
    text = N_("The event is over, or does not take place. Please choose another, or ask the people.")
    status = 409


def begin(talk: Talk, value: str = "") -> Reply:
    """The templates and kinds; whoever works in several offices says first in which. NotAllowed, NothingHere.

    A draft that the chat holds is shown before them.
    """
    t, offices = talk.t, asking_offices(talk.staff)
    if not offices:
        raise NotAllowed
    office_id = read_id(value) if value else offices[0]
    if office_id not in offices:
        raise NothingHere
    if (held := draft_at_hand(talk)) is not None:
        return Reply((held_screen(talk, held),))
    if len(offices) > 1 and not value:
        names = office_names(talk.session, offices)
        keys = tuple((key(name, NEW, one),) for one, name in names.items())
        return Reply((Screen(t("Of which office are the people you would like to ask?"), keys),))
    begun = [key(pick_text(dict(one.name), t.language), FROM, office_id, one.slug) for one in templates()]
    own = [key(f"✍️ {t(KIND_NAMES[one])}", KIND, office_id, one.value) for one in Kind]
    lines = [
        f"<b>{t('What would you like to ask?')}</b>",
        t("Begin with a question that is ready, and change what you like; or write one of your own, of some kind (✍️)."),
    ]
    return Reply((Screen("\n\n".join(lines), (*arrange(begun), *arrange(own))),))


def begin_from(talk: Talk, value: str) -> Reply:
    """Raises NothingHere, NotAllowed, TemplateUnknown."""
    office_id, slug = _place(value)
    found = find_template(slug)
    return _start(talk, Draft(office_id, template=found.slug, beside=found.definition.counting.beside))


def begin_kind(talk: Talk, value: str) -> Reply:
    """Raises NothingHere, NotAllowed."""
    office_id, kind = _place(value)
    if kind not in set(Kind):
        raise NothingHere
    return _start(talk, Draft(office_id, kind=kind))


def change(talk: Talk, value: str) -> Reply:
    """One thing of the draft, or a list to choose it from; raises DraftGone, NothingHere, NotAllowed."""
    mark, _, rest = value.partition(":")
    what, _, chosen = rest.partition(":")
    draft = _held(talk, mark)
    if what in {"drop", "anew"}:  # also of a hall that there is no more
        change_chat(talk.session, talk.staff.account_id, draft={})
        return replace(begin(talk) if what == "anew" else list_polls(talk), toast=talk.t("The draft is gone."))
    shown = _page(talk, draft, reads=what in {"", "sure"})
    match what:
        case "":
            return Reply((draft_screen(talk, shown),))
        case "sure":
            return Reply((sure_screen(talk, shown),))
        case "words" | "afresh":
            return _ask_words(talk, draft if what == "words" else replace(draft, begun={}))
        case "secrecy":
            now = shown.definition.secrecy
            other = Secrecy.NAMED if now is Secrecy.ANONYMOUS else Secrecy.ANONYMOUS
            return _kept(talk, replace(draft, secrecy=other.value))
        case "beside":
            return _kept(talk, replace(draft, beside=chosen if chosen in METHODS[Kind.RANKING] else ""))
        case "hall":
            return _kept(talk, replace(draft, event_id=_hall(shown.halls, chosen)))
        case "for" if chosen:
            number = read_id(chosen)
            if number is None or number not in {0, *(one for one, _ in shown.desk.audiences)}:
                raise NothingHere
            return _kept(talk, replace(draft, audience_id=number))
        case "for":
            groups = shown.desk.audiences
            left = len(groups) - MOST_AUDIENCES
            more = talk.t.n(
                "{count} more group can be asked in the console.",
                "{count} more groups can be asked in the console.",
                max(left, 0),
            )
            offered = [(0, talk.t("Everybody")), *groups[:MOST_AUDIENCES]]
            return _choose(talk, draft, what, offered, more if left > 0 else "")
        case "close" if chosen:
            return _kept(talk, replace(draft, closes=_close(talk, shown, chosen)))
        case "close":
            change_chat(talk.session, talk.staff.account_id, awaiting={AWAITS_CLOSE: draft.mark})
            days = _days(talk, shown.desk)
            return _choose(talk, draft, what, [(one, _named(talk, shown.desk, one)) for one in days], talk.t(TYPED))
    raise NothingHere


def take_words(talk: Talk, text: str) -> Reply:
    """The question with its options in one language; raises WordsUnfit, TooLong, NotAsMany, TooManyLines, DraftGone.

    It is kept at once; the draft says what it said before until all of it is written.
    """
    told = hold_draft(talk.session, talk.staff.account_id)
    if not told:
        raise DraftGone
    return _ask_words(talk, Draft.from_json(told).saying(talk.chat.awaiting[AWAITS]["language"], text))


def take_close(talk: Talk, text: str) -> Reply:
    """A close that was written; raises CloseUnclear, CloseWrong, DayTooFar, DraftGone."""
    draft = _held(talk, talk.chat.awaiting[AWAITS_CLOSE])
    desk = open_desk(talk.session, talk.staff, draft.office_id)[0]
    said = read_close(text, talk.t.language, local(talk.now, desk.zone))
    if is_too_far(said, talk.now):
        raise DayTooFar
    closes = said.isoformat(timespec="minutes") if isinstance(said, datetime) else _close_of(said, desk)
    at = instant_of(closes, desk.zone)
    if at is None or at <= talk.now:
        raise CloseWrong
    return _kept(talk, replace(draft, closes=closes))


def send(talk: Talk, value: str) -> Reply:
    """The second tap: all of it is made and leaves, or opens in the hall. Raises DraftGone, NothingHere, NotAllowed,
    TextsWrong, and what opening raises."""
    mark, _, how = value.partition(":")
    draft = _held(talk, mark)
    shown = _page(talk, draft)
    if how not in SENT or shown.faults or (how == LEAVES) is bool(draft.event_id):
        raise NothingHere
    closes = instant_of(shown.definition.closes_local, shown.desk.zone)
    if closes is not None and closes <= talk.now:
        raise CloseWrong
    if shown.hall is not None and (shown.hall.cancelled or shown.hall.is_over(talk.now)):
        raise HallOver
    kept = talk.session.begin_nested()
    try:
        poll = _leave(talk, shown) if how == LEAVES else _to_hall(talk, shown, opens=how == IN_HALL)
    except TextsWrong as wrong:
        kept.rollback()
        return _amiss(talk, draft, wrong)
    kept.commit()
    change_chat(talk.session, talk.staff.account_id, draft={}, awaiting={})
    waits = how == LEAVES and not shown.desk.releases
    return Reply((page(talk, poll),), toast=talk.t(WAITS if waits else SENT[how]))


def _amiss(talk: Talk, draft: Draft, wrong: TextsWrong) -> Reply:
    """What stands in the way, each thing once; the texts are put right in the console, and the draft stays."""
    t = talk.t
    lines = list(dict.fromkeys(f"⚠️ {plain(one.problem.say(t))}" for _, one in wrong.amiss))
    lines.append(f"{t('The texts are put right in the console:')} {talk.urls.public}{CONSOLE}")
    keys = ((key(f"← {t('Back to the draft')}", DRAFT, draft.mark),),)
    return Reply((Screen("\n\n".join([plain(wrong.say(t)), *lines]), keys),))


def _leave(talk: Talk, shown: Page) -> Poll:
    texts = {part: texts_for(part, shown.desk.languages) for part in (INVITATION, RESULT)}
    said = Said(shown.definition, texts, talk.making.mail_limit_mb)
    made = ask_people(talk.session, talk.making.ids, (talk.staff, shown.desk), said, talk.now)
    return load_poll(talk.session, made.poll_id)


def _to_hall(talk: Talk, shown: Page, *, opens: bool) -> Poll:
    session, staff, ids = talk.session, talk.staff, talk.making.ids
    event_id = shown.draft.event_id
    poll = make_for_hall(session, ids, staff, (event_id, shown.definition), talk.now)
    if opens:
        do_to_poll(session, ids, staff, (poll, OPEN), talk.now)
        if staff.may(Permission.RUN_ROOMS, poll.office_id) and load_room(session, event_id).code:
            show_on_screen(session, staff, (event_id, poll.office_id), poll.id, talk.now)
    return load_poll(session, poll.id)


def _start(talk: Talk, draft: Draft) -> Reply:
    if draft.office_id not in asking_offices(talk.staff):
        raise NothingHere
    if (held := draft_at_hand(talk)) is not None:
        return Reply((held_screen(talk, held),))
    desk = open_desk(talk.session, talk.staff, draft.office_id)[0]
    begun = replace(draft, closes=usual_close(talk.now, desk.zone, desk.window))
    if begun.template:
        return _kept(talk, begun)
    return _ask_words(talk, begun)


def _ask_words(talk: Talk, draft: Draft) -> Reply:
    """Asks for what is not written yet; once all is, the draft has these words."""
    missing = draft.unsaid(_page(talk, draft).languages)
    if not missing:
        return _kept(talk, draft.all_said())
    awaiting = {AWAITS: {"language": missing}}
    change_chat(talk.session, talk.staff.account_id, draft=draft.to_json(), awaiting=awaiting)
    text = talk.t(WRITE if draft.has_options else WRITE_QUESTION, language=LANGUAGE_NAMES.get(missing, missing))
    if not draft.begun:
        return Reply((Screen(text),), below=True)
    kept = talk.t("Kept so far: {languages}.", languages=", ".join(LANGUAGE_NAMES.get(one, one) for one in draft.begun))
    afresh = key(f"↺ {talk.t('Write all of it anew')}", DRAFT, draft.mark, "afresh")
    return Reply((Screen(f"{kept}\n\n{text}", ((afresh,),)),), below=True)


def _kept(talk: Talk, draft: Draft) -> Reply:
    change_chat(talk.session, talk.staff.account_id, draft=draft.to_json(), awaiting={})
    return Reply((draft_screen(talk, _page(talk, draft, reads=True)),))


def _held(talk: Talk, mark: str) -> Draft:
    """The draft, once nobody else acts on it, if it still stands as it was shown; raises DraftGone."""
    told = hold_draft(talk.session, talk.staff.account_id)
    draft = Draft.from_json(told) if told else None
    if draft is None or draft.mark != mark:
        raise DraftGone
    return draft


def _page(talk: Talk, draft: Draft, *, reads: bool = False) -> Page:
    """`reads` where it is told to how many it goes, which is a question to all people. Raises NotAllowed."""
    session = talk.session
    desk, process = open_desk(session, talk.staff, draft.office_id)
    halls = [one for one in day_events(session, [draft.office_id], talk.now) if talk.now < one.ends_at]
    needed = {*desk.languages}
    if draft.event_id:
        hall = load_event(session, draft.event_id)
        halls = [*(one for one in halls if one.id != hall.id), hall]
        needed = set(languages_of_event(session, hall.id))
    reach: Sequence[Count] = ()
    if reads and not draft.event_id:
        reach = reach_of(session, process, draft.audience_id or None, talk.now, talk.judging.rules)
    return Page(draft, desk, halls, [one for one in LANGUAGES if one in needed], reach)


def _choose(talk: Talk, draft: Draft, what: str, offered: Sequence[tuple[object, str]], more: str = "") -> Reply:
    keys: list[tuple[Key, ...]] = [(key(name, DRAFT, draft.mark, what, value),) for value, name in offered]
    keys.append((key(f"← {talk.t('Back to the draft')}", DRAFT, draft.mark),))
    asked = {"for": N_("Who is asked?"), "close": N_("When does it close?")}
    return Reply((Screen("\n\n".join(one for one in (talk.t(asked[what]), more) if one), tuple(keys)),))


def _hall(halls: Sequence[EventFacts], chosen: str) -> int:
    number = read_id(chosen)
    if number is None or number not in {0, *(one.id for one in halls)}:
        raise NothingHere
    return number


def _days(talk: Talk, desk: Desk) -> list[date]:
    return closing_days(local(talk.now, desk.zone), DAYS, desk.window, desk.zone)


def _named(talk: Talk, desk: Desk, day: date) -> str:
    at = instant_of(_close_of(day, desk), desk.zone)
    return moment(at, desk.zone, talk.t.language) if at is not None else str(day)


def _close_of(day: date, desk: Desk) -> str:
    return close_on(day, desk.window, desk.zone).isoformat(timespec="minutes")


def _close(talk: Talk, shown: Page, chosen: str) -> str:
    try:
        day = date.fromisoformat(chosen)
        closes = _close_of(day, shown.desk)
        at = instant_of(closes, shown.desk.zone)
    except (ValueError, OverflowError):
        raise NothingHere from None
    if at is None or at <= talk.now or day > _days(talk, shown.desk)[-1]:
        raise CloseWrong
    return closes


def _place(value: str) -> tuple[int, str]:
    number, _, rest = value.partition(":")
    office_id = read_id(number)
    if office_id is None:
        raise NothingHere
    return office_id, rest
