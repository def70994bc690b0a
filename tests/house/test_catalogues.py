"""What people read comes out in their language, plural forms included."""

from __future__ import annotations

import re

import pytest

from core.i18n import translator
from tools.catalogues import entries, strings
from tools.files import PACKAGES

ONE, MANY = "{count} answer", "{count} answers"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", {0: "0 risposte", 1: "1 risposta", 2: "2 risposte", 1_000_000: "1000000 risposte"}),
        ("en", {0: "0 answers", 1: "1 answer", 2: "2 answers"}),
        ("fr", {0: "0 réponse", 1: "1 réponse", 2: "2 réponses", 1_000_000: "1000000 réponses"}),
    ],
)
def test_plural_forms_follow_the_language(language: str, said: dict[int, str]) -> None:
    t = translator(language)
    assert {count: t.n(ONE, MANY, count) for count in said} == said


def test_every_package_speaks_italian_and_french() -> None:
    samples = {
        "This link has already been used. Please ask the office for a new one.": (
            "Questo collegamento è già stato usato. Ne chieda uno nuovo all'ente.",
            "Ce lien a déjà été utilisé. Demandez-en un nouveau au service.",
        ),
        "Back": ("Indietro", "Retour"),
        "Your code for Telegram": ("Il Suo codice per Telegram", "Votre code pour Telegram"),
        "We go on in English.": ("Continuiamo in italiano.", "Nous continuons en français."),
        "The process is loaded.": ("Il processo è caricato.", "Le processus est chargé."),
    }
    for english, (italian, french) in samples.items():
        assert translator("en")(english) == english
        assert translator("it-IT")(english) == italian
        assert translator("fr_FR")(english) == french


def test_no_french_line_can_begin_with_a_punctuation_mark() -> None:
    """French sets a space before these marks; an ordinary one would let a narrow screen break the line there."""
    loose = [
        text
        for package in PACKAGES
        for entry in entries("fr", package)
        for text in strings(entry)
        if re.search(r" [;:?!](\s|$)", text)
    ]
    assert loose == []


@pytest.mark.parametrize(
    ("language", "other"), [("it", "approv|interpellat"), ("fr", "approuv|plus consulté|plus personne ne sera")]
)
def test_a_release_has_one_word_and_asks_nobody_whom_a_poll_might_ask(language: str, other: str) -> None:
    """The button says *authorise*, so do its question, answer and alarms; beside a poll "asked" means its voters."""
    wrong = [
        text
        for package in PACKAGES
        for entry in entries(language, package)
        if "releas" in str(entry.id).casefold()
        for text in strings(entry)
        if re.search(other, text.casefold())
    ]
    assert wrong == []


def test_the_body_that_runs_a_process_has_one_word_in_italian() -> None:
    """An *ufficio* is part of an *ente*; it stands in a sender's made-up name and address only."""
    wrong = [
        text
        for package in PACKAGES
        for entry in entries("it", package)
        for text in strings(entry)
        if re.search(r"\bufficio?\b(?!@| di piano)", text.casefold())
    ]
    assert wrong == []


def test_an_unknown_language_reads_english() -> None:
    assert translator("de")("Back") == "Back"
