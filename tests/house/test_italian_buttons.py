"""In Italian a button names its act in the infinitive, which is neutral beside the formal Lei."""

from __future__ import annotations

import re
from pathlib import Path

from bots.staff.polls import LABELS
from core.i18n import translator
from web.console.door_words import WORDS

ITALIAN = translator("it")
TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
BUTTON = re.compile(r'<button\b[^<]*?>\{\{ t\("([^"]+)"')
TO_A_FRIEND = {
    "aggiungi", "annota", "annulla", "apri", "assegna", "avvia", "avvisa", "blocca", "cambia", "cerca", "chiedi",
    "chiudi", "comunica", "conserva", "controlla", "crea", "elimina", "ferma", "invia", "leggi", "mostra", "nascondi",
    "registra", "salva", "scegli", "scollega", "sposta", "torna", "vota",
}  # fmt: skip


def test_the_acts_of_a_poll_in_the_staff_s_chat() -> None:
    said = {ITALIAN(label) for label in LABELS.values()}
    assert [one for one in said if not one.split()[0].endswith("re")] == []


def test_the_buttons_of_the_pages() -> None:
    labels = {label for one in TEMPLATES.rglob("*.html") for label in BUTTON.findall(one.read_text(encoding="utf-8"))}
    said = {ITALIAN(label) for label in {*labels, *WORDS.values()}}
    assert len(labels) > 50
    assert [one for one in said if one.split()[0].lower().strip(",:") in TO_A_FRIEND] == []
