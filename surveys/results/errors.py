"""What cannot be told of the answers, and why."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class PartUnknown(Problem):
    status = 404
    text = N_("There is no repeated part named {name}. There are: {known}.")
