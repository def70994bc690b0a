"""What a telephone at the door sends: acts, each with a key of its own, and what became of each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_, Translator
from core.ids import read_id
from core.links import Links
from core.people.store import remaining
from core.process.door.acting import Became, Wanted, act, kept_act, person_of_code
from core.process.door.consenting import read_text
from core.process.door.errors import NotOnTheList
from core.process.door.settling import Kind, Outcome
from core.process.door.tables import ONLINE_KEY
from core.process.door.taking_back import WAY, is_walk_in, was_registered
from core.process.door.walk_in import WalkIn, register
from core.process.events import EventFacts
from core.process.standing import standing
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from surveys.polls.predicates import has_voted
from surveys.responses.predicates import has_answered

MOST_AT_ONCE = 200
LONGEST_KEY = 64
LOGGED = {Outcome.IN: "door.in", Outcome.OUT: "door.out", Outcome.NOTED: "door.along"}
TRACES = (has_answered, has_voted)
KINDS = {"in": Kind.IN, "out": Kind.OUT, "along": Kind.ALONG}


class ActsUnread(Problem):
    text = N_("What this telephone sent cannot be read. Please load the page anew; what was noted stays on it.")
    status = 422


@dataclass(frozen=True)
class Arrived:
    """What became of an act: who it was about, or what stood in its way."""

    key: str
    became: Became | None = None
    problem: Problem | None = None

    def told(self, t: Translator) -> dict[str, Any]:
        if self.became is None:
            return {"key": self.key, "outcome": "refused", "words": self.problem.say(t) if self.problem else ""}
        one = self.became
        return {
            "key": self.key,
            "outcome": one.outcome,
            "person": one.participant_id,
            "at": one.at.isoformat(),
            "first": one.first_at.isoformat() if one.first_at else None,
        }


@dataclass(frozen=True)
class Door:
    """Where acts are kept: whose door, who stands there, and when it is."""

    session: Session
    event: EventFacts
    staff: Staff
    links: Links
    now: datetime

    def keep(self, sent: Mapping[str, Any]) -> Arrived:
        """One act, whole or not at all; a Problem of one is no other's."""
        key = str(sent.get("key", ""))[: LONGEST_KEY + 1]
        try:
            if not key or len(key) > LONGEST_KEY or not key.isprintable() or key.casefold().startswith(ONLINE_KEY):
                raise ActsUnread  # the keys of those who follow online are ours to give
            with self.session.begin_nested():
                became = self._act(key, sent)
                self._log(became, sent)
        except Problem as problem:
            return Arrived(key, problem=problem)
        return Arrived(key, became)

    def _act(self, key: str, sent: Mapping[str, Any]) -> Became:
        along, at = read_id(sent.get("along", 0)) or 0, _moment(sent.get("at"))
        if sent.get("kind") == WAY:
            return register(self.session, self.event, self._walk_in(key, sent, along, at), self.now)
        kind = KINDS.get(str(sent.get("kind", "")))
        if kind is None:
            raise ActsUnread
        known = kept_act(self.session, self.event.id, key)
        person = known.participant_id if known is not None else self._person(sent)
        if person is None:
            raise NotOnTheList
        way = "code" if sent.get("code") else "name"
        return act(self.session, self.event, Wanted(key, kind, person, way, along, at), self.now, TRACES)

    def _walk_in(self, key: str, sent: Mapping[str, Any], along: int, at: datetime | None) -> WalkIn:
        def text(name: str) -> str:
            return str(sent.get(name) or "")[:500]

        return WalkIn(
            key,
            text("name"),
            text("consent"),
            read_text(self.links, str(sent.get("text", "")), self.event.office_id),
            text("email"),
            read_id(text("organisation")),
            read_id(text("municipality")),
            along,
            text("language"),
            at,
        )

    def _person(self, sent: Mapping[str, Any]) -> int:
        """By the code that was scanned, by the list, or by the act in which they were registered."""
        if code := sent.get("code"):
            return person_of_code(self.session, self.links, self.event, str(code))
        if before := sent.get("of"):
            found = kept_act(self.session, self.event.id, str(before))
            person = found.participant_id if found is not None else None
            if found is not None and person is not None and is_walk_in(found):
                return person  # also where they were taken back meanwhile
        else:
            person = read_id(sent.get("person", ""))
        if person is None or not self._is_on_the_list(remaining(self.session, person)):
            raise NotOnTheList
        return person

    def _is_on_the_list(self, person: int) -> bool:
        """Another telephone may still list who was registered here and is taken back."""
        found = standing(self.session, self.event.id, person)
        return found is not None or was_registered(self.session, self.event.id, person)

    def _log(self, became: Became, sent: Mapping[str, Any]) -> None:
        """What is said again, or changes nothing, is in the log already."""
        name = "door.walk-in" if sent.get("kind") == WAY else LOGGED.get(Outcome(became.outcome))
        if not became.is_new or name is None:
            return
        found = standing(self.session, self.event.id, became.participant_id)
        about = f"attendance:{found.id}" if found is not None else f"event:{self.event.id}"
        record(self.session, Act(name, about, self.staff.account_id, self.event.office_id), self.now)


def read_acts(text: str, seals: str = "[]") -> list[Mapping[str, Any]]:
    """The acts; where one names a text of consent by its number, it is in `seals`, once. Raises ActsUnread."""
    try:
        found, texts = json.loads(text), json.loads(seals)
    except ValueError as error:
        raise ActsUnread from error
    if not isinstance(found, list) or len(found) > MOST_AT_ONCE or not all(isinstance(one, dict) for one in found):
        raise ActsUnread
    if not isinstance(texts, list):
        raise ActsUnread
    return [{**one, "text": _text_of(one.get("text"), texts)} for one in found]


def _text_of(told: object, texts: list[Any]) -> object:
    is_number = isinstance(told, int) and not isinstance(told, bool) and 0 <= told < len(texts)
    return texts[told] if is_number and isinstance(told, int) else told


def _moment(text: object) -> datetime | None:
    """A time as a telephone says it, None for what is none: the server's own is taken then."""
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
