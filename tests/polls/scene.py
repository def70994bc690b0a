"""Polls as rows, and votes in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.database.database import Database
from core.ids import RandomIds
from core.links import Links
from surveys.polls.ballot import Choice
from surveys.polls.casting import Booth, Cast, Vote, cast
from surveys.polls.kinds import METHODS, Counting, Kind, Rules, Secrecy
from surveys.polls.making import add_poll, open_poll
from surveys.polls.poll import Definition, Option, Poll
from surveys.polls.reading import read_ballots
from surveys.polls.store import Place, load_poll
from surveys.polls.tables import PollVoter
from surveys.polls.voters import Voter
from tests.responses.scene import Scene

SECRET = "a secret of at least thirty-two characters"
LINKS = Links(SECRET)
BOOTH = Booth(LINKS, RandomIds())
TEXTS = {
    "A": {"it": "Parco", "en": "Park", "fr": "Parc"},
    "B": {"it": "Piazza", "en": "Square", "fr": "Place"},
    "C": {"it": "Scuola", "en": "School", "fr": "École"},
    "D": {"it": "Fiume", "en": "River", "fr": "Fleuve"},
}
TITLE = {"it": "Dove la panchina?", "en": "Where shall the bench stand?", "fr": "Où mettre le banc ?"}
RULES: Mapping[Kind, Rules] = {
    Kind.SINGLE: Rules(Kind.SINGLE),
    Kind.MULTIPLE: Rules(Kind.MULTIPLE, least=1, most=2),
    Kind.SCALE: Rules(Kind.SCALE, least=1, most=5, low={"it": "per niente", "en": "not at all", "fr": "pas du tout"},
                      high={"it": "molto", "en": "very much", "fr": "beaucoup"}),
    Kind.RANKING: Rules(Kind.RANKING, least=1, most=3),
    Kind.DOTS: Rules(Kind.DOTS, budget=5, most=3),
    Kind.TEXT: Rules(Kind.TEXT, most=60),
}  # fmt: skip


def define(kind: Kind = Kind.SINGLE, names: str = "ABC", *, rules: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """A poll of the kind; secret unless it is told otherwise. `rules` change the usual ones."""
    plain = kind not in {Kind.SCALE, Kind.TEXT}
    return Definition(
        **{
            "kind": kind,
            "title": TITLE,
            "options": tuple(Option(name, TEXTS[name]) for name in names) if plain else (),
            "rules": replace(RULES[kind], **(rules or {})),
            "counting": Counting(METHODS[kind][0]),
            **more,
        }
    )


def add(scene: Scene, new: Definition, slug: str = "bench", *, opened: bool = True) -> Poll:
    place = Place(scene.office_id, scene.process_id, "Europe/Rome")

    def work(session: Any) -> Poll:
        made = add_poll(session, BOOTH.ids, place, (slug, new), scene.now)
        return open_poll(session, made, scene.now) if opened else load_poll(session, made)

    return scene.database.write(work)


def named(kind: Kind = Kind.SINGLE, names: str = "ABC", **more: Any) -> Definition:
    made: Definition = define(kind, names, secrecy=Secrecy.NAMED, **more)
    return made


def chosen(*names: str) -> Choice:
    return Choice(names=names)


def vote(scene: Scene, poll: Poll, who: int | Voter, choice: Choice, **how: Any) -> Cast:
    """`now` is the scene's and `door` the page unless they are given."""
    voter, door = who if isinstance(who, Voter) else Voter(who), how.get("door", "web")
    given = Vote(poll.id, voter, choice, door, (door, how["key"]) if "key" in how else None)
    now: datetime = how.get("now", scene.now)
    return scene.database.write(lambda session: cast(session, BOOTH, given, now))


def piles(database: Database, poll: Poll) -> dict[str, int]:
    """What counts now, by ballot."""
    found = database.read(lambda session: read_ballots(session, load_poll(session, poll.id)))
    return {one.ballot: one.count for one in found.together}


def register(database: Database) -> Sequence[str]:
    statement = select(PollVoter.voter).order_by(PollVoter.voter)
    return list(database.read(lambda session: session.scalars(statement).all()))
