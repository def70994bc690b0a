"""A poll as every door knows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from core.i18n import Translator, pick_text
from surveys.polls.kinds import NONE_LABEL, Counting, Kind, Rules, Secrecy, Shown, State
from surveys.polls.tally.options import NONE


@dataclass(frozen=True)
class Picture:
    """What an option shows; `words` say it to who cannot see it."""

    sha256: str
    media_type: str
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """`name` is what ballots say: letters, digits, `-` and `_`."""

    name: str
    label: Mapping[str, str] = field(default_factory=dict)
    picture: Picture | None = None

    def to_json(self) -> dict[str, Any]:
        shown = self.picture
        seen = {"sha256": shown.sha256, "media_type": shown.media_type, "words": dict(shown.words)} if shown else None
        return {"name": self.name, "label": dict(self.label)} | ({"picture": seen} if seen else {})

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Option:
        picture = told.get("picture")
        return cls(told["name"], told["label"], Picture(**picture) if picture else None)


@dataclass(frozen=True)
class Definition:
    """What staff decide about a poll; everything of it is fixed once it is open, `secrecy` from the beginning."""

    kind: Kind
    title: Mapping[str, str]
    options: tuple[Option, ...] = ()
    rules: Rules = field(default_factory=lambda: Rules(Kind.SINGLE))
    counting: Counting = field(default_factory=Counting)
    summary: Mapping[str, str] = field(default_factory=dict)
    secrecy: Secrecy = Secrecy.ANONYMOUS
    shown: Shown = Shown.AFTER_CLOSE
    walk_ins: bool = False
    names_in_groups: bool = False  # a group in Telegram may see who of it chose what
    audience_id: int | None = None
    event_id: int | None = None
    opens_local: str | None = None
    closes_local: str | None = None


@dataclass(frozen=True)
class Poll:
    """A poll as it stands; instants in UTC, `state` as the timers have left it."""

    id: int
    office_id: int
    process_id: int | None
    slug: str
    code: str
    time_zone: str
    opens_at: datetime | None
    closes_at: datetime | None
    state: State
    definition: Definition
    settled_at: datetime | None = None

    @property
    def kind(self) -> Kind:
        return self.definition.kind

    @property
    def rules(self) -> Rules:
        return self.definition.rules

    @property
    def is_secret(self) -> bool:
        return self.definition.secrecy is Secrecy.ANONYMOUS

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of what can be chosen, in order, "none of these" last."""
        own = tuple(one.name for one in self.definition.options)
        return (*own, NONE) if self.rules.none else own

    def state_at(self, now: datetime) -> State:
        """By the planned times, also where no timer has looked yet."""
        if self.state is State.CLOSED or (self.state is State.DRAFT):
            return self.state
        if self.closes_at is not None and now >= self.closes_at:
            return State.CLOSED
        return State.OPEN if self.state is State.OPEN or self._opened(now) else State.PLANNED

    def takes_votes(self, now: datetime) -> bool:
        return self.state_at(now) is State.OPEN

    def shows_result(self, now: datetime, *, has_voted: bool) -> bool:
        """Whether one of those who may vote sees how it stands."""
        state = self.state_at(now)
        if state is State.CLOSED:
            return self.settled_at is not None
        shown = self.definition.shown
        return state is State.OPEN and (shown is Shown.LIVE or (shown is Shown.AFTER_VOTE and has_voted))

    def is_being_counted(self, now: datetime) -> bool:
        """Whether no more votes are taken and the result does not stand yet."""
        return self.settled_at is None and self.state_at(now) is State.CLOSED

    def title_in(self, language: str) -> str:
        return pick_text(dict(self.definition.title), language)

    def label_of(self, name: str, t: Translator) -> str:
        """What an option is called in somebody's language; a name that is none stays as it is."""
        if name == NONE and self.rules.none:
            return t(NONE_LABEL)
        found = next((one for one in self.definition.options if one.name == name), None)
        return (pick_text(dict(found.label), t.language) if found is not None else "") or name

    def _opened(self, now: datetime) -> bool:
        return self.opens_at is not None and self.opens_at <= now
