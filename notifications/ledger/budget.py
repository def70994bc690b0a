"""The contact budget: how many messages somebody has had in a week, from whichever office."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from notifications.ledger.states import DeliveryState, Kind
from notifications.ledger.tables import Delivery, Mailing

WEEK = timedelta(days=7)
# What came back did not reach anybody: it uses nothing up.
LEFT = (DeliveryState.HANDED_OVER, DeliveryState.SENT, DeliveryState.IN_DOUBT)


def told_lately(participant_id: Any, since: Any, before: Any = None) -> ColumnElement[int]:
    """How many messages of mailings left for somebody after `since`, a week ago; notices do not count.

    With `before`, the id of a claimed delivery, those count too that are claimed and stand before it: of
    two that are about to leave at once, by whichever sender, only one does.
    """
    other, of = aliased(Delivery), aliased(Mailing)
    went = and_(other.state.in_(LEFT), other.handed_over_at > since)
    if before is not None:
        went = and_(other.id != before, or_(went, and_(other.state == DeliveryState.CLAIMED, other.id < before)))
    return (
        select(func.count())
        .select_from(other)
        .join(of, of.id == other.mailing_id)
        .where(other.participant_id == participant_id, of.kind != Kind.NOTICE, went)
        .scalar_subquery()
    )
