"""Why options, a rule or a ballot cannot be counted, and what to do about it."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class OptionWrong(Problem):
    text = N_(
        'The option "{code}" cannot be counted: a code has 1 to {longest} characters without blanks, begins with a '
        'letter or digit, holds none of {signs} and is neither "none" nor "blank".'
    )


class OptionGivenTwice(Problem):
    text = N_('The option "{code}" is given twice. Name every option once.')


class NoOptions(Problem):
    text = N_("There is nothing to choose from: name each option that was voted on.")


class TooManyOptions(Problem):
    text = N_("There are {count} options; at most {most} can be counted.")


class OptionUnknown(Problem):
    text = N_('"{code}" is not among the options. Correct it, or name it as an option, too. There are: {known}')


class OptionTwice(Problem):
    text = N_('"{code}" stands twice on the ballot "{ballot}". Every option may be named once.')


class PlaceEmpty(Problem):
    text = N_('A place on the ballot "{ballot}" is empty: between two signs > or = stands an option.')


class TooManyPlaces(Problem):
    text = N_('The ballot "{ballot}" has more places than there are options. Every option may be named once.')


class NoOrder(Problem):
    text = N_('The ballot "{ballot}" puts options in an order; with this method it names them side by side, as in A B.')


class PointsUnreadable(Problem):
    text = N_('The points "{part}" cannot be read. An option and its points are expected, as in A:3 B:2.')


class TooManyPoints(Problem):
    text = N_("{points} points are more than the {most} that one ballot can hold.")


class NoNumber(Problem):
    text = N_('"{value}" is not a whole number. On a scale every ballot is one number.')


class OffTheScale(Problem):
    text = N_('"{value}" is not on the scale from {lowest} to {highest}.')


class MethodUnknown(Problem):
    text = N_('There is no method "{method}". Choose one of: {known}')


class MethodMissing(Problem):
    text = N_("The file does not say how it is counted. Name the method and every option.")


class TieRuleUnknown(Problem):
    text = N_('Ties cannot be broken by "{name}". Choose none, order, lot, or one of: {known}')


class TieRuleUnfit(Problem):
    text = N_('Ties cannot be broken by "{name}" here: it does not count such ballots. Choose order or lot.')


class NoPhrase(Problem):
    text = N_("A lot needs the phrase that was stated before the opening. Give it, too.")


class ShareUnreadable(Problem):
    text = N_('"{value}" cannot be read. A share such as 50% or 1/2 is expected, or >50% for more than it.')


class QuorumUnreadable(Problem):
    text = N_('The quorum "{value}" cannot be read. A number such as 100 or a share such as 40% is expected.')


class InvitedMissing(Problem):
    text = N_("The quorum is a share of those invited. Say how many were invited.")


class ThresholdUnfit(Problem):
    text = N_("On a scale there are no options that could reach a threshold. Leave it out.")


class ScaleUnreadable(Problem):
    text = N_('The scale "{value}" cannot be read. Its first and last number are expected, as in 1..5.')


class RuleUnreadable(Problem):
    text = N_("The rule in the sheet cannot be read. Give the method and every option instead.")
