"""The questionnaires that somebody may answer now, as buttons."""

from __future__ import annotations

from bots.participants.dialogue import Talk
from bots.participants.screen import Key, Rows, label
from notifications.content.presses import open_round
from surveys.responses.service import open_rounds


def round_keys(talk: Talk) -> Rows:
    """One a row; none for a stranger."""
    if talk.chat.participant_id is None:
        return ()
    rounds = open_rounds(talk.session, talk.chat.participant_id, talk.now)
    return tuple((Key(label(one.title_in(talk.t.language)), open_round(one.id)),) for one in rounds)
