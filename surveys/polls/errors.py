"""What stands in the way of a vote, or of a poll, said so that people can act on it."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_, Translator
from surveys.polls.faults import PollFault


class PollUnknown(Problem):
    text = N_("There is no poll here. Please look at the code or the address again.")
    status = 404


class PollNotOpen(Problem):
    text = N_("This poll is not open yet: no votes are taken at the moment.")
    status = 409


class PollClosed(Problem):
    text = N_("This poll is closed: votes are not taken any more. Thank you for wanting to take part.")
    status = 410


class NotAsked(Problem):
    text = N_("This poll is not addressed to you. If you think it should be, please write to the office.")
    status = 403


class VotedAlready(Problem):
    text = N_("Your vote has been counted. This poll is anonymous, so a vote is final.")
    status = 409


class SecretByMail(Problem):
    """An answer to a mail would lie in a mailbox, with its sender's name."""

    text = N_("This poll is anonymous, and an answer by mail would not be. Please vote on the page.")
    status = 409


class BallotRefused(Problem):
    """What was chosen is no ballot of this poll; nothing was counted."""

    text = N_("This is no vote that can be counted here. Please choose again.")
    status = 422


class NothingChosen(BallotRefused):
    text = N_("Nothing is chosen yet. Please choose first.")


class NotOffered(BallotRefused):
    text = N_("What you chose is not among the options of this poll. Please choose again.")


class ChosenTwice(BallotRefused):
    text = N_("An option stands twice in your vote. Please choose each only once.")


class TooFewChosen(BallotRefused):
    text = N_("Please choose at least {least}; you have chosen {count}.")


class NotAllPlaced(BallotRefused):
    text = N_("Please put all options in order; you have chosen {count} of {least}.")


class TooManyChosen(BallotRefused):
    text = N_("At most {most} can be chosen; you have chosen {count}. Please take some away.")


class NoneAndSome(BallotRefused):
    text = N_("“None of these” stands alone: please take it away, or everything else.")


class SamePlace(BallotRefused):
    text = N_("Two options have the same place. Please give each place only once.")


class NotOnScale(BallotRefused):
    text = N_("Please choose a whole number from {least} to {most}.")


class OverBudget(BallotRefused):
    text = N_("You can give {budget} points in all; you have given {count}. Please take some away.")


class TooManyPoints(BallotRefused):
    text = N_("An option can have at most {most} points. Please take some away.")


class NotPoints(BallotRefused):
    text = N_("Points are whole numbers from 0 on. Please write them so.")


class WordsMissing(BallotRefused):
    text = N_("Please write something first.")


class WordsTooLong(BallotRefused):
    text = N_("Your text has {length} characters; at most {most} are taken. Please shorten it a little.")


class PollWrong(Problem):
    """Something in what staff decide about a poll does not fit together; `fault` says what."""

    text = N_("The poll cannot be used like this: {reason}")
    status = 422

    def __init__(self, fault: PollFault) -> None:
        super().__init__(fault=fault)
        self.fault = fault

    def say(self, t: Translator) -> str:
        return t(self.text, reason=self.fault.say(t))

    def __str__(self) -> str:
        return self.say(Translator("en", {}))


class PollBegun(Problem):
    text = N_("The poll has been opened: what is asked and how it is counted cannot be changed any more.")
    status = 409


class PollOver(PollBegun):
    text = N_("The poll is closed: nothing of it can be changed any more.")


class PollNotDraft(Problem):
    text = N_("The poll has been opened already.")
    status = 409


class PollNeverOpened(Problem):
    text = N_("The poll has not been opened, so there is nothing to close.")
    status = 409


class PollSlugTaken(Problem):
    text = N_("The office has a poll with the short name {slug} already. Please choose another one.")
    status = 409


class PollNamedUnknown(Problem):
    text = N_("There is no poll with this name: {name}.")
    status = 404


class PollAmbiguous(Problem):
    text = N_("Several offices have a poll named {name}. Write the office before it: OFFICE/{name}")


class SheetNotYet(Problem):
    text = N_("The count sheet is made when the poll is closed. Please close it first.")
    status = 409


class NoCountSheet(Problem):
    text = N_("There is no count sheet of this: words are read and not counted, and small groups are not told apart.")
    status = 404


class AnswerGone(Problem):
    text = N_("This answer is not there any more, or was merged. Please look at the list again.")
    status = 409


class NothingTicked(Problem):
    text = N_("No answer is ticked. Please tick those that you mean, and press again.")
    status = 422


class ThemeTooLong(Problem):
    text = N_("The name of a theme has at most {most} characters.")
    status = 422


class TooFewToPublish(Problem):
    text = N_(
        "Fewer than {least} people have voted in secret: the result would say too much of each. It stays unpublished."
    )
    status = 409


class FiguresWithheld(Problem):
    """Of an anonymous poll of few votes; doors that show how it stands say the same in place of the figures."""

    text = N_("Fewer than {least} votes: the figures are shown to nobody, so that nobody's vote can be guessed.")
    status = 409


class ResultNotYet(Problem):
    text = N_("The result can be shown once the poll is closed. Please close it first.")
    status = 409
