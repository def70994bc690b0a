from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

from tools.catalogues import entry_fault, render
from tools.messages import Message, python_messages, template_messages

PYTHON = """
class Closed(Problem):
    text = N_("The round is "
              "closed")
def f(self, t):
    t("Hello {name}", name=self.name)
    self.t.n("{count} answer", "{count} answers", 3)
    t(variable)
    other.n("not", "ours", 3)
"""
TEMPLATE = """{% extends "base.html" %}
<p>{{ t("Thank you") }} {{ t.n("{count} zone", "{count} zones", zones | length) }}</p>
{% for x in y %}{{ form.n("a", "b") }}{{ show(t("Next")) }}{% endfor %}
"""


def test_every_message_of_a_source_is_found() -> None:
    assert sorted(python_messages(PYTHON)) == [
        (3, "The round is closed", ""),
        (6, "Hello {name}", ""),
        (7, "{count} answer", "{count} answers"),
    ]


def test_every_message_of_a_template_is_found() -> None:
    assert sorted(template_messages(TEMPLATE)) == [
        (2, "Thank you", ""),
        (2, "{count} zone", "{count} zones"),
        (3, "Next", ""),
    ]


MESSAGES = [
    Message("Hello {name}", places=(("web/a.py", 3), ("web/a.py", 9))),
    Message("{count} answer", "{count} answers", (("web/b.html", 1),)),
]


def test_a_catalogue_keeps_what_was_translated_and_changes_for_nothing_else() -> None:
    known = {"Hello {name}": Entry("Hello {name}", "Buongiorno {name}")}
    first = render("it", MESSAGES, known)
    again = {str(entry.id[0] if isinstance(entry.id, tuple) else entry.id): entry for entry in read(first)}
    assert render("it", MESSAGES, again) == first
    assert [entry.string for entry in read(first)] == ["Buongiorno {name}", ("", "")]
    assert b"Date" not in first
    assert b"a.py:" not in first


def test_english_is_its_own_translation() -> None:
    assert [entry.string for entry in read(render("en", MESSAGES, {}))] == [
        "Hello {name}",
        ("{count} answer", "{count} answers"),
    ]


@pytest.mark.parametrize(
    ("message", "entry", "fault"),
    [
        (Message("Hi"), Entry("Hi", "Ciao"), ""),
        (Message("Hi"), Entry("Hi", ""), "not translated"),
        (Message("Hi"), Entry("Hi", "Ciao", flags=["fuzzy"]), "fuzzy"),
        (Message("Hi {name}"), Entry("Hi {name}", "Ciao {nome}"), "other gaps"),
        (Message("Hi {name}"), Entry("Hi {name}", "Ciao {name"), "wrong braces"),
        (Message("{count} zone", "{count} zones"), Entry("{count} zone", "una zona"), "counts in one place"),
        (Message("{count} zone", "{count} zones"), Entry(("a", "b"), ("una zona", "{count} zone")), ""),
        (Message("{count} zone", "{count} zones"), Entry(("a", "b"), ("una zona", "zone")), "other gaps"),
    ],
)
def test_what_is_wrong_with_a_translation_is_said(message: Message, entry: Entry, fault: str) -> None:
    found = entry_fault(message, entry)
    assert fault in found
    assert bool(found) == bool(fault)


def read(catalogue: bytes) -> list[Entry]:
    return [entry for entry in read_po(BytesIO(catalogue), locale="it") if entry.id]
