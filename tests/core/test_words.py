"""What the languages themselves ask of words that are put together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.i18n import Translator, name_language, translator
from notifications.ledger.release import FourEyes
from surveys.polls.checking import BESIDE_WRONG, NO_TITLE
from surveys.polls.faults import PollFault
from surveys.polls.published import LET_THROUGH

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("11 luglio 2023, 18:00", "Si vota fino all'11 luglio 2023, 18:00."),
        ("8 luglio 2023", "Si vota fino all'8 luglio 2023."),
        ("12 luglio 2023", "Si vota fino al 12 luglio 2023."),
        ("lun 11 luglio 2023", "Si vota fino al lun 11 luglio 2023."),
        ("80 {x} al 11", "Si vota fino all'80 {x} al 11."),
        ("800", "Si vota fino all'800."),
        ("110", "Si vota fino al 110."),
        ("1 luglio 2023", "Si vota fino al 1 luglio 2023."),
    ],
)
def test_an_italian_article_gives_way_to_a_vowel_and_what_people_wrote_stays(date: str, said: str) -> None:
    assert translator("it")("Votes are taken until {date}.", date=date) == said
    assert translator("it").fill("Votes are taken until {date}.", {"date": date}) == said


def test_the_article_at_the_beginning_keeps_its_capital() -> None:
    t = Translator("it", {})
    assert [t(one, day="8 maggio") for one in ("Il {day}", "il {day}", "Dal {day}", "col {day}", "mil {day}")] == [
        "L'8 maggio", "l'8 maggio", "Dall'8 maggio", "col 8 maggio", "mil 8 maggio",
    ]  # fmt: skip
    shares = ("82%", "8,5%", "1%", "1,5\u00a0%", "11%", "10%", "18%")
    assert [t("più del {share}", share=one) for one in shares] == [
        "più dell'82%", "più dell'8,5%", "più dell'1%", "più dell'1,5\u00a0%", "più dell'11%", "più del 10%",
        "più del 18%",
    ]  # fmt: skip
    assert t.n("il {count} posto", "fino al {count} di {day}", 80, day="8") == "fino all'80 di 8"
    assert Translator("fr", {})("al {day}", day="8 mai") == "al 8 mai"


def test_before_a_colon_french_has_a_space_that_breaks_no_line() -> None:
    assert [translator(code).colon for code in ("it", "en", "fr")] == [":", ":", "\u00a0:"]
    bare = re.compile(r"\}\}(?:</\w+>)?: ")
    assert [path.name for path in TEMPLATES.rglob("*.html") if bare.search(path.read_text("utf-8"))] == []


def test_a_language_and_a_method_are_named_in_the_reader_s_language() -> None:
    told = PollFault("title", NO_TITLE, {"language": "it"})
    assert [told.say(translator(code)) for code in ("it", "fr", "en")] == [
        "Manca la domanda in italiano.", "La question manque en italien.", "The question is missing in Italian.",
    ]  # fmt: skip
    assert [name_language(one, "it") for one in ("tlh-x", "", "nonsense", "de")] == ["tlh-x", "", "nonsense", "tedesco"]
    beside = PollFault("beside", BESIDE_WRONG, {"known": "borda, irv, new-one"}).say(translator("it"))
    assert "borda, irv" not in beside and "(Borda)" in beside and beside.endswith("new-one.")


@pytest.mark.parametrize(
    ("language", "once", "twice"),
    [
        ("en", "said once", "said 2 times"),
        ("it", "detto una volta", "detto 2 volte"),
        ("fr", "dit une fois", "dit 2 fois"),
    ],
)
def test_once_is_a_word(language: str, once: str, twice: str) -> None:
    page = (TEMPLATES / "console" / "words.html").read_text(encoding="utf-8")
    found = re.search(r't\.n\("([^"]+)", "([^"]+)", one\.count\)', page)
    assert found is not None
    t = translator(language)
    assert [t.n(found[1], found[2], count) for count in (1, 2)] == [once, twice]


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        (LET_THROUGH, "Réponses que l'organisme a lues"),
        (FourEyes.text, "Vous avez écrit cet envoi vous-même : une autre personne de l'organisme"),
    ],
)
def test_in_french_the_office_has_one_name_where_it_reads_and_releases(said: str, begins: str) -> None:
    told = translator("fr")(said).replace("\u00a0", " ")
    assert told.startswith(begins) and "aussi après" not in told


def test_in_italian_quotes_are_curly_where_a_ballot_s_words_stand() -> None:
    told = translator("it")('Ballots that say "none of these" are valid, and count for a quorum.')
    assert told == "Le schede che dicono “nessuna di queste” sono valide, e contano per un quorum."


def test_telegram_s_own_button_is_called_alike_where_it_is_told_of_and_where_it_stands() -> None:
    told = re.search(
        r't\("(Open this link on your phone[^"]+)"', (TEMPLATES / "console" / "staff_bot.html").read_text()
    )
    chat = (TEMPLATES.parents[1] / "sandbox" / "pages" / "templates" / "chat.html").read_text(encoding="utf-8")
    button = re.search(r'value="\{\{ start \}\}"><button[^>]*>\{\{ t\("([^"]+)"\)', chat)
    assert told is not None and button is not None
    for language in ("it", "en", "fr"):
        t = translator(language)
        assert f" {t(button[1])}." in t(told[1]), language
