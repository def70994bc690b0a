"""Markdown, read once and written three ways: HTML for mails, plain text, Telegram's HTML subset."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = "commonmark"
TAG = re.compile(r"<[^>]+>")
_BREAKS = ("softbreak", "hardbreak")


def parse(text: str) -> list[Token]:
    return _parser().parse(text)


def pictures_of(text: str) -> Iterator[tuple[str, str]]:
    """The names of the pictures that a text shows, each with the words that say what it shows."""
    for picture in _pictures(parse(text)):
        yield _name(picture), _words(picture)


def to_html(text: str, show: Callable[[str], dict[str, str | int]] = lambda name: {"src": name}) -> str:
    """HTML fragments with XHTML's empty elements, as MJML needs them; `show` gives a picture's attributes by name."""
    parser = _parser()
    tokens = parser.parse(text)
    for picture in _pictures(tokens):
        picture.attrs = {"src": "", "alt": "", **show(_name(picture))}  # the renderer fills in the words
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html


@cache
def _parser() -> MarkdownIt:
    """HTML in the text is text."""
    made = MarkdownIt(PARSER, {"html": False, "xhtmlOut": True}).disable(["html_block", "html_inline"])
    made.parse("Its rules are put in order when it first reads, which no two threads may do at once.")
    return made


def _pictures(tokens: Sequence[Token]) -> Iterator[Token]:
    return (one for token in tokens for one in token.children or () if one.type == "image")


def _name(picture: Token) -> str:
    """As files are called: the parser has written what is beyond ASCII in percents."""
    return unicodedata.normalize("NFC", unquote(str(picture.attrGet("src") or "")))


def _words(picture: Token) -> str:
    said = ""
    for one in picture.children or ():
        said += _words(one) if one.children else " " if one.type in _BREAKS else one.content
    return " ".join(said.split())


def to_plain(text: str) -> str:
    """Plain text: emphasis dropped, links as `label (address)`, lists with dashes or numbers."""
    return together(_Writer(_PLAIN, _same).blocks(parse(text)))


def to_telegram(text: str) -> str:
    """Telegram's HTML subset (Bot API, "HTML style"): headings bold, lists with bullets; pictures go by themselves."""
    return together(telegram_blocks(text))


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, piece of code or list item, as it is written."""

    text: str
    is_item: bool = False


def telegram_blocks(text: str) -> list[Block]:
    return _Writer(_TELEGRAM, _escape).blocks(parse(text))


def together(blocks: Sequence[Block]) -> str:
    """A blank line between blocks, none between the items of a list."""
    text = ""
    for index, block in enumerate(blocks):
        if index:
            text += gap(blocks[index - 1], block)
        text += block.text
    return text


def gap(before: Block, after: Block) -> str:
    return "\n" if before.is_item and after.is_item else "\n\n"


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


class _Writer:
    """Walks Markdown's tokens; `words` are the marks of one format, `clean` escapes text for it."""

    def __init__(self, words: dict[str, str], clean: Callable[[str], str]) -> None:
        self._words = words
        self._clean = clean
        self._rich = bool(words.get("strong_open"))

    def blocks(self, tokens: Sequence[Token]) -> list[Block]:
        blocks: list[Block] = []
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
                    if not self._rich or TAG.sub("", text).strip():  # where a picture stood, nothing may be left
                        blocks.append(self._block(text, bullet, len(lists), quotes))
                        bullet = ""
                case "fence" | "code_block":
                    blocks.append(Block(self._code(token.content.rstrip("\n"), "pre")))
                case "hr":
                    blocks.append(Block(self._words["hr"]))
        return blocks

    def _bullet(self, lists: list[int | None]) -> str:
        number = lists[-1]
        if number is None:
            return "• " if self._rich else "- "
        lists[-1] = number + 1
        return f"{number}. "

    def _block(self, text: str, bullet: str, depth: int, quotes: int) -> Block:
        if depth:
            return Block("  " * (depth - 1) + (bullet or "  ") + text, is_item=True)
        if quotes:
            return Block(f"<blockquote>{text}</blockquote>" if self._rich else "> " + text.replace("\n", "\n> "))
        return Block(text)

    def _code(self, text: str, tag: str) -> str:
        return f"<{tag}>{self._clean(text)}</{tag}>" if self._rich else text

    def _inline(self, tokens: Sequence[Token], heading: bool) -> str:
        out: list[str] = []
        links: list[tuple[str, int]] = []
        for token in tokens:
            match token.type:
                case "text":
                    out.append(self._clean(token.content))
                case "code_inline":
                    out.append(self._code(token.content, "code"))
                case "image":
                    out.append(self._picture(_words(token), within_link=bool(links)))
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
        text = "".join(out).strip()
        return f"{self._words.get('heading_open', '')}{text}{self._words.get('heading_close', '')}" if heading else text

    def _picture(self, words: str, *, within_link: bool) -> str:
        """What stands in a picture's place; in Telegram it goes by itself, and only a link needs its words."""
        if self._rich:
            return self._clean(words) if within_link else ""
        return f"[{words}]"
