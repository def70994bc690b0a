"""An account that voted before it was joined: whose vote it is until that is proved, and once it is undone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.i18n import translator
from core.people.addresses import add_address, prove
from core.people.joining import undo_joining
from core.people.tables import Address
from surveys.polls.casting import Booth, Vote, cast
from surveys.polls.making import close_poll
from surveys.polls.outcome import count_sheet, result_of
from surveys.polls.poll import Poll
from surveys.polls.same_voter import give_back_votes, take_over_votes
from surveys.polls.store import load_poll
from surveys.polls.tables import PollVoter
from surveys.polls.voters import Voter
from tests.bots.stage import Stage
from tests.bots.test_joining import answered_elsewhere
from tests.polls.scene import BOOTH, LINKS, add, chosen, define, named, piles, vote
from tests.responses.scene import build
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.races import meet
from tests.support.sandbox import Person

__all__ = ["quiet", "sandbox", "stage"]  # fixtures

SECOND = timedelta(seconds=1)


def _choose(stage: Stage, poll: Poll, who: int, name: str) -> None:
    given = Vote(poll.id, Voter(who), chosen(name), "web")
    booth = Booth(stage.links, BOOTH.ids)
    stage.scene.database.write(lambda session: cast(session, booth, given, stage.clock.now()))


def _undo(stage: Stage, person: Person) -> None:
    def work(session: Session) -> bool:
        address = session.scalars(select(Address.id).where(Address.value == str(person.id))).one()
        parts = lambda s, account: give_back_votes(s, stage.links, account)  # noqa: E731
        return undo_joining(session, address, stage.clock.now(), parts)

    assert stage.scene.database.write(work)


def _owned(stage: Stage, poll: Poll) -> int:
    """Entries in the register that are somebody's."""
    count = select(func.count()).where(PollVoter.poll_id == poll.id, PollVoter.participant_id.is_not(None))
    return stage.scene.database.read(lambda session: session.scalar(count)) or 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_s_vote_is_displaced_by_who_opens_their_link_and_an_undone_joining_gives_all_back(
    stage: Stage,
) -> None:
    database, stranger = stage.scene.database, await stage.person(9)
    open_, secret = add(stage.scene, named(walk_ins=True), "open"), add(stage.scene, define(walk_ins=True), "secret")
    for poll, presses in ((open_, ["Square"]), (secret, ["Park", "Cast my vote"])):
        await stage.say(stranger, f"/start poll-{poll.code}")
        for one in presses:
            await stage.press(stranger, one)
    stage.clock.advance(SECOND)
    ada, _ = await answered_elsewhere(stage)
    _choose(stage, open_, ada, "A")
    shown = await stage.say(stranger, stage.link(ada))
    assert "code of six digits" in shown["text"]
    assert piles(database, open_) == {"A": 1, "B": 1}, "the code was never entered"
    await stage.say(stranger, "000000")
    assert piles(database, open_) == {"A": 1, "B": 1}, "nor was the right one"
    await stage.say(stranger, stage.notices("join-code")[-1].values["code"])
    assert piles(database, open_) == {"B": 1}, "one person, whose first ballot stands"
    assert (_owned(stage, open_), _owned(stage, secret)) == (2, 1)
    _undo(stage, stranger)
    assert piles(database, open_) == {"A": 1, "B": 1}, "and two again"
    assert (_owned(stage, open_), _owned(stage, secret)) == (1, 0)
    _choose(stage, secret, ada, "A")
    assert _owned(stage, secret) == 1, "what a stranger cast does not take the person's secret vote"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_secret_vote_is_not_refused_because_of_an_account_that_was_not_proved(stage: Stage) -> None:
    stranger, secret = await stage.person(9), add(stage.scene, define(walk_ins=True))
    await stage.say(stranger, f"/start poll-{secret.code}")
    await stage.press(stranger, "Park")
    await stage.press(stranger, "Cast my vote")
    ada, _ = await answered_elsewhere(stage)
    await stage.say(stranger, stage.link(ada))
    _choose(stage, secret, ada, "A")
    assert _owned(stage, secret) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_no_ballot_goes_over_after_the_last_count(database: Database, clock: FixedClock) -> None:
    scene, later = build(database, clock.now()), clock.now() + 2 * SECOND
    polls = [add(scene, named(walk_ins=True), slug) for slug in ("joined-first", "closed-first")]
    for account, poll in enumerate(polls, 8):
        vote(scene, poll, scene.participant(), chosen("A"))
        vote(scene, poll, Voter(account=account), chosen("B"), now=scene.now + SECOND)

    def join(session: Session, account: int, person: int) -> None:
        prove(session, add_address(session, person, "telegram", account, scene.now), scene.now)
        take_over_votes(session, LINKS, account)

    def close(session: Session, poll: Poll) -> None:
        close_poll(session, BOOTH.ids, poll.id, later)

    first, second = polls
    owners = dict(database.read(_owners))
    meet(database, partial(join, account=8, person=owners[first.id]), partial(close, poll=first)).result()
    meet(database, partial(close, poll=second), partial(join, account=9, person=owners[second.id])).result()
    for poll, ballots in ((first, 1), (second, 2)):

        def read(session: Session, poll_id: int = poll.id) -> tuple[int, int]:
            poll, t = load_poll(session, poll_id), translator("en")
            result = result_of(session, poll, t, later)
            assert result is not None
            list(count_sheet(session, poll, t, least=1))
            return result.everybody.figures["ballots"]["cast"], sum(piles(database, poll).values())

        assert database.read(read) == (ballots, ballots), "the outcome and the ballots say the same"


def _owners(session: Session) -> list[tuple[int, int]]:
    found = session.execute(
        select(PollVoter.poll_id, PollVoter.participant_id).where(PollVoter.participant_id.is_not(None))
    )
    return [(row.poll_id, row.participant_id) for row in found]
