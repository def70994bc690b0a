"""What a page sent, as values for the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request

from surveys.engine.form import Form, Kind, Question
from surveys.engine.session import Session
from surveys.engine.show import find
from surveys.engine.understand import understand
from surveys.engine.values import Refused, clean
from web.errors import PostIncomplete
from web.public.controls import Typed, field_name, mark
from web.public.places import join_point

LONGEST_KEY = 64
MOST_QUESTIONS = 2_000  # on one page
LONGEST_NUMBER = 19  # digits
PREFILLED = re.compile(r"d\[[\w.-]{1,64}\]")
SPOKEN = (
    Kind.INTEGER, Kind.DECIMAL, Kind.RANGE, Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.GEOTRACE, Kind.GEOSHAPE,
)  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One posted page: the button pressed, the page's own key, the version of the form it showed, and the fields."""

    do: str
    argument: str
    key: str
    revision: int | None
    version: int | None
    fields: tuple[tuple[str, str], ...]

    def texts(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")

    @property
    def prefill(self) -> dict[str, str]:
        """Values by question name that the link brought."""
        return _prefill(self.fields)

    @property
    def codes(self) -> list[str]:
        """The codes of the questions that were on the page."""
        found = dict.fromkeys(one for one in self.text("on").split(",") if one)
        return list(found)[:MOST_QUESTIONS]


def read_post(data: FormData) -> Post:
    """Raises PostIncomplete without a button or a key."""
    fields = tuple((name, value) for name, value in data.multi_items() if isinstance(value, str))
    known = dict(fields)
    do, _, argument = known.get("do", "").partition(":")
    key, revision, version = known.get("key", ""), _number(known.get("revision")), _number(known.get("version"))
    if not do or not key.isprintable() or not 0 < len(key) <= LONGEST_KEY:  # PostgreSQL keeps no NUL
        raise PostIncomplete
    return Post(do, argument, key, revision, version, fields)


def from_address(request: Request) -> dict[str, str]:
    """Values by question name in a page's address: `?d[name]=value`, as Enketo writes them."""
    return _prefill(request.query_params.multi_items())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < LONGEST_NUMBER else None


def _prefill(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name[2:-1]: value for name, value in fields if PREFILLED.fullmatch(name)}


def questions_of(form: Form, post: Post, session: Session) -> list[tuple[str, Question]]:
    """The questions that were on the page with their codes; codes that are none are left aside."""
    found = ((code, find(form, session, code)) for code in post.codes)
    return [(code, question) for code, question in found if question is not None]


def typed(form: Form, post: Post, session: Session) -> dict[str, Typed]:
    """What was typed, ticked or placed, by reference, to show it again."""
    return {question.ref: _typed(post, code) for code, question in questions_of(form, post, session)}


def values(form: Form, post: Post, session: Session, now: datetime) -> dict[str, str]:
    """The values of the page by reference, in XForms spelling where they can be understood.

    A field that was left as the page showed it does not undo what came by another door since.
    """
    found: dict[str, str] = {}
    for code, question in questions_of(form, post, session):
        kept = session.values.get(question.ref, "")
        shown, dot, was = post.text(f"seen{code}").partition(".")
        value = _value(question, _typed(post, code), (session.language, now.date().isoformat()))
        untouched = mark(value) == shown and mark(kept) != was
        # Without a mark the page offered no control: a note, or what can only be read.
        found[question.ref] = value if dot and not untouched else kept
    return found


def _typed(post: Post, code: str) -> Typed:
    name = field_name(code)
    places = {key[len(name) + 1 :]: value for key, value in post.fields if key.startswith(f"{name}.")}
    texts = post.texts(name)
    return Typed(texts[0] if texts else "", tuple(texts), places)


def _value(question: Question, given: Typed, moment: tuple[str, str]) -> str:
    if question.kind is Kind.RANK:
        return _ranking(given)
    if question.kind is Kind.SELECT_MULTIPLE:
        return " ".join(given.ticked)
    if question.kind is Kind.GEOPOINT:
        return join_point({part: clean(number) for part, number in given.places.items()})
    text = clean(given.text)
    if not text or question.kind not in SPOKEN:
        return text
    understood = understand(question, text, (), moment)
    return text if isinstance(understood, Refused) else understood  # the engine says what is wrong with it


def _ranking(given: Typed) -> str:
    """The choices by their places; a place given twice leaves the ranking incomplete, one missing is the last."""
    places = {int(place): value for value, place in given.places.items() if place.isdecimal() and len(place) < 5}
    ranked = [places[place] for place in sorted(places)]
    left = [value for value, place in given.places.items() if not place]
    if len(left) == 1 and ranked and len(ranked) == len(given.places) - 1:
        free = next(place for place in range(1, len(given.places) + 1) if place not in places)
        ranked.insert(free - 1, left[0])
    return " ".join(ranked)
