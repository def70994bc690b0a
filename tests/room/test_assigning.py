"""Who sits where, pure: against every other answer where there are few, and its promises where there are many."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from core.process.room.assigning import Guest, Table, assign

THEMES = (1, 2, 3)
TABLES = st.lists(st.tuples(st.sampled_from(THEMES), st.integers(1, 4)), min_size=1, max_size=4).map(
    lambda found: [Table(10 + place, theme, seats) for place, (theme, seats) in enumerate(found)]
)


def guests(most: int) -> st.SearchStrategy[list[Guest]]:
    one = st.tuples(
        st.sampled_from("abc"), st.sampled_from("xy"), st.lists(st.sampled_from(THEMES), max_size=2, unique=True)
    )
    return st.lists(one, max_size=most).map(
        lambda found: [
            Guest(place, category, zone, tuple(wishes)) for place, (category, zone, wishes) in enumerate(found, 1)
        ]
    )


def total(people: list[Guest], tables: list[Table], found: dict[int, int]) -> int:
    theme = {one.id: one.theme for one in tables}
    return sum(one.gain(theme[found[one.id]]) for one in people if one.id in found)


@given(guests(18), TABLES, st.integers(0, 5))
def test_promises(people: list[Guest], tables: list[Table], seed: int) -> None:
    found = assign(people, tables, seed=seed)
    sizes = Counter(found.values())
    assert all(sizes[one.id] <= one.seats for one in tables), "capacities are kept"
    assert len(found) == min(len(people), sum(one.seats for one in tables)), "everybody who can be seated is"
    assert found == assign(list(reversed(people)), list(reversed(tables)), seed=seed), (
        "the order of rows decides nothing"
    )


def test_the_order_of_rows_decides_nothing_where_a_theme_has_several_tables() -> None:
    wishes = {2: (1, 2), 8: (1, 3)}
    people = [Guest(one, "a", "x", wishes.get(one, ())) for one in range(1, 9)]
    tables = [Table(10, 1, 1), Table(11, 2, 1), Table(12, 2, 1), Table(13, 3, 3)]
    found = assign(people, tables, seed=1)
    assert found == assign(people[::-1], tables, seed=1) == assign(people, tables[::-1], seed=1)


@given(guests(18), TABLES, st.data())
def test_who_has_a_table_keeps_it(people: list[Guest], tables: list[Table], data: st.DataObject) -> None:
    kept = {
        one.id: data.draw(st.sampled_from(tables)).id
        for one in people
        if data.draw(st.booleans(), label=f"keeps {one.id}")
    }
    found = assign(people, tables, kept)
    assert {one: found[one] for one in kept} == kept
    taken = Counter(kept.values())
    sizes = Counter(found.values())
    assert all(sizes[one.id] <= max(one.seats, taken[one.id]) for one in tables)
    assert len(found) - len(kept) == min(
        len(people) - len(kept), sum(max(one.seats - taken[one.id], 0) for one in tables)
    )


@settings(max_examples=60)
@given(guests(6), TABLES)
def test_no_other_answer_grants_more_wishes(people: list[Guest], tables: list[Table]) -> None:
    found = assign(people, tables)
    people = [one for one in people if one.id in found]  # where seats are too few, lots were drawn
    seats = {one.id: one.seats for one in tables}
    best = 0
    for choice in product(seats, repeat=len(people)):
        sizes = Counter(choice)
        if all(sizes[one] <= seats[one] for one in sizes):
            made = {one.id: at for one, at in zip(people, choice, strict=True)}
            best = max(best, total(people, tables, made))
    assert total(people, tables, found) == best


def test_tables_are_mixed_as_far_as_wishes_allow() -> None:
    people = [Guest(number, "ab"[number % 2], "xy"[number // 2 % 2]) for number in range(16)]
    found = assign(people, [Table(1, 7, 8), Table(2, 7, 8)])
    for table in (1, 2):
        here = [one for one in people if found[one.id] == table]
        assert Counter(one.category for one in here) == {"a": 4, "b": 4}
        assert Counter(one.zone for one in here) == {"x": 4, "y": 4}


def test_a_hall_is_seated_evenly() -> None:
    people = [
        Guest(number, "abcd"[number % 4], "xyz"[number % 3], (number % 5, (number + 1) % 5)) for number in range(250)
    ]
    tables = [Table(100 * theme + place, theme, 12) for theme in range(5) for place in range(5)]
    found = assign(people, tables)
    theme = {one.id: one.theme for one in tables}
    assert all(theme[found[one.id]] == one.wishes[0] for one in people)
    sizes = Counter(found.values())
    assert all(sizes[one.id] == 10 for one in tables)
    for table in sizes:
        categories = Counter(one.category for one in people if found[one.id] == table)
        assert max(categories.values()) <= 4
