"""What can be wrong with what staff say about contributions."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class NothingChosen(Problem):
    text = N_("Please tick at least one contribution.")
    status = 422


class TagWrong(Problem):
    text = N_("Please write an axis of at most {most} characters, and choose a goal of the list.")
    status = 422


class WordsMissing(Problem):
    text = N_(
        "Please write in each language what became of it, with at most {most} characters: whoever said it reads it."
    )
    status = 422
