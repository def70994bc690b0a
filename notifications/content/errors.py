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
        "The text in {language} has an unknown button: {kind}. Known are: answer, rsvp, appointment, poll, join-chat, "
        "link (with a url)."
    )


class ButtonWithoutRound(Problem):
    text = N_("The text in {language} has an answer button, but the mailing has no round. Give the mailing a round.")


class ButtonWithoutEvent(Problem):
    text = N_(
        "The text in {language} has an rsvp button, and an rsvp button needs an event. Give the mailing an event, "
        "or an anchor that hangs on one."
    )


class ButtonWithoutPoll(Problem):
    text = N_("The text in {language} has a poll button, but the mailing has no poll. Give the mailing a poll.")


class TextTooLong(Problem):
    text = N_(
        "The text in {language} is too long for Telegram: it would take {parts} messages, at most {most} are sent. "
        "Shorten it."
    )


class LanguageMissing(Problem):
    text = N_("The mailing has no text in {language}, a language of the process. Add it: nothing leaves without it.")


class FileNameUnfit(Problem):
    text = N_(
        "{name} cannot be the name of a file here. Use letters, digits, spaces, dots and hyphens, at most {most} "
        "characters, without folders."
    )


class FileKindUnknown(Problem):
    text = N_("{name} cannot go with a mailing. What can: {known}.")


class FileNotWhatItSays(Problem):
    text = N_("{name} is not what its name says: its contents are no {kind}. Save it anew and add it again.")


class FileTooHeavy(Problem):
    text = N_("{name} is too large: at most {limit} MB are accepted.")


class FileMissing(Problem):
    text = N_(
        "The text in {language} names the file {name}, but the mailing has none of this name. Add it; in a package it "
        "stands beside the texts, in messages."
    )


class PictureUnfit(Problem):
    text = N_("{name} cannot be shown in a text: pictures are PNG, JPEG or GIF. Attach it instead.")


class PictureWithoutWords(Problem):
    text = N_(
        "The text in {language} does not say what the picture {name} shows. Write it between the square brackets, for "
        "whoever cannot see it: ![what it shows]({name})"
    )


class PictureTooLarge(Problem):
    text = N_("The picture {name} is too large: {size} MB, at most {limit} MB are accepted. Make it smaller.")


class PictureShapeUnfit(Problem):
    text = N_(
        "The picture {name} cannot be shown in Telegram: its width and height together may be {sides} pixels, and one "
        "at most {ratio} times the other."
    )


class TooManyFiles(Problem):
    text = N_("The text in {language} has too many files: at most {most} pictures and {most} attachments.")


class MailTooLarge(Problem):
    text = N_(
        "The mail in {language} would weigh {size} MB with its pictures and attachments, at most {limit} MB may leave. "
        "Make the files smaller, or put them on a page and write its address."
    )
