"""The form of a poll in the console: what it refuses, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import html

from core.clock import FixedClock
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_console import post
from tests.polls.scene import add, define, named
from tests.responses.scene import Scene

__all__ = ["scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # a page, not a query

PLAIN = {
    "kind": "single", "title-it": "Quali temi?", "title-en": "Which themes?", "options-it": "Parco\r\nPiazza",
    "options-en": "Park\r\nSquare", "secrecy": "named", "shown": "after_vote",
}  # fmt: skip


def form_of(page: httpx.Response) -> dict[str, str]:
    """What a browser would send, pressed without a change."""
    form: Any = html.fromstring(page.text).xpath("//form[contains(@class, 'mailing-form')]")[0]  # type: ignore[index]
    return {str(name): str(value) for name, value in form.form_values()}


def hidden_of(page: httpx.Response) -> dict[str, str]:
    """The fields of the form in the page's main part."""
    found: Any = html.fromstring(page.text).xpath("//main//form")[0]  # type: ignore[index]
    return {str(name): str(value) for name, value in found.form_values()}


def area_of(page: httpx.Response, name: str) -> str:
    return str(html.fromstring(page.text).xpath(f"string(//textarea[@name='{name}'])"))


def lines(count: int) -> dict[str, str]:
    return {f"options-{code}": "\r\n".join(f"{code} {one}" for one in range(count)) for code in ("it", "en")}


def test_any_number_of_options_is_counted_and_too_many_are_refused(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    for page in (f"/console/processes/{scene.process_id}/polls/new", "/console/ask/bench"):
        for count in (41, 60, 79, 100, 20_000):
            refused = post(client, page, **PLAIN | lines(count))
            assert refused.status_code == 422 and "At most 40 options" in refused.text, (page, count)
            assert f"it {count - 1}\n" in refused.text.replace("\r", "").replace("</textarea>", "\n"), (
                "typed text stays"
            )
    kept = post(client, f"/console/processes/{scene.process_id}/polls/new", **PLAIN | lines(40))
    assert kept.status_code == 200 and "en 39" in kept.text, "forty may be offered, however long they are together"


def test_what_is_too_long_or_twice_the_same_is_said_and_nothing_is_cut(scene: Scene, sign_in: SignIn) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    for wrong, said in (
        ({"title-en": "x" * 301}, "Question: In English it is longer than 300 characters."),
        ({"title-it": "x" * 500_000}, "Question: In Italian it is longer than 300 characters."),
        ({"summary-en": "x" * 2001}, "In English it is longer than 2000 characters."),
        ({"options-en": f"Park\r\n{'x' * 301}"}, "The option “B” is longer than 300 characters in English."),
        ({"options-en": "Park\r\n Park"}, "Two options say the same in English: Park."),
        ({"options-it": "Il  parco\r\nIl parco"}, "Two options say the same in Italian: Il parco."),
        ({"kind": "scale", "options-it": "", "options-en": "", "low-it": "x" * 301}, "longer than 300"),
    ):
        refused = post(client, new, **PLAIN | wrong)
        assert refused.status_code == 422 and said in refused.text, list(wrong)
        assert all(text in form_of(refused).values() for text in wrong.values() if "\n" not in text), "nothing is cut"
    assert (
        "Domanda: In italiano supera i 300 caratteri. Abbrevi il testo"
        in post(client, f"{new}?lang=it", **PLAIN | {"title-it": "x" * 301}).text
    )
    longest = {"title-en": "x" * 300, "summary-en": "y" * 2000, "options-en": f"Park\r\n{'z' * 300}"}
    made = post(client, new, **PLAIN | longest)
    assert "y" * 2000 in client.get(f"{made.url.path}/edit").text


def test_of_two_who_write_on_one_draft_the_second_is_told_and_loses_nothing(scene: Scene, sign_in: SignIn) -> None:
    first, second = sign_in("organiser"), sign_in("organiser")
    path = post(first, f"/console/processes/{scene.process_id}/polls/new", **PLAIN).url.path
    edit = f"{path}/edit"
    old = form_of(second.get(edit))
    assert "Done." in first.post(edit, data=form_of(first.get(edit)) | {"title-en": "Which themes first?"}).text
    stale = second.post(edit, data=old | {"title-en": "Which themes at all?"})
    assert stale.status_code == 409 and "Somebody changed this poll while you were writing" in stale.text
    assert "Which themes first?" in second.get(edit).text, "nothing was overwritten"
    assert form_of(stale)["title-en"] == "Which themes at all?", "what was typed stands in the form"
    assert "Done." in second.post(edit, data=form_of(stale)).text, "kept once more it takes the other's place"
    assert "Which themes at all?" in second.get(edit).text
    planned = form_of(second.get(edit)) | {"opens": "2023-07-11", "opens-time": "10:00"}
    assert "Done." in second.post(edit, data=planned).text
    old = form_of(second.get(edit))
    post(first, path, f"{path}/acts/plan")
    assert second.post(edit, data=old).status_code == 409, "what was planned meanwhile is no draft again unasked"


def test_what_was_written_while_a_poll_was_opened_is_not_lost_and_said_not_to_count(
    scene: Scene, sign_in: SignIn
) -> None:
    first, second = sign_in("organiser"), sign_in("organiser")
    path = post(first, f"/console/processes/{scene.process_id}/polls/new", **PLAIN).url.path
    edit = f"{path}/edit"
    old = form_of(second.get(edit))
    post(first, path, f"{path}/acts/open")
    typed = {"title-en": "A <i>better</i> question?", "closes": "2023-07-14", "closes-time": "12:00"}
    stale = second.post(edit, data=old | typed)
    assert stale.status_code == 409 and "The poll was opened while you were writing" in stale.text
    assert "A &lt;i&gt;better&lt;/i&gt; question?" in stale.text and "Square" in stale.text, "to take it along"
    again = form_of(stale)
    assert again["closes"] == "2023-07-14" and "title-en" not in again
    done = second.post(edit, data=again)
    assert "Done." in done.text and "Which themes?" in done.text and "14 July 2023" in done.text
    old = form_of(second.get(edit))
    assert "Done." in first.post(edit, data=form_of(first.get(edit)) | {"closes": "2023-07-18"}).text
    moved = second.post(edit, data=old | {"closes": "2023-07-19"})
    assert moved.status_code == 409 and "Somebody changed this poll while you were writing" in moved.text
    assert "was opened while" not in moved.text and form_of(moved)["closes"] == "2023-07-19"
    assert "19 July 2023" in second.post(edit, data=form_of(moved)).text
    old = form_of(second.get(edit))
    post(first, path, f"{path}/acts/close")
    late = second.post(edit, data=old | {"closes": "2023-07-20"})
    assert late.status_code == 409 and "closed" in late.text


def test_how_a_poll_is_counted_is_never_another_way_than_was_chosen(scene: Scene, sign_in: SignIn) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    untouched = form_of(client.get(new))
    assert untouched["method"] == "" and "of a ranking: Strongest paths (Schulze)" in client.get(new).text
    words = {name: text for name, text in PLAIN.items() if name[-3:] in {"-it", "-en"}}
    made = client.post(new, data=untouched | words | {"kind": "ranking"})
    assert "Strongest paths (Schulze)" in made.text, "the usual one of a ranking, as in templates and the chat"
    assert form_of(client.get(f"{made.url.path}/edit"))["method"] == "schulze"
    single = client.post(new, data=untouched | words | {"slug": "other"}).url.path
    assert form_of(client.get(f"{single}/edit"))["method"] == "", "nothing that a ranking made of it would keep"
    for wrong, said in (
        ({"method": "borda"}, "counted by one of: Most first places (plurality)."),
        ({"method": "dance"}, "counted by one of: Most first places (plurality)."),
        ({"kind": "ranking", "method": "approval"}, "Strongest paths (Schulze), Points by place (Borda), Instant-"),
        ({"kind": "ranking", "beside": "schulze"}, "another one can be shown: Points by place (Borda), Instant-runoff"),
        ({"beside": "borda"}, "Beside the method of a ranking"),
        ({"tie_method": "borda"}, "Only in a ranking"),
        ({"kind": "scale", "options-it": "Sì", "options-en": ""}, "A poll of this kind has no options of its own."),
        ({"kind": "scale", "options-it": "", "options-en": "", "ties": "lot"}, "only where options are counted"),
        ({"kind": "text", "most": "60"}, "A poll of this kind has no options of its own."),
    ):
        refused = post(client, new, **PLAIN | wrong)
        assert refused.status_code == 422 and said in refused.text, wrong
        assert "Quali temi?" in refused.text and "ranked-pairs</li>" not in refused.text


def test_a_day_nobody_meant_is_told_in_the_form(scene: Scene, sign_in: SignIn, clock: FixedClock) -> None:
    client, new = sign_in("organiser"), f"/console/processes/{scene.process_id}/polls/new"
    for wrong, said in (
        ({"closes": "9999-12-31"}, "This day is too far away. Please choose one within the next 10 years."),
        ({"opens": "9999-12-31"}, "too far away"),
        ({"opens": "0001-01-01"}, "too far away"),
        ({"closes": "2020-01-02", "opens": "2020-01-01"}, "The close has passed already"),
        ({"closes": "2023-07-20", "closes-time": "10:00+02:00"}, "choose a day and a time"),
        ({"closes": "20230720T1"}, "choose a day and a time"),
    ):
        refused = post(client, new, **PLAIN | {f"{name}-time": "10:00" for name in wrong} | wrong)
        assert refused.status_code == 422 and said in refused.text, wrong
    asked = post(client, "/console/ask/bench", closes="9999-12-31", **{"closes-time": "10:00"})
    assert asked.status_code == 422 and "too far away" in asked.text
    closing = {"opens": "2023-07-11", "closes": "2023-07-12", "opens-time": "10:00", "closes-time": "10:00"}
    path = post(client, new, **PLAIN | closing).url.path
    clock.advance(timedelta(days=5))
    late = post(client, path, f"{path}/acts/open")
    assert late.status_code == 422 and "The close has passed already" in late.text
    edit = f"{path}/edit"
    assert client.post(edit, data=form_of(client.get(edit)) | {"title-en": "Changed"}).status_code == 422
    assert "Done." in client.post(edit, data=form_of(client.get(edit)) | {"closes": "2023-07-20"}).text
    assert "Done." in post(client, path, f"{path}/acts/open").text
    series = {"weeks": "4", "open_days": "5", "remind_days": "2", "first": "2023-07-20", "first-time": "11:00"}
    for wrong, said in (
        ({"first": "2020-01-01"}, "has passed already"), ({"first": "9999-12-31"}, "too far away"),
        ({"weeks": "0"}, "whole numbers"), ({"first-time": "11:00+02:00"}, "whole numbers"),
    ):  # fmt: skip
        refused = post(client, path, f"{path}/repeat", **series | {"open_days": "6"} | wrong)
        assert refused.status_code == 422 and said in refused.text, wrong
        assert "Which themes?" in refused.text and 'name="open_days" value="6"' in refused.text, "the form, as typed"


def test_a_small_room_is_warned_of_the_anonymous_vote_where_the_poll_is_made(scene: Scene, sign_in: SignIn) -> None:
    client, warned = sign_in("organiser"), "of an anonymous poll with fewer than 5 votes nothing is shown"
    assert warned in client.get(f"/console/processes/{scene.process_id}/polls/new").text
    for place, (new, is_warned) in enumerate(
        ((define(walk_ins=True), True), (named(walk_ins=True), False), (define(), False))
    ):
        poll = add(scene, new, f"poll-{place}", opened=False)
        assert (warned in client.get(f"/console/polls/{poll.id}").text) is is_warned


def test_what_cannot_be_undone_is_asked_once_more(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    path = post(client, f"/console/processes/{scene.process_id}/polls/new", **PLAIN).url.path
    for act, button, words, state in (
        ("open", "Open now", "cannot be taken back", "Close now"),
        ("close", "Close now", "cannot be opened again", "Count sheet (CSV)"),
    ):
        page = client.get(path)
        assert f'href="{path}/acts/{act}"' in page.text and f'action="{path}/acts/{act}"' not in page.text
        asked = client.get(f"{path}/acts/{act}")
        assert words in asked.text and button in asked.text and "Leave everything as it is" in asked.text
        assert state not in client.get(path).text, "a look changes nothing"
        assert state in client.post(f"{path}/acts/{act}", data=hidden_of(asked)).text
    other = post(client, f"/console/processes/{scene.process_id}/polls/new", **PLAIN).url.path
    assert "Shall this draft be taken away?" in client.get(f"{other}/acts/drop").text
    assert [client.get(f"{other}/acts/{one}").status_code for one in ("plan", "dance")] == [404, 404]
    assert sign_in("reader").get(f"{other}/acts/open").status_code == 403


def test_a_poll_that_closes_at_the_end_of_the_calendar_still_has_its_pages(scene: Scene, sign_in: SignIn) -> None:
    poll, client = add(scene, named(closes_local="9999-12-31T10:00")), sign_in("administrator")
    path = f"/console/polls/{poll.id}"
    told = post(client, path, f"{path}/result-mailing", **{"result-to": "asked"})
    assert told.status_code == 200 and told.url.path.startswith("/console/mailings/"), told.text
    assert client.get(f"/console/processes/{scene.process_id}/plan").status_code == 200
    assert client.get(f"/console/processes/{scene.process_id}").status_code == 200
