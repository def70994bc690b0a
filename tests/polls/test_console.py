"""Polls in the console: made, changed, opened, closed; who may, and what the log holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from core.clock import FixedClock
from surveys.polls.ballot import Choice
from surveys.polls.kinds import Counting, Kind, Secrecy, Shown, State
from surveys.polls.making import close_poll
from surveys.polls.poll import Option, Picture, Poll
from surveys.polls.series import add_series
from surveys.polls.store import Place, load_poll
from surveys.polls.voters import Voter
from surveys.recurring.rhythm import Rhythm
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.dates.test_console import acts, post
from tests.polls.scene import BOOTH, TEXTS, add, chosen, define, named, piles, vote
from tests.polls.test_poll_form import form_of
from tests.responses.scene import Scene
from tests.room.hall import open_room
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb
from web.console.poll_draft import Known, read_poll

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures
ADA, BRUNO, CARLA = 1, 2, 3

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both

FORM = {
    "kind": "ranking", "title-it": "Quali temi?", "title-en": "Which themes?",
    "options-it": "Parco\r\nPiazza\r\n Scuola ", "options-en": "Park\r\nSquare\r\nSchool", "least": "1", "most": "2",
    "method": "borda", "tie_method": "schulze", "beside": "schulze", "ties": "lot", "quorum": "30%", "threshold": "50",
    "secrecy": "named", "shown": "after_vote",
    "walk_ins": "yes", "shuffled": "yes", "opens": "2023-07-11", "opens-time": "10:00", "closes": "2023-07-12",
    "closes-time": "18:00",
}  # fmt: skip

HEADINGS = """() => ["h1", "h2", "h3"].map(tag => {
  const one = document.querySelector("main").appendChild(document.createElement(tag));
  return parseFloat(getComputedStyle(one).fontSize);
})"""


def poll_of(scene: Scene, path: str) -> Poll:
    return scene.database.read(lambda session: load_poll(session, int(path.rsplit("/", 1)[1])))


def test_what_is_wrong_with_a_poll_is_said_and_nothing_typed_is_lost(scene: Scene, sign_in: SignIn) -> None:
    client, here = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls"
    assert "There is no poll yet." in client.get(here).text
    made = f"{here}/new"
    for wrong, words in (
        ({"title-en": ""}, "The question is missing in English"),
        ({"options-en": "Park\r\nSquare"}, "as many options in each language"),
        ({"options-it": "", "options-en": ""}, "At least 2 options"),
        ({"most": "many"}, "a whole number"),
        ({"most": "9"}, "do not fit"),
        ({"quorum": "half"}, "a percentage"),
        ({"tie_method": "borda"}, "another method than its own"),
        ({"tie_method": "dance"}, "one of the list"),
        ({"closes": "2023-07-10"}, "closes before it opens"),
        ({"opens": "", "opens-time": "10:00"}, "a day and a time"),
        ({"kind": "riddle"}, "one of the list"),
        ({"audience": "999"}, "one of the list"),
        ({"slug": "Not so!"}, "small letters"),
        ({"beside": "borda"}, "another one can be shown"),
        ({"beside": "dots"}, "another one can be shown"),
    ):
        refused = post(client, made, **FORM | wrong)
        assert refused.status_code == 422 and words in refused.text, wrong
        assert "Quali temi?" in refused.text, "what was typed stays"


def test_a_poll_is_made_changed_opened_and_closed(scene: Scene, sign_in: SignIn, clock: FixedClock) -> None:
    client, here = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls"
    assert f'href="{here}"' in client.get(f"/console/processes/{scene.process_id}").text
    made = f"{here}/new"
    page = post(client, made, **FORM)
    path = page.url.path
    poll = poll_of(scene, path)
    assert (poll.slug, poll.state, poll.kind, poll.rules.most, poll.rules.shuffled) == (
        "quali-temi", State.DRAFT, Kind.RANKING, 2, True,
    )  # fmt: skip
    assert [(one.name, one.label["en"]) for one in poll.definition.options] == [
        ("A", "Park"), ("B", "Square"), ("C", "School"),
    ]  # fmt: skip
    counting = poll.definition.counting
    assert (
        counting.method, counting.tie_method, counting.ties, counting.quorum, counting.of_all, counting.threshold,
    ) == ("borda", "schulze", "lot", 30, True, 50)  # fmt: skip
    assert counting.beside == "schulze" and "deciding nothing: Strongest paths (Schulze)" in page.text
    assert post(client, made, **FORM | {"slug": "quali-temi"}).status_code == 422
    assert post(client, made, **FORM).url.path != path, "a second one gets a name of its own"
    edit = f"{path}/edit"
    kept = client.post(edit, data=form_of(client.get(edit)))
    assert "Done." in kept.text and poll_of(scene, path) == poll, "to keep what stands changes nothing"
    more = {"options-it": "Parco\r\nPiazza\r\nScuola\r\nFiume", "options-en": "Park\r\nSquare\r\nSchool\r\nRiver"}
    client.post(edit, data=form_of(client.get(edit)) | more | {"secrecy": "anonymous"})
    assert len(poll_of(scene, path).names) == 4 and poll_of(scene, path).definition.secrecy is Secrecy.NAMED
    assert "planned" in post(client, path, f"{path}/acts/plan").text
    assert "open" in post(client, path, f"{path}/acts/open").text
    assert post(client, path, f"{path}/acts/open").status_code == 409
    told = client.get(path).text
    assert "put in the order that this method gives them: Strongest paths (Schulze)." in told, "stated beforehand"
    poll = poll_of(scene, path)
    vote(scene, poll, ADA, chosen("A", "C"))
    vote(scene, poll, Voter(account=7), chosen("B"), door="chat")
    shown = client.get(path).text
    assert "1 of 3 have voted" in shown and "1 walk-in" in shown and poll.code in shown
    assert (
        "1. Park; 2. School" in shown and "Ada &lt;b&gt;Rossa&lt;/b&gt;" in shown and "somebody without a name" in shown
    )
    open_form = form_of(client.get(edit))
    assert "title-it" not in open_form
    late = client.post(edit, data=open_form | {"closes": "2023-07-10", "closes-time": "09:00"})
    assert late.status_code == 422 and "The close has passed already" in late.text
    assert "Done." in client.post(edit, data=open_form | {"closes": "2023-07-13", "closes-time": "09:00"}).text
    assert "Done." in post(client, path, f"{path}/acts/close").text
    assert post(client, path, f"{path}/acts/drop").status_code == 409
    assert post(client, path, f"{path}/acts/dance").status_code == 404
    assert piles(scene.database, poll) == {"A>C": 1, "B": 1}
    assert acts(scene, "poll.") == [
        "poll.added", "poll.added", "poll.changed", "poll.changed", "poll.planned", "poll.opened", "poll.changed",
        "poll.closed",
    ]  # fmt: skip


def test_who_leads_wins_once_the_poll_is_closed(scene: Scene, sign_in: SignIn) -> None:
    client, reader = sign_in("organiser"), sign_in("reviewer")
    poll = add(scene, named(walk_ins=True, shown=Shown.LIVE))
    path, screen = f"/console/polls/{poll.id}", f"/live/{poll.code}"
    for person, choice in ((ADA, "A"), (BRUNO, "A"), (CARLA, "B")):
        vote(scene, poll, person, chosen(choice))
    for one in (client, reader):
        page = one.get(path).text
        assert "“Park” leads." in page and "“Park” wins." not in page
    assert "wins" not in client.get(screen).text
    post(client, path, f"{path}/acts/close")
    for address in (path, screen):
        assert "“Park” wins." in client.get(f"{address}?lang=en").text
    page = reader.get(path).text
    assert "“Park” wins." in page and "leads" not in page


@pytest.mark.parametrize(
    ("kind", "rules", "words"),
    [
        (Kind.DOTS, {}, "5 points to give · At most 3 for one option"),
        (Kind.MULTIPLE, {"least": 2, "most": 3}, "At least 2 of them · At most 3 of them"),
        (Kind.MULTIPLE, {"least": 1, "most": 0}, "As many of them as one likes"),
        (Kind.RANKING, {"least": 3, "most": 3}, "Exactly 3 of them"),
        (Kind.TEXT, {}, "At most 60 characters"),
    ],
)
def test_before_the_opening_it_is_read_what_may_be_chosen(
    scene: Scene, sign_in: SignIn, kind: Kind, rules: dict[str, int], words: str
) -> None:
    draft = add(scene, define(kind, rules=rules), opened=False)
    page = sign_in("organiser").get(f"/console/polls/{draft.id}").text
    assert facts_of(page)["What can be chosen"] == words


def test_before_the_opening_it_is_read_who_may_vote_and_where(scene: Scene, sign_in: SignIn) -> None:
    audience, event = scene.audience("citizens", {"category": "citizen"}), open_room(scene).event.id
    here = define(audience_id=audience, event_id=event, walk_ins=True)
    draft, other = add(scene, here, opened=False), add(scene, define(), "other", opened=False)
    client = sign_in("organiser")
    page, plain = (facts_of(client.get(f"/console/polls/{one.id}").text) for one in (draft, other))
    assert plain["Who may vote"] == "everybody whom the office knows" and page["Who may vote"] == "citizens"
    assert plain["Event at which it takes place"] == "none" != page["Event at which it takes place"]
    assert page["People in the room"].startswith("may vote too") and "only" in plain["People in the room"]


def facts_of(page: str) -> dict[str, str]:
    """What stands beside its name in the list of facts."""
    tree: Any = html.fromstring(page)
    facts = tree.xpath("//dl[@class='facts']/dt")
    return {one.text_content(): one.getnext().text_content() for one in facts}


def test_a_closed_poll_offers_nothing_that_is_over(scene: Scene, sign_in: SignIn) -> None:
    client, poll = sign_in("organiser"), add(scene, named(closes_local="2023-07-14T18:00"))
    path = f"/console/polls/{poll.id}"
    before, after = client.get(path).text, post(client, path, f"{path}/acts/close").text
    assert ("Closes</dt>" in before, "Closes</dt>" in after, "Closed on</dt>" in after) == (True, False, True)
    assert "/poll " in before and "/poll " not in after, "there is nothing left to vote on in a group"


def test_an_option_keeps_its_name_and_picture_wherever_it_stands(database_url: str) -> None:
    def option(name: str) -> Option:
        return Option(name, TEXTS[name], Picture(f"picture of {name}", "image/png", TEXTS[name]))

    before = replace(define(), options=tuple(option(name) for name in "ABC"))
    languages = ["it", "en"]

    def kept(**lines: str) -> list[tuple[str, str]]:
        typed = {"kind": "single", "secrecy": "named"} | {f"title-{one}": "?" for one in languages}
        typed |= {f"options-{language}": text.replace(", ", "\n") for language, text in lines.items()}
        new, faults = read_poll(typed, Known(languages, [], [], before))
        assert faults == []
        return [(one.name, one.picture.sha256[-1] if one.picture else "") for one in new.options]

    a, b, c = ("A", "A"), ("B", "B"), ("C", "C")
    assert kept(it="Scuola, Parco, Piazza", en="School, Park, Square") == [c, a, b], "moved"
    assert kept(it="Piazza, Scuola", en="Square, School") == [b, c], "one taken away above"
    assert kept(it="Lago, Parco, Piazza, Scuola", en="Lake, Park, Square, School") == [("D", ""), a, b, c], "one added"
    assert kept(it="Scuola, Il parco, Piazza", en="School, Park, Square") == [c, a, b], "moved and reworded in one"
    assert kept(it="Il parco, Piazza, Scuola", en="The park, Square, School") == [a, b, c], "reworded in place"


def test_a_secret_poll_shows_staff_no_more_than_voters(scene: Scene, sign_in: SignIn) -> None:
    client, poll = sign_in("organiser"), add(scene, define(walk_ins=True))
    path = f"/console/polls/{poll.id}"
    for person in (ADA, BRUNO, CARLA):
        vote(scene, poll, person, chosen("A"))
    shown = client.get(path).text
    assert (
        "3 of 3 have voted" in shown
        and "figures appear after at least 10 votes" in shown
        and "Who chose what" not in shown
    )
    for number in range(6):
        vote(scene, poll, Voter(account=number), chosen("B"))
    post(client, path, f"{path}/acts/close")
    shown = client.get(path).text
    assert "9 votes counted" in shown and "Walk-ins" not in shown, "three alone are told with the others only"


def test_a_draft_is_taken_away_and_others_see_nothing(scene: Scene, sign_in: SignIn) -> None:
    draft = add(scene, define(), "draft", opened=False)
    path, here = f"/console/polls/{draft.id}", f"/console/processes/{scene.process_id}/polls"
    for role in ("doorkeeper", "facilitator"):
        other = sign_in(role)
        assert {other.get(one).status_code for one in (path, here, f"{here}/new", f"{path}/edit")} <= {403, 404}
    client = sign_in("organiser")
    gone = post(client, path, f"{path}/acts/drop")
    assert gone.url.path == here and "There is no poll yet." in gone.text
    assert client.get(path).status_code == 404


def test_who_may_see_results_checks_a_poll_and_has_no_button_of_what_they_may_not_do(
    scene: Scene, sign_in: SignIn, clock: FixedClock
) -> None:
    draft = add(scene, define(), "draft", opened=False)
    poll = add(scene, define(walk_ins=True))
    here, path = f"/console/processes/{scene.process_id}/polls", f"/console/polls/{poll.id}"
    for number in range(9):
        vote(scene, poll, Voter(account=number), chosen("B"))
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, clock.now()))
    series = scene.database.write(partial(_series, poll=poll, now=clock.now()))
    for role in ("reader", "reviewer"):
        client = sign_in(role)
        assert f'href="{here}"' in client.get(f"/console/processes/{scene.process_id}").text
        listed = client.get(here).text
        assert path in listed and f"{here}/new" not in listed
        page = client.get(path).text
        assert "9 votes counted" in page and "Square" in page
        posts = set(html.fromstring(page).xpath("//main//form[@method='post']/@action"))  # type: ignore[arg-type]
        exports = role == "reviewer"
        assert posts == ({f"{path}/sheet.csv"} if exports else set()), role
        for hidden in (f"{path}/edit", f"{path}/option-pictures", "remote control", "Make a series"):
            assert hidden not in page, hidden
        assert client.get(f"{path}/result.png").status_code == 200
        sheet = post(client, path, f"{path}/sheet.csv", part="all")
        assert sheet.status_code == (200 if exports else 403)
        assert "Options" in client.get(f"/console/polls/{draft.id}").text
        shown = client.get(f"/console/series/{series}")
        assert shown.status_code == 200 and (f"/console/series/{series}/acts/start" in shown.text) is (
            role == "reviewer"
        )
        for kept in (f"{here}/new", f"{path}/edit", f"{path}/option-pictures", f"{path}/words"):
            assert client.get(kept).status_code == 403, kept
        for act in (f"{path}/acts/open", f"{path}/acts/drop", f"{path}/stage", f"{path}/repeat", f"{path}/edit"):
            every = {"weeks": "4", "open_days": "5", "remind_days": "2", "first": "2023-08-01"}
            assert post(client, path, act, do="publish", **every).status_code == 403, act
    assert post(sign_in("reader"), path, f"/console/series/{series}/acts/stop").status_code == 403


def test_small_numbers_of_an_anonymous_poll_are_told_only_to_who_conducts_it(
    scene: Scene, sign_in: SignIn, clock: FixedClock
) -> None:
    secret, open_names = add(scene, define(walk_ins=True)), add(scene, named(walk_ins=True), "by-name")
    for poll in (secret, open_names):
        for number in range(11):
            vote(scene, poll, Voter(account=number), chosen("A" if number < 2 else "B"))
        scene.database.write(partial(close_poll, ids=BOOTH.ids, poll_id=poll.id, now=clock.now()))
    for role in ("reader", "reviewer", "organiser"):
        client = sign_in(role)
        page, conducts = client.get(f"/console/polls/{secret.id}").text, role == "organiser"
        assert "11 votes counted" in page
        assert ("Numbers behind which few people stand are not published." in page) is not conducts, role
        assert ("Step by step" in page, 'value="2"' in page) == (conducts, conducts), role
        by_name = client.get(f"/console/polls/{open_names.id}").text
        assert "Step by step" in by_name and 'value="2"' in by_name, "a group that votes by name knows one another"


def test_what_few_chose_in_secret_is_shown_to_nobody_not_even_to_who_conducts_the_poll(
    scene: Scene, sign_in: SignIn, clock: FixedClock
) -> None:
    """One voter, and a message to who took part names them: figures would say what they chose."""
    secret, by_name = add(scene, define(walk_ins=True)), add(scene, named(walk_ins=True), "by-name")
    words = add(scene, define(Kind.TEXT, walk_ins=True), "words")
    for poll, choice in ((secret, chosen("B")), (by_name, chosen("B")), (words, Choice(words="A fountain"))):
        for number in range(4):
            vote(scene, poll, Voter(account=number), choice)
        scene.database.write(partial(close_poll, ids=BOOTH.ids, poll_id=poll.id, now=clock.now()))
    client, path = sign_in("organiser"), f"/console/polls/{secret.id}"
    page, why = client.get(path).text, "Fewer than 5 votes: the figures are shown to nobody"
    assert why in page and "4 walk-ins" in page
    for told in ("counted.", "<progress", "Square wins", "Step by step", "sheet.csv"):
        assert told not in page, told
    assert client.get(f"{path}/result.png").status_code == 200
    refused = post(client, path, f"{path}/sheet.csv")
    assert refused.status_code == 409 and why in refused.text and "4,B" not in refused.text
    here = f"/console/polls/{words.id}"
    page = client.get(here).text
    assert why in page and f"{here}/words" not in page
    for answered in (client.get(f"{here}/words"), post(client, here, f"{here}/words.csv")):
        assert answered.status_code == 409 and why in answered.text and "fountain" not in answered.text
    assert not {"poll.sheet", "poll.words-exported"} & set(acts(scene, "poll.")), "nothing was taken along"
    page = client.get(f"/console/polls/{by_name.id}").text
    assert why not in page and "“Square” wins." in page, "a named poll stays as it is"


def test_a_counted_ranking_stands_in_its_order_and_equal_options_in_one_place(
    scene: Scene, sign_in: SignIn, clock: FixedClock
) -> None:
    ranking = add(scene, define(Kind.RANKING, counting=Counting("schulze"), walk_ins=True))
    choice = add(scene, define(walk_ins=True), "one-option")
    for number in range(12):
        vote(scene, ranking, Voter(account=number), chosen("B", *("AC" if number % 2 else "CA")))
        vote(scene, choice, Voter(account=number), chosen("B"))
    for poll in (ranking, choice):
        scene.database.write(partial(close_poll, ids=BOOTH.ids, poll_id=poll.id, now=clock.now()))
    for role in ("reader", "organiser"):
        client = sign_in(role)
        for poll, rows in (
            (ranking, ["1. Square", "2. Park", "2. School"]),
            (choice, ["Park", "Square", "School"]),
        ):
            for path in (f"/console/polls/{poll.id}", f"/v/{poll.code}?lang=en"):
                page = html.fromstring(client.get(path).text)
                assert page.xpath("//table[contains(@class, 'poll-result')]//th[@scope='row']/text()") == rows, path


def _series(session: Session, poll: Poll, now: datetime) -> int:
    rhythm = Rhythm(4, "2023-08-01T10:00", 5, 2)
    place = Place(poll.office_id, poll.process_id, poll.time_zone)
    return add_series(session, place, ("again", poll.definition, rhythm), (1, now))


def test_the_pages_are_for_everybody_in_a_browser(
    scene: Scene, web: RunningWeb, browser: Browser, sign_in: SignIn
) -> None:
    poll = add(scene, named(Kind.DOTS, walk_ins=True))
    sign_in()
    with page_of(browser, narrow=True, language="en") as page:
        enter_console(page, web)
        for path in (f"/console/processes/{scene.process_id}/polls", f"/console/processes/{scene.process_id}/polls/new",
                     f"/console/polls/{poll.id}"):  # fmt: skip
            page.goto(web.url + path)
            assert violations(page) == [] and overflow(page) <= 0, path
        assert page.evaluate(HEADINGS) == sorted(page.evaluate(HEADINGS), reverse=True), "none is larger than one above"
