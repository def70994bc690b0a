"""What follows from acts at a door, in whatever order they arrive."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.process.door.settling import NOT_CAME, Came, Done, Kind, settle
from tests.events.scene import STARTS

MINUTE = timedelta(minutes=1)
ACTS = st.lists(st.tuples(st.sampled_from(list(Kind)), st.integers(0, 5), st.integers(0, 3)), max_size=8)


def done(kind: Kind, minute: int, along: int = 0, number: int = 0) -> Done:
    return Done(kind, STARTS + minute * MINUTE, along, number)


def test_the_first_one_in_counts_and_one_out_takes_it_back() -> None:
    assert settle([]) == NOT_CAME
    twice = [done(Kind.IN, 2, 1, 1), done(Kind.IN, 1, 2, 2)]
    assert settle(twice) == Came("in-person", STARTS + MINUTE, 2), "by when it was done, not by when it was told"
    assert settle([*twice, done(Kind.OUT, 3)]) == NOT_CAME
    assert settle([*twice, done(Kind.OUT, 3), done(Kind.IN, 4)]) == Came("in-person", STARTS + 4 * MINUTE)
    assert settle([*twice, done(Kind.ALONG, 3, 3)]) == Came("in-person", STARTS + MINUTE, 3)


def test_being_there_outweighs_following_online() -> None:
    online = done(Kind.ONLINE, 5)
    assert settle([online]) == Came("online", STARTS + 5 * MINUTE)
    assert settle([online, done(Kind.IN, 9)]).mode == "in-person"
    assert settle([online, done(Kind.IN, 9), done(Kind.OUT, 10)]).mode == "online"
    assert settle([online, done(Kind.OUT, 10)]) == NOT_CAME


@given(ACTS, st.randoms())
def test_the_order_of_arrival_changes_nothing(acts: list[tuple[Kind, int, int]], random: object) -> None:
    told = [done(kind, minute, along, number) for number, (kind, minute, along) in enumerate(acts)]
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settle(shuffled) == settle(told)


@given(ACTS)
def test_nobody_is_in_who_was_not_let_in_last(acts: list[tuple[Kind, int, int]]) -> None:
    told = [done(kind, minute, along, number) for number, (kind, minute, along) in enumerate(acts)]
    last = [one.kind for one in sorted(told, key=lambda one: (one.at, one.number)) if one.kind in {Kind.IN, Kind.OUT}]
    assert (settle(told).mode == "in-person") == (last[-1:] == [Kind.IN])
