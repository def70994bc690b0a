"""Polls whose people are told nothing yet, because what is written to them waits to be released."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.many import among
from core.i18n import N_
from notifications.ledger.states import RESULTS, Kind, MailingState
from notifications.ledger.tables import Mailing
from surveys.polls.kinds import STATE_NAMES, State

UNRELEASED = N_("What is written to people about it is not released yet: without that, nobody is told that it is open.")
WAITS = N_("waits for release")


def untold(session: Session, polls: Collection[int]) -> set[int]:
    """Those of these polls of which something that is said before their result is a draft."""
    drafts = Mailing.state == MailingState.DRAFT, Mailing.kind != Kind.NOTICE, Mailing.purpose != RESULTS
    return {one for one in session.scalars(select(Mailing.poll_id).where(*drafts, among(Mailing.poll_id, list(polls))))
            if one is not None}  # fmt: skip


def state_names(state: State, *, waits: bool) -> Iterator[str]:
    """How a poll stands, for `t`: a draft that waits for somebody is no unfinished one."""
    waits = waits and state is not State.CLOSED
    if not (waits and state is State.DRAFT):
        yield STATE_NAMES[state]
    if waits:
        yield WAITS
