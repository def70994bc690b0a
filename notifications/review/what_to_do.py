"""What to do about what holds a mailing up, as far as whoever looks may do it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from core.i18n import N_
from notifications.planning.obstacles import WHAT_TO_DO, Cause
from notifications.review.review import Review

ENDS_BY: Mapping[Cause, str] = {
    Cause.NOT_RELEASED: "release", Cause.PAUSED: "release", Cause.ASKED: "missed", Cause.DROPPED: "missed",
}  # fmt: skip
"""The act of a mailing's page that the usual advice begins with."""
DAY_OR_STOP = N_("You can choose another day, or stop it for good.")
DAY = N_("You can choose another day.")
STOP = N_("You can stop it for good.")
REST = {(True, True): DAY_OR_STOP, (True, False): DAY, (False, True): STOP, (False, False): ""}


def what_to_do(found: Review, cause: Cause) -> str:
    """What is left to do where the act that ends it is not theirs; "" for nothing."""
    act = ENDS_BY.get(cause)
    if act is None or any(one.name == act and not one.why for one in found.offers):
        return WHAT_TO_DO[cause]
    return REST[found.can_change and cause is Cause.NOT_RELEASED, found.may_stop]
