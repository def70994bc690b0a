"""A vote as a page's form: read from what was posted, and filled in from what stands. Works without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData, QueryParams

from core.ids import read_id
from surveys.polls.ballot import Choice, choice_of, read_points
from surveys.polls.errors import NotOffered, SamePlace
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll

PLACE, POINTS = "place.", "points."


@dataclass(frozen=True)
class Filled:
    """What stands in the form: names that are ticked, numbers by name, words."""

    ticked: frozenset[str] = frozenset()
    numbers: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    words: str = ""


def read_choice(poll: Poll, form: FormData) -> Choice:
    """What was posted; raises SamePlace, NotOffered, NotPoints."""
    match poll.kind:
        case Kind.SCALE:
            return Choice(number=_text(form, "number"))
        case Kind.TEXT:
            return Choice(words=_text(form, "words"))
        case Kind.DOTS:
            return Choice(points={name: read_points(_text(form, f"{POINTS}{name}")) for name in poll.names})
        case Kind.RANKING:
            return Choice(names=_in_order(poll, form))
    return Choice(names=tuple(str(one) for one in form.getlist("choice")))


def filled_by(poll: Poll, form: FormData) -> Filled:
    """What was typed, as it was."""
    names = [f"{PLACE}{one}" for one in poll.names] + [f"{POINTS}{one}" for one in poll.names]
    return Filled(
        frozenset(str(one) for one in form.getlist("choice")),
        {name.partition(".")[2]: _text(form, name) for name in names if name in form},
        _text(form, "number"),
        _text(form, "words"),
    )


def filled_with(poll: Poll, ballot: str) -> Filled:
    """The ballot that stands, to be changed."""
    choice = choice_of(poll, ballot)
    if poll.kind is Kind.RANKING:
        return Filled(numbers={name: str(place) for place, name in enumerate(choice.names, 1)})
    points = {name: str(count) for name, count in choice.points.items()}
    return Filled(frozenset(choice.names), points, choice.number, choice.words)


def preselected(poll: Poll, query: QueryParams) -> str:
    """The ballot that `?choice=` of a link in a mail stands for: chosen in the form, not counted before it is sent."""
    wanted = query.get("choice", "")
    if poll.kind is Kind.SCALE:
        number = read_id(wanted)
        return str(number) if number is not None and poll.rules.least <= number <= poll.rules.most else ""
    return wanted if poll.kind in {Kind.SINGLE, Kind.MULTIPLE} and wanted in poll.names else ""


def _in_order(poll: Poll, form: FormData) -> tuple[str, ...]:
    places: dict[int, str] = {}
    for name in poll.names:
        typed = _text(form, f"{PLACE}{name}").strip()
        if not typed:
            continue
        place = read_id(typed)
        if place is None:
            raise NotOffered
        if place in places:
            raise SamePlace
        places[place] = name
    return tuple(places[one] for one in sorted(places))


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, ""))
