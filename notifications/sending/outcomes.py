"""What a notice about an outcome says: what became of what somebody said, and what that was."""

from __future__ import annotations

import textwrap
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.contributions.kinds import OUTCOME_NAMES, Outcome
from core.contributions.store import words_said
from core.contributions.tables import Contribution
from core.database.many import among
from core.i18n import pick_text, translator
from core.people.store import remaining
from core.process.tables import Office, Process
from notifications.content.notices import paragraphs
from notifications.contributions import every_source
from surveys.responses.shelf import FormShelf

LONGEST_QUOTE, MOST_QUOTED = 300, 3
NOTHING = dict.fromkeys(("process", "office", "outcome", "asked"), "")


def outcome_words(session: Session, ids: Collection[int], language: str, least: int) -> dict[str, str]:
    """The values of the notice's variables, as things stand when it leaves."""
    found = words_said(session, ids, every_source(FormShelf(), least))
    row = session.scalars(select(Contribution).where(among(Contribution.id, ids)).order_by(Contribution.id)).first()
    if row is None:
        return {**NOTHING, **paragraphs("answer", "")}  # gone meanwhile; such a notice does not leave
    t = translator(language)
    quotes = [textwrap.shorten(one.said.text, LONGEST_QUOTE, placeholder=" …") for one in found if one.said is not None]
    return {
        "process": pick_text(session.get_one(Process, row.process_id).title, language),
        "office": session.get_one(Office, row.office_id).name,
        "outcome": t(OUTCOME_NAMES[Outcome(row.outcome)]),
        "asked": " / ".join(quotes[:MOST_QUOTED]) or "–",
        **paragraphs("answer", pick_text(row.words, language)),
    }


def outcome_stands(session: Session, ids: Collection[int], person: int) -> bool:
    """Whether what was decided still is, and is about what this person said."""
    found = session.scalars(select(Contribution).where(among(Contribution.id, ids))).all()
    same = {(one.outcome, tuple(sorted(one.words.items()))) for one in found}
    theirs = all(one.participant_id is not None and remaining(session, one.participant_id) == person for one in found)
    return bool(found) and theirs and len(same) == 1 and found[0].outcome != Outcome.OPEN
