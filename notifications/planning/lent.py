"""What the people of a union's municipalities get of its question: from their own municipality, by its right."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.process.languages import written_in
from core.process.own_process import need_process
from core.process.tables import Office
from notifications.content.poll_texts import INVITATION, RESULT, texts_for
from notifications.ledger.release import set_state
from notifications.ledger.result_pictures import result_files
from notifications.ledger.states import POLLS, RESULTS, Kind, MailingState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.result_telling import To, result_audience
from notifications.planning.writing import Draft, save_draft
from surveys.polls.lent import lend_people
from surveys.polls.lent_tables import PollOffice
from surveys.polls.poll import Poll

Texts = Mapping[str, Mapping[str, Any]]
MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~%])")
NAME = "{{ office }}"


@dataclass(frozen=True)
class Words:
    """The union's invitation and message with the result, by language, and to whom the result is told."""

    invitation: Texts
    result: Texts
    result_to: To = To.ASKED


def ask_lent(session: Session, poll: Poll, offices: Collection[int], words: Words, now: datetime) -> list[int]:
    """Drafts of both mailings in each office that allows it, released with the union's own; the mailings' numbers."""
    union = session.get_one(Office, poll.office_id)
    anchor = f"{union.slug}/{poll.slug}"
    made = []
    for office_id in lend_people(session, poll, offices):
        process = need_process(session, office_id)
        languages = written_in(session, process)
        for what, purpose, at, told in (
            (INVITATION, POLLS, "opens", words.invitation),
            (RESULT, RESULTS, "closes", words.result),
        ):
            texts = {**texts_for(what, languages), **{one: told[one] for one in told if one in languages}}
            named = {one: _named(text, union.name) for one, text in texts.items()}
            result = what == RESULT
            draft = Draft(
                kind=Kind.MAILING.value, purpose=purpose, round_id=None, poll_id=poll.id,
                audience_id=result_audience(session, poll, words.result_to, office_id) if result else None,
                anchor={"poll": anchor, "at": at, "days": 0, "working": False}, missed={"rule": "catch-up"}, spread={},
                texts=named, files=result_files(session, poll, named) if result else {},
            )  # fmt: skip
            made.append(save_draft(session, process, draft, None, now))
    return made


def take_back(session: Session, office_id: int, now: datetime) -> list[int]:
    """Stops what an office's people would still get of questions of the office above; the mailings' numbers."""
    planned = select(Occurrence.mailing_id).where(Occurrence.state == "planned")
    going = (MailingState.DRAFT, MailingState.RELEASED, MailingState.PAUSED)
    polls = select(PollOffice.poll_id).where(PollOffice.office_id == office_id)
    mine = Mailing.office_id == office_id, Mailing.poll_id.in_(polls), Mailing.state.in_(going)
    found = list(session.scalars(select(Mailing.id).where(*mine, Mailing.id.not_in(planned)).order_by(Mailing.id)))
    for mailing_id in found:
        set_state(session, mailing_id, MailingState.CANCELLED, now)
    return found


def _named(text: Mapping[str, Any], union: str) -> dict[str, Any]:
    """Who asks stands first, and beside it through whom: `{{ office }}` is the reader's own municipality."""
    bare = MARKS.sub(r"\\\1", " ".join(union.replace("{", "(").replace("}", ")").split()))
    return {**text, "body": str(text["body"]).replace(NAME, f"{bare} – {NAME}")}
