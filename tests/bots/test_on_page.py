"""Which questions have a page inside Telegram besides the chat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.participants.callback import LONGEST
from bots.participants.on_page import MANY_CHOICES, easier_on_a_page
from bots.participants.render import render
from surveys.engine.form import Kind
from surveys.engine.prompts import QuestionPrompt
from tests.bots.test_render import STANDING, options, question

PAGES = "https://ascolto.example.org/app/token"


@pytest.mark.parametrize(
    ("asked", "easier"),
    [
        (question(Kind.GEOTRACE), True),
        (question(Kind.GEOSHAPE), True),
        (question(Kind.GEOSHAPE, readonly=True), False),
        (question(Kind.GEOPOINT), False),
        (question(Kind.GEOPOINT, appearance=frozenset({"maps"})), True),
        (question(Kind.GEOPOINT, appearance=frozenset({"placement-map"})), True),
        (question(Kind.TEXT, appearance=frozenset({"maps"})), False),
        (question(Kind.SELECT_ONE, options=options(3), heading="How much?"), True),
        (question(Kind.SELECT_ONE, options=options(5), appearance=frozenset({"likert"})), False),
        (question(Kind.SELECT_ONE, options=options(MANY_CHOICES)), False),
        (question(Kind.SELECT_MULTIPLE, options=options(MANY_CHOICES + 1)), True),
    ],
)
def test_the_rule(asked: QuestionPrompt, easier: bool) -> None:
    assert easier_on_a_page(asked) is easier
    rows = render(asked, (), replace(STANDING, pages=PAGES)).rows
    assert [key.app for row in rows for key in row if key.app] == [f"{PAGES}?at=7"] * easier
    assert all(len(key.data.encode()) <= LONGEST for row in rows for key in row)
    assert not any(key.app for row in render(asked, (), STANDING).rows for key in row), "where Telegram opens no page"
