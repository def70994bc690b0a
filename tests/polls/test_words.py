"""Answers in words: like ones together, themes proposed, nothing shown before staff have read it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from lxml import html
from PIL import Image, ImageColor
from sqlalchemy import select

from core.i18n import translator
from surveys.polls.ballot import Choice
from surveys.polls.errors import AnswerGone, ThemeTooLong
from surveys.polls.heard import (
    HIDDEN,
    SHOWN,
    WAITING,
    Answer,
    answers_of,
    by_theme,
    judge,
    merge_answers,
    set_themes,
    split_answer,
    told_answers,
)
from surveys.polls.kinds import Kind
from surveys.polls.making import close_poll
from surveys.polls.picture import DRAWN, Told, draw_result
from surveys.polls.poll import Poll
from surveys.polls.published import in_words
from surveys.polls.publishing import published_of
from surveys.polls.screen_tables import TextGroup, TextWording
from surveys.polls.store import load_poll
from surveys.polls.voters import Voter
from surveys.polls.wordings import digest_of, key_of, propose_themes, shown_text
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_console import acts, post
from tests.polls.scene import BOOTH, add, define, named, vote
from tests.responses.scene import Scene

__all__ = ["scene", "sign_in", "web"]  # fixtures
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOSTILE = (
    "=HYPERLINK(1)",
    "<img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "x" * 60,
    "e" + "\u0301" * 40,
    "\u202egnp.exe",
)


def wrote(scene: Scene, poll: Poll, *texts: str) -> None:
    for number, text in enumerate(texts):
        vote(scene, poll, Voter(account=1000 + number), Choice(words=text))


def read(scene: Scene, poll: Poll) -> list[Answer]:
    return scene.database.read(lambda session: answers_of(session, poll))


def on_show(scene: Scene, poll: Poll) -> list[tuple[str, int | None]]:
    found = scene.database.read(lambda session: told_answers(session, poll, 0))
    return [(one.text, one.count) for one in found]


@pytest.mark.parametrize(
    "same",
    [
        ("Più alberi", "piu' ALBERI!!", "più albero", "  Più   alberi."),
        ("La panchina", "le panchine", "Panchine"),
        ("parco", "i parchi"), ("negozio", "negozi"), ("foglia", "foglie"), ("lago", "laghi"), ("città", "citta"),
        ("a bench", "benches", "The bench"), ("arbre", "les arbres"),
    ],
)  # fmt: skip
def test_texts_that_say_the_same_are_one(same: Sequence[str]) -> None:
    assert len({key_of(text) for text in same}) == 1, same


def test_texts_that_say_something_else_are_not() -> None:
    texts = ("più alberi", "meno alberi", "no", "sì", "non so", "2 panchine", "3 panchine", "🎉", "🌳", "la", "il")
    assert len({key_of(text) for text in texts}) == len(texts)
    assert shown_text("\u202eab\u200bc" + "\u0301" * 40) == "abc" + "\u0301" * 3
    assert shown_text("👩\u200d🌾 e\u0301") == "👩\u200d🌾 e\u0301"


def test_themes_are_words_that_several_answers_share() -> None:
    said = {
        "a": ("Più alberi in piazza", 4), "b": ("Gli alberi vicino alla scuola", 2), "c": ("Una scuola più sicura", 1),
        "d": ("Piste ciclabili", 1), "e": ("Autobus anche di sera", 1),
    }  # fmt: skip
    found = propose_themes([(key, text, count) for key, (text, count) in said.items()]).of
    assert found == {"a": "Alberi", "b": "Alberi"}, "the most frequent first, and one answer has one theme"
    assert propose_themes([]).of == {} and propose_themes([("a", "alberi", 9)]).of == {}


def test_a_result_tells_what_most_said_of_what_was_let_through(scene: Scene) -> None:
    poll = add(scene, define(Kind.TEXT, rules={"most": 300}, walk_ins=True))
    said = {"Più alberi": 12, "Panchine": 6, "Comprate da me": 3, "Una fontana " * 20: 1, "<b>Bus</b>": 1}
    wrote(scene, poll, *(text for text, count in said.items() for _ in range(count)))
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now))
    assert told(scene, poll) == ("23 votes counted.", False), "nothing has been read yet"
    for one in read(scene, poll):
        state = HIDDEN if "Comprate" in one.text else SHOWN
        scene.database.write(partial(judge, poll=poll, key=one.key, state=state))
    words, drawn = told(scene, poll)
    assert words.startswith("23 votes counted. Answers that the office has read and let through;") and drawn
    assert ". “Più alberi”: 12 (52%); “Panchine”: 6 (26%); “<b>Bus</b>”; “Una fontana Una" in words, "few are not told"
    assert "Comprate" not in words and "Una…”. Numbers behind which few people stand are not published." in words
    few = add(scene, define(Kind.TEXT, walk_ins=True), "few")
    wrote(scene, few, "Più alberi", "Più alberi")
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, few.id, scene.now))
    for one in read(scene, few):
        scene.database.write(partial(judge, poll=few, key=one.key, state=SHOWN))
    words, drawn = told(scene, few)
    assert "alberi" not in words and not drawn


def told(scene: Scene, poll: Poll) -> tuple[str, bool]:
    """A result in words, and whether there are bars in its picture."""
    closed, t = scene.database.read(lambda session: load_poll(session, poll.id)), translator("en")
    result = scene.database.read(lambda session: published_of(session, closed))
    assert result is not None
    drawn = Image.open(io.BytesIO(draw_result(closed, result, Told("Comune", "closed"), t))).convert("RGB")
    colours = {one for _, one in drawn.getcolors(1 << 20) or ()}
    return in_words(closed, result, t), ImageColor.getrgb(DRAWN) in colours


def test_nothing_is_shown_before_it_is_read_and_what_was_read_stays(scene: Scene) -> None:
    poll = add(scene, named(Kind.TEXT, walk_ins=True))
    wrote(scene, poll, "Più alberi", "Più alberi", "piu albero", "Panchine", "Panche")
    trees, benches, seats = sorted(read(scene, poll), key=lambda one: -one.count)
    assert (trees.text, trees.count, trees.state) == ("Più alberi", 3, WAITING) and on_show(scene, poll) == []
    scene.database.write(lambda session: judge(session, poll, trees.key, SHOWN))
    for number in range(5):
        vote(scene, poll, Voter(account=2000 + number), Choice(words="PIÙ ALBERI, SUBITO".removesuffix(", SUBITO")))
    assert on_show(scene, poll) == [("Più alberi", 8)], "later ones count, in the wording that was read"
    kept = scene.database.write(lambda session: merge_answers(session, poll, [benches.key, seats.key, trees.key]))
    assert kept == trees.key and on_show(scene, poll) == [("Più alberi", 10)]
    vote(scene, poll, Voter(account=3000), Choice(words="la panchina"))
    assert on_show(scene, poll) == [("Più alberi", 11)], "what comes later goes where its like were put"
    digest = digest_of("Panchine")
    scene.database.write(lambda session: split_answer(session, poll, trees.key, digest))
    assert on_show(scene, poll) == [("Più alberi", 10)], "taken out, it is to be read again"
    (again,) = [one for one in read(scene, poll) if one.text == "Panchine"]
    assert again.state == WAITING
    scene.database.write(lambda session: set_themes(session, poll, [(trees.key, "Verde"), (again.key, "")]))
    scene.database.write(lambda session: judge(session, poll, again.key, SHOWN))
    found = scene.database.read(lambda session: by_theme(told_answers(session, poll, 0)))
    assert [(theme, len(answers)) for theme, answers in found] == [("Verde", 1), ("", 1)]
    scene.database.write(lambda session: judge(session, poll, trees.key, HIDDEN))
    assert on_show(scene, poll) == [("Panchine", 1)]
    refused: list[Any] = [
        lambda session: judge(session, poll, "nothing", SHOWN),
        lambda session: merge_answers(session, poll, [trees.key]),
        lambda session: merge_answers(session, poll, [trees.key, benches.key]),  # merged away before
        lambda session: split_answer(session, poll, again.key, digest),
    ]
    for work in refused:
        with pytest.raises(AnswerGone):
            scene.database.write(work)
    with pytest.raises(ThemeTooLong):
        scene.database.write(lambda session: set_themes(session, poll, [(trees.key, "x" * 61)]))


@ONE
def test_a_wording_that_is_gone_takes_its_permission_along(scene: Scene) -> None:
    """A named answer may be changed: what nobody says any more is not shown, and its like are read again."""
    poll, ada = add(scene, named(Kind.TEXT, walk_ins=True)), 1
    vote(scene, poll, ada, Choice(words="Più alberi"))
    (answer,) = read(scene, poll)
    scene.database.write(lambda session: judge(session, poll, answer.key, SHOWN))
    vote(scene, poll, ada, Choice(words="piu albero"))
    assert on_show(scene, poll) == [] and read(scene, poll)[0].state == WAITING
    kept = scene.database.read(
        lambda session: [*session.scalars(select(TextGroup)).all(), *session.scalars(select(TextWording)).all()]
    )
    assert not any("albe" in str(vars(one)).lower() for one in kept), "digests, never words"


@ONE
def test_an_anonymous_poll_brings_its_words_a_few_at_a_time(scene: Scene) -> None:
    poll = add(scene, define(Kind.TEXT, walk_ins=True))
    wrote(scene, poll, *[f"Idea {number}" for number in range(9)])
    assert read(scene, poll) == []
    vote(scene, poll, 1, Choice(words="Idea 9"))
    assert len(read(scene, poll)) <= 5


@ONE
def test_the_page_says_how_many_votes_its_answers_are(scene: Scene, sign_in: SignIn) -> None:
    def page(poll: Poll) -> tuple[list[str], str]:
        found: Any = html.fromstring(client.get(f"/console/polls/{poll.id}/words").text)
        headings = [" ".join(one.text_content().split()) for one in found.findall(".//h2")]
        return headings, " ".join(found.text_content().split())

    client, poll = sign_in("organiser"), add(scene, named(Kind.TEXT, walk_ins=True))
    wrote(scene, poll, "Alberi", "gli alberi", "ALBERI", "Panchine", "panchina", "Luce")
    judge_first = read(scene, poll)[0].key
    scene.database.write(lambda session: judge(session, poll, judge_first, SHOWN))
    headings, told = page(poll)
    assert headings[:3] == [
        "To be read: 2 different answers, 3 votes", "Let through: 1 different answer, 3 votes", "Hidden",
    ]  # fmt: skip
    assert "In all: 3 different answers, 6 votes." in told and "not among them yet" not in told
    secret = add(scene, define(Kind.TEXT, walk_ins=True), "secret")
    wrote(scene, secret, *["Alberi"] * 12)
    held = 12 - sum(one.count for one in read(scene, secret))
    assert held, "an anonymous vote is told with others"
    assert f"{held} more votes have arrived and are not among them yet" in page(secret)[1]


@ONE
def test_hostile_words_are_data_for_staff_and_for_the_hall(scene: Scene, sign_in: SignIn) -> None:
    poll, client = add(scene, named(Kind.TEXT, walk_ins=True)), sign_in("organiser")
    wrote(scene, poll, *HOSTILE)
    path, here = f"/console/polls/{poll.id}", f"/console/polls/{poll.id}/words"
    page = html.fromstring(client.get(here).text)
    assert len(page.findall(".//article")) == len(HOSTILE) and not page.findall(".//img[@onerror]")
    keys = [one.key for one in read(scene, poll)]
    token = page.xpath("string(//input[@name='token']/@value)")
    client.post(here, data={"token": token, "do": "show", "pick": keys})
    assert len(on_show(scene, poll)) == len(HOSTILE)
    for wrong, status in (
        ({"do": "dance"}, 404),
        ({"do": "show:nothing"}, 409),
        ({"do": "merge"}, 422),
        ({"do": "show"}, 422),
    ):
        refused = post(client, here, **wrong)
        assert refused.status_code == status and ("No answer is ticked" in refused.text) is (status == 422), wrong
    long = post(client, here, **{"do": "themes", f"theme.{keys[0]}": "y" * 80})
    assert long.status_code == 422 and "y" * 80 in long.text, "what was typed stays"
    post(client, here, **{"do": "themes", f"theme.{keys[0]}": "<b>Theme</b>"})
    post(client, path, f"{path}/acts/close")
    post(client, path, f"{path}/stage", do="reveal")
    screen = client.get(f"/live/{poll.code}?lang=en").text
    assert "&lt;img src=x" in screen and "<img src=x" not in screen and "{{ 7 * 7 }}" in screen
    assert "&lt;b&gt;Theme&lt;/b&gt;" in screen and "\u202e" not in screen
    assert 0 < screen.count("\u0301") < 5, "what would cover the lines around it"
    assert "'=HYPERLINK(1)" in post(client, here, f"{here}.csv").text
    assert {"poll.answer-shown", "poll.themes-set", "poll.words-exported"} <= set(acts(scene, "poll."))
    other = add(scene, define(), "other")
    assert client.get(f"/console/polls/{other.id}/words").status_code == 404
    assert sign_in("reader").get(here).status_code == 403
