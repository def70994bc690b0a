"""What can go wrong with links to pass on."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class ShareLinkUnknown(Problem):
    text = N_("This short address is not in use any more. Please look at the page of the office.")
    status = 404


class NothingToShare(Problem):
    text = N_(
        "This link would lead nowhere: choose an event with a public page, or let people join the office by themselves."
    )
    status = 409
