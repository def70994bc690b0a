"""Markdown in labels: XLSForm's, in three spellings; what people wrote stays what they wrote."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.markdown import blocks, html, is_marked, literal, plain, telegram

LINK = '<a href="https://a.example/?b=1&amp;c" target="_blank" rel="noopener noreferrer">qui</a>'
STYLED = [
    ("Come si **chiama**?", "Come si <strong>chiama</strong>?", "Come si <b>chiama</b>?", "Come si chiama?"),
    ("__Sì__, _no_, *mai*", "<strong>Sì</strong>, <em>no</em>, <em>mai</em>", "<b>Sì</b>, <i>no</i>, <i>mai</i>",
     "Sì, no, mai"),
    ("Legga [qui](https://a.example/?b=1&c)", f"Legga {LINK}",
     'Legga <a href="https://a.example/?b=1&amp;c">qui</a>', "Legga qui (https://a.example/?b=1&c)"),
    ("una\n**due**", "una<br><strong>due</strong>", "una\n<b>due</b>", "una\ndue"),
    ('<span style="color:red">Sì</span>, 5 m<sup>2</sup>', "Sì, 5 m<sup>2</sup>", "Sì, 5 m²", "Sì, 5 m²"),
    ("5 \\* 3", "5 * 3", "5 * 3", "5 * 3"),
    ("nome_e_cognome * 2", "nome_e_cognome * 2", "nome_e_cognome * 2", "nome_e_cognome * 2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "page", "chat", "words"), STYLED, ids=lambda one: one[:12])
def test_styles(text: str, page: str, chat: str, words: str) -> None:
    assert (html(text), telegram(text), plain(text)) == (page, chat, words)


def test_headings_and_lists() -> None:
    text = "### Titolo\nTesto\n\n- uno\n- **due**\n\n3. tre\n4. quattro"
    assert blocks(text).replace("\n", "") == (
        "<h2>Titolo</h2><p>Testo</p><ul><li>uno</li><li><strong>due</strong></li></ul>"
        '<ol start="3"><li>tre</li><li>quattro</li></ol>'
    )
    assert telegram(text) == "<b>Titolo</b>\n\nTesto\n\n• uno\n• <b>due</b>\n3. tre\n4. quattro"
    assert plain(text) == "Titolo\n\nTesto\n\n- uno\n- due\n3. tre\n4. quattro"
    assert not re.search("<(p|h[1-6]|ul|ol|li|div)[ >]", html(text))


@pytest.mark.parametrize("level", ["# a\n### b\n# c", "###### a\n# b"])
def test_headings_skip_no_level(level: str) -> None:
    levels = [int(one) for one in re.findall(r"<h(\d)>", blocks(level))]
    assert levels[0] == 2
    assert all(after <= before + 1 for before, after in pairwise(levels))


HOSTILE = [
    "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](data:text/html,x)", "[a](vbscript:x)", "[a](/console)",
    "[a](//e.example)", "<script>alert(1)</script>", '<img src=x onerror="a()">', '<span onclick="a()">x</span>',
    '<p style="x"', '<sup onclick="a">x</sup>', "![a](https://e.example/x.png)", "<https://e.example>",
    '[a](https://e.example/"onclick="x)', "**<b>x</b>**", "[<script>](https://e.example)",
]  # fmt: skip
ALLOWED = re.compile(r'</?(?:strong|em|sup|sub|br|p|span|b|i)>|<span class="said-[a-z]+(?: said-depth-\d)?">|</a>|'
                     r'<a href="https://[^"<>]*"(?: target="_blank" rel="noopener noreferrer")?>')  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_else_becomes_markup(text: str) -> None:
    for written in (html(text), blocks(text), telegram(text)):
        assert not re.search("[<>]", ALLOWED.sub("", written)), written


@pytest.mark.parametrize(
    "text",
    ["[" * 10_000, "[" * 5_000 + "]" * 5_000, "[a](b" * 3_000, "*a " * 6_000, "<span " * 3_000, "**" * 5_000,
     "- " * 5_000, "\\" * 20_000, "[" * 990, "*a **b " * 300, "x" * 1_000_000 + "**a**"],
)  # fmt: skip
def test_what_would_take_long_is_left_as_it_stands(text: str) -> None:
    words = re.sub(r"[\s\\*•-]|<br>|</?[a-z]+[^>]*>", "", text)
    for write in (html, telegram, plain):
        assert re.sub(r"[\s\\*•-]|</?[a-z]+[^>]*>", "", unescape(write(text))) == words


@given(st.text(alphabet="ab1 .*_[]()<>#-+=\\`!&~|\n\t:/é"), st.sampled_from(["", "**a** ", "# ", "- ", "x\n", "[a]"]))
def test_what_people_wrote_is_never_markup(value: str, before: str) -> None:
    alone = unescape(re.sub('<br>|<span class="said-part">|</span>', "", html(literal(value))))
    assert "".join(alone.split()) == "".join(value.split())
    marked = [re.sub("<span[^>]*>|</span>|<br>", "", html(before + one)) for one in (literal(value), "")]
    assert marked[0].count("<") == marked[1].count("<")


def test_what_could_be_markdown() -> None:
    assert not any(
        map(is_marked, ["Come si chiama?", "3-4 volte (a settimana)", "A+B = C! & D", "anna@comune.example"])
    )
    assert all(map(is_marked, ["**a**", "_a_", "[a](b)", "# a", "- a", "1. a", "x\n2) b", "a\\*b", "<span>"]))
