"""What was answered to each question: pure counting, in one pass, whatever the number of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from core.markdown import plain
from surveys.engine.form import Form, Kind, Question, Texts
from surveys.engine.refs import form_ref

CHOSEN = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.ACKNOWLEDGE})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})
DISTINCT_NUMBERS = 25  # beyond this a bar for each number says nothing


@dataclass(frozen=True)
class Given:
    """A value given to a question, and by how many."""

    ref: str
    value: str
    times: int = 1


@dataclass(frozen=True)
class Bar:
    """A choice or number with how many gave it; `share` of those who answered, 0 to 1."""

    value: str
    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Numbers:
    least: Decimal
    most: Decimal
    mean: Decimal


@dataclass(frozen=True)
class Ranked:
    """A ranked choice: Borda points (last 0, each place above one more), mean place from 1, times placed first."""

    value: str
    label: str
    points: int
    mean_place: float | None
    firsts: int


@dataclass(frozen=True)
class QuestionResult:
    """The result of one question; the parts that its kind has no use for are empty."""

    ref: str
    name: str
    kind: Kind
    label: str
    answered: int
    bars: tuple[Bar, ...] = ()
    numbers: Numbers | None = None
    ranking: tuple[Ranked, ...] = ()  # best first
    texts: tuple[str, ...] = ()
    more_texts: int = 0  # beyond the limit


@dataclass
class _Heap:
    """What is gathered about one question."""

    answered: int = 0
    values: Counter[str] = field(default_factory=Counter)
    many: bool = False
    total: Decimal = Decimal(0)
    least: Decimal | None = None
    most: Decimal | None = None
    points: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    firsts: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    left: int = 0


def count(form: Form, given: Iterable[Given], language: str, texts: int = 200) -> tuple[QuestionResult, ...]:
    """The result of every asked question in form order, labelled in a language; at most `texts` open answers each."""
    asked = {one.ref: one for one in form.questions() if one.asked and one.kind is not Kind.NOTE}
    heaps = {ref: _Heap() for ref in asked}
    for one in given:
        ref = form_ref(one.ref)  # what was said in all instances of a repeat is counted together
        question = asked.get(ref)
        if question is not None and one.value:
            _add(heaps[ref], question.kind, one, texts)
    return tuple(_result(form, question, heaps[ref], language) for ref, question in asked.items())


def label_of(form: Form, texts: Texts, language: str) -> str:
    """A text of the form without the values of its gaps."""
    text = texts.get(language) or texts.get(form.default_language) or next(iter(texts.values()), None)
    return plain("".join(part if isinstance(part, str) else "…" for part in text.parts).strip()) if text else ""


def _add(heap: _Heap, kind: Kind, given: Given, texts: int) -> None:
    heap.answered += given.times
    if kind in CHOSEN:
        for choice in given.value.split() if kind is Kind.SELECT_MULTIPLE else [given.value]:
            heap.values[choice] += given.times
    elif kind in NUMBERS:
        _add_number(heap, given)
    elif kind is Kind.RANK:
        _add_ranking(heap, given)
    else:
        room = max(texts - len(heap.texts), 0)
        heap.texts += [given.value] * min(room, given.times)
        heap.left += max(given.times - room, 0)


def _add_number(heap: _Heap, given: Given) -> None:
    try:
        number = Decimal(given.value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        heap.answered -= given.times
        return
    heap.total += number * given.times
    heap.least = number if heap.least is None else min(heap.least, number)
    heap.most = number if heap.most is None else max(heap.most, number)
    if not heap.many:
        heap.values[given.value] += given.times
        heap.many = len(heap.values) > DISTINCT_NUMBERS


def _add_ranking(heap: _Heap, given: Given) -> None:
    choices = given.value.split()
    for place, choice in enumerate(choices, 1):
        heap.points[choice] += (len(choices) - place) * given.times
        heap.places[choice] += place * given.times
        heap.values[choice] += given.times
    heap.firsts[choices[0]] += given.times


def _result(form: Form, question: Question, heap: _Heap, language: str) -> QuestionResult:
    label = label_of(form, question.label, language) or question.name
    common = (question.ref, question.name, question.kind, label, heap.answered)
    if question.kind in CHOSEN:
        return QuestionResult(*common, bars=_bars(_labels(form, question, heap, language), heap))
    if question.kind in NUMBERS:
        return QuestionResult(*common, bars=_number_bars(heap), numbers=_numbers(heap))
    if question.kind is Kind.RANK:
        return QuestionResult(*common, ranking=_ranking(_labels(form, question, heap, language), heap))
    return QuestionResult(*common, texts=tuple(heap.texts), more_texts=heap.left)


def _labels(form: Form, question: Question, heap: _Heap, language: str) -> dict[str, str]:
    """Offered choices in form order, then those which only an earlier version offered."""
    offered = {
        choice.value: label_of(form, choice.label, language) or choice.value
        for choice in form.choices.get(question.choices, ())
    }
    return {**offered, **{value: value for value in sorted(heap.values) if value not in offered}}


def _bars(labels: dict[str, str], heap: _Heap) -> tuple[Bar, ...]:
    return tuple(
        Bar(value, label, heap.values[value], heap.values[value] / heap.answered if heap.answered else 0.0)
        for value, label in labels.items()
    )


def _number_bars(heap: _Heap) -> tuple[Bar, ...]:
    if heap.many:
        return ()
    return _bars({value: value for value in sorted(heap.values, key=Decimal)}, heap)


def _numbers(heap: _Heap) -> Numbers | None:
    if heap.least is None or heap.most is None:
        return None
    return Numbers(heap.least, heap.most, heap.total / heap.answered)


def _ranking(labels: dict[str, str], heap: _Heap) -> tuple[Ranked, ...]:
    found = [
        Ranked(
            value,
            label,
            heap.points[value],
            heap.places[value] / heap.values[value] if heap.values[value] else None,
            heap.firsts[value],
        )
        for value, label in labels.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.points))
