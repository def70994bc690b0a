"""Telegram's HTML, read as the Bot API reads it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sandbox.server.entities import as_html, formatted
from sandbox.server.errors import Refusal
from sandbox.server.html import read_html, units

READ: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    ("Ciao &amp; a &lt;tutti&gt; &#233;", "Ciao & a <tutti> é", []),
    ("&nbsp; resta", "&nbsp; resta", []),
    ("<b>uno <i>due</i></b>", "uno due", [("bold", 0, 7), ("italic", 4, 3)]),
    ("🌿<strong>verde</strong>", "🌿verde", [("bold", 2, 5)]),
    ('<a href="https://a.example/?x=1&amp;y=2">qui</a>', "qui", [("text_link", 0, 3)]),
    ('<a href="javascript:alert(1)">qui</a>', "qui", []),
    ('<span class="tg-spoiler">segreto</span>', "segreto", [("spoiler", 0, 7)]),
    ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
    ("<b></b>x", "x", []),
    ("2 > 1", "2 > 1", []),
]


@pytest.mark.parametrize(("source", "text", "entities"), READ)
def test_texts_and_entities(source: str, text: str, entities: list[tuple[Any, ...]]) -> None:
    read, found = read_html(source)
    assert (read, [(e["type"], e["offset"], e["length"]) for e in found]) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("è <br>", 'Unsupported start tag "br" at byte offset 3'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ('<span class="x">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_markup_is_refused(source: str, reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_html(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"


def test_texts_are_trimmed_and_links_found() -> None:
    text, entities = formatted({"text": "  <b> Ciao</b> /aiuto a@b.example https://c.example. ", "parse_mode": "HTML"})
    assert text == "Ciao /aiuto a@b.example https://c.example."
    assert [(e["type"], text[e["offset"] : e["offset"] + e["length"]]) for e in entities] == [
        ("bold", "Ciao"),
        ("bot_command", "/aiuto"),
        ("email", "a@b.example"),
        ("url", "https://c.example"),
    ]


def test_other_ways_of_marking_are_refused() -> None:
    with pytest.raises(Refusal, match="unsupported parse_mode"):
        formatted({"text": "x", "parse_mode": "Markdown-like"})


def test_what_people_see_is_escaped() -> None:
    assert as_html("<script>", []) == "&lt;script&gt;"
    link = [{"type": "text_link", "offset": 0, "length": 1, "url": "javascript:alert(1)"}]
    assert as_html("x", link) == "x"


@given(some.text(alphabet=some.characters(codec="utf-8", exclude_characters="<&\x00"), min_size=1))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert read_html(text) == (text, [])
    marked, (entity,) = read_html(f"<i>{text}</i>")
    assert (marked, entity["length"]) == (text, units(text))
