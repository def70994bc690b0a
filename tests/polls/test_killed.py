"""A process that is killed between a vote and its acknowledgement: one ballot afterwards, on both databases."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.tables import Inbound
from surveys.polls.errors import VotedAlready
from surveys.polls.making import close_poll
from tests.polls.scene import BOOTH, add, chosen, define, piles, register, vote
from tests.polls.voting_process import AFTER, BEFORE
from tests.responses.scene import build
from tests.support.nursery import begin

PATIENCE = 60.0  # seconds
KILLED = -9


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_a_process_killed_after_a_vote_leaves_one_ballot(
    database: Database, database_url: str, clock: FixedClock, tmp_path: Path, moment: str
) -> None:
    """The vote, its note and the register are one transaction: all of it is there, or nothing."""
    scene = build(database, clock.now())
    poll, ada, bruno = add(scene, define()), scene.participant(), scene.participant()
    told = tmp_path / "stands-still"
    words = [database_url, str(poll.id), str(ada), "u1", moment, str(told), scene.now.isoformat()]
    child = begin("tests.polls.voting_process", words, dict(os.environ), said=tmp_path / "said")
    until = time.monotonic() + PATIENCE
    while not told.exists():
        assert child.poll() is None and time.monotonic() < until, (tmp_path / "said").read_text()
        time.sleep(0.01)
    child.kill()
    assert child.wait() == KILLED, "it had no time to tidy up"
    kept = moment == AFTER
    assert (register(database) == [f"p:{ada}"]) is kept
    assert (list(database.read(lambda session: session.scalars(select(Inbound.key)).all())) == ["u1"]) is kept
    again = vote(scene, poll, ada, chosen("A"), door="chat", key="u1")  # Telegram sends the update again
    assert again.duplicate is kept
    with pytest.raises(VotedAlready):  # and meanwhile they try at another door
        vote(scene, poll, ada, chosen("B"), door="web", key="k1")
    vote(scene, poll, bruno, chosen("B"), door="web", key="k2")
    database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now))
    assert piles(database, poll) == {"A": 1, "B": 1} and len(register(database)) == 2
