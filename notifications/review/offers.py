"""What can be done with a mailing as it stands; what cannot be done yet is shown with the reason. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.i18n import N_
from notifications.ledger.states import MailingState

NEEDS_OTHER = N_("You wrote it: somebody else of the office has to read it and release it.")
NEEDS_OTHER_AGAIN = N_("You wrote it: somebody else of the office has to let it go on.")
MAY_NOT = N_("Somebody who may release mailings has to read it and release it.")
IN_ITS_WAY = N_("It can be released once what stands in its way is put right.")
NOT_OPENED = N_("Its poll has not been opened: release the invitation, or open the poll, and then this.")
TOO_LATE = N_("It would not leave any more. Please choose another day first.")
NOBODY_MISSING = N_("Nobody is missing who could get it now.")
ASKED = {  # once more, before it is done
    "release": N_("Release it? It leaves at its time. No further confirmation will be asked."),
    "pause": N_("Pause it? Nothing more of it leaves until it goes on."),
    "cancel": N_("Stop it for good? What has not left does not leave any more. This cannot be undone."),
    "missed": N_("Let it leave now, after its time?"),
    "missing": N_("Send it to those who did not get it and may have it now?"),
}
LEAVE = ("release", "missed", "missing")  # the acts by which something leaves
OPENS = N_("Release it, and open the poll with it? No further confirmation will be asked.")
DONE = {
    "release": N_("Released."),
    "pause": N_("Paused."),
    "cancel": N_("Stopped for good."),
    "missed": N_("It leaves now."),
    "missing": N_("It goes to the missing now."),
}


@dataclass(frozen=True)
class Standing:
    """How a mailing stands, and what whoever looks may do with it."""

    state: str
    may_write: bool
    may_release: bool
    may_pause: bool
    may_change: bool  # nothing of it was planned yet
    needs_other: bool  # whoever looks wrote it, and two pairs of eyes are needed
    refused: bool  # it would not leave as it is
    too_late: bool
    not_opened: bool  # it tells the result of a poll that is a draft
    missed: bool  # it waits for a word on its missed time
    left: bool  # at least in part
    waits: bool  # something of it may still leave
    missing: int  # people who did not get it and may have it now


@dataclass(frozen=True)
class Offer:
    """An act by its name; `why` is "" where it can be done, else the reason why not yet; `people` whom it is for, where
    that is not everybody who is meant."""

    name: str
    label: str
    why: str = ""
    main: bool = False
    people: int | None = None


def offers(of: Standing) -> Iterator[Offer]:
    """In the order of the page; stopping for good is not among them (`may_stop`)."""
    if of.state == MailingState.DRAFT:
        yield Offer("release", N_("Release"), _why_not(of), main=True)
    if of.state == MailingState.PAUSED and of.may_release:
        yield Offer("release", N_("Go on"), NEEDS_OTHER_AGAIN if of.needs_other else "", main=True)
    if of.state == MailingState.RELEASED:
        if of.may_pause and of.waits:
            yield Offer("pause", N_("Pause"))
        if of.may_release and of.missed:
            yield Offer("missed", N_("Let it leave now"), IN_ITS_WAY if of.refused else "")
        if of.may_release and of.left:
            why = "" if of.missing else NOBODY_MISSING
            yield Offer("missing", N_("Send to the missing only"), why, people=of.missing)


def may_stop(of: Standing) -> bool:
    return of.may_release and of.state != MailingState.CANCELLED and (of.waits or of.missed)


def _why_not(of: Standing) -> str:
    """Why a draft cannot be released by whoever looks; "" when it can."""
    reasons = (
        (not of.may_release, MAY_NOT),
        (of.needs_other, NEEDS_OTHER),
        (of.refused, IN_ITS_WAY),
        (of.not_opened, NOT_OPENED),
        (of.too_late, TOO_LATE),
    )
    return next((why for is_so, why in reasons if is_so), "")
