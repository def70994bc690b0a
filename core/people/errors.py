"""What can go wrong with what is known of people."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class EmailWrong(Problem):
    text = N_("{value} is not an e-mail address. Write it as in name@example.org.")


class TelegramIdWrong(Problem):
    text = N_("{value} is not the number of a Telegram account.")


class AddressTaken(Problem):
    text = N_("This Telegram account already belongs to another participant.")
    status = 409


class ParticipantUnknown(Problem):
    text = N_("This person is not known any more. Please write to the office.")
    status = 404


class PersonErased(Problem):
    """A link of somebody whose data were erased; they asked for it themselves."""

    text = N_("Your data were erased, as you asked. Nobody writes to you any more, and there is nothing left to do.")
    status = 410


class MergeWrong(Problem):
    text = N_("These two people cannot be merged: they are the same person already, or one of them was erased.")


class LanguageUnknown(Problem):
    text = N_("The language {value} is not offered. Choose one of: {known}.")


class ChannelUnknown(Problem):
    text = N_("The channel {value} is not known. Choose one of: {known}.")


class PurposeUnknown(Problem):
    text = N_("The purpose {value} is not known. Choose one of: {known}.")


class RuleWrong(Problem):
    """An audience's rule that cannot be evaluated; a checked one never raises it."""

    text = N_("The audience's rule cannot be used ({where}): {reason}")


class JoiningClosed(Problem):
    """Nobody joins this office by themselves; there may be no such office at all."""

    text = N_("One cannot join by oneself here. To take part, please ask the office that runs the process.")
    status = 404


class JoiningBusy(Problem):
    text = N_("Very many people are asking to join just now. Please try again in an hour; what you typed was not kept.")
    status = 429


class JoinRequestGone(Problem):
    text = N_(
        "This link has expired. Where the button was not pressed within 7 days, nothing of the request was kept; "
        "you can join again from the office's page."
    )
    status = 410


class ConsentTextChanged(Problem):
    text = N_("The text has been changed meanwhile. Please read it once more before you agree.")
    status = 409
