"""The outcome of a poll: one count for every door, by the rule that was stated, kept at the close, counted again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from core.clock import FixedClock
from core.database.database import Database
from core.i18n import translator
from surveys.polls.ballot import Choice
from surveys.polls.checking import check
from surveys.polls.due import tend_poll
from surveys.polls.errors import NoCountSheet, SheetNotYet
from surveys.polls.kinds import METHODS, Counting, Kind, Shown, Ties
from surveys.polls.making import close_poll, open_poll
from surveys.polls.outcome import ALL, APART, BESIDE, OWN, Result, count_sheet, result_of, rule_told
from surveys.polls.poll import Poll
from surveys.polls.screens import told_of
from surveys.polls.store import load_poll
from surveys.polls.tally.telling import places
from surveys.polls.voters import Voter
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_console import acts, post
from tests.polls.recount import recount
from tests.polls.scene import BOOTH, TEXTS, add, chosen, define, named, vote
from tests.responses.scene import Scene
from tests.support.web import RunningWeb

__all__ = ["scene", "sign_in", "web"]  # fixtures
EN = translator("en")
ADA, BRUNO, CARLA = 1, 2, 3
RECOUNT = Path(__file__).with_name("recount.py")
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def standing(scene: Scene, poll: Poll) -> Result:
    def work(session: Any) -> Result:
        found = result_of(session, load_poll(session, poll.id), EN, scene.now)
        assert found is not None
        return found

    return scene.database.read(work)


def close(scene: Scene, poll: Poll) -> Result:
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now))
    return standing(scene, poll)


def sheet_of(scene: Scene, poll: Poll, part: str = ALL) -> str:
    return scene.database.read(lambda session: "".join(count_sheet(session, load_poll(session, poll.id), EN, part)))


@ONE
@pytest.mark.parametrize(
    ("kind", "more", "never"),
    [
        (Kind.SINGLE, {}, "first|blank|none of these"),
        (Kind.SINGLE, {"rules": {"none": True}}, "first|blank"),
        (Kind.MULTIPLE, {}, "first|blank|none of these|likes"),
        (Kind.SCALE, {}, "first|blank|none of these|option"),
        (Kind.DOTS, {}, "first|blank|none of these"),
        *(
            (Kind.RANKING, {"counting": Counting(one), "rules": {"least": 3}},
             "several placed|blank|none of these|not name|beside|names nobody")
            for one in METHODS[Kind.RANKING]
        ),
        (Kind.RANKING, {"counting": Counting("irv")}, "several placed|blank|none of these"),
    ],
)  # fmt: skip
def test_a_rule_in_words_speaks_only_of_what_can_be_voted(
    scene: Scene, kind: Kind, more: dict[str, Any], never: str
) -> None:
    poll = add(scene, define(kind, walk_ins=True, **more))
    choice = Choice(("A", "B", "C")[: 3 if kind is Kind.RANKING else 1], "4", {"A": 2})
    for number in range(6):
        vote(scene, poll, walk_in(number), choice)
    counted = close(scene, poll).everybody
    sheet = [one for one in sheet_of(scene, poll).splitlines() if "{" not in one]
    for told in (rule_told(poll, EN), sheet, [*counted.rule, *counted.told, *counted.working]):
        assert told and not re.search(never, " ".join(told)), told
    assert ("none of these" in str(counted.rule)) is bool(more.get("rules", {}).get("none"))


def walk_in(number: int) -> Voter:
    return Voter(account=number)


def test_a_second_method_is_stated_shown_beside_and_decides_nothing(scene: Scene, tmp_path: Path) -> None:
    """Schulze chooses who beats the others, Borda who is liked well by all."""
    counting = Counting("schulze", threshold=50, beside="borda")
    poll = add(scene, define(Kind.RANKING, counting=counting, walk_ins=True))
    for number in range(11):
        vote(scene, poll, walk_in(number), chosen("A", "B", "C") if number < 6 else chosen("B", "C", "A"))
    told = close(scene, poll)
    assert told.beside is not None and told.everybody.rule[-1] == (
        "Also shown, deciding nothing: Points by place (Borda)."
    )
    assert (list(told.everybody.winners), list(told.beside.winners)) == (["A"], ["B"])
    assert [list(one) for one in told.beside.ranking] == [["B"], ["A"], ["C"]]
    assert "threshold" not in str(told.beside.told) and "Options that come out alike" in str(told.beside.rule)
    sheet = sheet_of(scene, poll)
    assert "“Park” wins." in sheet and "Also shown, deciding nothing: Points by place (Borda)." in sheet
    assert "“Square” wins." in sheet
    assert "decides nothing: it" not in sheet
    beside = sheet_of(scene, poll, BESIDE)
    head = beside[: beside.index("“Square” wins.")]
    assert "This sheet decides nothing: it counts the same ballots by a second method" in head
    assert "Strongest paths (Schulze)" in head and "“Park” wins." in head, "what decides stands before it"
    for part, winner in ((ALL, ["A"]), (BESIDE, ["B"])):
        file = tmp_path / f"{part}.csv"
        file.write_text(sheet_of(scene, poll, part), "utf-8")
        again = CliRunner().invoke(app, ["poll", "tally", str(file), "--json"])
        words = CliRunner().invoke(app, ["poll", "tally", str(file)]).output
        assert f"“{TEXTS[winner[0]]['en']}” wins." in words and "The sheet states the same result." in words
        assert again.exit_code == 0 and json.loads(again.output)["winners"] == winner, again.output
        alone = subprocess.run([sys.executable, "-I", RECOUNT, file], check=True, capture_output=True, text=True)
        assert json.loads(alone.stdout)["schulze"] == ["A"] and json.loads(alone.stdout)["borda"] == ["B"]


@ONE
def test_a_second_method_that_does_not_fit_is_refused(scene: Scene) -> None:
    for kind, counting in (
        (Kind.RANKING, Counting("schulze", beside="schulze")),
        (Kind.RANKING, Counting("schulze", beside="dots")),
        (Kind.SINGLE, Counting("plurality", beside="borda")),
    ):
        faults = check(define(kind, counting=counting), ("it", "en", "fr"))
        assert [one.about for one in faults] == ["beside"], counting
    assert "beside" not in Counting("schulze").to_json(), "what was kept before is the same as before"


def test_a_ranking_is_counted_kept_and_counted_again_from_its_sheet(scene: Scene, tmp_path: Path) -> None:
    counting = Counting("borda", ties=Ties.LOT, quorum=80, of_all=True)
    poll = add(scene, define(Kind.RANKING, counting=counting, walk_ins=True))
    with pytest.raises(SheetNotYet):
        sheet_of(scene, poll)
    vote(scene, poll, ADA, chosen("A", "B"))
    vote(scene, poll, BRUNO, chosen("B", "A"))
    for number in range(7):
        vote(scene, poll, walk_in(number), chosen("C", "A"))
    told = close(scene, poll)
    assert told.own is told.apart is None, "two alone would say too much"
    assert (told.everybody.verdict, list(told.everybody.winners)) == ("decided", ["C"])
    assert "Ranking: 1. School, 2. Park, 3. Square." in told.everybody.result
    assert "The quorum of 8 ballots is reached." in told.everybody.result, "walk-ins are among those who may vote"
    assert scene.database.read(lambda session: told_of(session, poll.id)) is not None
    lines = sheet_of(scene, poll)
    assert "count,ranking\n1,A>B\n1,B>A\n7,C>A\n" in lines and poll.code in lines, "the lot's phrase is stated"
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(lines, encoding="utf-8")
    again = CliRunner().invoke(app, ["poll", "tally", str(sheet), "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.output) == told.everybody.figures
    assert recount(sheet, ["A", "B", "C"])["borda"] == ["C"]
    with pytest.raises(NoCountSheet):
        sheet_of(scene, poll, OWN)


@ONE
def test_what_comes_out_equal_is_put_in_order_by_the_method_that_was_stated(scene: Scene, tmp_path: Path) -> None:
    """Two have equally many votes: Borda tells them apart; where Copeland does not, the lot does."""
    given = {"A>B>C": 4, "B>C>A": 3, "C>A>B": 3, "A": 0}
    rules = {"least": 1, "most": 3}

    def outcome(slug: str, counting: Counting) -> tuple[Poll, Result]:
        poll = add(scene, named(Kind.RANKING, rules=rules, counting=counting, walk_ins=True), slug)
        for ballot, count in given.items():
            for number in range(count):
                vote(scene, poll, Voter(browser=f"{ballot}{number}"), chosen(*ballot.split(">")))
        return poll, close(scene, poll)

    _, equal = outcome("equal", Counting("plurality", tie_method="borda"))
    assert [list(one) for one in equal.everybody.ranking] == [["A"], ["B"], ["C"]], "B and C have three votes each"
    poll, by_lot = outcome("lot", Counting("plurality", ties=Ties.LOT, tie_method="copeland"))
    assert sorted(name for group in by_lot.everybody.ranking[1:] for name in group) == ["B", "C"]
    assert all(len(group) == 1 for group in by_lot.everybody.ranking)
    rule = " ".join(by_lot.everybody.rule)
    assert rule.index("put in the order that this method gives them: Most comparisons won") < rule.index("by lot")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(sheet_of(scene, poll), encoding="utf-8")
    again = CliRunner().invoke(app, ["poll", "tally", str(sheet), "--json"])
    assert again.exit_code == 0 and json.loads(again.output) == by_lot.everybody.figures


@ONE
def test_walk_ins_are_told_apart_where_that_says_nothing_of_anybody(scene: Scene) -> None:
    poll = add(scene, named(Kind.MULTIPLE, walk_ins=True, counting=Counting("approval", quorum=3, threshold=60)))
    vote(scene, poll, ADA, chosen("A"))
    for number in range(2):
        vote(scene, poll, walk_in(number), chosen("B", "C"))
    told = standing(scene, poll)
    assert told.own is not None and told.apart is not None
    assert list(told.own.winners) == ["A"] and list(told.apart.winners) == ["B", "C"]
    assert places(tuple(tuple(one) for one in told.everybody.ranking), str) == "1. B = C, 3. A"
    vote(scene, poll, ADA, chosen("B"))
    told = close(scene, poll)
    assert list(told.everybody.winners) == ["B"], "a ballot that was changed counts as it stands"
    assert "“Square” has 3 of 3, 100%: enough." in told.everybody.result
    assert "2,B C" in sheet_of(scene, poll, APART) and "1,B\n" in sheet_of(scene, poll, OWN)


@ONE
def test_every_kind_has_its_outcome(scene: Scene) -> None:
    given = {
        Kind.SINGLE: (Choice(names=("A",)), "decided"),
        Kind.SCALE: (Choice(number="4"), "measured"),
        Kind.DOTS: (Choice(points={"A": 3, "B": 2}), "decided"),
    }
    for kind, (choice, verdict) in given.items():
        poll = add(scene, named(kind, counting=Counting(define(kind).counting.method, threshold=50)), kind.value)
        assert standing(scene, poll).everybody.verdict in {"no-ballots", "measured"}
        vote(scene, poll, ADA, choice)
        assert close(scene, poll).everybody.verdict == verdict, kind
    words = add(scene, named(Kind.TEXT), "words")
    assert scene.database.read(lambda session: result_of(session, words, EN, scene.now)) is None
    scene.database.write(lambda session: tend_poll(session, BOOTH.ids, words.id, scene.now))
    with pytest.raises(NoCountSheet):
        sheet_of(scene, words)


@ONE
def test_staff_reveal_publish_and_take_the_sheet_along(scene: Scene, sign_in: SignIn, database: Database) -> None:
    client, poll = sign_in("organiser"), add(scene, define(walk_ins=True))
    path = f"/console/polls/{poll.id}"
    for number in range(4):
        vote(scene, poll, walk_in(number), chosen("A"))
    live = f"/live/{poll.code}?lang=en"
    assert "The result is shown when the poll is closed." in client.get(live).text
    assert post(client, path, f"{path}/stage", do="reveal").status_code == 409, "not before the close"
    assert post(client, path, f"{path}/sheet.csv").status_code == 409
    post(client, path, f"{path}/stage", do="step", seen=f"{poll.id}:planned")
    assert "Voting is open" in client.get(live).text, "a key that was meant for an earlier state does nothing"
    post(client, path, f"{path}/stage", do="step", seen=f"{poll.id}:open")
    hidden = client.get(live).text
    assert "Voting is closed" in hidden and "data-shown" not in hidden
    assert "data-shown" in (post(client, path, f"{path}/stage", do="step"), client.get(live))[1].text
    assert "Fewer than 5 people" in post(client, path, f"{path}/stage", do="publish").text
    assert client.get(f"/v/{poll.code}/result").status_code == 404
    named_one = add(scene, named(Kind.RANKING, counting=Counting("schulze"), walk_ins=True), "named")
    vote(scene, named_one, ADA, chosen("A", "B"))
    path = f"/console/polls/{named_one.id}"
    post(client, path, f"{path}/acts/close")
    page = post(client, path, f"{path}/stage", do="publish").text
    assert "“Park” wins." in page and "Step by step" in page and f"/v/{named_one.code}/result" in page
    assert "Comparisons won</th>" in page and "First places alone do not decide here" in page
    assert "“Park” wins." in client.get(f"/v/{named_one.code}/result?lang=en").text
    assert "“Park” wins." in client.get(f"/v/{named_one.code}?lang=en").text, "and for voters after the close"
    assert "1,A&gt;B" not in page and "1,A>B" in post(client, path, f"{path}/sheet.csv").text
    post(client, path, f"{path}/stage", do="unpublish")
    assert client.get(f"/v/{named_one.code}/result").status_code == 404
    assert {"poll.revealed", "poll.published", "poll.unpublished", "poll.sheet"} <= set(acts(scene, "poll."))
    other = sign_in("reader")
    assert post(other, "/console", f"{path}/stage", do="publish").status_code == 403
    assert post(other, "/console", f"{path}/sheet.csv").status_code == 403, "who takes every ballot along may export"


@ONE
def test_a_scale_is_told_by_its_mean_and_a_lot_by_its_phrase(scene: Scene, sign_in: SignIn) -> None:
    client, poll = sign_in("organiser"), add(scene, named(Kind.SCALE, walk_ins=True, shown=Shown.LIVE))
    path = f"/console/polls/{poll.id}"
    vote(scene, poll, ADA, Choice(number="5"))
    vote(scene, poll, walk_in(1), Choice(number="2"))
    lot = add(scene, define(walk_ins=True, counting=Counting("plurality", ties=Ties.LOT)), "lot", opened=False)
    assert f"the phrase of the lot: {lot.code}" in client.get(f"/console/polls/{lot.id}").text, "before the opening"
    scene.database.write(lambda session: open_poll(session, lot.id, scene.now))
    assert f"the phrase of the lot: {lot.code}" in client.get(f"/v/{lot.code}?lang=en").text
    assert "Mean 3.5, median 3.5." in client.get(path).text and "Mean 2, median 2." in client.get(path).text
    assert "data-shown" in client.get(f"/live/{poll.code}").text
    post(client, path, f"{path}/acts/close")
    post(client, path, f"{path}/stage", do="publish")
    for address in (path, f"/live/{poll.code}", f"/v/{poll.code}", f"/v/{poll.code}/result"):
        assert "Mean 3.5, median 3.5." in client.get(f"{address}?lang=en").text, address
    post(client, path, f"{path}/stage", do="conceal")
    assert "data-shown" not in client.get(f"/live/{poll.code}").text


@ONE
def test_a_draft_has_a_screen_for_staff_only(scene: Scene, sign_in: SignIn, web: RunningWeb, clock: FixedClock) -> None:
    client, draft = sign_in("organiser"), add(scene, define(), opened=False)
    assert "Voting has not begun yet" in client.get(f"/live/{draft.code}?lang=en").text
    client.cookies.clear()
    assert client.get(f"/live/{draft.code}").status_code == client.get(f"/live/{draft.code}/feed").status_code == 404
