"""Many numbers or words in one parameter, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.database.many import among, words_in
from core.people.tables import Participant


@pytest.fixture
def seen(database: Database, clock: FixedClock) -> Database:
    rows = [{"id": number, "language": "it", "created_at": clock.now()} for number in range(1, 6)]
    database.write(lambda session: session.execute(insert(Participant), rows))
    return database


@pytest.mark.parametrize("wanted", [[], [2, 4], [4, 4, 77], range(1, 100_000)])
def test_among_finds_those_that_are_named_and_its_opposite_the_others(seen: Database, wanted: list[int]) -> None:
    def work(session: Session) -> tuple[list[int], list[int]]:
        inside = session.scalars(select(Participant.id).where(among(Participant.id, wanted)).order_by(Participant.id))
        outside = session.scalars(select(Participant.id).where(~among(Participant.id, wanted)).order_by(Participant.id))
        return list(inside), list(outside)

    named = [number for number in range(1, 6) if number in wanted]
    assert seen.read(work) == (named, [number for number in range(1, 6) if number not in named])


def test_words_stand_beside_their_numbers_as_they_are(seen: Database) -> None:
    words = {1: "plain", 3: "'; DROP TABLE participant; --", 4: 'à "quoted" \\u0041', 77: "nobody"}

    def work(session: Session) -> list[tuple[int, str]]:
        number, word = words_in(session.get_bind().dialect.name, "words")
        asked = select(Participant.id, word).where(Participant.id == number).order_by(Participant.id)
        found = session.execute(asked, {"words": words})
        return [(one, said) for one, said in found]

    assert seen.read(work) == [(number, words[number]) for number in (1, 3, 4)]
    assert seen.read(lambda session: session.scalar(select(func.count()).select_from(Participant))) == 5
