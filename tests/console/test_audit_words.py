"""The audit log speaks the reader's language: whatever an act is about, and what it says further, has a word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.i18n import translator
from web.console.words import DETAILS, SUBJECTS, details, subject

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "surveys", "notifications", "bots", "web", "cli")


def acts() -> Iterator[ast.Call]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Act":
                    yield node


def kinds(call: ast.Call) -> Iterator[str]:
    """What the subject begins with: `event:` of f"event:{event_id}"."""
    for about in call.args[1:2]:
        if isinstance(about, ast.JoinedStr) and isinstance(about.values[0], ast.Constant):
            yield str(about.values[0].value).partition(":")[0]


def names(call: ast.Call) -> Iterator[str]:
    for one in [*call.args, *(each.value for each in call.keywords)]:
        if isinstance(one, ast.Dict):
            yield from (str(key.value) for key in one.keys if isinstance(key, ast.Constant))


def test_every_subject_and_every_detail_has_a_word() -> None:
    found = list(acts())
    told = {kind for call in found for kind in kinds(call)}
    assert {"event", "poll", "mailing"} <= told, "they are found"
    assert told <= set(SUBJECTS) and {name for call in found for name in names(call)} <= set(DETAILS)


@pytest.mark.parametrize(
    ("language", "event", "poll"), [("it", "evento 8", "sondaggio: 23"), ("en", "event 8", "poll: 23")]
)
def test_an_event_and_a_poll_are_named(language: str, event: str, poll: str) -> None:
    t = translator(language)
    assert subject("event:8", t) == event and details({"poll": 23}, t) == poll
    assert details({"answers": 3}, t) in {"risposte: 3", "answers: 3"}
