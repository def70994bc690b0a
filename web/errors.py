"""What can go wrong in front of a page."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class PageUnknown(Problem):
    text = N_("There is no page at this address. Please check it, or start from the front page.")
    status = 404


class MethodWrong(Problem):
    text = N_("This page cannot be used in this way. Please go back and use its buttons.")
    status = 405


class Unexpected(Problem):
    text = N_("Something went wrong on our side. What you saved before is safe. Please try again in a few minutes.")
    status = 500


class PostIncomplete(Problem):
    text = N_("Your browser sent the page incompletely. Please go back, reload the page and try again.")
    status = 400


class RequestTooLarge(Problem):
    text = N_("What you sent is too large: at most {limit} MB are accepted. Please shorten it and try again.")
    status = 413


class AssetsMissing(Problem):
    text = N_("The front-end files are missing ({file}). Run: make setup")


class TrapSprung(Problem):
    text = N_("The hidden field of this page was filled in, as programs do. Please reload the page and leave it empty.")
    status = 400
