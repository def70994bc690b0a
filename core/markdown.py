"""Markdown as XLSForm lets authors write it: headings, bold, italics, links, lists, line breaks.

Source: XLSForm reference, "Markdown support in forms". Styles of `<span>`, `<div>` and `<p>` are
dropped and their words kept; `<sup>` and `<sub>` are known; all other HTML is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

LONGEST = 20_000
MOST_MARKS = 1_000  # of those that open or close something; no author writes more, only somebody who attacks
_SCHEMES = ("http", "https", "mailto", "tel")
_RULES = ("heading", "list", "emphasis", "link", "newline", "escape")
_MARK = re.compile(r"[\\*_\[<`]|^[ \t]*(?:#|[-+][ \t]|\d{1,9}[.)][ \t])", re.MULTILINE)
_ANYWHERE = re.compile(r"[\\*_\[\]()<>`~!&]")
_AT_START = re.compile(r"^([ \t]*\d{0,9})([-+#=.)])", re.MULTILINE)
_DROPPED = re.compile(r"</?(?:span|div|p)(?:\s[^<>]*)?>", re.IGNORECASE)
_RAISED = re.compile(r"<(sup|sub)>([^<>\n]{1,100})</\1>", re.IGNORECASE)
_DIGITS = {"sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"), "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")}


class _Parser(MarkdownIt):
    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "breaks": True})
        self.enable(list(_RULES))
        self.inline.ruler.push("tag", _tag)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library asks it by this name
        """Only addresses that lead to another page or to somebody."""
        try:
            return urlsplit(url.strip()).scheme.lower() in _SCHEMES
        except ValueError:
            return False


def _tag(state: StateInline, silent: bool) -> bool:
    found = _DROPPED.match(state.src, state.pos) or _RAISED.match(state.src, state.pos)
    if found is None:
        return False
    if not silent and found.re is _RAISED:
        name = found[1].lower()
        state.push(f"{name}_open", name, 1)
        state.push("text", "", 0).content = unescapeAll(found[2])
        state.push(f"{name}_close", name, -1)
    state.pos = found.end()
    return True


_PARSER = _Parser()
_RENDERER = RendererHTML()


def is_marked(text: str) -> bool:
    """Whether anything in a text could be Markdown."""
    return _MARK.search(text) is not None


def literal(text: str) -> str:
    """Any text as Markdown that says exactly this, wherever in a line it comes to stand."""
    return _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\g<0>", text))


@lru_cache(maxsize=2048)
def html(text: str) -> str:
    """HTML without block elements, as a label, legend or button may hold it."""
    tokens = _parse(text)
    if tokens is None:
        return escape(text).replace("\n", "<br>")
    lines = list(_lines(tokens))
    if len(lines) == 1 and not lines[0].kind:
        return _inline_html(lines[0].words)
    return "".join(_line_html(line) for line in lines)


@lru_cache(maxsize=2048)
def blocks(text: str) -> str:
    """HTML with paragraphs, lists and headings; the first heading is of the second level, none is skipped."""
    tokens = _parse(text)
    if tokens is None:
        return f"<p>{escape(text)}</p>".replace("\n", "<br>")
    level = 1
    for token in tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) + 1, level + 1, 6)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"
        _mark_links(token.children or ())
    return _RENDERER.render(tokens, _PARSER.options, {})


@lru_cache(maxsize=2048)
def telegram(text: str) -> str:
    """Telegram's HTML subset (Bot API, "HTML style")."""
    tokens = _parse(text)
    return escape(text, quote=False) if tokens is None else _write(tokens, _TELEGRAM)


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """The words alone: links as `label (address)`, lists with dashes or numbers."""
    tokens = _parse(text) if is_marked(text) else None
    return text if tokens is None else _write(tokens, _PLAIN)


def _parse(text: str) -> list[Token] | None:
    """None for what is too much to be styled."""
    if len(text) > LONGEST or sum(map(text.count, "*_[<")) > MOST_MARKS:
        return None
    return _PARSER.parse(text)


@dataclass(frozen=True)
class _Line:
    """A paragraph, heading or item; `kind` is "", "heading" or "item"."""

    kind: str
    words: Sequence[Token]
    bullet: str = ""  # "" for bullets and for what goes on within an item
    depth: int = 0
    starts: bool = True  # an item, rather than a further paragraph of it


def _lines(tokens: Sequence[Token]) -> Iterator[_Line]:
    lists: list[int | None] = []  # the number of the last item of each open list, None for bullets
    heading, starts = False, False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1) - 1 if token.attrGet("start") != 0 else -1)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                starts = True
                number = lists[-1]
                lists[-1] = None if number is None else number + 1
            case "heading_open" | "heading_close":
                heading = token.type == "heading_open"
            case "inline":
                number = lists[-1] if lists else None
                bullet = "" if number is None else f"{number}."
                kind = "item" if lists else "heading" if heading else ""
                yield _Line(kind, token.children or (), bullet, len(lists), starts)
                starts = False


def _line_html(line: _Line) -> str:
    words = _inline_html(line.words)
    if line.kind == "item":
        bullet = (line.bullet or "•") if line.starts else ""
        return f'<span class="said-item said-depth-{min(line.depth, 4)}">{bullet} {words}</span>'
    return f'<span class="said-{line.kind or "part"}">{words}</span>'


def _inline_html(tokens: Sequence[Token]) -> str:
    _mark_links(tokens)
    return _RENDERER.renderInline(tokens, _PARSER.options, {}).replace("\n", "")


def _mark_links(tokens: Sequence[Token]) -> None:
    """Links leave the page as it is, with what is typed on it, and say nothing of where they were followed."""
    for token in tokens:
        if token.type == "link_open":
            token.attrSet("target", "_blank")
            token.attrSet("rel", "noopener noreferrer")


@dataclass(frozen=True)
class _Format:
    words: dict[str, str]
    bullet: str
    text: Callable[[str], str]
    link: Callable[[str, str], str]


def _write(tokens: Sequence[Token], to: _Format) -> str:
    out, before = "", ""
    for line in _lines(tokens):
        said = _inline(line.words, to)
        if line.kind == "heading":
            said = f"{to.words.get('strong_open', '')}{said}{to.words.get('strong_close', '')}"
        elif line.kind == "item":
            bullet = f"{line.bullet or to.bullet} " if line.starts else "  "
            said = "  " * (line.depth - 1) + bullet + said
        gap = "" if not out else "\n" if line.kind == before == "item" else "\n\n"
        out, before = out + gap + said, line.kind
    return out


def _inline(tokens: Sequence[Token], to: _Format) -> str:
    out: list[str] = []
    links: list[tuple[str, int]] = []
    raised = ""
    for token in tokens:
        match token.type:
            case "text":
                out.append(to.text(token.content.translate(_DIGITS[raised]) if raised else token.content))
            case "softbreak" | "hardbreak":
                out.append("\n")
            case "link_open":
                links.append((str(token.attrGet("href") or ""), len(out)))
            case "link_close":
                address, start = links.pop()
                out[start:] = [to.link("".join(out[start:]), address)]
            case "sup_open" | "sub_open":
                raised = token.tag
            case "sup_close" | "sub_close":
                raised = ""
            case other:
                out.append(to.words.get(other, ""))
    return "".join(out)


def _same(text: str) -> str:
    return text


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _named_link(label: str, address: str) -> str:
    return label if label == address else f"{label} ({address.removeprefix('mailto:').removeprefix('tel:')})"


def _telegram_link(label: str, address: str) -> str:
    return f'<a href="{escape(address)}">{label}</a>'


_PLAIN = _Format({}, "-", _same, _named_link)
_BOLD = {"strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>"}
_TELEGRAM = _Format(_BOLD, "•", _escaped, _telegram_link)
