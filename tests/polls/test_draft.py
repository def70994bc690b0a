"""A draft of a vote in the buttons of a chat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.participants.callback import PollAct, PollPress, poll_press, unpack
from bots.participants.poll_draft import read_draft, write_draft
from surveys.polls.ballot import ballot_of
from surveys.polls.kinds import Kind
from tests.polls.test_ballots import GOOD, poll


def test_a_draft_is_the_buttons_own_and_fits_on_them() -> None:
    for kind, rules, choice, ballot in GOOD:
        asked = poll(kind, rules)
        if kind is not Kind.TEXT:
            assert ballot_of(asked, read_draft(asked, write_draft(asked, ballot))) == ballot_of(asked, choice)
    assert len(poll_press(2**31, PollAct.CAST, "x" * 41)) <= 64
    with pytest.raises(ValueError, match="callback data of"):
        poll_press(2**31, PollAct.CAST, "x" * 60)
    assert unpack(poll_press(7)) == PollPress(7)
    assert unpack(poll_press(7, PollAct.DRAFT, "ab")) == PollPress(7, PollAct.DRAFT, "ab")
    wide = replace(poll(Kind.DOTS, {}), id=2**31)
    assert read_draft(wide, "zz!").points == {}
