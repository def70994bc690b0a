"""What can stand in the way of finding a date."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class DatePollUnknown(Problem):
    text = N_("These dates are not asked about any more. Please write to the office.")
    status = 404


class NotAskedForDates(Problem):
    text = N_("Only those whom the office asks can answer here.")
    status = 403


class DatesClosed(Problem):
    text = N_("Answers are not taken any more: the time for them is over.")
    status = 410


class DateNotOffered(Problem):
    text = N_("This date is not among those to choose from. Please reload the page.")
    status = 409


class NotDates(Problem):
    text = N_(
        "Please write from 1 to 20 dates, one a line, each later than now, as in 2023-07-20 15:00-17:00 "
        "or 20/07/2023 15:00-17:00."
    )
    status = 422


class DatesNeedTitle(Problem):
    text = N_("Please write a title in {language}, a language of the process.")
    status = 422


class DeadlinePassed(Problem):
    text = N_("Please choose a day for the last answers that is still to come, and before the last date.")
    status = 422


class DateChosenAlready(Problem):
    text = N_("A date was chosen already.")
    status = 409


class NobodyAsked(Problem):
    text = N_("Nobody is asked yet. Please choose an audience or add people first.")
    status = 409
