"""Markdown, read once and written three ways: HTML for mails, plain text, Telegram's HTML subset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

# HTML in the text is text; pictures come as attachments of their own.
PARSER = "commonmark"


def parse(text: str) -> list[Token]:
    return _parser().parse(text)


def to_html(text: str) -> str:
    """HTML fragments with XHTML's empty elements, as MJML needs them."""
    html: str = _parser().render(text)
    return html


def _parser() -> MarkdownIt:
    return MarkdownIt(PARSER, {"html": False, "xhtmlOut": True}).disable(["html_block", "html_inline", "image"])


def to_plain(text: str) -> str:
    """Plain text: emphasis dropped, links as `label (address)`, lists with dashes or numbers."""
    return _Writer(_PLAIN, _same).write(parse(text))


def to_telegram(text: str) -> str:
    """Telegram's HTML subset (Bot API, "HTML style"): headings bold, lists with bullets."""
    return _Writer(_TELEGRAM, _escape).write(parse(text))


def _escape(text: str) -> str:
    return escape(text, quote=True)


def _same(text: str) -> str:
    return text


_PLAIN: dict[str, str] = {"hr": "---"}
_TELEGRAM = {
    "strong_open": "<b>",
    "strong_close": "</b>",
    "em_open": "<i>",
    "em_close": "</i>",
    "heading_open": "<b>",
    "heading_close": "</b>",
    "hr": "———",
}


@dataclass(frozen=True)
class _Block:
    text: str
    is_item: bool = False


class _Writer:
    """Walks Markdown's tokens; `words` are the marks of one format, `clean` escapes text for it."""

    def __init__(self, words: dict[str, str], clean: Callable[[str], str]) -> None:
        self._words = words
        self._clean = clean
        self._rich = bool(words.get("strong_open"))

    def write(self, tokens: Sequence[Token]) -> str:
        blocks: list[_Block] = []
        lists: list[int | None] = []  # the next number of each open list, None for bullets
        quotes, bullet, heading = 0, "", False
        for token in tokens:
            match token.type:
                case "bullet_list_open":
                    lists.append(None)
                case "ordered_list_open":
                    start = token.attrGet("start")
                    lists.append(1 if start is None else int(start))
                case "bullet_list_close" | "ordered_list_close":
                    lists.pop()
                case "list_item_open":
                    bullet = self._bullet(lists)
                case "blockquote_open":
                    quotes += 1
                case "blockquote_close":
                    quotes -= 1
                case "heading_open" | "heading_close":
                    heading = token.type == "heading_open"
                case "inline":
                    text = self._inline(token.children or [], heading)
                    blocks.append(self._block(text, bullet, len(lists), quotes))
                    bullet = ""
                case "fence" | "code_block":
                    blocks.append(_Block(self._code(token.content.rstrip("\n"), "pre")))
                case "hr":
                    blocks.append(_Block(self._words["hr"]))
        return _join(blocks)

    def _bullet(self, lists: list[int | None]) -> str:
        number = lists[-1]
        if number is None:
            return "• " if self._rich else "- "
        lists[-1] = number + 1
        return f"{number}. "

    def _block(self, text: str, bullet: str, depth: int, quotes: int) -> _Block:
        if depth:
            return _Block("  " * (depth - 1) + (bullet or "  ") + text, is_item=True)
        if quotes:
            return _Block(f"<blockquote>{text}</blockquote>" if self._rich else "> " + text.replace("\n", "\n> "))
        return _Block(text)

    def _code(self, text: str, tag: str) -> str:
        return f"<{tag}>{self._clean(text)}</{tag}>" if self._rich else text

    def _inline(self, tokens: Sequence[Token], heading: bool) -> str:
        out = [self._words.get("heading_open", "")] if heading else []
        links: list[tuple[str, int]] = []
        for token in tokens:
            match token.type:
                case "text":
                    out.append(self._clean(token.content))
                case "code_inline":
                    out.append(self._code(token.content, "code"))
                case "softbreak":
                    out.append(" ")
                case "hardbreak":
                    out.append("\n")
                case "link_open":
                    links.append((str(token.attrGet("href") or ""), len(out)))
                    out += [f'<a href="{escape(links[-1][0], quote=True)}">'] if self._rich else []
                case "link_close":
                    address, start = links.pop()
                    label = "".join(out[start:])
                    out.append("</a>" if self._rich else "" if label == address else f" ({address})")
                case other:
                    out.append(self._words.get(other, ""))
        out += [self._words.get("heading_close", "")] if heading else []
        return "".join(out)


def _join(blocks: list[_Block]) -> str:
    """A blank line between blocks, none between the items of a list."""
    text = ""
    for index, block in enumerate(blocks):
        if index:
            text += "\n" if block.is_item and blocks[index - 1].is_item else "\n\n"
        text += block.text
    return text
