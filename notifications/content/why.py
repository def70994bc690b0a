"""Why somebody receives a notice, said at the foot of its mail: true of each kind."""

from __future__ import annotations

from core.i18n import N_

OF_EVENT = N_(
    "You receive this message because it concerns an event to which you were invited or for which you registered."
)
OF_APPOINTMENT = N_("You receive this message because it concerns an appointment of yours.")
OF_DATES = N_("You receive this message because the office has asked you which day suits you.")
OF_VOTE = N_("You receive this message because a vote was cast from your address.")
OF_ANSWER = N_("You receive this message because you answered a mail that asks for your vote.")
OF_WORDS = N_("You receive this message because of what you wrote or said to the office.")
OF_ACCOUNT = N_("This message was sent automatically because of something done in your name.")

WHYS = {
    **dict.fromkeys(
        (
            "rsvp-kept", "rsvp-waiting", "seat-offered", "seat-lapsed", "substitute-invited", "event-changed",
            "event-cancelled", "door-code", "room-open", "table-wishes", "table-assigned",
        ),
        OF_EVENT,
    ),
    **dict.fromkeys(
        (
            "appointment-confirmed", "appointment-moved", "appointment-changed", "appointment-cancelled",
            "appointment-reminder",
        ),
        OF_APPOINTMENT,
    ),
    **dict.fromkeys(("dates-asked", "date-chosen"), OF_DATES),
    **dict.fromkeys(("vote-kept", "vote-not-by-mail"), OF_VOTE),
    **dict.fromkeys(("vote-not-counted", "vote-too-late"), OF_ANSWER),
    **dict.fromkeys(("office-answer", "contribution-outcome"), OF_WORDS),
}  # fmt: skip


def why_of(slug: str) -> str:
    """By the short name of a notice's mailing, `notice-seat-offered`."""
    return WHYS.get(slug.removeprefix("notice-"), OF_ACCOUNT)
