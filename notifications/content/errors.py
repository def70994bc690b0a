"""What can be wrong with a mailing's text, said to its author."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class TextWrong(Problem):
    text = N_("The text in {language} cannot be used: {reason}")


class VariableUnknown(Problem):
    text = N_("The text in {language} uses the unknown variable {name}. Known are: {known}")


class VariableMisplaced(Problem):
    text = N_("The text in {language} uses a variable where it can only be shown: not in a link, a filter or code.")


class ButtonUnknown(Problem):
    text = N_(
        "The text in {language} has an unknown button: {kind}. Known are: answer, rsvp, join-chat, link (with a url)."
    )


class ButtonWithoutRound(Problem):
    text = N_("The text in {language} has an answer button, but the mailing has no round. Give the mailing a round.")


class ButtonWithoutEvent(Problem):
    text = N_(
        "The text in {language} has an rsvp button, and an rsvp button needs an event. Give the mailing an event, "
        "or an anchor that hangs on one."
    )


class TextTooLong(Problem):
    text = N_("The text in {language} is too long for Telegram: {length} characters, at most {limit}. Shorten it.")


class LanguageMissing(Problem):
    text = N_("The mailing has no text in {language}, a language of the process. Add it: nothing leaves without it.")
