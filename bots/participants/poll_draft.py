"""A vote that is being put together, as the buttons carry it: nothing of it is written before it is cast.

Each option is one character by its place; what was chosen stands in the order of the presses: `ca` is the third option,
then the first. A point given is the option's character once more.
"""

from __future__ import annotations

import string

from surveys.polls.ballot import Choice, choice_of
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll
from surveys.polls.tally.options import NONE

PLACES = string.digits + string.ascii_letters  # more than options there can be, "none of these" among them


def read_draft(poll: Poll, draft: str) -> Choice:
    """What a draft stands for; what stands for no option is left out."""
    if poll.kind is Kind.SCALE:
        return Choice(number=draft)
    names = [poll.names[at] for one in draft if 0 <= (at := PLACES.find(one)) < len(poll.names)]
    if poll.kind is Kind.DOTS:
        return Choice(points={name: names.count(name) for name in poll.names if name in names})
    return Choice(names=tuple(names))


def write_draft(poll: Poll, ballot: str) -> str:
    """The draft of a ballot that was given, to be changed."""
    choice = choice_of(poll, ballot)
    match poll.kind:
        case Kind.SCALE:
            return choice.number
        case Kind.TEXT:
            return ""
        case Kind.DOTS:
            return "".join(place_of(poll, name) * count for name, count in choice.points.items())
    return "".join(place_of(poll, name) for name in choice.names)


def place_of(poll: Poll, name: str) -> str:
    return PLACES[poll.names.index(name)]


def after_press(poll: Poll, draft: str, name: str) -> str:
    """The draft once an option was pressed: chosen, or not any more; in a ranking it is the next."""
    place = place_of(poll, name)
    if poll.kind is Kind.SINGLE:
        return place
    if place in draft:
        return draft.replace(place, "")
    if NONE in poll.names and poll.rules.none:
        none = place_of(poll, NONE)
        return place if name == NONE else draft.replace(none, "") + place
    return draft + place


def fewer(draft: str, place: str) -> str:
    """A point less."""
    return draft.replace(place, "", 1)
