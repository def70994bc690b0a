"""What can go wrong in the console."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_
from core.staff.errors import NothingHere
from notifications.review.acting import ActUnknown

__all__ = ["ActUnknown", "NothingHere"]


class FormForged(Problem):
    text = N_("This form is too old or was not sent from this page. Please go back, reload the page and try again.")
    status = 403


class SessionOver(Problem):
    text = N_(
        "Your session has ended, or you are not signed in: what you sent was not done yet. Please sign in to go on."
    )
    status = 401


class ChangedMeanwhile(Problem):
    text = N_(
        "Somebody changed this mailing while you were writing. Please look at it as it is now. If what stands here is "
        "to take its place, keep it once more."
    )
    status = 409


class PollChangedMeanwhile(Problem):
    text = N_(
        "Somebody changed this poll while you were writing. Please look at it as it is now, in another tab. If what "
        "stands here is to take its place, keep it once more."
    )
    status = 409


class PollOpenedMeanwhile(Problem):
    text = N_(
        "The poll was opened while you were writing: what you changed about its question was not kept, and can be no "
        "more. It stands below, for you to take along; only its end can still be changed."
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
