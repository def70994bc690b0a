"""What can go wrong in the console."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class FormForged(Problem):
    text = N_("This form is too old or was not sent from this page. Please go back, reload the page and try again.")
    status = 403


class NothingHere(Problem):
    """What another office has looks like what nobody has."""

    text = N_("There is nothing at this address that your account may see. Please start from the list of processes.")
    status = 404


class ActUnknown(Problem):
    text = N_("This cannot be done here. Please use the buttons of the page.")
    status = 404


class ChangedMeanwhile(Problem):
    text = N_(
        "Somebody changed this mailing while you were writing. Please look at it as it is now. If what stands here is "
        "to take its place, keep it once more."
    )
    status = 409


class TrialRefused(Problem):
    text = N_("The test did not leave. The relay said: {said}")
    status = 409


class FileMissing(Problem):
    text = N_("No file was chosen. Please choose the questionnaire's file and send it again.")


class DayWrong(Problem):
    text = N_("This is no day. Please write it as in 2023-09-27.")


class LinkWrong(Problem):
    text = N_("Please write the whole address, beginning with https://")
