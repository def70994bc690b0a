"""Polls in the chat: opened and closed in the hall, put on its screen, their results as a picture.

`polls` lists them, `poll:<id>` opens one, `poll-ask:<act>:<id>:<seen>` asks once more, `poll-do:<act>:<id>:<seen>`
acts, `poll-picture:<id>` draws. `seen` names how the poll stood when it was shown: a press on an old button, or a
second one, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bots.screen import Key, Screen, named, plain
from bots.staff.held_draft import draft_at_hand, told_in_list
from bots.staff.poll_words import limits_told, options_in
from bots.staff.talk import Picture, Reply, Talk, fitted, key, moment
from bots.staff.today import MAILING, subject_of
from core.errors import Problem
from core.i18n import N_, Translator, pick_text
from core.ids import read_id
from core.process.offices import office_names
from core.process.room.rooms import load_room
from core.staff.errors import NothingHere
from core.staff.roles import Permission
from notifications.ledger.result_pictures import picture_to_draw
from notifications.ledger.states import MailingState
from notifications.review.one_person import may_release, needs_other, who_else_releases
from notifications.review.store import READS, mailings_of_poll
from notifications.review.unreleased import UNRELEASED, state_names, untold
from surveys.polls.heard import unread, unread_told
from surveys.polls.kinds import KIND_NAMES, SECRECY_NAMES, Shown, State
from surveys.polls.making import NOT_BEGUN, lock_poll
from surveys.polls.namesakes import told_apart
from surveys.polls.outcome import rule_told
from surveys.polls.poll import Poll
from surveys.polls.published import in_words
from surveys.polls.publishing import published_of
from surveys.polls.reading import voters_of
from surveys.polls.screens import on_screen, screen_of
from surveys.polls.staging import (
    CLOSE,
    CONCEAL,
    OPEN,
    PUBLISH,
    REVEAL,
    UNPUBLISH,
    do_to_poll,
    event_of,
    poll_for,
    show_on_screen,
    standing_mark,
)
from surveys.polls.store import load_poll, newest_polls

POLLS, POLL, ASK, DO, PICTURE = "polls", "poll", "poll-ask", "poll-do", "poll-picture"
NEW = "new"  # in asking.py, which stands upon this
ON, OFF = "screen", "questions"
OPTIONS_SHOWN = 1200  # UTF-16 units of a message
AT_ONCE = 12  # polls with their buttons
MOST_NAMES = 5
MARKS = {State.DRAFT: "✏️", State.PLANNED: "🕒", State.OPEN: "🟢", State.CLOSED: "🏁"}
LABELS = {
    OPEN: N_("Open"),
    CLOSE: N_("Close"),
    REVEAL: N_("Show the result on the screen"),
    CONCEAL: N_("Hide the result on the screen"),
    PUBLISH: N_("Publish the result"),
    UNPUBLISH: N_("Take the result back"),
    ON: N_("Put it on the screen of the room"),
    OFF: N_("Show the questions on the screen"),
}
SIGNS = {OPEN: "▶️", CLOSE: "⏹", REVEAL: "👁", CONCEAL: "🙈", PUBLISH: "📣", UNPUBLISH: "↩️", ON: "📺", OFF: "❓"}
QUESTIONS = {
    OPEN: N_("Open it now? Votes are taken from then on, and nothing of it can be changed."),
    CLOSE: N_("Close it now? No vote is taken after that, and it cannot be opened again."),
    PUBLISH: N_("Publish the result on a page for everybody?"),
}
DONE = {
    OPEN: N_("It is open."),
    CLOSE: N_("It is closed."),
    REVEAL: N_("The screen shows the result."),
    CONCEAL: N_("The screen hides the result."),
    PUBLISH: N_("The result is published."),
    UNPUBLISH: N_("The result is not published any more."),
    ON: N_("It is on the screen."),
    OFF: N_("The screen shows the questions."),
}


class PollChanged(Problem):
    text = N_("This poll does not stand any more as it was shown to you. Please look at it as it is now.")
    status = 409


@dataclass(frozen=True)
class _Stand:
    """A poll with what its page says of it; `on_screen` the poll that the screen of its room shows, 0 for the
    questions and None where it has no room, or none that was ever opened; `room` is that one's code."""

    poll: Poll
    state: State
    on_screen: int | None
    reveals: bool
    published: bool
    in_hall: bool
    untold: bool
    room: str = ""

    @property
    def on(self) -> bool:
        return self.on_screen == self.poll.id


def list_polls(talk: Talk, _: str = "") -> Reply:
    t = talk.t
    offices = talk.staff.offices(Permission.MANAGE_POLLS)
    found, count = newest_polls(talk.session, offices, AT_ONCE, talk.now)
    names = office_names(talk.session, offices) if len(offices) > 1 else {}
    apart = told_apart(talk.session, found, t)
    waiting = untold(talk.session, [one.id for one in found])
    lines, keys = [f"<b>{t('Polls')}</b>"], [(key(f"➕ {t('Ask something')}", NEW),)]
    if (held := draft_at_hand(talk)) is not None:
        line, go_on = told_in_list(talk, held)
        lines.append(line)
        keys.insert(0, (go_on,))
    elif not found:
        lines.append(t("There is none yet."))
    for place, one in enumerate(found, 1):
        state = one.state_at(talk.now)
        title = plain(one.title_in(t.language), 150) or plain(one.slug)
        told = apart.get(one.id, "")
        more = f" ({plain(told, 150)})" if told else ""
        office = f", {plain(names[one.office_id], 80)}" if names else ""
        lines.append(
            f"{place}. {MARKS[state]} <b>{title}</b>{more}\n{_state(t, state, waits=one.id in waiting)}{office}"
        )
        keys.append((key(f"{place}. {named(one.title_in(t.language) or one.slug, told)}", POLL, one.id),))
    if (left := count - len(found)) > 0:
        lines.append(t.n("{count} more poll is in the console.", "{count} more polls are in the console.", left))
    return Reply((Screen(fitted(lines), tuple(keys)),))


def open_page(talk: Talk, value: str) -> Reply:
    """Raises NothingHere, NotAllowed."""
    return Reply((page(talk, poll_for(talk.session, talk.staff, _number(value))),))


def ask_again(talk: Talk, value: str) -> Reply:
    """The confirming second tap; raises NothingHere, NotAllowed, PollChanged."""
    act, number, seen = _wish(value)
    poll = poll_for(talk.session, talk.staff, number)
    left = _unread(talk, poll, act)
    if act not in QUESTIONS and not left:
        raise NothingHere
    if _mark(talk, poll, act) != seen:
        raise PollChanged
    t, lines = talk.t, [f"<b>{plain(poll.title_in(talk.t.language), 300)}</b>"]
    if act == CLOSE:
        voted = voters_of(talk.session, poll).voted
        lines.append(t.n("{count} vote so far", "{count} votes so far", voted))
    if act == OPEN and untold(talk.session, [number]):
        lines.append(t(UNRELEASED))
    if left:
        lines.append(unread_told(left, t))
    if act in QUESTIONS:
        lines.append(t(QUESTIONS[act]))
    keys = (
        (key(f"✅ {t('Yes: {act}', act=t(LABELS[act]))}", DO, act, number, seen),),
        (key(t("No, leave it as it is"), POLL, number),),
    )
    return Reply((Screen("\n\n".join(lines), keys),))


def act(talk: Talk, value: str) -> Reply:
    """Does what was pressed; raises NothingHere, NotAllowed, PollChanged, and what `do_to_poll` raises."""
    name, number, seen = _wish(value)
    session, staff = talk.session, talk.staff
    poll = poll_for(session, staff, number)
    if name in {ON, OFF}:
        _change_screen(talk, poll, seen, on=name == ON)
    else:
        poll = lock_poll(session, number)
        if _mark(talk, poll, name) != seen:
            raise PollChanged
        do_to_poll(session, talk.making.ids, staff, (poll, name), talk.now)
    return Reply((page(talk, load_poll(session, number)),), toast=talk.t(DONE[name]))


def draw(talk: Talk, value: str) -> Reply:
    """The result as everybody may see it, with small numbers hidden; raises NothingHere, NotAllowed."""
    poll, t = poll_for(talk.session, talk.staff, _number(value)), talk.t
    least = talk.judging.rules.small_numbers
    result = published_of(talk.session, poll, least)
    caption = poll.title_in(t.language) + (f"\n\n{in_words(poll, result, t)}" if result is not None else "")
    draw_it = picture_to_draw(talk.session, poll, t, least)
    return Reply(picture=Picture(draw_it, f"{poll.slug}-{t.language}.png", caption))


def page(talk: Talk, poll: Poll) -> Screen:
    """A poll as it stands, with what can be done."""
    stand = _stand(talk, poll)
    return Screen(fitted(_lines(talk, stand)), tuple(_keys(talk, stand)))


def _stand(talk: Talk, poll: Poll) -> _Stand:
    session, event = talk.session, event_of(talk.session, poll)
    screen = screen_of(session, poll.id)
    room = load_room(session, event.id).code if event is not None else ""
    runs = bool(room) and talk.staff.may(Permission.RUN_ROOMS, poll.office_id)
    return _Stand(
        poll,
        poll.state_at(talk.now),
        (on_screen(session, event.id) or 0) if event is not None and runs else None,
        screen.reveals(poll, talk.now),
        screen.published,
        event is not None,
        bool(untold(session, [poll.id])),
        room,
    )


def _lines(talk: Talk, stand: _Stand) -> Iterator[str]:
    t, poll, state = talk.t, stand.poll, stand.state
    title = f"{MARKS[state]} <b>{plain(poll.title_in(t.language), 300)}</b>"
    yield "\n".join([title, *options_in(poll.definition, t.language, OPTIONS_SHOWN, t)])
    office = office_names(talk.session, [poll.office_id])[poll.office_id]
    about = (_state(t, state, waits=stand.untold), t(KIND_NAMES[poll.kind]), t(SECRECY_NAMES[poll.definition.secrecy]))
    yield f"{plain(office, 100)}\n{', '.join(about)}"
    if stand.untold and state is not State.CLOSED:
        yield f"⚠️ {t(UNRELEASED)}"
    if rule := [*limits_told(poll.definition, t), *rule_told(poll, t)]:
        yield "\n".join(rule)
    if state in NOT_BEGUN:
        yield from _unreleased(talk, poll)
    else:
        turnout = voters_of(talk.session, poll)
        voted = t.n("{count} vote", "{count} votes", turnout.voted)
        yield f"🗳 {voted}" + (f" ({t('of walk-ins: {count}', count=turnout.apart)})" if turnout.apart else "")
    if poll.closes_at is not None:
        at = moment(poll.closes_at, poll.time_zone, t.language)
        yield t("Closed: {moment}", moment=at) if state is State.CLOSED else t("Closes: {moment}", moment=at)
    event = event_of(talk.session, poll)
    if event is not None:
        yield f"🏛 {plain(pick_text(event.title, t.language), 200)}" + (f"\n{t(DONE[ON])}" if stand.on else "")
    if poll.definition.walk_ins and state in {State.OPEN, State.PLANNED}:
        yield f"{t('Address for the room:')} {talk.urls.open_vote(poll.code)}"
    if event is not None or poll.definition.walk_ins:
        yield _screen_address(talk, stand)
    result = published_of(talk.session, poll, talk.judging.rules.small_numbers)
    if result is not None:
        yield plain(in_words(poll, result, t), 1500)
        if stand.published:
            yield t("Published at: {address}", address=talk.urls.poll_result(poll.code))


def _unreleased(talk: Talk, poll: Poll) -> Iterator[str]:
    """Who has to release what is written to people about it."""
    session, staff, t = talk.session, talk.staff, talk.t
    waiting = next((one for one in mailings_of_poll(session, poll.id) if one.state == MailingState.DRAFT), None)
    if waiting is None:
        return
    office, author = waiting.office_id, waiting.written_by
    if may_release(session, staff, office) and not needs_other(session, staff, office, author):
        yield f"✋ {t('What is written to people about it waits for you to read and release it.')}"
        return
    names = ", ".join(plain(one, 80) for one in who_else_releases(session, author, [office])[office][:MOST_NAMES]) or t(
        "nobody"
    )
    yield f"✋ {t('What is written to people about it waits for somebody else to release it: {names}', names=names)}"


def _state(t: Translator, state: State, *, waits: bool) -> str:
    return ", ".join(map(t, state_names(state, waits=waits)))


def _screen_address(talk: Talk, stand: _Stand) -> str:
    """That of the room's screen; where the room was never opened the poll has one of its own."""
    t, own = talk.t, f"{talk.urls.public}/live/{stand.poll.code}"
    if stand.room:
        return t("For the screen of the hall: {address}", address=f"{talk.urls.public}/live/event/{stand.room}")
    lines = [t("For the screen of the hall: {address}", address=own)]
    if stand.in_hall:
        console = f"{talk.urls.public}/console/events/{stand.poll.definition.event_id}/room"
        lines.append(
            t("The event's room has no screen yet, on which to switch: open the room in the console ({address}).",
              address=console)
        )  # fmt: skip
    return "\n".join(lines)


def _keys(talk: Talk, stand: _Stand) -> Iterator[tuple[Key, ...]]:
    t, poll = talk.t, stand.poll
    for name in _acts(stand):
        is_asked = (name in QUESTIONS and not (name == OPEN and stand.in_hall)) or _unread(talk, poll, name)
        command = ASK if is_asked else DO
        seen = stand.on_screen if name in {ON, OFF} else _mark(talk, poll, name)
        yield (key(f"{SIGNS[name]} {t(LABELS[name])}", command, name, poll.id, seen),)
    if poll.settled_at is not None:
        yield (key(f"🖼 {t('Result as a picture')}", PICTURE, poll.id),)
    if any(talk.staff.may(one, poll.office_id) for one in READS):
        for one in mailings_of_poll(talk.session, poll.id):
            yield (key(f"✉️ {subject_of(one, t)}", MAILING, one.id),)
    yield (key(f"🔄 {t('As it is now')}", POLL, poll.id), key(f"← {t('Polls')}", POLLS))


def _unread(talk: Talk, poll: Poll, act: str) -> int:
    """Different answers in words without which an act would show the result."""
    return unread(talk.session, poll, talk.judging.rules.small_numbers) if act in {REVEAL, PUBLISH} else 0


def _acts(stand: _Stand) -> Iterator[str]:
    if stand.state in NOT_BEGUN:
        yield OPEN
    if stand.state is State.OPEN:
        yield CLOSE
    if stand.on_screen is not None:
        yield OFF if stand.on else ON
    live = stand.poll.definition.shown is Shown.LIVE and stand.state is State.OPEN
    if live or stand.state is State.CLOSED:
        yield CONCEAL if stand.reveals else REVEAL
    if stand.poll.settled_at is not None:
        yield UNPUBLISH if stand.published else PUBLISH


def _mark(talk: Talk, poll: Poll, act: str) -> str:
    """How a poll stands, as an act is meant: what was shown, or confirmed, before it changed is not done to it now.

    What can be done and taken back is told by how often that was done.
    """
    standing = standing_mark(talk.session, poll, talk.now).partition(":")[2]
    return standing if act in {OPEN, CLOSE} else f"{standing}:{screen_of(talk.session, poll.id).version}"


def _change_screen(talk: Talk, poll: Poll, seen: str, *, on: bool) -> None:
    """Raises NothingHere where it has no room, NotAllowed, PollChanged where the screen shows something else than it
    did: another poll is before the hall now. What it shows already is not put there again."""
    event = event_of(talk.session, poll)
    if event is None:
        raise NothingHere
    talk.staff.need(Permission.RUN_ROOMS, poll.office_id)
    shown, wanted = on_screen(talk.session, event.id) or 0, poll.id if on else 0
    if shown == wanted:
        return
    if seen != str(shown):
        raise PollChanged
    show_on_screen(talk.session, talk.staff, (event.id, poll.office_id), wanted or None, talk.now)


def _wish(value: str) -> tuple[str, int, str]:
    name, _, rest = value.partition(":")
    number, _, seen = rest.partition(":")
    if name not in LABELS:
        raise NothingHere
    return name, _number(number), seen


def _number(text: str) -> int:
    found = read_id(text)
    if found is None:
        raise NothingHere
    return found
