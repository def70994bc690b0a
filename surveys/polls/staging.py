"""What staff do to a poll in front of people, whichever door they do it through: allowed, done and noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.ids import Ids
from core.people.tables import Audience
from core.process.tables import Event, Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.errors import NothingHere
from core.staff.roles import Permission
from surveys.polls.errors import PollUnknown, ResultNotYet, TooFewToPublish
from surveys.polls.kinds import Shown, State
from surveys.polls.making import NOT_BEGUN, add_poll, close_poll, lock_poll, open_poll, slug_for
from surveys.polls.mixing import STEP
from surveys.polls.poll import Definition, Poll
from surveys.polls.reading import voters_of
from surveys.polls.screens import change_screen, put_on_screen, screen_of
from surveys.polls.store import Place, load_poll, slugs_of

OPEN, CLOSE, REVEAL, CONCEAL, PUBLISH, UNPUBLISH = "open", "close", "reveal", "conceal", "publish", "unpublish"
LOGGED = {
    OPEN: "poll.opened", CLOSE: "poll.closed", REVEAL: "poll.revealed", CONCEAL: "poll.concealed",
    PUBLISH: "poll.published", UNPUBLISH: "poll.unpublished",
}  # fmt: skip


def poll_for(session: Session, staff: Staff, poll_id: int, needed: Permission = Permission.MANAGE_POLLS) -> Poll:
    """Raises NothingHere for who may not even know of it, NotAllowed for who lacks the permission."""
    try:
        poll = load_poll(session, poll_id)
    except PollUnknown as error:
        raise NothingHere from error
    if poll.office_id not in staff.roles:
        raise NothingHere
    staff.need(needed, poll.office_id)
    return poll


def poll_to_read(session: Session, staff: Staff, poll_id: int) -> Poll:
    """For whoever may see results; raises what `poll_for` does."""
    return poll_for(session, staff, poll_id, Permission.SEE_RESULTS)


def standing_mark(session: Session, poll: Poll, now: datetime) -> str:
    """Names how a poll stands: what was meant of it as it was shown is not done to it as it is now."""
    reveals = screen_of(session, poll.id).reveals(poll, now)
    return f"{poll.id}:{poll.state_at(now).value}{':shown' if reveals else ''}"


def next_step(poll: Poll, now: datetime, *, reveals: bool) -> str:
    """What the space bar does to a poll; "" where there is nothing left to do."""
    state = poll.state_at(now)
    if state in NOT_BEGUN:
        return OPEN
    return CLOSE if state is State.OPEN else "" if reveals else REVEAL


def step_poll(session: Session, ids: Ids, staff: Staff, what: tuple[Poll, str], now: datetime) -> None:
    """The next step, unless the screen that was looked at showed another state: a key pressed twice acts once."""
    poll, seen = what
    step = next_step(poll, now, reveals=screen_of(session, poll.id).reveals(poll, now))
    if step and (not seen or seen == standing_mark(session, poll, now)):
        do_to_poll(session, ids, staff, (poll, step), now)


def do_to_poll(session: Session, ids: Ids, staff: Staff, what: tuple[Poll, str], now: datetime) -> None:
    """What stands so already is not done again. Raises what opening and closing raise, ResultNotYet,
    TooFewToPublish."""
    poll, act = lock_poll(session, what[0].id), what[1]
    if _stands(session, poll, act):
        return
    match act:
        case "open":
            open_poll(session, poll.id, now)
            change_screen(session, poll.id)
        case "close":
            close_poll(session, ids, poll.id, now)
            change_screen(session, poll.id)
        case "reveal" | "conceal":
            _check_reveal(poll, now, reveal=act == REVEAL)
            change_screen(session, poll.id, revealed=act == REVEAL)
        case "publish" | "unpublish":
            _check_publish(session, poll, now, publish=act == PUBLISH)
            change_screen(session, poll.id, published=act == PUBLISH)
    record(session, Act(LOGGED[act], f"poll:{poll.id}", staff.account_id, poll.office_id), now)


def show_on_screen(session: Session, staff: Staff, place: tuple[int, int], poll_id: int | None, now: datetime) -> None:
    """Puts a poll, or the questions, on the screen of an event; `place` is the event and its office."""
    event_id, office_id = place
    put_on_screen(session, event_id, poll_id)
    details = {"poll": poll_id or 0}
    record(session, Act("room.screen", f"event:{event_id}", staff.account_id, office_id, details), now)


def make_for_hall(session: Session, ids: Ids, staff: Staff, what: tuple[int, Definition], now: datetime) -> Poll:
    """A draft for an event of the office, by its number; raises NothingHere, NotAllowed."""
    event_id, new = what
    event = session.get(Event, event_id)
    if event is None:
        raise NothingHere
    process = session.get_one(Process, event.process_id)
    if process.office_id not in staff.roles:
        raise NothingHere
    staff.need(Permission.MANAGE_POLLS, process.office_id)
    slug = slug_for(next(iter(new.title.values()), ""), slugs_of(session, process.office_id))
    place = Place(process.office_id, process.id, process.time_zone)
    made = add_poll(session, ids, place, (slug, replace(new, event_id=event.id)), now)
    record(session, Act("poll.added", f"poll:{made}", staff.account_id, process.office_id), now)
    return load_poll(session, made)


def audience_of(session: Session, poll: Poll) -> str:
    """Who of its office may vote in a poll, by name; "" for everybody whom the office knows."""
    return audience_name(session, poll.definition.audience_id)


def audience_name(session: Session, audience_id: int | None) -> str:
    return session.get_one(Audience, audience_id).name if audience_id is not None else ""


def event_of(session: Session, poll: Poll) -> Event | None:
    """At which a poll takes place."""
    event_id = poll.definition.event_id
    return session.get(Event, event_id) if event_id is not None else None


def _stands(session: Session, poll: Poll, act: str) -> bool:
    """Whether a poll is as an act would make it, so that nothing of it is noted."""
    screen = screen_of(session, poll.id)
    shows = poll.definition.shown is Shown.LIVE if screen.revealed is None else screen.revealed
    is_so = {
        CLOSE: poll.settled_at is not None, REVEAL: shows, CONCEAL: not shows,
        PUBLISH: screen.published, UNPUBLISH: not screen.published,
    }  # fmt: skip
    return is_so.get(act, False)


def _check_reveal(poll: Poll, now: datetime, *, reveal: bool) -> None:
    if reveal and poll.definition.shown is not Shown.LIVE and poll.state_at(now) is not State.CLOSED:
        raise ResultNotYet


def _check_publish(session: Session, poll: Poll, now: datetime, *, publish: bool) -> None:
    if not publish:
        return
    if poll.state_at(now) is not State.CLOSED or poll.settled_at is None:
        raise ResultNotYet
    if poll.is_secret and voters_of(session, poll).voted < STEP:
        raise TooFewToPublish(least=STEP)
