"""What starting a series brings about, before it is done: when its next one opens and closes, and whom it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.process.tables import Process
from notifications.ledger.report import Count
from notifications.ledger.states import POLLS, QUESTIONNAIRES
from notifications.planning.asking import reach_for
from notifications.planning.pulse import next_times
from notifications.planning.round_pulse import next_round_times
from notifications.planning.rules import Rules
from surveys.polls.series import Series as PollSeries
from surveys.recurring.series import Series as RoundSeries


@dataclass(frozen=True)
class Foreseen:
    """People are counted as of now."""

    opens_at: datetime
    closes_at: datetime
    counts: Sequence[Count]

    @property
    def reached(self) -> list[Count]:
        """By channel."""
        return [one for one in self.counts if not one.reason]

    @property
    def left_out(self) -> list[Count]:
        """By reason."""
        return [one for one in self.counts if one.reason]

    @property
    def people(self) -> int:
        return sum(one.people for one in self.reached)


def foresee(session: Session, series: PollSeries | RoundSeries, rules: Rules, now: datetime) -> Foreseen:
    process = session.get_one(Process, series.process_id)
    if isinstance(series, PollSeries):
        times, audience, purpose = next_times(session, series, now), series.definition.audience_id, POLLS
    else:
        times, audience, purpose = next_round_times(session, series, now), series.asked.audience_id, QUESTIONNAIRES
    return Foreseen(*times, reach_for(session, process, (audience, purpose), now, rules))
