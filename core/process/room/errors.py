"""What stands in the way in a room, said so that people can act on it."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_

LONGEST = 500


class RoomUnknown(Problem):
    text = N_("There is no room with this code. Please look at the code on the screen again.")
    status = 404


class RoomClosed(Problem):
    text = N_("Questions are not being taken at the moment.")
    status = 409


class QuestionEmpty(Problem):
    text = N_("Please write your question first.")
    status = 422


class QuestionTooLong(Problem):
    text = N_("Your question has {length} characters; at most {most} fit on the screen. Please shorten it a little.")
    status = 422


class TooManyQuestions(Problem):
    text = N_(
        "Thank you, you have asked {most} questions in a short time. Please leave some room for the others: "
        "you can ask again in about {minutes} minutes."
    )
    status = 429


class RoomFull(Problem):
    text = N_("Very many questions are waiting already. Please vote for one of those that are shown.")
    status = 429


class QuestionGone(Problem):
    text = N_("This question is not on the list any more.")
    status = 409


class BrowserForgets(Problem):
    text = N_("Your browser does not keep our cookie, so it cannot be counted. Please allow it and load the page anew.")
    status = 409
