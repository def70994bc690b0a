"""Votes of one poll that are counted at once, before they are written: each sees those before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from surveys.polls.register import Standing, Written


@dataclass
class Box:
    """`register` is who has voted so far, of those who vote now.

    What is to be written: `entered`, who was not in the register; `named` ballots by their voter's key; `secret` ones,
    each with whether it is counted apart and with nothing that leads to its voter.
    """

    register: dict[str, Standing]
    entered: dict[str, Standing] = field(default_factory=dict)
    named: dict[str, Written] = field(default_factory=dict)
    secret: list[tuple[str, bool]] = field(default_factory=list)

    def drop_secret(self, voter: Standing, ballot: str) -> None:
        self._enter(voter)
        self.secret.append((ballot, voter.apart))

    def keep_named(self, voter: Standing, ballot: str, door: str, now: datetime) -> bool:
        """Whether another ballot stood there before; the same one again stays as it was given."""
        if not voter.has_voted:
            self._enter(voter._replace(ballot=ballot, first_at=now))
            self.named[voter.key] = Written(self.register[voter.key], door, now)
            return False
        if voter.ballot == ballot:
            return False
        changes = self.named[voter.key].changes if voter.key in self.named else 0
        self.register[voter.key] = voter._replace(ballot=ballot)
        self.named[voter.key] = Written(self.register[voter.key], door, now, changes + 1)
        return True

    def _enter(self, voter: Standing) -> None:
        self.entered[voter.key] = voter
        self.register[voter.key] = Standing(
            voter.key, voter.participant_id, voter.apart, True, voter.ballot, voter.first_at
        )
