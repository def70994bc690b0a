"""One ballot a person and poll: over doors, presses, phones, merges, clocks and crashes; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.i18n import translator
from core.people.audience import preview
from core.people.erasing import erase_person
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.merging import merge
from core.people.my_data import export_person
from core.people.tables import Address, Membership
from surveys.polls.casting import Vote, cast, stand_of, withdraw
from surveys.polls.due import next_moments, polls_due, tend_poll
from surveys.polls.errors import (
    NotAsked,
    PollBegun,
    PollClosed,
    PollNeverOpened,
    PollNotDraft,
    PollNotOpen,
    PollSlugTaken,
    PollUnknown,
    PollWrong,
    SecretByMail,
    TooManyChosen,
    VotedAlready,
)
from surveys.polls.kinds import Kind, State
from surveys.polls.making import change_poll, close_poll, drop_poll, open_poll, plan_poll
from surveys.polls.my_data import GONE, erase_votes, votes_contributor
from surveys.polls.order import order_for
from surveys.polls.poll import Poll
from surveys.polls.reading import read_ballots, turnout_of
from surveys.polls.store import find_by_code, load_poll
from surveys.polls.tables import NamedBallot
from surveys.polls.voters import Voter
from surveys.responses.audience import round_audience
from surveys.responses.my_data_page import my_data_page
from surveys.responses.shelf import FormShelf
from tests.polls.scene import BOOTH, LINKS, add, chosen, define, named, piles, register, vote
from tests.responses.scene import Scene, build
from tests.support.races import meet

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def press(poll: Poll, who: int | Voter, *names: str, **how: Any) -> Callable[[Session], Any]:
    voter, door = who if isinstance(who, Voter) else Voter(who), how.get("door", "web")
    given = Vote(poll.id, voter, chosen(*names), door, (door, how["key"]) if "key" in how else None)
    now: datetime = how.get("now", datetime.fromisoformat("2023-07-10T08:00+00:00"))
    return lambda session: cast(session, BOOTH, given, now)


def close(scene: Scene, poll: Poll, now: datetime | None = None) -> Poll:
    return scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, now or scene.now))


def test_a_named_vote_is_changed_until_the_close(scene: Scene) -> None:
    poll, ada, bruno = add(scene, named()), scene.participant(), scene.participant()
    first = vote(scene, poll, ada, chosen("A"))
    assert (first.ballot, first.changed) == ("A", False)
    vote(scene, poll, bruno, chosen("A"), door="chat")
    assert not vote(scene, poll, ada, chosen("A"), door="chat").changed, "the same again is no change"
    assert vote(scene, poll, ada, chosen("B"), door="mail").changed
    with pytest.raises(TooManyChosen):
        vote(scene, poll, ada, chosen("A", "B"))
    assert piles(scene.database, poll) == {"A": 1, "B": 1}
    stand = scene.database.read(lambda session: stand_of(session, LINKS, poll.id, Voter(ada), scene.now))
    assert (stand.has_voted, stand.ballot) == (True, "B")
    close(scene, poll, scene.now + HOUR)
    with pytest.raises(PollClosed):
        vote(scene, poll, ada, chosen("C"), now=scene.now + HOUR)
    assert piles(scene.database, poll) == {"A": 1, "B": 1}
    row = scene.database.read(lambda s: s.scalars(select(NamedBallot).where(NamedBallot.participant_id == ada)).one())
    assert (row.door, row.changes, row.choice) == ("mail", 1, "B")


def test_a_secret_vote_is_final(scene: Scene) -> None:
    poll, ada = add(scene, define()), scene.participant()
    assert vote(scene, poll, ada, chosen("A")).ballot == "", "not even the door has to know it any more"
    with pytest.raises(VotedAlready):
        vote(scene, poll, ada, chosen("B"), door="chat")
    with pytest.raises(SecretByMail):
        vote(scene, poll, scene.participant(), chosen("A"), door="mail")
    stand = scene.database.read(lambda session: stand_of(session, LINKS, poll.id, Voter(ada), scene.now))
    assert (stand.has_voted, stand.ballot) == (True, "")
    assert register(scene.database) == [f"p:{ada}"]
    assert piles(scene.database, poll) == {}, "one alone is not told while the poll is open"
    close(scene, poll)
    assert piles(scene.database, poll) == {"A": 1}


def test_only_those_who_are_asked_vote(scene: Scene) -> None:
    clerks = scene.audience("clerks", {"category": "clerk"})
    poll = add(scene, define(audience_id=clerks))
    clerk, citizen = scene.participant(category="clerk"), scene.participant()
    gone = scene.participant(left_at=scene.now)
    vote(scene, poll, clerk, chosen("A"))
    for other in (citizen, gone):
        with pytest.raises(NotAsked):
            vote(scene, poll, other, chosen("A"))
    for stranger in (Voter(account=77), Voter(browser="some-token")):
        with pytest.raises(NotAsked):
            vote(scene, poll, stranger, chosen("A"))
    with pytest.raises(ParticipantUnknown):
        vote(scene, poll, 99_999, chosen("A"))
    with pytest.raises(PollUnknown):
        vote(scene, replace(poll, id=999), clerk, chosen("A"))
    scene.change(Membership, scene.database.read(lambda s: s.scalar(
        select(Membership.id).where(Membership.participant_id == clerk))) or 0, category="mayor")  # fmt: skip
    with pytest.raises(VotedAlready):
        vote(scene, poll, clerk, chosen("A"))


def test_walk_ins_vote_once_a_browser_and_an_account_and_are_counted_apart(scene: Scene) -> None:
    poll, other = add(scene, named(walk_ins=True)), add(scene, named(walk_ins=True), "other")
    ada, phone, laptop = scene.participant(), Voter(account=77), Voter(browser="one-browser")
    for who in (ada, phone, laptop):
        vote(scene, poll, who, chosen("A"))
    assert vote(scene, poll, phone, chosen("B")).changed
    vote(scene, other, laptop, chosen("C"))
    found = scene.database.read(lambda session: read_ballots(session, load_poll(session, poll.id)))
    assert {one.ballot: one.count for one in found.own} == {"A": 1}
    assert {one.ballot: one.count for one in found.apart} == {"A": 1, "B": 1}
    turnout = scene.database.read(lambda session: turnout_of(session, poll, scene.now))
    assert (turnout.voted, turnout.apart, turnout.asked) == (3, 2, 1)
    keys = register(scene.database)
    assert not any(key[2:] == "77" or "one-browser" in key for key in keys)
    browsers = [key for key in keys if key.startswith("b:")]
    assert len(set(browsers)) == 2, "nobody is followed from one poll to another"
    # Whoever joins later with that account has voted.
    chat = {"channel": "telegram", "proved_at": scene.now, "created_at": scene.now}
    scene.insert(Address, participant_id=ada, value="77", **chat)
    bruno = scene.participant()
    scene.insert(Address, participant_id=bruno, value="78", **chat)
    vote(scene, other, Voter(account=78), chosen("A"))
    assert vote(scene, other, bruno, chosen("B")).changed
    assert piles(scene.database, other) == {"B": 1, "C": 1}


async def test_two_doors_at_once_yield_one_ballot(scene: Scene, database_url: str) -> None:
    """Three processes, as it were, each with groups of presses that share a commit."""
    secret, open_, people = add(scene, define()), add(scene, named(), "named"), [scene.participant() for _ in range(8)]
    doors = [Database(database_url) for _ in range(3)]

    async def try_it(poll: Poll, number: int, person: int, name: str) -> bool:
        try:
            key = f"{('chat', 'participant', 'mail')[number]}:{person}"  # no door knows another's lock
            await doors[number].shared(press(poll, person, name, door=("chat", "web", "group")[number]), key=key)
        except VotedAlready:
            return False
        return True

    for poll in (secret, open_):
        tries = [(number, person, name) for person in people for number, name in enumerate("ABC")]
        done = await asyncio.gather(*(try_it(poll, *one) for one in tries))
        assert sum(done) == (8 if poll is secret else 24)
    for one in doors:
        one.close()
    close(scene, secret)
    assert sum(piles(scene.database, secret).values()) == 8
    assert sum(piles(scene.database, open_).values()) == 8


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_second_door_that_comes_while_the_first_has_not_committed_waits(scene: Scene, database: Database) -> None:
    poll, ada = add(scene, define()), scene.participant()
    other = meet(database, press(poll, ada, "A"), press(poll, ada, "B", door="chat"))
    with pytest.raises(VotedAlready):
        other.result()
    bruno = scene.participant()
    late = meet(database, lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now), press(poll, bruno, "B"))
    with pytest.raises(PollClosed):
        late.result()
    assert piles(database, poll) == {"A": 1}
    poll, carla = add(scene, define(), "second"), scene.participant()
    closing = meet(
        database, press(poll, carla, "C"), lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now)
    )
    closing.result()
    assert piles(database, poll) == {"C": 1}, "closing waits for the vote that is being written, and counts it"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_ballot_that_is_taken_back_while_it_is_changed_leaves_none_without_a_voter(
    scene: Scene, database: Database
) -> None:
    poll, ada = add(scene, named()), scene.participant()
    given = Vote(poll.id, Voter(ada), chosen("A"), "group")
    for first, second, ballots in (("back", "change", 1), ("change", "back", 0)):
        vote(scene, poll, ada, chosen("A"), door="group")
        acts: dict[str, Callable[[Session], Any]] = {
            "back": lambda session: withdraw(session, BOOTH, given, scene.now),
            "change": press(poll, ada, "B", door="group"),
        }
        meet(database, acts[first], acts[second]).result()
        assert (len(register(database)), sum(piles(database, poll).values())) == (ballots, ballots), first


def test_a_press_that_is_replayed_counts_once(scene: Scene) -> None:
    poll, ada = add(scene, define()), scene.participant()
    vote(scene, poll, ada, chosen("A"), key="update-1")
    again = vote(scene, poll, ada, chosen("A"), key="update-1")
    assert again.duplicate and again.standing.has_voted
    open_ = add(scene, named(), "named")
    vote(scene, open_, ada, chosen("A"), key="post-1")
    vote(scene, open_, ada, chosen("B"), key="post-2")
    late = vote(scene, open_, ada, chosen("A"), key="post-1")
    assert late.duplicate and late.ballot == "B", "an old press that comes again does not bring the old vote back"
    close(scene, poll)
    assert (piles(scene.database, poll), piles(scene.database, open_)) == ({"A": 1}, {"B": 1})


def test_two_phones_on_one_account_are_one_voter(scene: Scene) -> None:
    poll = add(scene, define(walk_ins=True))
    ada, account = scene.participant(), Voter(account=500)
    vote(scene, poll, account, chosen("A"), key="u1")
    with pytest.raises(VotedAlready):
        vote(scene, poll, account, chosen("B"), key="u2")
    vote(scene, poll, Voter(ada, 600), chosen("A"), key="u3")
    with pytest.raises(VotedAlready):
        vote(scene, poll, Voter(ada, 600), chosen("B"), key="u4")
    assert len(register(scene.database)) == 2


def test_a_moved_clock_opens_no_second_time(scene: Scene) -> None:
    new = define(opens_local="2023-07-10T11:00", closes_local="2023-07-10T13:00")
    poll, ada = add(scene, new, opened=False), scene.participant()
    scene.database.write(lambda session: plan_poll(session, poll.id, scene.now))
    with pytest.raises(PollNotOpen):
        vote(scene, poll, ada, chosen("A"))
    nine = scene.now + HOUR
    vote(scene, poll, ada, chosen("A"), now=nine)  # no timer has looked yet: the row's time decides
    with pytest.raises(PollClosed):
        vote(scene, poll, scene.participant(), chosen("A"), now=scene.now + 3 * HOUR)
    due = scene.now + 3 * HOUR
    assert scene.database.read(lambda session: polls_due(session, due)) == [poll.id]
    assert scene.database.write(lambda session: tend_poll(session, BOOTH.ids, poll.id, due)) is State.CLOSED
    for moment in (nine, scene.now - HOUR):  # the clock is set back after the close
        with pytest.raises(PollClosed):
            vote(scene, poll, scene.participant(), chosen("A"), now=moment)
        with pytest.raises(PollClosed):
            vote(scene, poll, ada, chosen("A"), now=moment)
    assert piles(scene.database, poll) == {"A": 1}


def test_a_poll_in_which_somebody_voted_stays_open_when_the_clock_is_set_back(scene: Scene) -> None:
    new = define(opens_local="2023-07-10T11:00", closes_local="2023-07-10T13:00")
    poll, ada, back = add(scene, new, opened=False), scene.participant(), scene.now
    scene.database.write(lambda session: plan_poll(session, poll.id, scene.now))
    vote(scene, poll, ada, chosen("A"), now=scene.now + HOUR)  # no timer has looked yet
    for act in (
        lambda session: change_poll(session, poll.id, define(names="CD"), back),
        lambda session: drop_poll(session, poll.id, back),
    ):
        with pytest.raises(PollBegun):
            scene.database.write(act)
    assert scene.database.read(lambda session: polls_due(session, back)) == [poll.id]
    assert scene.database.write(lambda session: tend_poll(session, BOOTH.ids, poll.id, back)) is State.OPEN
    vote(scene, poll, scene.participant(), chosen("B"), now=back)
    assert scene.database.read(lambda session: polls_due(session, back)) == []
    close(scene, poll)
    assert piles(scene.database, poll) == {"A": 1, "B": 1}


def test_of_people_who_were_merged_the_vote_given_first_stands(scene: Scene) -> None:
    poll, secret = add(scene, named()), add(scene, define(), "secret")
    ada, also, third = scene.participant(), scene.participant(), scene.participant()
    vote(scene, poll, also, chosen("B"))
    vote(scene, poll, ada, chosen("A"), now=scene.now + HOUR)
    vote(scene, secret, also, chosen("A"))
    scene.database.write(lambda session: merge(session, also, ada, scene.now))
    assert piles(scene.database, poll) == {"B": 1}
    turnout = scene.database.read(lambda session: turnout_of(session, poll, scene.now))
    assert (turnout.voted, turnout.asked) == (1, 2)
    with pytest.raises(VotedAlready):
        vote(scene, secret, ada, chosen("B"))
    vote(scene, poll, third, chosen("C"), now=scene.now + 2 * HOUR)
    scene.database.write(lambda session: merge(session, ada, third, scene.now))
    assert piles(scene.database, poll) == {"B": 1}
    changed = vote(scene, poll, ada, chosen("C"), now=scene.now + 3 * HOUR)
    assert changed.changed and piles(scene.database, poll) == {"C": 1}, "the ballot that counts is the one that changes"


def test_votes_are_part_of_somebodys_data_and_are_cut_off_from_them(scene: Scene) -> None:
    open_, done, secret = add(scene, named()), add(scene, named(), "done"), add(scene, define(), "secret")
    ada, bruno = scene.participant(), scene.participant()
    for poll in (open_, done, secret):
        vote(scene, poll, ada, chosen("A"))
        vote(scene, poll, bruno, chosen("B"))
    close(scene, done)
    known = scene.database.read(lambda s: export_person(s, ada, [votes_contributor()]))["votes"]
    assert [(one["poll"], one["anonymous"], one["choice"]) for one in known] == [
        ("bench", False, "A"), ("done", False, "A"), ("secret", True, None),
    ]  # fmt: skip
    page = scene.database.read(lambda s: my_data_page(s, FormShelf(), ada, translator("en"), scene.now))
    assert (
        "Your votes in polls" in page and page.count("<dd>Park</dd>") == 2 and "nobody can say what you chose" in page
    )
    scene.database.write(lambda session: erase_person(session, ada, [erase_votes], scene.now))
    close(scene, secret)
    assert piles(scene.database, open_) == {"B": 1}
    assert piles(scene.database, done) == piles(scene.database, secret) == {"A": 1, "B": 1}
    turnout = scene.database.read(lambda session: turnout_of(session, secret, scene.now))
    assert turnout.voted == 2, "that two took part stays true"
    assert f"p:{ada}" not in register(scene.database)
    assert sum(key.startswith(GONE) for key in register(scene.database)) == 2
    with pytest.raises(PersonErased):
        vote(scene, open_, ada, chosen("A"))


def test_a_poll_goes_from_draft_to_open_to_closed(scene: Scene) -> None:
    poll = add(scene, define(), opened=False)
    write, later = scene.database.write, scene.now + HOUR
    with pytest.raises(PollSlugTaken):
        add(scene, define())
    with pytest.raises(PollUnknown):
        scene.database.read(lambda session: find_by_code(session, poll.code))
    with pytest.raises(PollNeverOpened):
        close(scene, poll)
    write(lambda session: change_poll(session, poll.id, define(names="A"), scene.now))
    with pytest.raises(PollWrong) as caught:
        write(lambda session: open_poll(session, poll.id, scene.now))
    assert "At least 2 options" in str(caught.value)
    new = define(opens_local="2023-07-10T11:00")
    write(lambda session: change_poll(session, poll.id, new, scene.now))
    assert write(lambda session: plan_poll(session, poll.id, scene.now)).state is State.PLANNED
    moments = scene.database.read(lambda session: next_moments(session, scene.now, later + HOUR))
    assert moments == [(f"poll-{poll.id}-opens", later)]
    assert scene.database.read(lambda session: polls_due(session, scene.now)) == []
    assert scene.database.read(lambda session: polls_due(session, later)) == [poll.id]
    assert write(lambda session: tend_poll(session, BOOTH.ids, poll.id, later)) is State.OPEN
    assert scene.database.read(lambda session: polls_due(session, later)) == []
    with pytest.raises(PollNotDraft):
        write(lambda session: open_poll(session, poll.id, later))
    with pytest.raises(PollBegun):
        write(lambda session: change_poll(session, poll.id, replace(new, title={"it": "Altro", "en": "Else"}), later))
    with pytest.raises(PollBegun):
        write(lambda session: drop_poll(session, poll.id, later))
    with pytest.raises(PollWrong):
        write(lambda session: change_poll(session, poll.id, replace(new, closes_local="2023-07-10T10:30"), later))
    write(lambda session: change_poll(session, poll.id, replace(new, closes_local="2023-07-10T11:30"), later))
    found = scene.database.read(lambda session: find_by_code(session, f" {poll.code.upper()} "))
    assert found.closes_at == later + HOUR / 2
    assert close(scene, poll, later + HOUR).closes_at == later + HOUR / 2
    assert close(scene, poll, later + 2 * HOUR).settled_at == later + HOUR, "a second close changes nothing"
    draft = add(scene, define(), "draft", opened=False)
    write(lambda session: drop_poll(session, draft.id, scene.now))


def test_everybody_sees_the_options_in_an_order_of_their_own_that_stays(scene: Scene) -> None:
    plain = add(scene, define(names="ABCD"))
    poll = add(scene, define(names="ABCD", rules={"shuffled": True, "none": True}), "shuffled")
    orders = {order_for(poll, f"p:{one}", LINKS) for one in range(60)}
    assert len(orders) > 12 and all(one[-1] == "none" for one in orders)
    assert order_for(poll, "p:7", LINKS) == order_for(poll, "p:7", LINKS)
    assert {order_for(plain, f"p:{one}", LINKS) for one in range(9)} == {("A", "B", "C", "D")}
    assert {one[0] for one in orders} == set("ABCD")


def test_an_audience_is_asked_for_who_has_voted(scene: Scene) -> None:
    poll = add(scene, define(Kind.SINGLE))
    ada, bruno, also = scene.participant(), scene.participant(), scene.participant()
    vote(scene, poll, also, chosen("A"))
    scene.database.write(lambda session: merge(session, also, ada, scene.now))

    def who(rule: dict[str, Any]) -> list[int]:
        clause = round_audience()(rule, scene.office_id, scene.now)
        return [one for one, _ in scene.database.read(lambda s: preview(s, clause, scene.office_id)).first]

    assert who({"voted": "bench"}) == [ada]
    assert who({"not_voted": ["bench"]}) == who({"not": {"voted": "bench"}}) == [bruno]
    assert who({"not_voted": "other"}) == [ada, bruno]
