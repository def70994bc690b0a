"""Which answers to an invitation's mail are clear by themselves, and which only look so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import LANGUAGES, translator
from core.process.replies import LABELS, NUMBERS, SAID, Reply
from notifications.intake.replies import own_answer
from notifications.intake.understanding import CLOSING, COURTESY, GREETING, WORDS, understand

ALL = SAID
HALL = (Reply.IN_PERSON, Reply.MAYBE, Reply.NO)
SCREEN = (Reply.ONLINE, Reply.MAYBE, Reply.NO)
IN_PERSON, ONLINE, MAYBE, NO = SAID


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("sì", IN_PERSON), ("Si", IN_PERSON), ("SÌ!", IN_PERSON), ("sì.", IN_PERSON), ("Sì, vengo.", IN_PERSON),
        ("Vengo", IN_PERSON), ("Certo, grazie", IN_PERSON), ("Confermo la mia presenza.", IN_PERSON),
        ("Parteciperò in presenza", IN_PERSON), ("yes", IN_PERSON), ("Yes, please.", IN_PERSON),
        ("I'll be there", IN_PERSON), ("I’m coming!", IN_PERSON), ("oui", IN_PERSON),
        ("Oui, avec plaisir !", IN_PERSON),
        ("J’y serai", IN_PERSON), ("Je viendrai", IN_PERSON), ("1", IN_PERSON), ("1.", IN_PERSON), ("1)", IN_PERSON),
        ("n. 1", IN_PERSON), ("Numero 1", IN_PERSON), ("1 – Vengo", IN_PERSON), ("1, grazie", IN_PERSON),
        ("online", ONLINE), ("On-line", ONLINE), ("Partecipo online, grazie.", ONLINE), ("Da remoto", ONLINE),
        ("Mi collegherò", ONLINE), ("I will follow online", ONLINE), ("en visioconférence", ONLINE), ("2", ONLINE),
        ("À distance", ONLINE), ("forse", MAYBE), ("Non lo so ancora", MAYBE), ("Maybe.", MAYBE),
        ("Not sure yet", MAYBE), ("Peut-être", MAYBE), ("peut être", MAYBE), ("3", MAYBE),
        ("no", NO), ("No.", NO), ("No grazie", NO), ("No, thank you", NO), ("Non posso", NO),
        ("Purtroppo non potrò venire.", NO),
        ("Mi dispiace, non posso partecipare", NO), ("I can't come", NO), ("Unfortunately not", NO), ("Non merci", NO),
        ("Je ne peux pas venir.", NO), ("4", NO), ("4 - Non posso venire", NO),
        ("Buongiorno, sì", IN_PERSON), ("Buongiorno,\n\nnon posso.\n\nGrazie", NO),
        ("Hello,\nyes\nMario Rossi", IN_PERSON),
        ("Sì\n\nCordiali saluti\nDott.ssa Anna Neri\nComune di Moncalieri, Urbanistica\nTel. 011 123", IN_PERSON),
        ("Sì\nSaluti\nGiulia La Rosa\n--\nTel.: +39 (0)11 12-34\ngiulia@example.org\nwww.example.org", IN_PERSON),
        ("online\n\nInviato da iPhone", ONLINE), ("yes\n\nSent from my Galaxy", IN_PERSON), ("no\n\nno\n", NO),
        ("\n\n   forse   \n\n", MAYBE),
    ],
)  # fmt: skip
def test_clear_words(words: str, reply: Reply | None) -> None:
    assert understand(words, ALL) is reply


@pytest.mark.parametrize(
    "words",
    [
        "no, ma il mio collega viene",
        "No\nma il mio collega viene al posto mio",
        "No.\n\nCordiali saluti\nAnna\nP.S. Viene però la collega Bianchi",
        "Sì\nCordiali saluti\nPS: purtroppo non posso più venire",
        "Vengo\nCordiali saluti\nAnzi no, ho un impegno",
        "Sì\nSaluti\nverrò solo se trovo chi mi sostituisce",
        "Presente\nSaluti\nForse",
        "Vengo\nAnnullo Tutto",
        "Sì\nAnzi Niente",
        "Sì\nSaluti\nSono Malato",
        "Sì\nSaluti\nci penso ancora",
        "Sì\nSaluti\nAnna\nNo",
        "Yes\nRegards\nActually Not",
        "Oui\nCordialement\nJe ne viens plus",
        "Sì, e porto due persone",
        "Sì\nSiamo in due",
        "Sì, se finisco in tempo",
        "Sì o no, dipende",
        "sì?",
        "Online?",
        "Vengo online o di persona?",
        "Non so se vengo",
        "Vengo ma arrivo tardi",
        "A che ora comincia?",
        "Sì\nOnline",
        "1 2",
        "1 o 2",
        "1 – Non posso venire",
        "2 persone",
        "5",
        "0",
        "10",
        "12",
        "no 1",
        "Yes but online only",
        "I can't wait!",
        "I can",
        "Non vedo l'ora",
        "no problem",
        "Nessun problema",
        "Grazie",
        "Cordiali saluti\nAnna",
        "ok",
        "Ricevuto",
        "👍",
        "?",
        "",
        "   \n \n",
        "Inviato da iPhone",
        "Non ho ricevuto il collegamento",
        "Oui, mais en retard",
        "Sì\nNon Posso",
        "Sì\nMa Solo Domani",
        "Toglietemi dalla lista",
        "unsubscribe",
        "Sono in ferie fino al 20 agosto.",
    ],
)
def test_near_misses_are_for_people_to_read(words: str) -> None:
    assert understand(words, ALL) is None


def test_a_yes_means_the_way_that_is_offered_and_a_mode_that_is_not_means_nothing() -> None:
    assert [understand("sì", event) for event in (ALL, HALL, SCREEN)] == [IN_PERSON, IN_PERSON, ONLINE]
    assert [understand("online", event) for event in (ALL, HALL, SCREEN)] == [ONLINE, None, ONLINE]
    assert [understand("vengo", event) for event in (ALL, HALL, SCREEN)] == [IN_PERSON, IN_PERSON, None]
    assert [understand("1", event) for event in (ALL, HALL, SCREEN)] == [IN_PERSON, IN_PERSON, None]
    assert [understand("3", event) for event in (ALL, HALL, SCREEN)] == [MAYBE] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_mail_lists_is_understood(language: str) -> None:
    t = translator(language)
    for reply, label in LABELS.items():
        for words in (t(label), t(label).upper(), f"{NUMBERS[reply]}", f"{NUMBERS[reply]} – {t(label)}"):
            assert understand(words, ALL) is reply, words


def test_what_is_quoted_below_does_not_speak() -> None:
    answer = (
        "Sì\n\nIl giorno lun 10 lug 2023 alle 10:00 Ufficio <ufficio@example.org> ha scritto:\n> 4 – Non posso venire\n"
    )
    assert understand(own_answer(answer), ALL) is IN_PERSON
    outlook = "no, grazie\n\nDa: Ufficio <ufficio@example.org>\nInviato: lunedì\n\n1 – Vengo"
    assert understand(own_answer(outlook), ALL) is NO
    assert understand(own_answer("> 1\n"), ALL) is None


def test_no_phrase_means_two_things() -> None:
    assert not set(WORDS) & (COURTESY | CLOSING | GREETING)
    assert {understand(words, ALL) for words in WORDS} == set(SAID), "each phrase of the table is understood"
    assert None not in {understand(words, ALL) for words in WORDS}


@given(st.text(max_size=300))
def test_whatever_is_written_does_no_harm(words: str) -> None:
    assert understand(words, ALL) in {None, *Reply}


def test_long_lines_are_read_in_a_moment() -> None:
    began = time.process_time()
    for line in ("a" * 20_000, "Aa " * 7000, "sì\n" + "Aa" * 10_000 + "!", "grazie " * 3000):
        assert understand(line, ALL) is None
    assert time.process_time() - began < 2
