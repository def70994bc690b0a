"""Texts of a questionnaire as HTML: styled where their author styled them, else as they stand."""

from __future__ import annotations

from markupsafe import Markup, escape

from core.markdown import blocks, html


def said(text: str, markdown: str) -> Markup:
    """Without block elements, for labels, legends and hints."""
    return Markup(html(markdown)) if markdown else escape(text)  # noqa: S704 - escaped there


def told(text: str, markdown: str) -> Markup:
    """With paragraphs, lists and headings, for notes and guidance."""
    if markdown:
        return Markup('<div class="told">{}</div>').format(Markup(blocks(markdown)))  # noqa: S704 - escaped there
    return Markup("<p>{}</p>").format(text)


def bubble(text: str) -> Markup:
    """A message in Telegram's HTML subset, as notifications write it: everything of people's is escaped in it."""
    return Markup(text)  # noqa: S704 - made by the same compiler that Telegram gets it from
