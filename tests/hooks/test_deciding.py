"""The schedule of retries, as a table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.hooks.deciding import (
    BREATH,
    WAITS,
    Again,
    Answered,
    Decision,
    Done,
    GiveUp,
    NoAnswer,
    Outcome,
    Try,
    decide,
)
from tests.conftest import NOW

FIRST = Try(1, NOW, None)
SOON = NOW + timedelta(seconds=5)
DOWN = NoAnswer("connection")


def after(**wait: float) -> timedelta:
    return timedelta(**wait)


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (Answered(200), Done()),
        (Answered(299), Done()),
        (Answered(199), Again(SOON)),
        (Answered(302), Again(SOON)),
        (Answered(404), Again(SOON)),
        (Answered(500), Again(SOON)),
        (Answered(410), GiveUp(broken=True)),
        (DOWN, Again(SOON)),
        (Answered(429), Again(SOON)),
        (Answered(429, after(minutes=7)), Again(NOW + after(minutes=7), NOW + after(minutes=7))),
        (Answered(503, after(seconds=2)), Again(SOON, NOW + after(seconds=2))),
        (Answered(503, after(days=40)), Again(NOW + after(days=1), NOW + after(days=1))),
        (Answered(503, after(seconds=-90)), Again(SOON, NOW)),
        (Answered(500, after(minutes=7)), Again(SOON)),
    ],
)
def test_what_follows_from_an_answer(outcome: Outcome, decision: Decision) -> None:
    assert decide(outcome, FIRST) == decision


def test_the_waits_grow_over_three_days_and_end() -> None:
    waits = [decide(DOWN, Try(number, NOW, None)) for number in range(1, len(WAITS) + 1)]
    assert waits == [Again(NOW + wait) for wait in WAITS]
    assert sum(WAITS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert decide(DOWN, Try(10, NOW, None)) == GiveUp(broken=False)


@pytest.mark.parametrize(("days", "broken"), [(4.9, False), (5, True), (30, True)])
def test_a_receiver_that_took_nothing_for_five_days_is_broken(days: float, broken: bool) -> None:
    assert decide(DOWN, Try(10, NOW, NOW - timedelta(days=days))) == GiveUp(broken=broken)


def test_who_fails_is_left_to_breathe() -> None:
    assert decide(DOWN, Try(2, NOW, NOW)) == Again(NOW + timedelta(minutes=5), NOW + BREATH)
