"""A poll as the screen of a room shows it, in one piece: for the page, and for the stream that keeps it up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import segno
from babel.numbers import format_decimal, format_percent
from sqlalchemy.orm import Session

from core.i18n import Translator, translator
from surveys.polls.figures import Figures
from surveys.polls.glance import Glance
from surveys.polls.heard import ToldAnswer, by_theme, told_answers
from surveys.polls.kinds import Kind, State
from surveys.polls.outcome import Counted, result_of
from surveys.polls.poll import Poll
from surveys.polls.published import NOBODY_VOTED, also_told, disclose, for_voters, won_told
from surveys.polls.reading import Turnout, read_ballots, voters_of
from surveys.polls.screens import screen_of
from surveys.polls.tally.methods import TITLES
from surveys.results.protecting import is_small
from web.site import Site

MOST_BARS = 10  # that can be read from the last row
MOST_COMPARED = 8
MOST_WORDS = 32
SIZES = 5  # of words in a cloud


@dataclass(frozen=True)
class Bar:
    """`share` is of 1000, for the drawing: of all where there is a percentage, else of who has most."""

    name: str
    label: str
    place: int  # 0 where there is no ranking
    figure: str
    percent: str
    share: int


@dataclass(frozen=True)
class Said:
    """An answer in a cloud of words; `size` from 1 to SIZES."""

    text: str
    count: int  # 0 where it is not told
    size: int


@dataclass(frozen=True)
class Shown:
    """What a result is drawn from; nothing of it while the result is hidden.

    `counted` is None where not all of it may be told: then `told` and `winners` are what may. `working` is how it came
    about, and `compared` the table of all against all, where these may be told too.
    """

    bars: Sequence[Bar] = ()
    more: int = 0  # options that find no place
    counted: Counted | None = None
    told: Sequence[str] = ()
    rule: Sequence[str] = ()
    winners: Sequence[str] = ()
    compared: Sequence[Bar] = ()
    working: Sequence[str] = ()
    clouds: Sequence[tuple[str, Sequence[Said]]] = ()
    unit: str = ""
    mean: float | None = None
    ballots: int = 0
    waiting: int = 0
    final: bool = False
    hides: bool = False
    method: str = ""  # by which the bars stand, of a ranking
    beside: Shown | None = None  # the same by a second method, which decides nothing
    decides: bool = True


def stage(session: Session, site: Site, poll: Poll, language: str) -> str:
    """The poll's part of the screen, as HTML."""
    t, now, screen = translator(language), site.deps.clock.now(), screen_of(session, poll.id)
    state, counting = poll.state_at(now), poll.is_being_counted(now)
    reveals = screen.reveals(poll, now) and not counting
    shown = show_result(session, site, poll, t) if reveals else None
    turnout = voters_of(session, poll) if state in {State.OPEN, State.CLOSED} else Turnout()
    address = _address(site, poll)
    return site.environment.get_template("live/stage.html").render(
        t=t, language=t.language, poll=poll, state=state.value, turnout=turnout, shown=shown, counting=counting,
        methods=TITLES, address=address.partition("://")[2],
        qr=_qr(address) if address and state is not State.CLOSED else "",
    )  # fmt: skip


def show_result(session: Session, site: Site, poll: Poll, t: Translator) -> Shown:
    """How a poll stands, as the screen and the page for everybody draw it: no more than those who may vote read."""
    now, least = site.deps.clock.now(), site.deps.telling.rules.small_numbers
    ballots = read_ballots(session, poll)
    standing = for_voters(poll, ballots, least)
    if poll.settled_at is not None and not standing.ballots:
        return Shown(told=(t(NOBODY_VOTED),), final=True)
    if poll.kind is Kind.TEXT:
        return _words(session, poll, standing, least)
    result = result_of(session, poll, t, now)
    everybody = result.everybody if result is not None and standing.ballots else None
    may = disclose(poll, standing, [everybody] if everybody is not None else [], least)
    counted, told = may.counted, won_told(poll, standing, everybody, least) if everybody is not None else ()
    bars = _bars(poll, may.figures, standing, counted, t)
    shown = Shown(
        bars=bars[:MOST_BARS],
        more=max(0, len(bars) - MOST_BARS),
        counted=counted,
        told=told,
        rule=everybody.rule if everybody is not None else (),
        winners=everybody.winners if everybody is not None and told else (),
        compared=bars if counted is not None and may.works and 1 < len(counted.matrix) <= MOST_COMPARED else (),
        working=counted.working if counted is not None and may.works else (),
        unit=may.figures.unit,
        mean=standing.mean,
        ballots=standing.ballots,
        waiting=ballots.waiting,
        final=poll.settled_at is not None,
        hides=bool(standing.hidden),
        method=poll.definition.counting.method,
    )
    also = result.beside if result is not None and told else None
    if also is None:
        return shown
    if counted is None:  # who is first by it, as who won: figures of neither are told
        return replace(
            shown, beside=Shown(told=also_told(poll, also, t), decides=False, method=poll.definition.counting.beside)
        )
    figures = disclose(poll, standing, [also, counted], least).figures
    return replace(shown, beside=_beside(poll, shown, (standing, figures), also, t))


def _beside(poll: Poll, shown: Shown, drawn: tuple[Glance, Figures], counted: Counted, t: Translator) -> Shown:
    """By the second method; its figures are told where those of the first one are."""
    standing, figures = drawn
    bars = _bars(poll, figures, standing, counted, t)[:MOST_BARS]
    told, winners, method = counted.told, counted.winners, poll.definition.counting.beside
    return replace(
        shown, bars=bars, counted=counted, told=told, rule=counted.rule, winners=winners, unit=figures.unit,
        method=method, decides=False,
    )  # fmt: skip


def _words(session: Session, poll: Poll, standing: Glance, least: int) -> Shown:
    """Answers that staff have let through; how many gave one is not told where few did so in secret."""
    if poll.is_secret and is_small(standing.ballots, least):
        return Shown(hides=True)
    answers = told_answers(session, poll, least if poll.is_secret else 0)[:MOST_WORDS]
    return Shown(clouds=_clouds(answers), hides=any(one.count is None for one in answers))


def _bars(poll: Poll, counts: Figures, standing: Glance, counted: Counted | None, t: Translator) -> list[Bar]:
    """The best first where there is a ranking, else in the options' order."""
    figures = counts.by_name
    places = counted.places if counted else {}
    whole = sum(figures.values()) if poll.kind is Kind.DOTS else Fraction(standing.ballots)
    if poll.kind is Kind.RANKING and not counts.of_first_places:
        whole = Fraction()  # a share of points or of comparisons tells nothing
    most = max(figures.values(), default=Fraction())
    names = sorted(figures, key=lambda name: places.get(name, len(figures) + 1)) if places else list(figures)
    return [
        Bar(
            name,
            poll.label_of(name, t),
            places.get(name, 0),
            t("not published")
            if name in standing.hidden
            else str(format_decimal(float(figures[name]), format="#,##0.#", locale=t.language)),
            str(format_percent(float(figures[name] / whole), locale=t.language))
            if whole and name not in standing.hidden
            else "",
            int(1000 * figures[name] / (whole or most)) if most else 0,
        )
        for name in names
    ]


def _clouds(answers: Sequence[ToldAnswer]) -> list[tuple[str, Sequence[Said]]]:
    most = max((one.count or 0 for one in answers), default=0) or 1

    def said(one: ToldAnswer) -> Said:
        count = one.count or 0
        return Said(one.text, count, 1 + (SIZES - 1) * count // most)

    return [(theme, [said(one) for one in found]) for theme, found in by_theme(answers)]


def _address(site: Site, poll: Poll) -> str:
    """Where people in the room vote: without registration, or in the chat; "" where each has a link of their own."""
    urls = site.deps.urls
    return urls.open_vote(poll.code) if poll.definition.walk_ins else urls.vote_in_chat(poll.code)


@cache
def _qr(address: str) -> str:
    return str(segno.make(address, micro=False).svg_data_uri(border=2, scale=8))


def empty() -> dict[str, Any]:
    """For a room whose screen shows the questions."""
    return {"poll": 0, "html": ""}
