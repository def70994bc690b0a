"""What can stand in the way of an appointment."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class SlotUnknown(Problem):
    text = N_("This time is not offered any more. Please choose another one.")
    status = 404


class SlotTaken(Problem):
    text = N_("Somebody else has just taken this time. Please choose another one.")
    status = 409


class SlotOver(Problem):
    text = N_("This time has passed. Please choose another one.")
    status = 410


class ChangesClosed(Problem):
    text = N_(
        "An appointment can be moved or cancelled until {hours} hours before it. Please call or write to the office."
    )
    status = 409


class NoAppointment(Problem):
    text = N_("There is no appointment that could be changed.")
    status = 404


class InterviewerWrong(Problem):
    text = N_("Please give the interviewer a name, slots of 5 to 480 minutes, and pauses of at most 240 minutes.")
    status = 422


class InterviewerKnown(Problem):
    text = N_("There is an interviewer of this name already.")
    status = 409


class WindowsWrong(Problem):
    text = N_(
        "This line is not understood: {line}. Please write each time as in 2023-07-20 09:00-12:30 "
        "or 20/07/2023 09:00-12:30."
    )
    status = 422


class EndsBeforeStart(Problem):
    text = N_("The end stands before the beginning, or at it: {line}. Please correct the times.")
    status = 422


class NotHeldYet(Problem):
    text = N_("Only an appointment that has begun can be marked as held or not held.")
    status = 409


class HeldAlready(Problem):
    text = N_("This appointment has begun: it can only be marked as held or not held.")
    status = 409
