"""Small numbers are hidden so that they cannot be worked out, in words and in the picture."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from PIL import Image, ImageColor

from core.i18n import translator
from notifications.planning.closing import close_on, usual_close
from notifications.planning.windows import ALWAYS, parse_window
from surveys.polls import picture
from surveys.polls.glance import Pile, glance
from surveys.polls.kinds import METHODS, Counting, Kind, Secrecy, State
from surveys.polls.outcome import Counted, Result, rule_of
from surveys.polls.picture import DRAWN, TRACK, Told, draw_result, drawable
from surveys.polls.poll import Option, Poll
from surveys.polls.published import PublicLine, Published, for_staff, for_voters, in_words, publish, words_for_voters
from surveys.polls.reading import Ballots
from surveys.polls.tally.counting import tally
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.telling import result_in_words
from surveys.polls.trend import Point, lines_of, table
from surveys.results.protecting import protect, protect_each
from tests.polls.scene import define

EN, IT, FR = translator("en"), translator("it"), translator("fr")
TOLD = Told("Comune di Valprato", "closed on Friday")


def poll(kind: Kind = Kind.SINGLE, names: str = "ABC", **more: Any) -> Poll:
    return Poll(1, 1, 1, "bench", "abcd", "Europe/Rome", None, None, State.CLOSED, define(kind, names, **more))


def ballots(**counts: int) -> Ballots:
    return Ballots(tuple(Pile(ballot, count) for ballot, count in counts.items()))


@pytest.mark.parametrize("kind", list(Kind))
def test_of_no_votes_it_is_said_that_there_are_none(database_url: str, kind: Kind) -> None:
    asked, none = poll(kind, rules={"none": kind is Kind.SINGLE}), ballots()
    result = publish(asked, none, None if kind is Kind.TEXT else resulting(asked, none))
    assert [in_words(asked, result, t) for t in (EN, IT, FR)] == [
        "Nobody voted.", "Nessuno ha votato.", "Personne n'a voté.",
    ]  # fmt: skip
    drawn = Image.open(io.BytesIO(draw_result(asked, result, TOLD, EN)))
    colours = {one for _, one in drawn.convert("RGB").getcolors(1 << 20) or ()}
    assert ImageColor.getrgb(TRACK) not in colours and drawn.size[1] < 300, "no bars, nor what they would say"


def tallied(asked: Poll, cast: Ballots) -> Outcome:
    rule, names = rule_of(asked), tuple(one.name for one in asked.definition.options)
    assert rule is not None
    piles = [(one.ballot, one.count) for one in cast.together]
    return tally(rule, Options(names) if names else None, piles)


def resulting(asked: Poll, cast: Ballots) -> Result:
    def told(one: Poll) -> Counted:
        outcome = tallied(one, cast)
        return Counted(outcome.to_json(), (), tuple(result_in_words(outcome, EN, str)), ())

    counting = asked.definition.counting
    second = replace(asked.definition, counting=replace(counting, method=counting.beside, beside=""))
    beside = told(replace(asked, definition=second)) if counting.beside else None
    return Result(told(asked), beside=beside)


def published(asked: Poll, cast: Ballots) -> Published:
    return publish(asked, cast, resulting(asked, cast))


@pytest.mark.parametrize("least", [3, 5])
def test_no_hidden_cell_can_be_worked_out_from_what_is_shown(least: int) -> None:
    """Whoever knows the rule looks at every table that would be published alike."""
    alike: dict[tuple[Any, tuple[int | None, ...]], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(12), repeat=3):
        hidden, total = protect(counts, least), sum(counts)
        told = "few" if 0 < total < least else total
        shown = tuple(None if hides else count for count, hides in zip(counts, hidden, strict=True))
        assert all(hides or not 0 < count < least for count, hides in zip(counts, hidden, strict=True))
        alike[told, shown].append(counts)
    for (_, shown), tables in alike.items():
        if max(max(one) for one in tables) > 11 - least:
            continue  # tables that would be alike lie outside those that were tried
        for at, cell in enumerate(shown):
            assert cell is not None or len({table[at] for table in tables}) > 1, (shown, tables)


def test_each_alone_hides_few_who_did_and_few_who_did_not() -> None:
    assert protect_each((0, 2, 10, 18, 20), 20) == (False, True, False, True, False)
    assert protect_each((1, 0), 3) == (True, True), "of too few people nothing is told"
    assert protect((10, 0, 3)) == (True, True, True), "the one that would give it away is hidden too"
    assert protect((20, 0, 9, 3)) == (False, False, True, True)
    assert protect((0, 0)) == (False, False) and protect((3, 0), 1) == (False, False)


def test_a_result_in_words_is_the_same_rule_for_every_kind() -> None:
    said = in_words(poll(), published(poll(), ballots(A=12, B=30, C=2)), EN)
    assert said.startswith("44 votes counted. “Square” wins.") and "Park: not published" in said
    assert "Square: 30 (68%)" in said and "What fewer than 5 people chose" in said and "12" not in said
    few = published(poll(), ballots(A=3))
    assert few.ballots is None and few.winners == () and "Fewer than 5" in in_words(poll(), few, EN)
    scale = poll(Kind.SCALE)
    told = published(scale, ballots(**{"5": 10, "4": 10}))
    assert told.mean == 4.5 and "5 (very much): 10 (50%)" in in_words(scale, told, EN)
    assert published(scale, ballots(**{"5": 10, "4": 10, "1": 1})).mean is None, "a mean is an equation"
    ranking = poll(Kind.RANKING, counting=Counting("borda"))
    told = published(ranking, ballots(**{"A>B": 6, "C>B": 5, "B>A": 5}))
    assert told.winners == ("B",), "by the stated rule, not by first places"
    dots = poll(Kind.DOTS)
    told = published(dots, ballots(**{"A:3 B:2": 1, "B:3 C:2": 9}))
    assert [one.count for one in told.lines] == [None, 29, None], "one gave A, and one gave nothing to C"
    empty = published(poll(), Ballots())
    assert (empty.ballots, empty.mean, empty.winners) == (0, None, ()) and not empty.hides
    strict = poll(counting=Counting("plurality", threshold=80))
    assert "share that a winner needs" in in_words(strict, published(strict, ballots(A=12, B=30)), EN)


def test_of_few_votes_in_secret_neither_words_nor_staff_nor_a_series_have_figures() -> None:
    asked, few = poll(Kind.SCALE), ballots(**{"4": 1})
    why = "Fewer than 5 votes: the figures are shown to nobody, so that nobody's vote can be guessed."
    assert in_words(asked, published(asked, few), EN) == why
    standing = for_staff(asked, few)
    assert (standing.ballots, standing.mean) == (1, None) and len(standing.hidden) == len(standing.lines)
    point = Point(1, asked, standing, 1, 3)
    assert [one.words for one in lines_of([point], EN)] == [("–",)] * 6
    assert list(table([point], EN))[1][2:] == ["1", "3", "", *[""] * 10]
    enough, by_name = ballots(**{"4": 4, "5": 1}), poll(Kind.SCALE, secrecy=Secrecy.NAMED)
    for one, cast in ((asked, enough), (by_name, few)):
        assert for_staff(one, cast) == glance(one, cast.together), "all of it"
    assert "their answers are not published" in in_words(by_name, published(by_name, few), EN)


def test_the_figures_are_those_of_the_method_and_the_second_one_is_told_wherever_the_first_is() -> None:
    """First places say nothing of a ranking by comparisons: both win with few of them."""
    asked = poll(Kind.RANKING, "ABCD", rules={"most": 4}, counting=Counting("schulze", beside="borda"))
    cast = ballots(**{"A>D>B>C": 10, "B>A>D>C": 9, "C>A>D>B": 8})
    told = in_words(asked, published(asked, cast), EN)
    assert (
        "27 votes counted. “Park” wins. Also shown, deciding nothing: Points by place (Borda). First by it: Park."
        in told
    )
    assert "Figures: comparisons won. 1. Park: 3; 2. River: 2; 3. Square: 1; 4. School: 0." in told, "in their order"
    points = poll(Kind.RANKING, counting=Counting("borda"))
    said = in_words(points, published(points, ballots(**{"A>B>C": 10, "B>A>C": 9})), IT)
    assert "Cifre: punti." in said and "1. Parco: 29;" in said
    runoff = poll(Kind.RANKING, counting=Counting("irv"))
    said = in_words(runoff, published(runoff, ballots(**{"A>B>C": 10, "C>B>A": 8, "B>C>A": 7})), EN)
    assert "Figures: first places. 1. School: 8 (32%); 2. Park: 10 (40%); 3. Square: 7 (28%)." in said
    small = ballots(**{"A>B>C>D": 6, "B>C>A>D": 2, "D>A": 1})
    hidden = published(asked, small)
    assert hidden.unit == "first places" and "First by it" in in_words(asked, hidden, EN)
    voters = words_for_voters(asked, for_voters(asked, small), resulting(asked, small), EN)
    assert len(voters) == 2 and voters[0] == "“A” wins." and "First by it: Park." in voters[1]
    few = ballots(**{"A>B>C>D": 3})
    assert words_for_voters(asked, for_voters(asked, few), resulting(asked, few), EN) == ()
    assert "First by it" not in in_words(asked, published(asked, few), EN)
    alike = ballots(**{"A>B": 6, "B>A": 6})
    assert "win together: Park, Square." in in_words(asked, published(asked, alike), EN)


def test_the_picture_draws_no_missing_letters_and_no_bars_for_what_is_hidden() -> None:
    assert drawable("Sì 🎉 al parco 👩‍🌾!") == "Sì al parco !" and drawable("Où ? “Été” – 5 €") == "Où ? “Été” – 5 €"
    assert drawable("🚲") == "bicycle" and drawable("公") == "–" and drawable("") == ""
    asked = poll(names="AB")

    def drawn(**cast: int) -> set[Any]:
        picture = Image.open(io.BytesIO(draw_result(asked, published(asked, ballots(**cast)), TOLD, EN))).convert("RGB")
        return {picture.getpixel((x, y)) for x in (45, 500, 950) for y in range(0, picture.size[1], 2)}

    assert {DRAWN, TRACK} <= {"#{:02x}{:02x}{:02x}".format(*one) for one in drawn(A=30, B=10)}
    assert not {DRAWN, TRACK} & {"#{:02x}{:02x}{:02x}".format(*one) for one in drawn(A=30, B=2)}


def test_voters_of_a_secret_poll_read_it_by_the_same_rule() -> None:
    secret, cast = poll(), ballots(A=12, B=30, C=2)
    told = for_voters(secret, cast)
    assert [(one.name, one.count) for one in told.lines] == [("A", 0), ("B", 30), ("C", 0)] and told.hidden == {*"AC"}
    assert for_voters(secret, ballots(A=12, B=30)).hidden == frozenset()
    open_names = replace(secret, definition=replace(secret.definition, secrecy=Secrecy.NAMED))
    assert [one.count for one in for_voters(open_names, cast).lines] == [12, 30, 2]


def test_voters_of_a_secret_poll_read_in_words_who_won_and_no_small_number() -> None:
    def read(asked: Poll, cast: Ballots) -> list[str]:
        return list(words_for_voters(asked, for_voters(asked, cast), resulting(asked, cast), EN))

    named = replace(poll().definition, secrecy=Secrecy.NAMED)
    assert len(read(poll(), ballots(A=12, B=30))) > 1
    assert read(poll(), ballots(A=12, B=30, C=2)) == ["“B” wins."]
    assert read(poll(), ballots(A=3)) == [], "of too few nothing"
    assert len(read(replace(poll(), definition=named), ballots(A=3))) > 1
    several = poll(Kind.MULTIPLE)
    blank = Ballots((Pile("A", 10), Pile("B", 10), Pile("", 1)))
    assert "blank: 1" in str(list(result_in_words(tallied(several, blank), EN, str)))
    assert not for_voters(several, blank).hidden, "every option has enough, who chose nothing has not"
    assert read(several, blank) == [next(iter(result_in_words(tallied(several, blank), EN, str)))]
    scale = poll(Kind.SCALE)
    assert read(scale, ballots(**{"5": 20, "1": 1})) == [], "a scale has no winner"
    assert "20" in read(scale, ballots(**{"5": 20}))[0]


@pytest.mark.parametrize("kind", [one for one in Kind if METHODS[one][0]])
def test_every_kind_has_a_picture_that_stands_on_any_ground(kind: Kind) -> None:
    one = {Kind.SCALE: "4", Kind.DOTS: "A:3 B:2", Kind.MULTIPLE: "A B", Kind.RANKING: "A>B"}.get(kind, "A")
    asked = poll(kind)
    result = published(asked, ballots(**{one: 20}))
    plain, large = (
        Image.open(io.BytesIO(draw_result(asked, result, TOLD, IT, scale))).convert("RGB") for scale in (1.0, 1.92)
    )
    assert plain.size[0] == 1000 and large.size[0] == 1920 and plain.getpixel((20, 20)) == (255, 255, 255)
    assert plain.getpixel((0, 50)) != (255, 255, 255), "an edge tells it from a white page"


def test_what_people_said_cannot_pass_for_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, row = list[tuple[str, str]](), picture._Canvas.row

    def see(canvas: picture._Canvas, name: str, value: str) -> None:
        rows.append((name, value))
        row(canvas, name, value)

    monkeypatch.setattr(picture._Canvas, "row", see)
    said = (
        "Scuola: 40 (80%); fiume",
        "Orto”: 30 (60%); “Lago",
        "Via » : 20 (40 %) ; « Rio",
        'Bus": 9 (18%); "Tram',
        "🚲",
    )
    lines = (PublicLine("parco", 10, 10 / 19), *(PublicLine(one, None, None) for one in said))
    asked, result = poll(Kind.TEXT), Published(lines, 19, (), None, 5)
    for t, opening, closing in ((EN, "“", "”"), (IT, "“", "”"), (FR, "«\u00a0", "\u00a0»")):
        told = in_words(asked, result, t)
        unquoted = re.sub(f"{opening}.*?{closing}", "", told)
        assert re.findall(r"\d+", unquoted) == ["19", "10", "53"], told
        assert f"{opening}Scuola: 40 (80%); fiume{closing}" in told and f"{opening}🚲{closing}" in told
        rows.clear()
        draw_result(asked, result, TOLD, t)
        assert [name[: len(opening)] + name[-len(closing) :] for name, _ in rows] == [opening + closing] * 6, rows
        assert [name.count(opening[0]) for name, _ in rows] == [1] * 6 and rows[-1][0][len(opening) :][:7] == "bicycle"
        assert [value for _, value in rows] == [rows[0][1], "", "", "", "", ""]


def test_long_and_hostile_words_do_not_break_the_picture() -> None:
    label = "Parola" * 60 + "\n<b>x</b>\x00 " + "à l’école " * 50
    asked = poll()
    options = tuple(Option(f"O{number}", {"it": label}) for number in range(40))
    asked = replace(asked, definition=replace(asked.definition, title={"it": "Domanda? " * 90}, options=options))
    for votes in (None, {"O1": 2}, {"O1": 20, "O2": 2, "O3": 9}):
        result = published(asked, ballots(**votes)) if votes else None
        picture = Image.open(io.BytesIO(draw_result(asked, result, TOLD, FR)))
        assert picture.size[0] == 1000 and picture.size[1] < 4000


def test_the_usual_close_is_the_friday_that_is_a_day_ahead() -> None:
    for now, closes in (
        (datetime(2023, 7, 10, 8, tzinfo=UTC), "2023-07-14T18:00"),  # Monday
        (datetime(2023, 7, 13, 15, tzinfo=UTC), "2023-07-14T18:00"),  # Thursday, 17:00 in Rome
        (datetime(2023, 7, 13, 17, tzinfo=UTC), "2023-07-21T18:00"),  # Thursday, 19:00
        (datetime(2023, 7, 14, 8, tzinfo=UTC), "2023-07-21T18:00"),  # Friday
    ):
        assert usual_close(now, "Europe/Rome", ALWAYS) == closes


def test_the_usual_close_lies_within_the_hours_of_sending_so_that_the_result_leaves_that_day() -> None:
    week = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "until": "18:00"}
    for now, told, closes in (
        (datetime(2023, 7, 10, 8, tzinfo=UTC), {}, "2023-07-14T17:00"),
        (datetime(2023, 7, 13, 15, 30, tzinfo=UTC), {}, "2023-07-17T17:00"),  # 17:00 on Friday is less than a day ahead
        (datetime(2023, 5, 29, 8, tzinfo=UTC), {}, "2023-06-01T17:00"),  # the Friday is a holiday
        (datetime(2023, 7, 10, 8, tzinfo=UTC), {"until": "12:30"}, "2023-07-14T12:00"),
        (datetime(2023, 7, 10, 8, tzinfo=UTC), {"days": ["mon"]}, "2023-07-17T17:00"),
    ):
        window = parse_window(week | told)
        assert usual_close(now, "Europe/Rome", window) == closes
    sunday = date(2023, 7, 16)
    assert close_on(sunday, parse_window(week), "Europe/Rome").isoformat() == "2023-07-16T18:00:00"
