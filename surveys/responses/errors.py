"""What can stand between a person and a questionnaire."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class RoundNotOpen(Problem):
    text = N_("This questionnaire is not open yet. It opens on {opens}.")
    status = 403


class RoundClosed(Problem):
    text = N_("This questionnaire is closed and takes no more answers. Thank you for your interest.")
    status = 410


class NotInvited(Problem):
    text = N_("This questionnaire is not addressed to you. If you think it should be, please write to the office.")
    status = 403


class ResponseUnknown(Problem):
    text = N_("These answers were not found. Please open the questionnaire again from the message you received.")
    status = 404


class RoundUnknown(Problem):
    text = N_("There is no questionnaire with this name: {name}.")
    status = 404


class RoundAmbiguous(Problem):
    text = N_("Several processes have a questionnaire named {name}. Write the process before it: PROCESS/{name}")


class FormUnknown(Problem):
    text = N_("This questionnaire has not been published yet. Please try again later.")
    status = 404
